"""In-process figures of the core beside the reference: decisions a second of the mix, by the number of live lines.

`make bench` runs them by pytest-benchmark and reads its JSON. What is asserted is what was decided, never the time.
"""

from __future__ import annotations

import threading
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle, islice, repeat
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, thread_time
from typing import TypeVar

import pytest

from benchmarks.world import (
    ANSWER_WIDTH,
    DENIED,
    HELD,
    RATE,
    RECORD_WIDTH,
    TOKENS,
    answers_for,
    as_rows,
    checkouts,
    device_digest,
    fund,
    mix,
    session_id,
)
from flexauth._core import Core
from flexauth.commands import DAY, NEVER, Candidate, Checkout, Engine, Entitlement, Outcome, Rights
from flexauth.limits import BATCH_COMMANDS
from flexauth.names import halves
from flexauth.reference import Reference

E = TypeVar("E", bound=Engine)
AT = 1_772_438_400_000_000
TEAMS = 1_000
POOR = TEAMS + 1
ROUNDS = 5
A_MILLION = 1_000_000

pytestmark = [pytest.mark.timeout(1_800), pytest.mark.benchmark(timer=thread_time)]


def with_paid_lines(engine: E, count: int) -> E:
    """An engine of rich teams and a poor one, so many lines with a paid window (product 1), and known devices."""
    engine.start(AT, 0)
    fund(engine, range(1, TEAMS + 1), 1 + ROUNDS, AT)
    fund(engine, [POOR], 0, AT, tokens=1)
    until = AT + DAY
    columns = (
        islice(cycle([*range(2, TEAMS + 1), 1]), count), range(1, count + 1), repeat(1), repeat(until), repeat(AT),
        repeat(1), repeat(NEVER), repeat(NEVER), repeat(RATE), repeat(1), repeat(0), repeat(1), repeat(1), repeat(1),
        repeat(NEVER), repeat(0), repeat(NEVER), repeat(0), repeat(0), repeat(0),
    )  # fmt: skip
    engine.load("line", zip(*columns, strict=False))
    engine.load("device_name", ((user, *halves(device_digest(user))) for user in range(1, min(count, A_MILLION) + 1)))
    engine.next_due()
    engine.take_effects(1)
    return engine


def scattered(lines: int, first: int, count: int) -> list[int]:
    """Users of the first to the last of `count` paid lines, in an order that is not that of memory; each once."""
    return [1 + number * 7_919 % lines for number in range(first, first + count)]


def mixed_lines(lines: int, count: int, turn: int) -> list[tuple[str, tuple[int, int, int]]]:
    """The mix; the new lines of each turn are of a product of its own."""
    size = count * 6 // 10
    new = [(1 + user % TEAMS, user, 2 + turn) for user in scattered(lines, turn * size, size)]
    paid = [(1 + user % TEAMS, user, 1) for user in scattered(lines, turn * count * 3 // 10, count * 3 // 10)]
    denied = [(POOR, lines + user, 1) for user in range(1, count + 1)]
    return mix(count, new, paid, denied, turn)


def command(line: tuple[int, int, int], number: int) -> Checkout:
    team, user, product = line
    return Checkout(
        session=session_id(number, AT), user=user, product=product, content=number + 1, team=team,
        device_digest=device_digest(user), rights=Rights(0, (Candidate(Entitlement.TOKENS, team),)),
    )  # fmt: skip


@pytest.mark.parametrize("lines", [10_000, 1_000_000, 10_000_000])
def test_core_batches(benchmark, lines):
    """Batches of the sequencer's largest size, effects taken after each; from records to answers."""
    core = with_paid_lines(Core(jitter=False), lines)
    size, turns = BATCH_COMMANDS, iter(range(ROUNDS))
    count = size if lines < A_MILLION else 25 * size
    outcomes = []

    def prepare():
        turn = next(turns)
        chosen = mixed_lines(lines, count, turn)
        made = [
            checkouts([line for _, line in chosen[i : i + size]], turn * count + i, AT + turn)
            for i in range(0, count, size)
        ]
        return (([(as_rows(m, RECORD_WIDTH), answers_for(m)) for m in made], chosen),), {}

    def decide(given):
        batches, chosen = given
        for number, (records, answers) in enumerate(batches):
            core.decide_batch(records, as_rows(answers, ANSWER_WIDTH))
            core.take_effects(number + 2)
        outcomes.append((batches, chosen))

    benchmark.pedantic(decide, setup=prepare, rounds=ROUNDS)
    for batches, chosen in outcomes:
        tokens = [t for _, answers in batches for t in answers[TOKENS::ANSWER_WIDTH]]
        granted = [o == Outcome.GRANTED for _, answers in batches for o in answers[0::ANSWER_WIDTH]]
        assert [t > 0 for t in tokens] == [kind == HELD for kind, _ in chosen]
        assert granted == [kind != DENIED for kind, _ in chosen]
    benchmark.extra_info.update(lines=lines, decisions=count)


@pytest.mark.parametrize(
    ("make", "lines"),
    [(Core, 10_000), (Core, 1_000_000), (Core, 10_000_000), (Reference, 10_000), (Reference, 1_000_000)],
    ids=lambda value: value.__name__ if isinstance(value, type) else str(value),
)
def test_one_command_a_call(benchmark, make, lines):
    """One `decide` from Python for each command, values in, values out; effects taken at the end of a round."""
    engine = with_paid_lines(make(jitter=False), lines)
    count, turns = 4_000, iter(range(ROUNDS))
    outcomes = []

    def prepare():
        turn = next(turns)
        chosen = mixed_lines(lines, count, turn)
        made = [command(line, turn * count + i) for i, (_, line) in enumerate(chosen)]
        return ((made, chosen),), {}

    def decide(given):
        made, chosen = given
        decisions = [engine.decide(AT + 1, one) for one in made]
        engine.take_effects(2)
        outcomes.append((decisions, chosen))

    benchmark.pedantic(decide, setup=prepare, rounds=ROUNDS)
    for decisions, chosen in outcomes:
        assert [d.tokens > 0 for d in decisions] == [kind == HELD for kind, _ in chosen]
    benchmark.extra_info.update(lines=lines, decisions=count, engine=make.__name__)


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]) * 4096


