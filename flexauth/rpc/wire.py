"""Turns messages of flexauth.v1 into requests and answers into messages, field by field of the same name.

Owns the combinators and the messages that services share; knows no method, no authority, no transport.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields
from enum import IntEnum
from typing import Any, TypeVar
from uuid import UUID

from google.protobuf.message import Message

from flexauth import answers, requests
from flexauth.commands import COLUMNS, NEVER
from flexauth.faults import InvalidArgument
from flexauth.v1 import types_pb2 as pb

__all__ = [
    "DENIAL",
    "DEVICES",
    "FACTS",
    "PACK",
    "entry",
    "enumerated",
    "many",
    "mask",
    "membership",
    "optional",
    "page",
    "parser",
    "tuple_of",
    "writer",
]

T = TypeVar("T")
M = TypeVar("M", bound=Message)

_LEDGER_FIELDS = {"team": "team_id", "user": "user_id", "product": "product_id"}
_LEDGER_TIMES = {"effective_at", "window_start", "window_end"}
_LEDGER = tuple(_LEDGER_FIELDS.get(name, name) for name in COLUMNS["ledger"])
_WORD = 2**64 - 1


def parser(message: type[Message], kind: type[T], **special: Callable[[Any], Any]) -> Callable[[Any], T]:
    """Return what makes a `kind` from a `message`; fields of `special` by their function of the whole message.

    A repeated field becomes a tuple, an absent optional one None. A name that the message lacks is a KeyError here.
    """
    readers = dict(special)
    for name in (field.name for field in fields(kind) if field.name not in special):  # type: ignore[arg-type]
        readers[name] = _reader(message.DESCRIPTOR.fields_by_name[name])
    return lambda received: kind(**{name: read(received) for name, read in readers.items()})


def _reader(field: Any) -> Callable[[Any], Any]:
    name: str = field.name
    if field.is_repeated:
        return lambda received: tuple(getattr(received, name))
    if field.has_presence:
        return lambda received: getattr(received, name) if received.HasField(name) else None
    return lambda received: getattr(received, name)


def writer(message: type[M], kind: type[Any], **special: Callable[[Any], Any]) -> Callable[[Any], M]:
    """Return what makes a `message` from a `kind`; fields of `special` by their function of the field's value.

    None leaves a field absent. A name that the message lacks is a KeyError here.
    """
    plain = tuple(field.name for field in fields(kind) if field.name not in special)
    for name in (*plain, *special):
        message.DESCRIPTOR.fields_by_name[name]

    def write(value: Any) -> M:
        given = {name: getattr(value, name) for name in plain}
        for name, make in special.items():
            given[name] = make(getattr(value, name))
        return message(**given)

    return write


def enumerated(field: str, kind: type[IntEnum], default: IntEnum) -> Callable[[Any], IntEnum]:
    """Return what reads an enum field: unspecified is `default`, a number that is none of `kind` is a fault."""

    def read(received: Any) -> IntEnum:
        number = getattr(received, field)
        try:
            return kind(number) if number else default
        except ValueError:
            known = ", ".join(f"{item.name} ({item.value})" for item in kind)
            raise InvalidArgument(field=field, value=number, rule=f"it must be one of {known}") from None

    return read


def tuple_of(field: str, parse: Callable[[Any], T]) -> Callable[[Any], tuple[T, ...]]:
    """Return what reads a repeated message field."""
    return lambda received: tuple(parse(item) for item in getattr(received, field))


def mask(received: Any) -> tuple[str, ...]:
    """Read the names of an update mask."""
    return tuple(received.update_mask.paths)


def many(write: Callable[[Any], Message]) -> Callable[[Iterable[Any]], list[Message]]:
    """Return what writes a repeated message field."""
    return lambda values: [write(value) for value in values]


def optional(write: Callable[[Any], Message]) -> Callable[[Any], Message | None]:
    """Return what writes a message field that may be absent."""
    return lambda value: None if value is None else write(value)


def page(message: type[M], field: str, write: Callable[[Any], Message]) -> Callable[[answers.Page[Any]], M]:
    """Return what writes one page of a list."""
    make: Callable[..., M] = message
    return lambda value: make(**{field: [write(item) for item in value.items]}, next_page_token=value.next_page_token)


membership = parser(pb.Membership, requests.Membership)
_DEVICE = writer(pb.Device, answers.Device)
DENIAL = optional(writer(pb.Denial, answers.Denial, devices=many(_DEVICE)))
DEVICES = many(_DEVICE)
FACTS = writer(pb.SessionFacts, answers.SessionFacts)
PACK = writer(pb.Pack, answers.Pack)


def entry(value: answers.Entry) -> pb.LedgerEntry:
    """Write a ledger entry: its columns by name, NEVER as 0, the two halves of the session's id as one UUID."""
    row = dict(zip(_LEDGER, value.columns, strict=True))
    session = (row.pop("session_hi") & _WORD) << 64 | row.pop("session_lo") & _WORD
    for name in _LEDGER_TIMES:
        row[name] = 0 if row[name] == NEVER else row[name]
    named: dict[str, Any] = {"team": value.team, "session": str(UUID(int=session)) if session else "", **row}
    return pb.LedgerEntry(**named, digest=value.digest, hash=value.hash)
