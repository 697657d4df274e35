"""The one door to the service: requests become work for the sequencer, or reads of what is stored.

Knows which part answers what; decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

from flexauth import requests
from flexauth.access import Access, Guard, guarded
from flexauth.access.belongings import Stored
from flexauth.administration import Administration
from flexauth.caps import Caps
from flexauth.clock import Clock
from flexauth.commands import Engine
from flexauth.directory import Directory
from flexauth.entitlements import Entitlements
from flexauth.grants import Grants
from flexauth.members import Members
from flexauth.orders import Orders
from flexauth.products import Products
from flexauth.sequencer import Sequencer
from flexauth.sheets import Sheets
from flexauth.shelves import Shelves
from flexauth.store.port import Store
from flexauth.transfers import Transfers
from flexauth.use import Use
from flexauth.work import Work

__all__ = ["Authority"]


class Authority:
    """`submit` gives a future that is done only when what it says is on stable storage (R1, R5)."""

    def __init__(self, make_engine: Callable[[], Engine], store: Store, clock: Clock) -> None:
        self._store = store
        self.directory = Directory(store)
        self._sequencer = Sequencer(make_engine, store, clock, on_lost=self.directory.forget_unstored)
        administration = Administration(store, self.directory, self._sequencer)
        self.access = Access(store, now=lambda: self.now, welcome=self._welcome)
        self.grants = Grants(store, self.directory, changed=self.access.forget)
        members = Members(store, self.directory, self._sequencer.time, keys_changed=self.access.forget)
        products = Products(store, self.directory)
        parts = (
            administration,
            self.grants,
            members,
            products,
            Shelves(store, self.directory),
            Sheets(store, self.directory, products),
            Orders(store, self.directory),
            Transfers(store, self.directory),
            Entitlements(store, self.directory),
        )
        self._works: dict[type, Callable[[Any], Work[Any]]] = {
            **Use(store, self.directory).works,
            **Caps(store, self.directory).works,
        }
        self._reads: dict[type, Callable[[Any], Any]] = {}
        for part in parts:
            self._works |= part.works
            self._reads |= part.reads

    @property
    def latest(self) -> int:
        """The time of the last batch that was decided."""
        return self._sequencer.time.latest

    @property
    def now(self) -> int:
        """The time."""
        return self._sequencer.time.read()

    def answer_reads(self, reads: Mapping[type, Callable[[Any], Any]]) -> None:
        """Requests that reports answer from what is stored, in the caller's thread."""
        self._reads.update(reads)

    def _welcome(self, user: requests.Actor) -> None:
        """A4: a sign-in with a verified address accepts the invitations that wait for it."""
        self.submit(requests.AcceptInvitations(user.subject, user.email), user).result()

    def submit(
        self, request: requests.Request, by: requests.Actor = requests.AUTHORITY, guard: Guard | None = None
    ) -> Future[Any]:
        """The answer to a request (see `answers`); faults come by the future. From any thread.

        `by` is who asks, for the audit log (L6); `guard` refuses what is not theirs, in the turn of the request.
        """
        read = self._reads.get(type(request))
        if read is not None:
            done: Future[Any] = Future()
            try:
                if guard is not None:
                    guard(Stored(self._store, self.directory))
                done.set_result(read(request))
            except Exception as fault:  # noqa: BLE001  # whatever it is, the caller hears it where he listens
                done.set_exception(fault)
            return done
        work = self._works[type(request)](request)
        work.by = by
        if guard is not None:
            work = guarded(work, guard, self._store, self.directory)
        self._sequencer.submit(work)
        return work.future

    def tick(self) -> None:
        """Everything due at the clock's present time has run and is stored when this returns."""
        work: Work[None] = Work(lambda _: None)
        self._sequencer.submit(work)
        work.future.result()

    def state(self) -> dict[str, list[tuple[int, ...]]]:
        """The live state as sorted rows, as of everything decided (R4)."""
        work: Work[dict[str, list[tuple[int, ...]]]] = Work(lambda turn: turn.engine.dump(turn.now))
        self._sequencer.submit(work)
        return work.future.result()

    @property
    def stopped(self) -> bool:
        """True once nothing is answered any more: closed, or its store is beyond help."""
        return self._sequencer.stopped

    def close(self, *, kill: bool = False) -> None:
        """Decide and store what waits, then stop; killed, whatever is not stored is dropped at once."""
        self._sequencer.close(kill=kill)
