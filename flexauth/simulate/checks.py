"""Holds what came of a scenario against what it expects. Each difference is a failure with key, expected and got."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flexauth import answers, requests
from flexauth.commands import Reason, State
from flexauth.faults import AlreadyExists, Conflict, Fault, InvalidArgument, NotAllowedNow, NotFound
from flexauth.limits import PAGE_MAX
from flexauth.simulate.cast import OVERDRAFT
from flexauth.simulate.instants import offset_text
from flexauth.simulate.over_grpc import Refused
from flexauth.simulate.scenario import ChargeExpected, Event, Expectation, TeamExpected
from flexauth.simulate.stage import Stage

__all__ = ["Books", "Failure", "answer_failures", "facts_of", "state_failures"]

_TIMES = {"paid_until", "lease_until", "end_at", "entitled_until"}
_REFUSALS = {
    InvalidArgument: "INVALID_ARGUMENT",
    Conflict: "INVALID_ARGUMENT",
    NotFound: "NOT_FOUND",
    AlreadyExists: "ALREADY_EXISTS",
    NotAllowedNow: "FAILED_PRECONDITION",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """An expectation that did not hold. `event` counts as in the file; 0: the setting up."""

    event: int
    line: int
    key: str
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class Books:
    """Where to read what came of it: who took part, and how a scenario calls sessions and packs."""

    start: int
    users: tuple[str, ...]
    sessions: Mapping[str, tuple[str, str]]
    packs: Mapping[int, str]

    def pack_name(self, pack: int) -> str:
        return self.packs.get(pack, f"#{pack}") if pack else OVERDRAFT


def facts_of(answer: object) -> dict[str, object]:
    """Facts of an answer, or of the fault in its place, by the keys of the form."""
    if isinstance(answer, Fault):
        return {"granted": False, "reason": _refusal(answer)}
    if isinstance(answer, answers.QuoteAnswer):
        facts: dict[str, object] = {"tokens": answer.tokens, "balance": answer.balance_after}
        facts |= {"paid_until": answer.paid_until, "choice": answer.choice.name}
        facts |= {"granted": answer.granted, "team": answer.team, "entitlement": answer.entitlement.name}
        return facts | _denial(answer.denial)
    if isinstance(answer, answers.CheckoutAnswer):
        facts = {"granted": answer.granted, "tokens": answer.tokens, "balance": answer.balance}
        return facts | (_of_session(answer.facts) if answer.facts else {}) | _denial(answer.denial)
    if isinstance(answer, answers.ResultAnswer):
        facts = {"granted": answer.granted, "tokens": answer.tokens, "balance": answer.balance}
        return facts | {"left_over": answer.units_left_over} | _denial(answer.denial)
    if isinstance(answer, answers.HeartbeatAnswer):
        return _of_session(answer.facts)
    return {"granted": True, "reason": None}


def _of_session(facts: answers.SessionFacts) -> dict[str, object]:
    return {
        "team": facts.team,
        "entitlement": facts.entitlement.name,
        "choice": facts.choice.name,
        "paid_until": facts.paid_until,
        "lease_until": facts.lease_until,
        "end_at": facts.end_at,
        "entitled_until": facts.entitled_until,
        "project": facts.project,
    }


def _refusal(fault: Fault) -> str:
    if isinstance(fault, Refused):
        return str(fault.facts["status"])
    return _REFUSALS.get(type(fault), type(fault).__name__)


def _denial(denial: answers.Denial | None) -> dict[str, object]:
    if denial is None:
        return {"reason": None, "shortfall": 0, "cap": ""}
    reason = denial.reason.name if denial.reason is not Reason.NONE else None
    told: dict[str, object] = {
        "reason": reason,
        "balance": denial.balance,
        "shortfall": denial.shortfall,
        "cap": denial.cap,
    }
    return told | ({"tokens": denial.tokens} if denial.tokens else {})


def answer_failures(event: Event, answer: object, start: int) -> Iterator[Failure]:
    """What the event expects of its answer; a fault that it does not expect is a failure by itself."""
    got, wanted = facts_of(answer), event.expect.answer
    if isinstance(answer, Fault) and wanted.get("granted") is not False:
        yield Failure(event.number, event.line, "granted", "true", f"{got['reason']}: {answer}")
        return
    for key, value in wanted.items():
        found = got.get(key)
        if found != value:
            yield Failure(event.number, event.line, key, _shown(key, value, start), _shown(key, found, start))


def _shown(key: str, value: object, start: int) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {number}" for name, number in value.items()) + "}"
    return offset_text(value, start) if key in _TIMES and isinstance(value, int) else str(value)


def state_failures(event: Event, stage: Stage, books: Books) -> Iterator[Failure]:
    """What the event expects of balances, sessions and charges as they stand now."""
    for key, wanted, got in _differences(event.expect, stage, books):
        yield Failure(event.number, event.line, key, wanted, got)


def _differences(expect: Expectation, stage: Stage, books: Books) -> Iterator[tuple[str, str, str]]:
    for team, of_team in expect.teams.items():
        yield from _team(team, of_team, stage, books)
    for name, state in expect.sessions.items():
        found = _state(*books.sessions[name], stage)
        if found is not state:
            yield f"sessions.{name}", state.name, found.name
    if expect.charges is not None:
        yield from _charges(expect.charges, _all_charges(stage, books), books)


def _team(team: str, expected: TeamExpected, stage: Stage, books: Books) -> Iterator[tuple[str, str, str]]:
    balance: answers.Balance = stage.ask(requests.GetBalance(team))
    numbers = {"available": balance.available, "held": balance.held, "expired": balance.expired}
    for key, wanted in expected.numbers.items():
        if numbers[key] != wanted:
            yield f"teams.{team}.{key}", str(wanted), str(numbers[key])
    remaining = {books.pack_name(pack.id): pack.remaining for pack in balance.packs}
    for pack, wanted in expected.packs.items():
        if remaining.get(pack) != wanted:
            yield f"teams.{team}.packs.{pack}", str(wanted), str(remaining.get(pack, "no such pack"))


def _state(user: str, session: str, stage: Stage) -> State:
    listed = stage.pages(lambda token: requests.ListSessions(user=user, page_size=PAGE_MAX, page_token=token))
    return next((facts.state for facts in listed if facts.session == session), State.NONE)


def _all_charges(stage: Stage, books: Books) -> list[answers.Charge]:
    """Charges of everybody, in the order of window start and then line."""
    found: list[answers.Charge] = []
    for user in books.users:
        found += stage.pages(
            lambda token, user=user: requests.ListCharges(user=user, page_size=PAGE_MAX, page_token=token)  # type: ignore[misc]
        )
    return sorted(found, key=lambda charge: (charge.window_start, _line(charge)))


def _line(charge: answers.Charge) -> str:
    return f"{charge.team}/{charge.user}/{charge.product}"


def _charges(
    expected: tuple[ChargeExpected, ...], found: list[answers.Charge], books: Books
) -> Iterator[tuple[str, str, str]]:
    if len(expected) != len(found):
        lines = ", ".join(f"{_line(charge)} {offset_text(charge.window_start, books.start)}" for charge in found)
        yield "charges", f"{len(expected)} of them", f"{len(found)}: {lines or 'none'}"
        return
    for number, (wanted, charge) in enumerate(zip(expected, found, strict=True), 1):
        slices = {books.pack_name(pack): tokens for pack, tokens in charge.slices}
        window = (charge.window_start, charge.window_end)
        pairs: tuple[tuple[str, object, object], ...] = (
            ("line", wanted.line, _line(charge)),
            ("tokens", wanted.tokens, charge.tokens),
            ("window", _window(wanted.window, books.start), _window(window, books.start)),
            ("from", wanted.slices, slices),
            ("refunded", wanted.refunded, charge.refunded > 0),
        )
        for key, want, got in pairs:
            if want is not None and want != got:
                yield f"charges[{number}].{key}", _shown(key, want, books.start), _shown(key, got, books.start)


def _window(window: tuple[int, int] | None, start: int) -> str | None:
    return None if window is None else f"[{offset_text(window[0], start)}, {offset_text(window[1], start)}]"
