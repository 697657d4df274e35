"""On whose behalf a request comes, as the audit log names it (L6)."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["AUTHORITY", "Actor"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A caller: how it is known, the role it acts in, and where it calls from.

    `subject` is the user that the caller is, "" for others; `email` is verified by the user's identity provider (A4).
    """

    name: str
    role: str
    source: str
    subject: str = ""
    email: str = ""


#: Acts that nobody asked for from outside: the opening sample, a simulation.
AUTHORITY = Actor("authority", "operator", "local")
