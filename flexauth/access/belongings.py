"""Whose things are: the teams of a user, the owner of a session, the team of what an id names. Decides nothing.

Read from what is stored, or, for the works that run beside others, from the live state of their turn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple, Protocol

from flexauth.commands import Engine, IdKind, Outcome
from flexauth.directory import Directory
from flexauth.names import halves
from flexauth.store.port import Store
from flexauth.work import Turn, Work

__all__ = ["TEAM_STATEMENTS", "Belongings", "Guard", "Live", "Owner", "Stored", "guarded"]

#: The statement that tells the team of a thing, by the kind of its id.
TEAM_STATEMENTS: Final = {"pack": "team_of_pack", "API key": "team_of_api_key"}


class Owner(NamedTuple):
    """Whose a session is, and on which device it runs."""

    team: str
    user: str
    device: str


class Belongings(Protocol):
    """What a guard asks."""

    def teams_of_user(self, subject: str) -> frozenset[str]:
        """The user's teams; none for a user who is not there."""

    def teams_that_know(self, subject: str) -> frozenset[str]:
        """Those of the user's teams that may be told who it is: with a subject, where it accepted (A4)."""

    def owner_of_session(self, session: int) -> Owner | None: ...

    def team_of(self, kind: str, value: object) -> str:
        """The team of a thing; "" where there is no such thing, or where it belongs to no team."""

    def has_registered(self, subject: str, device: str) -> bool:
        """Whether the user has registered the device for any product (D1)."""


#: Raises the fault of what is not there, for what is not the caller's.
Guard = Callable[[Belongings], None]


class Stored:
    """As stored: for what reads the store in the caller's thread, and for acts that are alone."""

    def __init__(self, store: Store, directory: Directory) -> None:
        self._store, self._directory = store, directory

    def teams_of_user(self, subject: str) -> frozenset[str]:
        user = self._directory.names.find(IdKind.USER, subject)
        rows = self._store.select("user_memberships", {"user": user}) if user else ()
        return frozenset(str(row["name"]) for row in rows)

    def teams_that_know(self, subject: str) -> frozenset[str]:
        user = self._directory.names.find(IdKind.USER, subject)
        rows = self._store.select("teams_that_know_user", {"user": user}) if user else ()
        return frozenset(str(row["name"]) for row in rows)

    def owner_of_session(self, session: int) -> Owner | None:
        high, low = halves(session)
        rows = self._store.select("session_owner", {"high": high, "low": low})
        return Owner(**rows[0]) if rows else None

    def team_of(self, kind: str, value: object) -> str:
        rows = self._store.select(TEAM_STATEMENTS[kind], {"value": value})
        return str(rows[0]["team"]) if rows else ""

    def has_registered(self, subject: str, device: str) -> bool:
        user = self._directory.names.find(IdKind.USER, subject)
        return bool(user and self._store.select("registered_device", {"user": user, "device": device}))


class Live(Stored):
    """As of one turn: for works that share their batch with others. Only the sequencer's thread may ask it."""

    def __init__(self, store: Store, directory: Directory, engine: Engine, now: int) -> None:
        super().__init__(store, directory)
        self._engine, self._now = engine, now

    def teams_of_user(self, subject: str) -> frozenset[str]:
        user = self._directory.names.find(IdKind.USER, subject)
        teams = self._directory.teams_of(user) if user else ()
        return frozenset(self._directory.team_name(team) for team in teams)

    def owner_of_session(self, session: int) -> Owner | None:
        found = self._engine.look(self._now, session)
        if found.outcome is Outcome.UNKNOWN:
            return None
        directory = self._directory
        team, user = directory.team_name(found.team), directory.users.get(found.user)
        return Owner(team, user, directory.devices.get(found.device))


def guarded(work: Work[Any], guard: Guard, store: Store, directory: Directory) -> Work[Any]:
    """The same work, that asks the guard first; in the same turn, so that nothing changes hands in between."""
    decide, while_full = work.decide, work.while_full

    def asked(turn: Turn) -> Any:
        guard(Stored(store, directory) if work.alone else Live(store, directory, turn.engine, turn.now))
        return decide(turn)

    work.decide = asked
    if while_full is not None:

        def asked_while_full(engine: Engine, stands: int, waited: int) -> Any:
            guard(Live(store, directory, engine, stands))
            return while_full(engine, stands, waited)

        work.while_full = asked_while_full
    return work
