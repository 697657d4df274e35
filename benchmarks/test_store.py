"""In-process figures of the store: holds and captures a second by batch size, through core, seal, rows and commit.

A file on disk, `synchronous = FULL`; every constraint, trigger, sealed ledger row and use log row is on. The peer
inserts as many rows by apsw, in transactions of the same size under the same pragmas, into a table without any check.
`make bench` runs them by pytest-benchmark and reads its JSON; what is asserted is what was stored, never the time.
"""

from __future__ import annotations

from array import array
from itertools import islice
from pathlib import Path
from threading import Semaphore
from time import perf_counter, thread_time

import apsw
import pytest

from benchmarks.measure import benchmark_statement
from benchmarks.world import (
    ANSWER_WIDTH,
    RATE,
    RECORD_WIDTH,
    TOKENS,
    Embedded,
    answers_for,
    as_rows,
    checkouts,
    company_writes,
    fund,
)
from flexauth._core import Core
from flexauth.clock import VirtualClock
from flexauth.commands import SECOND
from flexauth.sequencer import Sequencer
from flexauth.store.port import Batch
from flexauth.store.sqlite import SqliteStore
from flexauth.store.statements import statement
from flexauth.store.verify import wrongs
from flexauth.work import Turn, Work

AT = 1_772_438_400_000_000
TEAMS, PRODUCTS = 100, 12
SIZES = (1, 16, 64, 256, 1_024, 4_096)
GRACE_OVER = 301 * SECOND

pytestmark = pytest.mark.timeout(600)


def batches_of(size: int) -> int:
    return min(200, max(12, 60_000 // size))


class TimedStore(SqliteStore):
    """A store that says how long the rows of the last batch took, without its commit."""

    rows_seconds = 0.0

    def _write(self, batch: Batch) -> None:
        began = perf_counter()
        super()._write(batch)
        self.rows_seconds = perf_counter() - began


def company(path: Path, holds: int) -> tuple[Embedded, TimedStore, list[tuple[int, int, int]]]:
    """A store with a company on disk, and as many new lines of it as there are holds to place."""
    users = [(1 + user % TEAMS, user) for user in range(1, holds // PRODUCTS + 2)]
    store = TimedStore(path / "flexauth.db")
    embedded = Embedded(store, AT)
    fund(embedded.engine, range(1, TEAMS + 1), PRODUCTS, AT)
    embedded.commit(company_writes(TEAMS, users, PRODUCTS, AT))
    every = ((team, user, product) for product in range(1, PRODUCTS + 1) for team, user in users)
    return embedded, store, list(islice(every, holds))


@pytest.mark.parametrize("size", SIZES)
def test_holds_and_captures(benchmark, tmp_path, size):
    """Each batch places `size` holds and captures those of the batch before, 301 s later."""
    batches = batches_of(size)
    embedded, store, lines = company(tmp_path, size * (batches + 2))
    first = iter(range(0, len(lines), size))
    spans: dict[str, list[float]] = {"decide": [], "seal": [], "rows": [], "commit": [], "processor": []}
    rows = []

    def prepare():
        embedded.at += GRACE_OVER
        number = next(first)
        records = checkouts(lines[number : number + size], number, embedded.at)
        return (records, answers_for(records)), {}

    def run(records, answers):
        worked, began = thread_time(), perf_counter()
        embedded.engine.decide_batch(as_rows(records, RECORD_WIDTH), as_rows(answers, ANSWER_WIDTH))
        embedded.number += 1
        effects = embedded.engine.take_effects(embedded.number)
        decided = perf_counter()
        sealed, heads = embedded.seal(effects)
        done = perf_counter()
        store.commit(Batch(embedded.number, embedded.at, 0, effects, sealed, heads, (), {}))
        stored = perf_counter()
        for name, seconds in zip(
            spans,
            (
                decided - began,
                done - decided,
                store.rows_seconds,
                stored - done - store.rows_seconds,
                thread_time() - worked,
            ),
            strict=True,
        ):
            spans[name].append(seconds)
        rows.append(sum(effects.count(table) for table in effects.tables()))
        assert min(answers[TOKENS::ANSWER_WIDTH]) == RATE

    run(*prepare()[0])  # the first captures nothing
    benchmark.pedantic(run, setup=prepare, rounds=batches)
    assert list(wrongs(store._connection)) == []
    store.close()
    benchmark.extra_info.update(
        size=size, rows_each=rows[-1] / size, spans={name: taken[1:] for name, taken in spans.items()}
    )


@pytest.mark.parametrize("size", SIZES)
def test_plain_inserts(benchmark, tmp_path, size):
    """The peer: eight rows of 13 columns for each hold, as many as the path above writes."""
    connection = apsw.Connection(str(tmp_path / "plain.db"))
    for pragmas in ("pragmas_first", "pragmas_writer"):
        for _ in connection.execute(statement(pragmas)):
            pass
    connection.execute(benchmark_statement("plain_table"))
    count, numbers = 8 * size, iter(range(1, 10**9))

    def prepare():
        return ([(next(numbers), *range(10**15, 10**15 + 12)) for _ in range(count)],), {}

    def run(rows):
        connection.execute(statement("begin"))
        connection.executemany(benchmark_statement("plain_insert"), rows)
        connection.execute(statement("commit"))

    benchmark.pedantic(run, setup=prepare, rounds=batches_of(size))
    assert connection.changes() == 1
    connection.close()
    benchmark.extra_info.update(size=size)


@pytest.mark.parametrize("size", [256, 4_096])
def test_through_the_sequencer(benchmark, tmp_path, size):
    """The same by the two threads of the sequencer: one decides the next batch while the other commits."""
    batches = batches_of(size)
    _, store, lines = company(tmp_path, size * batches)
    clock = VirtualClock(AT + SECOND)
    core = Core(jitter=False)
    sequencer = Sequencer(lambda: core, store, clock)
    made = [checkouts(lines[i : i + size], i, AT) for i in range(0, len(lines), size)]
    room = Semaphore(2)

    def work(records: array) -> Work[int]:
        answers = answers_for(records)

        def decide(turn: Turn) -> int:
            records[1::RECORD_WIDTH] = array("q", [turn.now]) * size
            core.decide_batch(as_rows(records, RECORD_WIDTH), as_rows(answers, ANSWER_WIDTH))
            return min(answers[TOKENS::ANSWER_WIDTH])

        return Work(decide)

    def run():
        futures = []
        for records in made:
            room.acquire()
            clock.advance_to(clock.boot() + GRACE_OVER)
            one = work(records)
            one.future.add_done_callback(lambda _: room.release())
            sequencer.submit(one)
            futures.append(one.future)
        return {future.result() for future in futures}

    assert benchmark.pedantic(run, rounds=1) == {RATE}
    sequencer.close()
    store.close()
    benchmark.extra_info.update(size=size, holds=len(lines))
