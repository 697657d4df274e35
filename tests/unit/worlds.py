"""Authorities for tests: a small furnished world on a store that fails when it is told to. Everything else is real."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from flexauth import bootstrap, requests
from flexauth._core import Core
from flexauth.authority import Authority
from flexauth.clock import VirtualClock
from flexauth.commands import DAY, MINUTE, SECOND, Engine
from flexauth.faults import StorageFull, StoreFailed
from flexauth.reference import Reference
from flexauth.residence import load_all
from flexauth.store.port import Batch, Store
from flexauth.store.sqlite import SqliteStore
from flexauth.store.verify import wrongs

HOUR = 60 * MINUTE
#: 2026-03-02T08:00:00Z
START = 1_772_438_400 * SECOND
PATIENCE = 20.0
TRIES = 5
ENGINES: dict[str, Callable[[], Engine]] = {
    "core": partial(Core, jitter=False),
    "reference": partial(Reference, jitter=False),
}
TEAMS = ("acme", "bolt", "cove")
USERS = (*(f"{team}-{name}" for team in TEAMS for name in ("ann", "bob", "cyd")), "both-eve")
PRODUCTS = {"ACD": 7, "RVT": 10, "MAX": 3}

Before = Callable[[Batch], None]


class FaultyStore:
    """A store that does what it is told at the next commits: `before` it stores, or `after` it has stored.

    `committed` are the numbers of the batches that it stored, `tried` those that it was given. While `gate` is clear a
    commit waits before it stores.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.gate = threading.Event()
        self.gate.set()
        self.news = threading.Condition()
        self.tried: list[Batch] = []
        self.committed: list[int] = []
        self.before: Before = lambda _: None
        self.after: Before = lambda _: None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def commit(self, batch: Batch) -> None:
        with self.news:
            self.tried.append(batch)
            self.news.notify_all()
        assert self.gate.wait(PATIENCE), "the gate was never opened"
        self.before(batch)
        self.store.commit(batch)
        with self.news:
            self.committed.append(batch.number)
            self.news.notify_all()
        self.after(batch)

    def wait_for(self, what: Callable[[], bool]) -> None:
        """Until something is true that a commit changes."""
        with self.news:
            assert self.news.wait_for(what, PATIENCE), "it never came true"

    @contextmanager
    def stuck(self) -> Iterator[None]:
        """The next commit begins, and no commit stores anything, until the block ends."""
        self.gate.clear()
        try:
            yield
        finally:
            self.gate.set()

    def wait_until_stuck(self) -> None:
        """A commit has begun and waits at the gate."""
        self.wait_for(lambda: len(self.tried) > len(self.committed))

    @contextmanager
    def failing(self, error: Exception | None = None, *, stored: bool = False) -> Iterator[None]:
        """Commits raise within the block, before they are stored or after."""
        fault = error or StoreFailed(cause="told to fail")

        def fail(_: Batch) -> None:
            raise fault

        if stored:
            self.after = fail
        else:
            self.before = fail
        try:
            yield
        finally:
            self.before = self.after = lambda _: None