def growth(count: int) -> tuple[int, int, int]:
    """Lines that the core has, the bytes that it says they take, and those that the process grew by without devices."""
    core, before = Core(jitter=False), resident_bytes()
    with_paid_lines(core, count)
    sizes = core.sizes
    return *sizes["line"], resident_bytes() - before - sizes["device"][1]


@pytest.mark.parametrize("count", [A_MILLION, 10 * A_MILLION])
def test_bytes_of_a_paid_line(benchmark, count):
    """What the core says that it uses, and what the process grew by."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        lines, said, grown = benchmark.pedantic(lambda: process.submit(growth, count).result(), rounds=1)
    assert lines == count
    benchmark.extra_info.update(lines=lines, bytes_each=said / lines, resident_each=grown / lines)


def test_bytes_of_an_open_session(benchmark):
    """A million sessions, each pending on a line of its own with a hold and a device; the line is counted apart."""
    core = with_paid_lines(Core(jitter=False), 1)
    records = checkouts([(1 + user % TEAMS, user, 2) for user in range(1, A_MILLION + 1)], 0, AT)
    answers = answers_for(records)
    benchmark.pedantic(
        lambda: core.decide_batch(as_rows(records, RECORD_WIDTH), as_rows(answers, ANSWER_WIDTH)), rounds=1
    )
    core.take_effects(2)
    assert min(answers[TOKENS::ANSWER_WIDTH]) == RATE
    sizes = {kind: used / A_MILLION for kind, (_, used) in core.sizes.items()}
    benchmark.extra_info.update(sessions=core.sizes["session"][0], bytes_each=sizes)


def test_another_thread_runs_beside_a_batch_of_a_million(benchmark):
    """How fast a second Python thread counts while a batch is decided, beside how fast it counts alone."""
    core = with_paid_lines(Core(jitter=False), A_MILLION)
    records = checkouts([(1 + user % TEAMS, user, 2) for user in range(1, A_MILLION + 1)], 0, AT)
    answers = answers_for(records)
    counted, stop = [0], threading.Event()

    def count() -> None:
        while not stop.is_set():
            for _ in range(1_000):
                pass
            counted[0] += 1

    def rate_during(work) -> float:
        before, began = counted[0], perf_counter()
        work()
        return (counted[0] - before) / (perf_counter() - began)

    thread = threading.Thread(target=count)
    thread.start()
    alone = rate_during(lambda: stop.wait(0.5))
    beside = benchmark.pedantic(
        lambda: rate_during(lambda: core.decide_batch(as_rows(records, RECORD_WIDTH), as_rows(answers, ANSWER_WIDTH))),
        rounds=1,
    )
    stop.set()
    thread.join()
    assert min(answers[TOKENS::ANSWER_WIDTH]) == RATE
    benchmark.extra_info.update(alone=alone, beside=beside)
