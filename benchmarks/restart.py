"""Restart: from the start of the process to the first answer, with a million open sessions in a SQLite file.

The database is written in bulk by the store's own statements, with its foreign keys and checks on; the ledger has the
orders of the packs alone, since a start does not read it. `python -m benchmarks.restart [paid lines] [open sessions]`
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, time_ns
from typing import Any

from benchmarks.endtoend import ONE, served
from benchmarks.measure import ROOT, Part
from benchmarks.world import (
    RATE,
    Embedded,
    company_writes,
    device_digest,
    device_name,
    fund,
    session_id,
    session_text,
)
from flexauth._core import Core
from flexauth.authority import Authority
from flexauth.clock import SystemClock
from flexauth.commands import DAY, MINUTE, NEVER, NO_LIMIT, Entitlement, Origin, State
from flexauth.directory import Directory
from flexauth.names import halves
from flexauth.residence import load_all
from flexauth.store.port import Write
from flexauth.store.sqlite import SqliteStore
from flexauth.store.statements import statement
from flexauth.v1 import license_authority_pb2 as pb

__all__ = ["main"]

TEAMS, PRODUCTS = 1_000, 10
CHUNK = 100_000
OPENED_BEFORE = 30 * MINUTE


def team_of(user: int) -> int:
    return 1 + user % TEAMS


def write(store: SqliteStore, lines: int, sessions: int, at: int) -> None:
    """A company whose users have paid lines on all products, and one open session each on the first of them."""
    users = lines // PRODUCTS
    embedded = Embedded(store, at)
    fund(embedded.engine, range(1, TEAMS + 1), PRODUCTS, at)
    embedded.commit(company_writes(TEAMS, [], PRODUCTS, at))
    people = ((team_of(user), user) for user in range(1, users + 1))
    while chunk := list(islice(people, CHUNK)):
        embedded.commit(company_writes(0, chunk, 0, at))
    for name, rows in (
        ("insert_device_name", device_names(sessions)),
        ("put_device", ((user, 1, user, at) for user in range(1, sessions + 1))),
        ("put_line", line_rows(users, at)),
        ("put_session", session_rows(sessions, at)),
    ):
        put(store, name, rows)
    embedded.commit(put_texts(sessions))


def put(store: SqliteStore, name: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Rows by a statement of the store, many in a transaction."""
    left = iter(rows)
    while chunk := list(islice(left, CHUNK)):
        store._connection.execute(statement("begin"))
        store._connection.executemany(statement(name), chunk)
        store._connection.execute(statement("commit"))
        store.checkpoint()


def put_texts(devices: int) -> Iterator[Write]:
    return (Write("put_device_text", {"device": user, "text": device_name(user)}) for user in range(1, devices + 1))


def device_names(count: int) -> Iterator[tuple[int, ...]]:
    return ((user, *halves(device_digest(user))) for user in range(1, count + 1))


def line_rows(users: int, at: int) -> Iterator[tuple[int, ...]]:
    """Paid lines in the order of their key."""
    for team in range(1, TEAMS + 1):
        for user in range(team - 1 or TEAMS, users + 1, TEAMS):
            for product in range(1, PRODUCTS + 1):
                yield (
                    team, user, product, at + DAY, at, 1, NEVER, NEVER, RATE, 1, 0, 1, *halves(session_id(user, at)),
                    NEVER, 0, NEVER, 0, 0, 0,
                )  # fmt: skip


def session_rows(count: int, at: int) -> Iterator[tuple[int, ...]]:
    for user in range(1, count + 1):
        yield (
            *halves(session_id(user, at)), team_of(user), user, 1, user, State.ACTIVE, Entitlement.PAID_WINDOW,
            Entitlement.TOKENS, RATE, user, Origin.INTERACTIVE, 0, NO_LIMIT, 0, NEVER, at, at, at, 1, at + DAY, 0, 0,
            NEVER, 0, 0, 0, 0, 0, NEVER, NEVER, 0, 0,
        )  # fmt: skip


def spans(store: SqliteStore) -> list[tuple[str, float]]:
    """Seconds of the parts of a start, one after the other."""
    found = []

    def span(name: str, work: Any) -> Any:
        began = perf_counter()
        made = work()
        found.append((name, perf_counter() - began))
        return made

    def read() -> None:
        for rows in chain(
            [store.load_names(), store.load_device_names(), store.load_devices()],
            *(store.load_team(t).values() for t in store.teams()),
        ):
            deque(rows, maxlen=0)

    engine = Core()
    span("read the rows and drop them", read)
    span("read the rows into the core", lambda: load_all(engine, store))
    span("names, teams and products into the directory", lambda: Directory(store))
    span("the whole authority", lambda: Authority(Core, store, SystemClock())).close()
    sizes = engine.sizes
    print({kind: count for kind, (count, _) in sizes.items()}, flush=True)
    return found


def main() -> None:
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    sessions = int(sys.argv[2]) if len(sys.argv) > 2 else lines // PRODUCTS
    part = Part("restart")
    at = time_ns() // 1_000 - OPENED_BEFORE
    with TemporaryDirectory(dir=ROOT / "build") as folder:
        path = Path(folder, "flexauth.db")
        store = SqliteStore(path)
        began = perf_counter()
        write(store, lines, sessions, at)
        store.checkpoint()
        store.close()
        print(f"{path.stat().st_size / 1e9:.2f} GB written in {perf_counter() - began:.0f} s", flush=True)
        rounds, processor = [], []
        for turn in range(3):
            began = perf_counter()
            with served("native", "authority", path) as server:
                beat = pb.HeartbeatRequest(session=session_text(1 + turn, at), counter=1)
                server.load("Heartbeat", [beat.SerializeToString()], ONE)
                rounds.append(perf_counter() - began)
                processor.append(server.processor_seconds())
        part.add("from the start of the process to the first answer", "s", rounds)
        part.add("processor until the first answer", "s", processor)
        store = SqliteStore(path)
        for name, seconds in spans(store):
            part.add(name, "s", [seconds])
        store.close()
        part.notes.append(
            f"{lines:,} paid lines, {sessions:,} open sessions of {lines // PRODUCTS:,} users in {TEAMS:,} teams;"
            f" a file of {path.stat().st_size / 1e9:.1f} GB, in the system's cache."
        )
    part.save()


if __name__ == "__main__":
    main()
