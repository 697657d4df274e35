"""The client of one session, as a good client behaves: when it calls, and what it says of its use (S2, S3, S5).

Decides by what its answers told; sends nothing itself. Its own clock is right; it speaks of times on the authority's
clock, whose offset it learned with each answer.
"""

from __future__ import annotations

from dataclasses import dataclass

from flexauth import requests
from flexauth.answers import SessionFacts
from flexauth.commands import State
from flexauth.simulate.scenario import Signin

__all__ = ["OPEN", "Client"]

OPEN = frozenset({State.ACTIVE, State.IDLE})


@dataclass(slots=True)
class Client:
    """`idle_since` is the last operation of one that is not in use, None while it is. Times are the client's own."""

    session: str
    user: str
    was_granted: bool = False
    is_open: bool = False
    in_contact: bool = True
    crashed: bool = False
    counter: int = 0
    idle_since: int | None = None
    told_idle: bool = False
    contact_at: int = 0
    heartbeat_by: int = 0
    idle_after: int = 0
    offset: int = 0

    def checkout(self, signin: Signin) -> requests.Checkout:
        """The sign-in, or its repeat: the session's id is the request's."""
        if self.crashed:
            self.crashed, self.in_contact = False, True
        return requests.Checkout(
            session=self.session,
            user=signin.user,
            product=signin.product,
            device=signin.device,
            team=signin.team,
            version=signin.version,
            platform=signin.platform,
            origin=signin.origin,
            take_over=signin.take_over,
        )

    def heartbeat(self, now: int) -> requests.Heartbeat:
        self.counter += 1
        return requests.Heartbeat(self.session, self.counter, self._operated_at(now))

    def checkin(self, now: int, ended_at: int) -> requests.Checkin:
        """The end; `ended_at` 0: now, by the authority's own clock."""
        self.counter += 1
        operated_at = self._operated_at(ended_at or now)
        self.is_open = False
        return requests.Checkin(self.session, self.counter, ended_at + self.offset if ended_at else 0, operated_at)

    def _operated_at(self, until: int) -> int:
        """Last operation up to an instant; 0: none since the last contact, of which the authority knows already."""
        last = until if self.idle_since is None else min(self.idle_since, until)
        return last + self.offset if last > self.contact_at else 0

    def stop_work(self, now: int) -> None:
        """The last meaningful operation is now."""
        self.idle_since, self.told_idle = now, False

    def resume_work(self, now: int) -> bool:
        """A meaningful operation is now; True if it ends idleness and is to be reported at once (S3)."""
        was_idle = self.idle_since is not None and 0 < self.idle_after <= now - self.idle_since
        self.idle_since = None
        return was_idle and self.is_open and self.in_contact

    def due(self) -> int | None:
        """When it calls of itself: at `heartbeat_by`, or when it becomes idle."""
        if not self.is_open or not self.in_contact:
            return None
        if self.idle_since is None or not self.idle_after or self.told_idle:
            return self.heartbeat_by
        return min(self.heartbeat_by, self.idle_since + self.idle_after)

    def told(self, facts: SessionFacts, now: int) -> None:
        """Take in an answer."""
        self.offset = facts.server_time - now
        self.was_granted = True
        self.is_open = facts.state in OPEN
        self.counter = max(self.counter, facts.counter)
        self.contact_at = now
        self.idle_after = facts.idle_after
        self.heartbeat_by = facts.heartbeat_by - self.offset
        self.told_idle = self.idle_since is not None and 0 < self.idle_after <= now - self.idle_since
