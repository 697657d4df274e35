"""Administrative acts as work: once for a request id, alone in a batch, in the audit log. Knows no rule of any act.

An act is alone: all before it is stored, so it may read the store; the directory learns of it once it is stored. It
checks everything before its first command: a fault after one would leave the engine ahead of the store.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from enum import IntEnum
from itertools import count
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

from flexauth.commands import Command, Decision, Engine, IdKind, Outcome
from flexauth.faults import Conflict
from flexauth.names import content_digest
from flexauth.store.port import Store
from flexauth.work import Turn, Work

__all__ = ["Acts", "Learn", "Told"]

A = TypeVar("A")
Learn = Callable[[], None]
#: Columns of an act's row in the audit log that differ from what every act writes: by request and answer.
Told = Callable[[Turn, Any, Any], dict[str, Any]]
_UNTOLD = {"request_id", "validate_only"}


class Acts:
    """Makes works of acts. An act gives its answer and what the directory learns once it is stored."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def act(
        self, kind: type[A], decide: Callable[[Turn, Any], tuple[A, Learn]], told: Told = lambda *_: {}
    ) -> Callable[[Any], Work[A]]:
        """An act as work: a repeat of its request id gives the first answer; `validate_only` keeps nothing."""

        def work(request: Any) -> Work[A]:
            learned: list[Learn] = []

            def once(turn: Turn) -> A:
                learned.clear()
                made = self._made(kind, request)
                if made is not None:
                    return made
                if getattr(request, "validate_only", False):
                    return decide(_rehearsal(turn), request)[0]
                answer, learn = decide(turn, request)
                learned.append(learn)
                self._keep(turn, kind, request, answer, told(turn, request, answer))
                return answer

            def stored() -> None:
                for learn in learned:
                    learn()

            return Work(once, alone=True, stored=stored)

        return work

    def _keep(self, turn: Turn, kind: type[A], request: Any, answer: A, told: dict[str, Any]) -> None:
        """The audit log (L6), and the answer for a repeat."""
        row = {
            "at": turn.now, "actor": turn.by.name, "role": turn.by.role, "source": turn.by.source,
            "team": str(getattr(request, "team", "")), "act": type(request).__name__, "details": _plain(request),
            "outcome": "done",
        } | told  # fmt: skip
        turn.write("insert_audit", **row | {"details": json.dumps(row["details"], ensure_ascii=False)})
        if request.request_id:
            result = TypeAdapter(kind).dump_json(answer)
            digest = self._digest(request)
            turn.write("insert_request", request=request.request_id, digest=digest, result=result, made_at=turn.now)

    def _made(self, kind: type[A], request: Any) -> A | None:
        rows = self._store.select("request_made", {"request": request.request_id}) if request.request_id else []
        if not rows:
            return None
        if rows[0]["digest"] != self._digest(request):
            raise Conflict(field="request_id", value=request.request_id)
        return TypeAdapter(kind).validate_json(rows[0]["result"])

    @staticmethod
    def _digest(request: Any) -> bytes:
        return content_digest(type(request).__name__, repr(request)).to_bytes(8, "big")


class _Rehearsal:
    """The engine for an act that is only tried: it is looked at, and nothing is done; ids stand for those to come."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._ids = engine, count(2**62)

    def __getattr__(self, look: str) -> Any:
        return getattr(self._engine, look)

    def allocate(self, _kind: IdKind) -> int:
        return next(self._ids)

    def decide(self, _now: int, _command: Command) -> Decision:
        return Decision(Outcome.GRANTED)

    def load(self, _table: str, _rows: object) -> None:
        pass


def _rehearsal(turn: Turn) -> Turn:
    return replace(turn, engine=cast("Engine", _Rehearsal(turn.engine)), writes=[])


def _plain(value: Any) -> Any:
    """A request as JSON values: what was asked, by name; what its repr keeps to itself is secret here too."""
    if is_dataclass(value):
        told = (field.name for field in fields(value) if field.repr and field.name not in _UNTOLD)
        return {name: _plain(getattr(value, name)) for name in told}
    if isinstance(value, IntEnum):
        return value.name
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value
