"""What one row of the table of methods is, and the ways a row may be answered. Knows no wire engine."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from google.protobuf.message import Message

from flexauth.access import Guard
from flexauth.authority import Authority
from flexauth.leases import Signer
from flexauth.requests import AUTHORITY, Actor

__all__ = ["Doors", "Row", "at_once", "signed", "submit"]


class Doors(NamedTuple):
    """What one call may ask: on whose behalf (`by`), and what holds it to what is theirs (`guard`)."""

    authority: Authority
    signer: Signer
    by: Actor = AUTHORITY
    guard: Guard | None = None


def submit(doors: Doors, request: Any) -> Future[Any]:
    """Ask the authority; its future is done when what it says is on stable storage."""
    return doors.authority.submit(request, doors.by, doors.guard)


def at_once(ask: Callable[[Doors, Any], Any]) -> Callable[[Doors, Any], Future[Any]]:
    """Return what asks a door that needs no waiting for."""

    def asked(doors: Doors, request: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(ask(doors, request))
        return done

    return asked


def signed(doors: Doors, request: Any, answer: Any) -> Any:
    """Add the lease of a session that runs: signed in the thread of the call, after the commit (S4)."""
    return replace(answer, lease=doors.signer.sign(answer.facts, request.device_key_thumbprint))


def _unchanged(_doors: Doors, _request: Any, answer: Any) -> Any:
    return answer


@dataclass(frozen=True, slots=True)
class Row:
    """A method: message to request, whom to ask, what to add to the answer, answer to message.

    `blocks`: asking reads or writes files before there is a future, so that a thread that takes in the calls of many
    must leave it to another.
    """

    parse: Callable[[Any], Any]
    answer: Callable[[Any], Message]
    ask: Callable[[Doors, Any], Future[Any]] = submit
    finish: Callable[[Doors, Any, Any], Any] = _unchanged
    blocks: bool = False
