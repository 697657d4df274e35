"""Units of work that the sequencer runs in order, and the future that answers each. Knows no rule and no transport."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from flexauth.commands import Engine
from flexauth.requests import AUTHORITY, Actor
from flexauth.store.port import Write

__all__ = ["Later", "Turn", "Work"]

A = TypeVar("A")


@dataclass(slots=True)
class Turn:
    """What a unit of work may use while it is decided: the time, the engine, rows to write, and what was read for it.

    `digests` are those of free texts in ledger entries to come, by (team, seq). `stored` is the last stored batch;
    `history` is what the work's own `Later` read, None the first time; `by` is who asked for it.
    """

    now: int
    engine: Engine
    stored: int
    writes: list[Write] = field(default_factory=list)
    history: Any = None
    by: Actor = AUTHORITY

    def write(self, statement: str, **values: object) -> None:
        """A row for this batch by a named statement of the store."""
        self.writes.append(Write(statement, values))


@dataclass(frozen=True, slots=True)
class Later:
    """A decision that needs history: once all that was decided is stored, `read` is run and the work decides again."""

    read: Callable[[int], Any]


@dataclass(slots=True)
class Work(Generic[A]):
    """One unit: `decide` gives the answer, a `Later`, or raises a fault.

    `alone`: an administrative act; everything before it is stored first and it is stored before anything after it, so
    it may read the store. `stored` runs after it is stored. `while_full` answers in its stead when storage is full
    (R6): it gets the engine at the moment at which time stands still, and the time since.
    """

    decide: Callable[[Turn], A | Later]
    alone: bool = False
    stored: Callable[[], None] | None = None
    while_full: Callable[[Engine, int, int], A] | None = None
    future: Future[A] = field(default_factory=Future)
    by: Actor = AUTHORITY
    answer: A | None = None
    fault: BaseException | None = None
    history: Any = None

    def settle(self) -> None:
        """Answer the caller; a caller that has gone is no fault."""
        if self.future.set_running_or_notify_cancel():
            if self.fault is not None:
                self.future.set_exception(self.fault)
            else:
                self.future.set_result(self.answer)  # type: ignore[arg-type]

    def fail(self, fault: BaseException) -> None:
        """Answer the caller with a fault."""
        self.fault = fault
        self.settle()


Facts = Mapping[str, Any]
