"""What a seeded bug is."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Mutant"]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A line of a file that stands there once, what it becomes, the test that must turn red, and the rule it guards."""

    file: str
    line: str
    becomes: str
    test: str
    rule: str
