"""Asks a real server: requests as messages of flexauth.v1 through the SDK's channel, messages back as answers.

Owns the mapping by the names of methods and fields, which are the same on both sides; knows no scenario.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, fields, is_dataclass
from enum import IntEnum
from functools import cache
from types import UnionType
from typing import Any, Final, NamedTuple, Union, get_args, get_origin, get_type_hints

from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message_factory import GetMessageClass

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
    ResultAnswer,
    SessionFacts,
)
from flexauth.answers_of.entitlements import Subscription
from flexauth.faults import Fault
from flexauth.requests.entitlements import ListSubscriptions
from flexauth.requests.packs import CreateOpeningOrder
from flexauth.v1 import (
    administration_pb2,
    catalogue_pb2,
    entitlements_pb2,
    groups_pb2,
    license_authority_pb2,
    members_pb2,
    packs_pb2,
    persons_pb2,
    reporting_pb2,
)
from flexauth_client.channel import Channel
from flexauth_client.errors import FlexauthError, Rejected
from flexauth_client.settings import Settings

__all__ = ["Refused", "Wire"]

_CALL_SECONDS: Final = 30.0
_PROTOS: Final = (
    license_authority_pb2,
    administration_pb2,
    catalogue_pb2,
    entitlements_pb2,
    groups_pb2,
    members_pb2,
    packs_pb2,
    persons_pb2,
    reporting_pb2,
)


class Refused(Fault):
    """{message}"""


class _Told(NamedTuple):
    """What an answer is, from a field where it is in one; None: it is taken as it comes."""

    answer: type | None = None
    field: str = ""


def _methods() -> dict[str, MethodDescriptor]:
    """Methods by name, that of a client where an administrator has one of the same name."""
    found: dict[str, MethodDescriptor] = {}
    for proto in _PROTOS:
        for service in proto.DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                found.setdefault(method.name, method)
    return found


_METHODS: Final = _methods()
_RENAMED: Final = {requests.ListSessions: "ListMySessions", requests.ListCharges: "ListMyCharges"}
_TOLD: Final = {
    requests.Quote: _Told(QuoteAnswer),
    requests.Checkout: _Told(CheckoutAnswer),
    requests.Heartbeat: _Told(HeartbeatAnswer),
    requests.Checkin: _Told(CheckinAnswer),
    requests.ReportResult: _Told(ResultAnswer),
    requests.ListSessions: _Told(SessionFacts, "sessions"),
    requests.ListCharges: _Told(Charge, "charges"),
    requests.GetBalance: _Told(Balance, "balance"),
    requests.CreateOrder: _Told(OrderAnswer),
    requests.ConfirmClock: _Told(ClockAnswer),
    ListSubscriptions: _Told(Subscription, "subscriptions"),
    CreateOpeningOrder: _Told(None, "order"),
}


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


class Wire:
    """A client's channel to a server at `address`. Faults of the far side are `Refused`, with the status by name."""

    def __init__(self, address: str) -> None:
        self._channel = Channel(Settings(server=address, key="", user="", device=""))

    def carries(self, request: requests.Request) -> bool:
        """Whether there is a method for it; an invitation is accepted by a sign-in at the identity provider alone."""
        return _name(request) in _METHODS

    def ask(self, request: requests.Request) -> Any:
        """Send a request and wait for its answer; raises `Refused`."""
        method = _METHODS[_name(request)]
        sent, received = GetMessageClass(method.input_type), GetMessageClass(method.output_type)
        call = self._channel.calls.unary_unary(
            f"/{method.containing_service.full_name}/{method.name}",
            request_serializer=sent.SerializeToString,
            response_deserializer=received.FromString,
        )
        shaped = _SHAPED.get(type(request), _as_it_is)
        try:
            message: Any = self._channel.call(call, sent(**shaped(_named(request))), _CALL_SECONDS)
        except FlexauthError as error:
            status = error.status if isinstance(error, Rejected) else type(error).__name__
            raise Refused(status=status, message=error) from error
        return _answer(_TOLD.get(type(request), _Told()), message)

    def close(self) -> None:
        self._channel.close()


def _name(request: requests.Request) -> str:
    return _RENAMED.get(type(request), type(request).__name__)


def _named(request: requests.Request) -> dict[str, Any]:
    """Field values of a request and of what it holds, without those that are not given."""
    values = asdict(request, dict_factory=lambda pairs: {name: value for name, value in pairs if value is not None})
    for name in ("validate_only", "team") if isinstance(request, requests.ListSessions) else ("validate_only",):
        values.pop(name, None)
    if "update_mask" in values:
        values["update_mask"] = {"paths": list(values["update_mask"])}
    return values


def _answer(told: _Told, message: Any) -> Any:
    found = getattr(message, told.field) if told.field else message
    if told.answer is None:
        return found
    if hasattr(message, "next_page_token"):
        return Page(tuple(_value(told.answer, item) for item in found), message.next_page_token)
    return _value(told.answer, found)


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
