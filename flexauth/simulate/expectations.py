"""Reads what a scenario expects, key by key."""

from __future__ import annotations

from collections.abc import Callable

from flexauth.commands import NEVER, Choice, Entitlement, Reason, State
from flexauth.simulate.cast import Cast, read_time
from flexauth.simulate.document import Table, Value, not_yet
from flexauth.simulate.scenario import ChargeExpected, Expectation, TeamExpected

__all__ = ["NOTHING", "read_expectation"]

NOTHING = Expectation(answer={}, teams={}, sessions={}, charges=None)

ANSWER_KEYS = (
    "granted reason entitlement team choice tokens paid_until lease_until balance shortfall cap end_at entitled_until"
    " project left_over"
)
STATE_KEYS = "teams sessions charges"
LATER = not_yet({"notices": "section 9"})
TEAM_NUMBERS = "available held expired"
CHARGE_KEYS = "line tokens window from refunded"
TOKENS_MOST = 2**62

ENTITLEMENTS = {e.name: None for e in Entitlement if e}
CHOICES = {c.name: None for c in Choice if c}
STATES = {s.name: s for s in State if s}
#: Denials of SPEC 10, and what a call that is wrong is answered with.
REASONS: dict[str, None] = dict.fromkeys(
    [*(r.name for r in Reason if r), "INVALID_ARGUMENT", "NOT_FOUND", "ALREADY_EXISTS", "FAILED_PRECONDITION"]
)


def read_expectation(value: Value, answer_keys: str, cast: Cast, *, beside: str = "") -> Expectation:
    """`answer_keys` are those that the event's answer has; `beside` are keys of others in the same mapping."""
    table = Table(value, f"{answer_keys} {STATE_KEYS} {beside}", LATER | _without_answer(answer_keys))
    answer = {key: ANSWER[key](entry, cast) for key in answer_keys.split() if (entry := table.get(key))}
    if answer.get("granted") is True and "reason" in answer:
        table.need("reason").fail("what is granted has no reason; a reason is of a denial (section 10)")
    teams = {} if (entry := table.get("teams")) is None else _teams(entry, cast)
    sessions = {} if (entry := table.get("sessions")) is None else _sessions(entry, cast)
    charges = None if (entry := table.get("charges")) is None else tuple(_charge(item, cast) for item in entry.items())
    return Expectation(answer, teams, sessions, charges)


def _without_answer(answer_keys: str) -> dict[str, str]:
    missing = set(ANSWER_KEYS.split()) - set(answer_keys.split())
    return dict.fromkeys(missing, "this event has no answer that tells it; expect it of a checkout")


def _tokens(value: Value, _cast: Cast) -> int:
    return value.whole(0, TOKENS_MOST)


def _instant(value: Value, cast: Cast) -> int:
    return read_time(value, cast.start)


ANSWER: dict[str, Callable[[Value, Cast], bool | int | str]] = {
    "granted": lambda value, _: value.flag(),
    "reason": lambda value, _: value.one_of(REASONS),
    "entitlement": lambda value, _: value.one_of(ENTITLEMENTS),
    "choice": lambda value, _: value.one_of(CHOICES),
    "team": lambda value, cast: cast.team(value),
    "tokens": _tokens,
    "paid_until": _instant,
    "lease_until": _instant,
    "balance": lambda value, _: value.whole(-TOKENS_MOST, TOKENS_MOST),
    "shortfall": _tokens,
    "cap": lambda value, _: value.text(),
    "end_at": _instant,
    "entitled_until": _instant,
    "project": lambda value, _: value.text(),
    "left_over": _tokens,
}


def _teams(value: Value, cast: Cast) -> dict[str, TeamExpected]:
    found: dict[str, TeamExpected] = {}
    for name, entry in value.entries().items():
        if name not in cast.teams:
            entry.fail(f"there is no team {name!r}; there are {', '.join(sorted(cast.teams))}")
        table = Table(entry, f"{TEAM_NUMBERS} packs")
        numbers = {key: v.whole(-TOKENS_MOST, TOKENS_MOST) for key in TEAM_NUMBERS.split() if (v := table.get(key))}
        listed = {} if (packs := table.get("packs")) is None else packs.entries()
        found[name] = TeamExpected(numbers, {cast.pack(v, p, name): _tokens(v, cast) for p, v in listed.items()})
    return found


def _sessions(value: Value, cast: Cast) -> dict[str, State]:
    found: dict[str, State] = {}
    for name, entry in value.entries().items():
        if name not in cast.sessions:
            entry.fail(f"there is no session {name!r} yet; a checkout names it first")
        found[name] = STATES[entry.one_of(STATES)]
    return found


def _charge(value: Value, cast: Cast) -> ChargeExpected:
    table = Table(value, CHARGE_KEYS)
    line = None if (entry := table.get("line")) is None else cast.line(entry)
    team = line[0] if line else None
    slices = None if (entry := table.get("from")) is None else entry.entries()
    return ChargeExpected(
        line="/".join(line) if line else None,
        tokens=None if (entry := table.get("tokens")) is None else entry.whole(1, TOKENS_MOST),
        window=None if (entry := table.get("window")) is None else _window(entry, cast),
        slices=None if slices is None else {cast.pack(v, p, team): v.whole(1, TOKENS_MOST) for p, v in slices.items()},
        refunded=None if (entry := table.get("refunded")) is None else entry.flag(),
    )


def _window(value: Value, cast: Cast) -> tuple[int, int]:
    ends = [read_time(item, cast.start) for item in value.items()]
    if len(ends) != 2 or not NEVER < ends[0] <= ends[1]:
        value.refuse("a window is a list of two times, its start and its end; of results they are one (C13)")
    return ends[0], ends[1]
