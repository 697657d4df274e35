"""The verbs of a timeline: for each its keys, the facts that its answer has, and how its act is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from flexauth import limits, requests
from flexauth.commands import Origin
from flexauth.simulate import scenario
from flexauth.simulate.cast import Cast, read_time
from flexauth.simulate.catalogue import LAUNCH_KEYS, PRODUCT_KEYS, read_floors, read_launch, read_product
from flexauth.simulate.document import Table
from flexauth.simulate.instants import duration, signed_duration
from flexauth.simulate.office import ADMINISTRATIVE, Read

__all__ = ["VERBS", "Verb"]

ORIGINS = {o.name: o for o in Origin}
SIGNIN_KEYS = (
    "session user product team device version platform origin take_over project max_tokens offline_until"
    " end_before_renewal"
)
QUOTE_ANSWER = "granted reason entitlement team choice tokens paid_until balance shortfall cap"
CHECKOUT_ANSWER = f"{QUOTE_ANSWER} lease_until end_at entitled_until project"
RESULT_ANSWER = "granted reason tokens balance left_over cap"
REFUSABLE = "granted reason"
_ANY_SESSION = str(UUID(int=1))


@dataclass(frozen=True, slots=True)
class Verb:
    """`read` makes the act of the event's table, its time and the cast."""

    keys: str
    answer_keys: str
    read: Read
    names_session: bool = False


def _text(table: Table, key: str, default: str = "") -> str:
    return default if (value := table.get(key)) is None else value.text()


def _flag(table: Table, key: str) -> bool:
    return (value := table.get(key)) is not None and value.flag()


def _time(table: Table, key: str, cast: Cast) -> int:
    return 0 if (value := table.get(key)) is None else read_time(value, cast.start)


def _max_tokens(table: Table) -> int | None:
    return None if (value := table.get("max_tokens")) is None else value.whole(0, limits.PACK_TOKENS)


def _signin(table: Table, cast: Cast) -> scenario.Signin:
    user = cast.user(table.need("user"))
    origin = table.get("origin")
    signin = scenario.Signin(
        user=user,
        product=cast.launched(table.need("product")),
        team="" if (team := table.get("team")) is None else cast.team(team),
        device=_text(table, "device", f"{user}'s device"),
        version=_text(table, "version"),
        platform=_text(table, "platform"),
        origin=Origin.INTERACTIVE if origin is None else ORIGINS[origin.one_of(ORIGINS)],
        take_over=_flag(table, "take_over"),
        max_tokens=_max_tokens(table),
        project=_text(table, "project"),
        offline_until=_time(table, "offline_until", cast),
        end_before_renewal=_flag(table, "end_before_renewal"),
    )
    with table.value.checked():
        requests.Checkout(
            _ANY_SESSION,
            signin.user,
            signin.product,
            signin.device,
            version=signin.version,
            platform=signin.platform,
            project=signin.project,
        )
    cast.charged_to(signin.project, signin.user, signin.team)
    return signin


def _checkout(table: Table, _at: int, cast: Cast) -> scenario.Checkout:
    return scenario.Checkout(table.need("session").text(), _signin(table, cast))


def _quote(table: Table, _at: int, cast: Cast) -> scenario.Quote:
    return scenario.Quote(_signin(table, cast))


def _checkin(table: Table, at: int, cast: Cast) -> scenario.Checkin:
    session = cast.session(table.need("session"))
    if (value := table.get("ended")) is None:
        return scenario.Checkin(session, 0)
    ended_at = read_time(value, cast.start)
    if ended_at > at:
        value.refuse("a session cannot end after the event that reports it")
    return scenario.Checkin(session, ended_at)


def _of_session(act: Callable[[str], scenario.Act]) -> Callable[[Table, int, Cast], scenario.Act]:
    return lambda table, _at, cast: act(cast.session(table.need("session")))


def _consent(table: Table, _at: int, cast: Cast) -> scenario.Consent:
    return scenario.Consent(cast.session(table.need("session")), table.need("max_tokens").whole(0, limits.PACK_TOKENS))


def _borrow(table: Table, _at: int, cast: Cast) -> scenario.Borrow:
    return scenario.Borrow(cast.session(table.need("session")), _time(table, "until", cast))


def _result(table: Table, _at: int, cast: Cast) -> scenario.Result:
    session, units = cast.session(table.need("session")), table.need("units").whole(1, limits.RESULT_UNITS)
    return scenario.Result(session, units, table.need("request_id").text())


def _add_product(table: Table, _at: int, cast: Cast) -> scenario.Administer:
    return read_product(table.need("product").text(), table, cast)


def _set_floors(table: Table, _at: int, cast: Cast) -> scenario.Administer:
    return scenario.Administer((read_floors(cast.product(table.need("product")), table.need("floors")),))


def _clock(table: Table, _at: int, _cast: Cast) -> scenario.Clock:
    return scenario.Clock(table.need("step").parsed(signed_duration))


def _restart(table: Table, _at: int, _cast: Cast) -> scenario.Restart:
    down = 0 if (value := table.get("down")) is None else value.parsed(duration)
    return scenario.Restart(down, _flag(table, "kill"))


VERBS: dict[str, Verb] = {
    "checkout": Verb(SIGNIN_KEYS, CHECKOUT_ANSWER, _checkout, names_session=True),
    "quote": Verb(SIGNIN_KEYS, QUOTE_ANSWER, _quote),
    "checkin": Verb("session ended", "", _checkin),
    "idle": Verb("session", "", _of_session(scenario.Idle)),
    "resume": Verb("session", "", _of_session(scenario.Resume)),
    "offline": Verb("session", "", _of_session(scenario.Offline)),
    "online": Verb("session", "", _of_session(scenario.Online)),
    "crash": Verb("session", "", _of_session(scenario.Crash)),
    "consent": Verb("session max_tokens", "", _consent),
    "borrow": Verb("session until", "lease_until", _borrow),
    "result": Verb("session units request_id", RESULT_ANSWER, _result),
    "add_product": Verb(f"product {PRODUCT_KEYS}", REFUSABLE, _add_product),
    "set_floors": Verb("product floors", REFUSABLE, _set_floors),
    "launch": Verb(LAUNCH_KEYS, REFUSABLE, lambda table, _at, cast: read_launch(table, cast)),
    **{verb: Verb(keys, REFUSABLE, read) for verb, (keys, read) in ADMINISTRATIVE.items()},
    "clock": Verb("step", "", _clock),
    "restart": Verb("down kill", "", _restart),
    "expect": Verb("", "", lambda _table, _at, _cast: scenario.Expect()),
}
