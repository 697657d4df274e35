"""The verbs of a timeline: for each its keys, the facts that its answer has, and how its act is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from flexauth import limits, requests
from flexauth.commands import Origin
from flexauth.simulate import scenario
from flexauth.simulate.cast import (
    PRODUCT_KEYS,
    PRODUCT_LATER,
    Cast,
    read_packs,
    read_product,
    read_rights,
    read_time,
)
from flexauth.simulate.document import Table, Value, not_yet
from flexauth.simulate.instants import duration, signed_duration

__all__ = ["VERBS", "VERBS_LATER", "Verb"]

ORIGINS = {o.name: o for o in Origin}
ORIGINS_LATER = not_yet({"PLUGIN_AUTOLOAD": "S6", "BACKGROUND": "S6"})
SIGNIN_KEYS = "session user product team device version platform origin take_over"
SIGNIN_LATER = not_yet({"project": "Q4", "max_tokens": "Q2"})
CHECKOUT_ANSWER = "granted reason entitlement team tokens paid_until lease_until balance shortfall"
QUOTE_ANSWER = "granted reason entitlement team tokens paid_until balance shortfall"
REFUSABLE = "granted reason"
_ANY_SESSION = str(UUID(int=1))

VERBS_LATER = not_yet(
    {
        "result": "C13",
        "move_pack": "P5",
        "split_pack": "P5",
        "unassign": "A6",
        "default_assignment": "A2",
        "subscribe": "section 5",
        "unsubscribe": "section 5",
        "start_trial": "section 5",
        "set_seats": "section 5",
        "set_cap": "Q3",
        "refund": "L5",
    }
)


@dataclass(frozen=True, slots=True)
class Verb:
    """`read` makes the act of the event's table, its time and the cast."""

    keys: str
    answer_keys: str
    read: Callable[[Table, int, Cast], scenario.Act]
    refused: Mapping[str, str] = field(default_factory=dict)
    names_session: bool = False


def _text(table: Table, key: str, default: str = "") -> str:
    return default if (value := table.get(key)) is None else value.text()


def _flag(table: Table, key: str) -> bool:
    return (value := table.get(key)) is not None and value.flag()


def _origin(value: Value | None) -> Origin:
    if value is None:
        return Origin.INTERACTIVE
    name = value.one_of(ORIGINS)
    if name in ORIGINS_LATER:
        value.fail(ORIGINS_LATER[name])
    return ORIGINS[name]


def _signin(table: Table, cast: Cast) -> scenario.Signin:
    user = cast.user(table.need("user"))
    signin = scenario.Signin(
        user=user,
        product=cast.product(table.need("product")),
        team="" if (team := table.get("team")) is None else cast.team(team),
        device=_text(table, "device", f"{user}'s device"),
        version=_text(table, "version"),
        platform=_text(table, "platform"),
        origin=_origin(table.get("origin")),
        take_over=_flag(table, "take_over"),
    )
    with table.value.checked():
        requests.Checkout(
            _ANY_SESSION,
            signin.user,
            signin.product,
            signin.device,
            version=signin.version,
            platform=signin.platform,
        )
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


def _order(table: Table, at: int, cast: Cast) -> scenario.Order:
    team = cast.team(table.need("team"))
    return scenario.Order(team, read_packs(table.need("packs"), team, at, cast))


def _assign(table: Table, _at: int, cast: Cast) -> scenario.Assign:
    team = cast.team(table.need("team"))
    value = table.need("user")
    user = cast.user(value)
    if user not in cast.teams[team]:
        value.fail(f"{user} is in another team; users of several teams (E1) are not played yet")
    return scenario.Assign(team, read_rights(user, table.need("products"), cast))


def _add_product(table: Table, _at: int, cast: Cast) -> scenario.AddProduct:
    return scenario.AddProduct(read_product(table.need("product").text(), table, cast))


def _set_rate(table: Table, at: int, cast: Cast) -> scenario.SetRate:
    product = cast.product(table.need("product"))
    rate = table.need("rate").whole(1, limits.RATE_TOKENS)
    value = table.get("valid_from")
    valid_from = read_time(value, cast.start) if value else 0
    if value is not None and valid_from < at:
        value.refuse("a rate is set from now on or from later on, never for windows that began (C14)")
    return scenario.SetRate(product, rate, valid_from)


def _release_device(table: Table, _at: int, cast: Cast) -> scenario.ReleaseDevice:
    return scenario.ReleaseDevice(
        cast.user(table.need("user")), cast.product(table.need("product")), table.need("device").text()
    )


def _clock(table: Table, _at: int, _cast: Cast) -> scenario.Clock:
    return scenario.Clock(table.need("step").parsed(signed_duration))


def _restart(table: Table, _at: int, _cast: Cast) -> scenario.Restart:
    down = 0 if (value := table.get("down")) is None else value.parsed(duration)
    return scenario.Restart(down, _flag(table, "kill"))


VERBS: dict[str, Verb] = {
    "checkout": Verb(SIGNIN_KEYS, CHECKOUT_ANSWER, _checkout, SIGNIN_LATER, names_session=True),
    "quote": Verb(SIGNIN_KEYS, QUOTE_ANSWER, _quote, SIGNIN_LATER),
    "checkin": Verb("session ended", "", _checkin),
    "idle": Verb("session", "", _of_session(scenario.Idle)),
    "resume": Verb("session", "", _of_session(scenario.Resume)),
    "offline": Verb("session", "", _of_session(scenario.Offline)),
    "online": Verb("session", "", _of_session(scenario.Online)),
    "crash": Verb("session", "", _of_session(scenario.Crash)),
    "order": Verb("team packs", REFUSABLE, _order),
    "assign": Verb("team user products", REFUSABLE, _assign),
    "add_product": Verb(f"product {PRODUCT_KEYS}", REFUSABLE, _add_product, PRODUCT_LATER),
    "set_rate": Verb("product rate valid_from", REFUSABLE, _set_rate),
    "release_device": Verb("user product device", REFUSABLE, _release_device),
    "clock": Verb("step", "", _clock),
    "restart": Verb("down kill", "", _restart),
    "expect": Verb("", "", lambda _table, _at, _cast: scenario.Expect()),
}