class World:
    """An authority on a faulty store, at START; `spec` is memory or sqlite:PATH."""

    def __init__(self, engine: str, spec: str = "memory", store: Store | None = None) -> None:
        self.engine, self.spec = engine, spec
        self.clock = VirtualClock(START)
        self.store = FaultyStore(store or bootstrap.open_store(spec))
        self.authority = self._open()

    def _open(self) -> Authority:
        authority = bootstrap.open_authority(cast("Store", self.store), self.clock, engine=self.engine, jitter=False)
        assert type(authority._sequencer.engine) is ENGINES[self.engine]().__class__
        return authority

    @property
    def now(self) -> int:
        return self.clock.boot()

    def do(self, request: requests.Request) -> Any:
        """The answer, or its fault raised."""
        return self.authority.submit(request).result(PATIENCE)

    def advance(self, microseconds: int) -> None:
        """Let time pass, and everything that is due by then happen."""
        self.clock.advance_to(self.now + microseconds)
        self.authority.tick()

    @contextmanager
    def failing(self, *, stored: bool = False) -> Iterator[None]:
        """Commits fail within the block; after it they work, also those that were tried again by themselves."""
        with self.store.failing(stored=stored):
            yield
        for _ in range(TRIES):
            with suppress(StoreFailed):
                self.authority.tick()
                return
        raise AssertionError("the authority does not come to itself")

    @contextmanager
    def full(self) -> Iterator[None]:
        """No space is left within the block; after it service resumes by itself."""
        with self.store.failing(StorageFull(cause="told to be full")):
            yield
            stored = len(self.store.committed)
        if not self.authority.stopped:
            self.store.wait_for(lambda: len(self.store.committed) > stored)

    def wait_for_space(self) -> None:
        """Until the authority has found space by itself; a little may have been there all the time."""
        waiting = threading.Event()
        for _ in range(int(PATIENCE / 0.05)):
            if self.authority._sequencer._full_since is None:
                return
            waiting.wait(0.05)
        raise AssertionError("the authority does not find space")

    def furnish(self) -> World:
        """Three teams with 1,000 tokens each, three users a team and one in two teams, three daily products."""
        for code, rate in PRODUCTS.items():
            self.do(requests.CreateProduct(code, rate=rate, idle_aware_from=""))
        for team in TEAMS:
            self.do(requests.CreateTeam(team))
            packs = (requests.PackTerms(400, ends_at=self.now + 3 * DAY), requests.PackTerms(600))
            self.do(requests.CreateOrder(team, packs, number="first"))
        for user in USERS:
            teams = TEAMS[:2] if user == "both-eve" else (user.partition("-")[0],)
            memberships = tuple(requests.Membership(team, all_products=True) for team in teams)
            self.do(requests.CreateUser(user, memberships=memberships))
        return self

    def restart(self, *, kill: bool = False) -> None:
        """Stop, and start again on the same store; killed, without its leave."""
        self.authority.close(kill=kill)
        if self.spec != "memory":
            self.store.store.close()
            self.store.store = bootstrap.open_store(self.spec)
        self.authority = self._open()

    def rebuilt(self) -> dict[str, list[tuple[int, ...]]]:
        """The state of an engine that is built from nothing but what is stored."""
        with TemporaryDirectory(dir="/dev/shm") as folder:
            path = Path(folder, "copy.db")
            self.store.backup(path)
            copy = SqliteStore(path)
            try:
                assert list(wrongs(copy._connection)) == []
                engine = ENGINES[self.engine]()
                engine.start(self.now, self.authority._sequencer._absence)
                load_all(engine, copy)
                engine.advance(self.now)
                return engine.dump(self.now)
            finally:
                copy.close()

    def assert_state_is_what_is_stored(self) -> None:
        """R2, R4: the live state is that of a full rebuild. Looked at when nothing was stored meanwhile."""
        for _ in range(TRIES):
            self.authority.tick()
            stored = len(self.store.committed)
            rebuilt, state = self.rebuilt(), self.authority.state()
            if len(self.store.committed) == stored:
                wrong = {
                    table: (sorted(set(state[table]) - set(rows)), sorted(set(rows) - set(state[table])))
                    for table, rows in rebuilt.items()
                    if state[table] != rows
                }
                assert not wrong, f"remembered and not stored, stored and not remembered: {wrong}"
                return
        raise AssertionError("the authority does not come to rest")

    def close(self) -> None:
        self.store.gate.set()
        self.authority.close(kill=True)
        self.store.store.close()


def session_id(number: int) -> str:
    """A UUIDv7."""
    return f"01900000-0000-7000-8000-{number:012x}"


def sign_in(number: int, user: str = "acme-ann", product: str = "ACD", **given: Any) -> requests.Checkout:
    return requests.Checkout(session_id(number), user, product, **{"device": "desk", **given})
