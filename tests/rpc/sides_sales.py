"""A least message about a side of every method of Entitlements, Packs and Catalogue. None of them keeps anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from flexauth.requests.entitlements import CapPeriod, CapSubject, CreateCap, CreateSubscription, CreateTrial
from flexauth.v1 import catalogue_pb2, entitlements_pb2, packs_pb2
from tests.rpc.serving import DAY, START

#: What every side has beside its user and pack.
CAP, OPEN_ORDER = "limit", "open-order"
LATER = START + 30 * DAY
_RATES = "product,name,tokens_per_24h\nACD,AutoCAD,7\n"
_PRICES = "kind,size,price,currency\npack,100,3.00,USD\n"

_VALUES: dict[str, Callable[[str, Any], Any]] = {
    "team": lambda _, side: side.team,
    "to_team": lambda _, side: side.team,
    "user": lambda _, side: side.user,
    "pack": lambda _, side: side.pack,
    "id": lambda _, side: side.subscription,
    "number": lambda method, side: {"AllocateOrder": OPEN_ORDER, "CancelOrder": f"{side.team}-order"}.get(method, "n1"),
    "reason": lambda _, __: "a mistake",
    "product": lambda method, _: "" if method.startswith(("PutPool", "CreateSub")) else "ACD",
    "code": lambda method, _: "SET" if "Collection" in method else "ACD",
    "collection": lambda method, _: "SET",
    "products": lambda _, __: ["ACD"],
    "launch_code": lambda _, __: "ACDLT",
    "seats": lambda _, __: 3,
    "ends_at": lambda _, __: LATER,
    "name": lambda method, _: "new" if method.startswith(("Create", "Put", "UpdateProduct")) else CAP,
    "subject_kind": lambda _, __: CapSubject.USER,
    "subject_name": lambda _, side: side.user,
    "per": lambda _, __: CapPeriod.MONTH,
    "tokens": lambda _, __: 50,
    "size": lambda _, __: 10,
    "window_start": lambda _, __: START,
    "csv": lambda method, _: _RATES if method == "ImportRates" else _PRICES,
    "validate_only": lambda _, __: True,
}
_PACKS: dict[str, list[Message]] = {
    "CreateUnallocatedOrder": [packs_pb2.PackSize(size=100)],
    "CreateOpeningOrder": [packs_pb2.OpeningPack(size=100, starts_at=START, ends_at=LATER)],
}


def furnish(ask: Callable[[Any], Any], team: str, user: str) -> int:
    """Give a team what the messages name; the id of its subscription."""
    ask(CreateCap(team, CAP, CapSubject.USER, CapPeriod.MONTH, 10_000, user))
    ask(CreateTrial(team, user, "ACD", LATER))
    subscription = ask(CreateSubscription(team, user, collection="SET"))
    return int(subscription.id)


def messages() -> Iterator[tuple[str, Callable[[Any], Message]]]:
    """Methods as `Service/Method`, each with what makes its message of a side."""
    for module in (entitlements_pb2, packs_pb2, catalogue_pb2):
        for service in module.DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                yield f"{service.name}/{method.name}", _made(method.name, method.input_type)


def _made(method: str, kind: Any) -> Callable[[Any], Message]:
    fields = [name for name in _VALUES if name in kind.fields_by_name]

    def make(side: Any) -> Message:
        message: Message = GetMessageClass(kind)(**{name: _VALUES[name](method, side) for name in fields})
        if "update_mask" in kind.fields_by_name:
            changed = "name" if method == "UpdateProduct" else "tokens" if method == "UpdateCap" else "ends_at"
            message.update_mask.paths.append(changed)  # type: ignore[attr-defined]
        if method in _PACKS:
            message.packs.extend(_PACKS[method])  # type: ignore[attr-defined]
        return message

    return make
