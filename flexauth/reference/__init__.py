"""The charging rules again as plain Python: specification, oracle and baseline of the native core; never a fallback.

Imports only `commands`. Tests, benchmarks, `simulate --engine reference` and the verifier alone run it.
"""

from flexauth.reference.engine import Reference

__all__ = ["Reference"]
