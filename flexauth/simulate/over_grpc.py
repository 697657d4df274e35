"""Asks a real server: requests as messages of flexauth.v1 through the SDK's channel, messages back as

Owns the mapping by field names, which are the same on both sides; knows no scenario.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, fields, is_dataclass
from enum import IntEnum
from functools import cache
from types import UnionType
from typing import Any, Final, NamedTuple, Union, get_args, get_origin, get_type_hints

from flexauth import requests
from flexauth.answers import (
    Balance,
    Charge,
    CheckinAnswer,
    CheckoutAnswer,
    ClockAnswer,
    HeartbeatAnswer,
    OrderAnswer,
    Page,
    QuoteAnswer,
    SessionFacts,
)
from flexauth.faults import Fault
from flexauth.v1 import administration_pb2 as admin
from flexauth.v1 import license_authority_pb2 as authority
from flexauth.v1 import reporting_pb2 as reporting
from flexauth_client.channel import Channel
from flexauth_client.errors import FlexauthError, Rejected
from flexauth_client.settings import Settings

__all__ = ["Refused", "Wire"]

_CALL_SECONDS: Final = 30.0


class Refused(Fault):
    """{message}"""


class _Call(NamedTuple):
    """How a request is sent: stub, method, message, and what its answer is, from a field where it is in one."""

    stub: str
    method: str
    message: Callable[..., Any]
    answer: type | None = None
    field: str = ""


def _as_it_is(values: dict[str, Any]) -> dict[str, Any]:
    return values


def _sold(product: dict[str, Any]) -> dict[str, Any]:
    request_id = product.pop("request_id")
    return {"request_id": request_id, "product": product}


def _priced(rate: dict[str, Any]) -> dict[str, Any]:
    request_id, tokens = rate.pop("request_id"), rate.pop("rate")
    return {"request_id": request_id, "rate": {**rate, "tokens_per_24h": tokens}}


_Shape = Callable[[dict[str, Any]], dict[str, Any]]
_SHAPED: Final[dict[type, _Shape]] = {requests.CreateProduct: _sold, requests.SetRate: _priced}
_CALLS: Final = {
    requests.Quote: _Call("authority", "Quote", authority.QuoteRequest, QuoteAnswer),
    requests.Checkout: _Call("authority", "Checkout", authority.CheckoutRequest, CheckoutAnswer),
    requests.Heartbeat: _Call("authority", "Heartbeat", authority.HeartbeatRequest, HeartbeatAnswer),
    requests.Checkin: _Call("authority", "Checkin", authority.CheckinRequest, CheckinAnswer),
    requests.ReleaseDevice: _Call("authority", "ReleaseDevice", authority.ReleaseDeviceRequest),
    requests.ListSessions: _Call(
        "authority", "ListMySessions", authority.ListMySessionsRequest, SessionFacts, "sessions"
    ),
    requests.ListCharges: _Call("authority", "ListMyCharges", authority.ListMyChargesRequest, Charge, "charges"),
    requests.GetBalance: _Call("reporting", "GetBalance", reporting.GetBalanceRequest, Balance, "balance"),
    requests.CreateTeam: _Call("administration", "CreateTeam", admin.CreateTeamRequest),
    requests.CreateUser: _Call("administration", "CreateUser", admin.CreateUserRequest),
    requests.AssignUser: _Call("administration", "AssignUser", admin.AssignUserRequest),
    requests.CreateProduct: _Call("administration", "CreateProduct", admin.CreateProductRequest),
    requests.SetRate: _Call("administration", "SetRate", admin.SetRateRequest),
    requests.SetPolicy: _Call("administration", "SetPolicy", admin.SetPolicyRequest),
    requests.CreateOrder: _Call("administration", "CreateOrder", admin.CreateOrderRequest, OrderAnswer),
    requests.ConfirmClock: _Call("administration", "ConfirmClock", admin.ConfirmClockRequest, ClockAnswer),
}


class Wire:
    """A client's channel to a server at `address`. Faults of the far side are `Refused`, with the status by name."""

    def __init__(self, address: str) -> None:
        self._channel = Channel(Settings(server=address, key="", user="", device=""))

    def ask(self, request: requests.Request) -> Any:
        """Send a request and wait for its answer; raises `Refused`."""
        call = _CALLS[type(request)]
        shaped = _SHAPED.get(type(request), _as_it_is)
        method = getattr(getattr(self._channel, call.stub), call.method)
        try:
            message = self._channel.call(method, call.message(**shaped(_named(request))), _CALL_SECONDS)
        except FlexauthError as error:
            status = error.status if isinstance(error, Rejected) else type(error).__name__
            raise Refused(status=status, message=error) from error
        return _answer(call, message)

    def close(self) -> None:
        self._channel.close()


def _named(request: requests.Request) -> dict[str, Any]:
    """Field values of a request and of what it holds, without those that are not given."""
    values = asdict(request, dict_factory=lambda pairs: {name: value for name, value in pairs if value is not None})
    if isinstance(request, requests.ListSessions):
        del values["team"]
    return values


def _answer(call: _Call, message: Any) -> Any:
    if call.answer is None:
        return message
    if not call.field:
        return _value(call.answer, message)
    found = getattr(message, call.field)
    if hasattr(message, "next_page_token"):
        return Page(tuple(_value(call.answer, item) for item in found), message.next_page_token)
    return _value(call.answer, found)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _value(kind: Any, sent: Any) -> Any:
    """A message, or a field's value, as the type that an answer declares."""
    if is_dataclass(kind):
        hints = _hints(kind)  # type: ignore[arg-type]
        return kind(**{f.name: _field(hints[f.name], sent, f.name) for f in fields(kind)})  # type: ignore[operator]
    if isinstance(kind, type) and issubclass(kind, IntEnum):
        return kind(sent)
    if get_origin(kind) is tuple:
        return tuple(_value(get_args(kind)[0], item) for item in sent)
    return sent


def _field(kind: Any, message: Any, name: str) -> Any:
    """A field of a message; None where it is absent and may be, a slice as its pair."""
    if get_origin(kind) in {Union, UnionType}:
        return _value(get_args(kind)[0], getattr(message, name)) if message.HasField(name) else None
    if name == "slices":
        return tuple((piece.pack, piece.tokens) for piece in message.slices)
    return _value(kind, getattr(message, name))
