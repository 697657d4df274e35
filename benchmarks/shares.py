"""What each part of a durable Checkout costs: the way of a call taken apart, each part by itself over the same mix.

Processor time in one thread, without transport and without threads; what the server spends beyond that per call is told
as such by the report. `python -m benchmarks.shares`
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, thread_time, time_ns
from typing import Any

from benchmarks.endtoend import copy_company, make_company
from benchmarks.measure import ROOT, Part
from flexauth._core import Core
from flexauth.access import Peer
from flexauth.authority import Authority
from flexauth.clock import SystemClock
from flexauth.committer import Committer, Decided
from flexauth.first_keys import CLIENT, make
from flexauth.requests import Checkout, session_id
from flexauth.residence import load_all
from flexauth.rpc.table import METHODS
from flexauth.store.port import Batch
from flexauth.store.sqlite import SqliteStore
from flexauth.use import Use
from flexauth.work import Turn, Work

__all__ = ["main"]

COUNT = 6_000
SIZES = (8, 32, 64, 128)


class TimedStore(SqliteStore):
    """A store that adds up the processor seconds of rows, and the seconds of commits, waiting included."""

    rows = commit_processor = commit_seconds = 0.0

    def _write(self, batch: Batch) -> None:
        began = thread_time()
        super()._write(batch)
        self.rows += thread_time() - began

    def commit(self, batch: Batch) -> None:
        rows, processor, seconds = self.rows, thread_time(), perf_counter()
        super().commit(batch)
        self.commit_processor += thread_time() - processor - (self.rows - rows)
        self.commit_seconds += perf_counter() - seconds


class Bench:
    """The parts of a server without its threads: names and rights, a core, a store, one method."""

    def __init__(self, path: Path) -> None:
        self.store = TimedStore(path)
        self.authority = Authority(Core, self.store, SystemClock())
        self.key = make(self.authority, "client", CLIENT)
        self.authority.close()
        self.core = Core()
        self.now, self._absence = time_ns() // 1_000, self.store.meta().absence
        self.core.start(self.now, self._absence)
        load_all(self.core, self.store)
        self.committer = Committer(self.store)
        self.method = next(method for method in METHODS if method.name == "Checkout")

    def turn(self) -> Turn:
        return Turn(self.now, self.core, self.committer.stored)

    def store_now(self, works: list[Work[Any]], turn: Turn) -> tuple[float, float]:
        """Commit what was decided: seconds of effects and of sealing, processor time beyond rows and commit."""
        number = self.committer.stored + 1
        began = thread_time()
        effects = self.core.take_effects(number)
        taken = thread_time()
        rows, commit = self.store.rows, self.store.commit_processor
        batch = Decided(number, self.now, effects, works, turn.writes)
        self.committer.commit(batch, self._absence)
        if batch.fault is not None:
            raise batch.fault
        spent = thread_time() - taken - (self.store.rows - rows) - (self.store.commit_processor - commit)
        return taken - began, spent


def each(work: Callable[[Any], Any], given: Iterable[Any]) -> tuple[list[Any], float]:
    """What the work made of each, and its processor time in microseconds for one."""
    given = list(given)
    began = thread_time()
    made = [work(one) for one in given]
    return made, (thread_time() - began) / len(given) * 1e6


def measure(bench: Bench, messages: list[bytes], size: int) -> tuple[list[tuple[str, float]], float]:
    """Microseconds of the parts of a call, in the order of its way; and those that its commit waited for the disk."""
    row, authority, peer = bench.method.row, bench.authority, Peer("127.0.0.1")
    header = f"Bearer {bench.key}"
    _, identity = each(lambda _: authority.access.admit(bench.method.permission, header, peer), messages)
    received, reading = each(bench.method.request.FromString, messages)
    asked, parsing = each(row.parse, received)
    works, making = each(authority._works[Checkout], asked)
    turn, use = bench.turn(), Use(bench.store, authority.directory)
    half = len(messages) // 2
    made, commanding = each(
        lambda request: use._command(turn, request, session_id("session", request.session)), asked[:half]
    )
    _, deciding = each(lambda command: bench.core.decide(bench.now, command), made)
    bench.store_now([], turn)
    bench.store.rows = bench.store.commit_processor = bench.store.commit_seconds = 0.0
    answering = taking = sealing = 0.0
    for at in range(half, len(messages), size):
        turn, some = bench.turn(), works[at : at + size]
        answers, spent = each(lambda work: work.decide(turn), some)  # noqa: B023  # used before the next round
        answering += spent * len(some)
        for work, answer in zip(some, answers, strict=True):
            work.answer = answer
        taken, sealed = bench.store_now(some, turn)
        taking, sealing = taking + taken * 1e6, sealing + sealed * 1e6
    stored = len(messages) - half
    _, settling = each(lambda work: work.settle(), works[half:])
    _, responding = each(lambda work: row.answer(work.answer).SerializeToString(), works[half:])
    return [
        ("identity", identity),
        ("message read", reading),
        ("request made and checked", parsing),
        ("names and rights", commanding),
        ("core", deciding),
        ("answer made", answering / stored - commanding - deciding),
        ("effects taken", taking / stored),
        ("entries sealed, batch made", sealing / stored),
        ("rows written", bench.store.rows / stored * 1e6),
        ("commit, processor", bench.store.commit_processor / stored * 1e6),
        ("unit of work and its future", making + settling),
        ("answer written", responding),
    ], bench.store.commit_seconds / stored * 1e6


def main() -> None:
    gc.disable()  # told with the rest: it depends on how many calls are in flight
    part = Part("shares")
    with TemporaryDirectory(dir=ROOT / "build") as folder:
        original = Path(folder, "company.db")
        make_company(original)
        company = copy_company(original, Path(folder, "one"))
        bench = Bench(company.path)
        for step in (1, -1):  # the second half of what is given is decided: from here on every user is known
            measure(bench, company.introductions()[1][::step], 128)
        for size in SIZES:
            _, messages, _ = company.requests(COUNT)
            shares, seconds = measure(bench, messages, size)
            name = f"Checkout, {size} a commit"
            part.shares[name] = shares
            part.add(name, "µs", [sum(spent for _, spent in shares)])
            part.add(f"{name}: rows and commit with the disk", "µs", [seconds])
            print(*(f"  {spent:7.2f} {what}" for what, spent in shares), sep="\n", flush=True)
        bench.store.close()
    part.save()


if __name__ == "__main__":
    main()
