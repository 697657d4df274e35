"""Reads a scenario file, checks all of its form and its references, and returns it as values.

Every error names file, line and field. A verb or key whose rule is not in force is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flexauth.simulate.cast import Cast, read_time
from flexauth.simulate.catalogue import LAUNCH_KEYS, PRODUCT_KEYS, read_collection, read_launch, read_product
from flexauth.simulate.document import FormError, Table, Value, read_document
from flexauth.simulate.expectations import NOTHING, read_expectation
from flexauth.simulate.office import read_team, untold_projects
from flexauth.simulate.scenario import Event, Expect, Restart, Scenario, SetUp
from flexauth.simulate.verbs import VERBS, Verb

__all__ = ["WrongForm", "read_scenario"]

SCENARIO_KEYS = "name about start catalogue collections launches teams timeline finally"
EVENT_KEYS = "at do expect"


class WrongForm(Exception):
    """Everything that was found wrong with a file, at least one error."""

    def __init__(self, errors: tuple[FormError, ...]) -> None:
        self.errors = errors
        super().__init__("\n".join(str(error) for error in errors))


@dataclass(slots=True)
class _Errors:
    found: list[FormError] = field(default_factory=list)

    @contextmanager
    def noted(self) -> Iterator[None]:
        """An error in one part leaves the other parts to be read."""
        try:
            yield
        except FormError as error:
            self.found.append(error)


def read_scenario(path: str) -> Scenario:
    """Return the scenario of a file; WrongForm with all errors found."""
    errors = _Errors()
    try:
        scenario = _scenario(path, errors)
    except FormError as error:
        raise WrongForm((*errors.found, error)) from None
    if errors.found:
        raise WrongForm(tuple(errors.found))
    return scenario


def _scenario(path: str, errors: _Errors) -> Scenario:
    table = Table(read_document(path), SCENARIO_KEYS)
    cast = Cast(start=read_time(table.need("start"), None))
    opening = [
        *_catalogue(table.need("catalogue"), cast, errors),
        *_combinations(table, cast, errors),
        *_teams(table.need("teams"), cast, errors),
    ]
    timeline = _timeline(table.need("timeline"), cast, errors)
    if cast.untold_projects:
        opening.append(SetUp("timeline", table.need("timeline").line, (untold_projects(cast),)))
    final = None
    if (ending := table.get("finally")) is not None:
        with errors.noted():
            final = _final(ending, timeline, cast)
    about = table.get("about")
    return Scenario(
        file=path,
        name=table.need("name").text(),
        about=tuple(item.text() for item in about.items()) if about else (),
        start=cast.start,
        opening=tuple(opening),
        timeline=timeline,
        final=final,
    )


def _catalogue(value: Value, cast: Cast, errors: _Errors) -> Iterator[SetUp]:
    for code, entry in value.entries().items():
        with errors.noted():
            try:
                act = read_product(code, Table(entry, PRODUCT_KEYS), cast)
                yield SetUp(f"catalogue.{code}", entry.line, (act,))
            finally:
                cast.products.add(code)  # one error about a product, not one at each of its uses


def _combinations(table: Table, cast: Cast, errors: _Errors) -> Iterator[SetUp]:
    """Collections, and what launches are charged as (C11)."""
    if (collections := table.get("collections")) is not None:
        for code, entry in collections.entries().items():
            with errors.noted():
                yield SetUp(f"collections.{code}", entry.line, (read_collection(code, entry, cast),))
    if (launches := table.get("launches")) is not None:
        for entry in launches.items():
            with errors.noted():
                yield SetUp(entry.field, entry.line, (read_launch(Table(entry, LAUNCH_KEYS), cast),))


def _teams(value: Value, cast: Cast, errors: _Errors) -> Iterator[SetUp]:
    entries = value.entries()
    if not entries:
        value.fail("there is no team; name at least one")
    for name, entry in entries.items():
        cast.teams[name] = set()
        with errors.noted():
            if (users := entry.entries().get("users")) is not None:
                cast.teams[name] |= set(users.entries())  # one error about a team, not one at each use of its users
            yield from read_team(name, entry, cast)


def _timeline(value: Value, cast: Cast, errors: _Errors) -> tuple[Event, ...]:
    events: list[Event] = []
    soonest, down_until = cast.start, 0
    for number, item in enumerate(value.items(), 1):
        with errors.noted():
            event = _event(number, item, cast, soonest)
            if event.at < down_until and isinstance(event.act, (Expect, Restart)):
                item.fail("the authority is down at this time; put it after the restart's `down`")
            if isinstance(event.act, Restart):
                down_until = event.at + event.act.down
            soonest = event.at
            events.append(event)
    return tuple(events)


def _event(number: int, value: Value, cast: Cast, soonest: int) -> Event:
    entries = value.entries()
    if "do" not in entries:
        value.fail("the key 'do' is missing; it names what happens")
    do = entries["do"]
    verb: Verb = VERBS[do.one_of(VERBS)]
    if (session := entries.get("session")) is not None and verb.names_session:
        cast.sessions.add(session.text())
    table = Table(value, f"{EVENT_KEYS} {verb.keys}")
    at = _not_before(table.need("at"), soonest, cast)
    act = verb.read(table, at, cast)
    wanted = table.get("expect")
    if wanted is None and isinstance(act, Expect):
        value.fail("the key 'expect' is missing; it says what must hold now")
    expect = read_expectation(wanted, verb.answer_keys, cast) if wanted else NOTHING
    return Event(number, value.line, at, act, expect)


def _not_before(value: Value, soonest: int, cast: Cast) -> int:
    at = read_time(value, cast.start)
    if at < soonest:
        value.refuse("it is before the event above it, or before the start; a timeline goes forward")
    return at


def _final(value: Value, timeline: tuple[Event, ...], cast: Cast) -> Event:
    at_value = value.entries().get("at")
    if at_value is None:
        value.fail("the key 'at' is missing; it must be given")
    soonest = max((_up_again(event) for event in timeline), default=cast.start)
    at = _not_before(at_value, soonest, cast)
    expect = read_expectation(value, "", cast, beside="at")
    return Event(len(timeline) + 1, value.line, at, Expect(), expect)


def _up_again(event: Event) -> int:
    return event.at + event.act.down if isinstance(event.act, Restart) else event.at
