"""What a contact or a late check-in tells of a session's use (S2, T1). Reads only; knows no line."""

from __future__ import annotations

from dataclasses import dataclass

from flexauth.commands import NEVER, Policy, State
from flexauth.reference.state import FOREVER, Session

__all__ = ["Use", "late_use", "told"]


@dataclass(frozen=True, slots=True)
class Use:
    """What a contact tells of a session's use since the last one.

    `spans` are [start, end) of use, an end of FOREVER where it goes on. `idle_at` and `resumed_at` are NEVER when
    that did not happen; the first operation of a session that waited for one (S6) is a resumption.
    """

    spans: tuple[tuple[int, int], ...]
    operated_at: int
    idle_at: int = NEVER
    resumed_at: int = NEVER

    def at(self, instant: int) -> bool:
        """In use at an instant by use that began before it (C5)."""
        return any(start < instant < end for start, end in self.spans)

    def until(self, now: int) -> int:
        """The end of the use that is known, NEVER if there was none."""
        return max((min(end, now) for start, end in self.spans if end > start), default=NEVER)

    def goes_on(self, now: int) -> bool:
        return any(end > now for _, end in self.spans)

    def begins(self, now: int) -> int:
        """When use that goes on or ended since began anew; NEVER if there was none at all."""
        return self.resumed_at if self.resumed_at != NEVER else now if self.goes_on(now) else NEVER


def told(policy: Policy, session: Session, now: int, operated_at: int, ended_at: int) -> Use:
    """The client's times are clamped to [last contact, now] and count only as news."""
    last, end = session.operated_at, FOREVER if ended_at == NEVER else ended_at
    news = NEVER
    if operated_at > last:
        news = min(max(operated_at, session.contact_at), now, end)
    if session.waiting and news != NEVER:
        began = max(news, now - policy.heartbeat_interval)
        stop = news + policy.idle_after if session.idle_aware else FOREVER
        return Use(((began, min(stop, end)),), news, resumed_at=began)
    if session.waiting or not session.idle_aware:
        return Use(((session.contact_at, end),), max(last, news))
    spans = []
    idle_at = resumed_at = NEVER
    if session.state is State.ACTIVE:
        stop = last + policy.idle_after
        if news != NEVER and news <= stop:
            stop, news = news + policy.idle_after, NEVER
            last = stop - policy.idle_after
        spans.append((session.contact_at, min(stop, end)))
        idle_at = stop if stop <= now and stop < end else NEVER
    if news != NEVER:
        resumed_at = max(news, now - policy.heartbeat_interval)
        stop = news + policy.idle_after
        spans.append((resumed_at, min(stop, end)))
        last = news
    return Use(tuple(spans), last, idle_at, resumed_at)


def late_use(policy: Policy, session: Session, operated_at: int, ended_at: int) -> int:
    """Until when an EXPIRED session used its line, as its late check-in says."""
    if not session.idle_aware:
        return ended_at
    news = min(max(operated_at, session.contact_at), ended_at) if operated_at > session.operated_at else NEVER
    return min(max(session.operated_at, news) + policy.idle_after, ended_at)
