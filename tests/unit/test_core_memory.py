"""What the core takes of memory, gives back of it, and does without it."""

import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from flexauth._core import Core
from flexauth.commands import (
    COLUMNS,
    DAY,
    MINUTE,
    SECOND,
    AddPacks,
    Candidate,
    Checkin,
    Checkout,
    Entitlement,
    Heartbeat,
    NewPack,
    Outcome,
    ProductKind,
    PutProduct,
    PutRate,
    Rights,
)

ROOT = Path(__file__).resolve().parents[2]
START = 1_772_438_400 * SECOND
USERS = 100_000
RIGHTS = Rights(0, (Candidate(Entitlement.TOKENS, 1),))


def stocked() -> Core:
    core = Core()
    core.start(START, 0)
    core.decide(START, PutProduct(1, ProductKind.DAILY))
    core.decide(START, PutRate(1, 1, 0, 7))
    core.decide(START, AddPacks(1, (NewPack(1, 2**40, 0, START, START + 30 * DAY, START),)))
    return core


def sign_in(user: int) -> Checkout:
    return Checkout(session=user, user=user, product=1, device_digest=user, content=1, team=1, rights=RIGHTS)


def bytes_of(core: Core, kind: str) -> float:
    items, size = core.sizes[kind]
    return size / items


def test_a_paid_line_takes_at_most_64_bytes():
    core = stocked()
    until = START + DAY
    terms = (3, -1, START + 300, 7, 1, 0, 2)
    core.load(
        "line",
        [(1, u, 1, until, START, *terms, 0, u, START, 0, -1, 0, 0, 0) for u in range(1, USERS + 1)],
    )
    assert core.next_due() > START
    assert core.sizes["line"][0] == USERS
    assert core.sizes["use"][0] == 0
    assert bytes_of(core, "line") <= 64


def test_an_open_session_takes_at_most_200_bytes():
    core = stocked()
    for user in range(1, USERS + 1):
        core.decide(START, sign_in(user))
    assert core.sizes["session"][0] == USERS
    assert bytes_of(core, "session") <= 200


def test_what_is_swept_leaves_room_for_what_comes():
    core = stocked()
    now = START
    sizes = []
    for day in range(1, 6):
        for user in range(1, 2001):
            core.decide(
                now,
                Checkout(
                    session=day * 10_000 + user,
                    user=user,
                    product=1,
                    device_digest=1,
                    content=1,
                    team=1,
                    rights=RIGHTS,
                ),
            )
        now += 10 * MINUTE
        for user in range(1, 2001):
            core.decide(now, Checkin(day * 10_000 + user, 1, rights=RIGHTS))
        core.take_effects(day)
        now += 5 * DAY
        core.sweep(now, 10**9)
        core.take_effects(day)
        sizes.append((core.sizes["session"], core.sizes["line"], core.sizes["use"]))
        assert [items for items, _ in sizes[-1]] == [0, 0, 0]
    assert all(size <= 1.1 * first for (_, size), (_, first) in zip(sizes[-1], sizes[0], strict=True))


def test_among_many_sessions_each_is_found_and_those_that_are_swept_are_not():
    source, core = random.Random(4), stocked()
    ids = [source.getrandbits(128) for _ in range(30_000)]
    for user, session in enumerate(ids, 1):
        core.decide(START, replace(sign_in(user), session=session))
    over, open_ = ids[::2], ids[1::2]
    for session in over:
        core.decide(START, Checkin(session, 1, rights=RIGHTS))
    for day in (1, 2, 3):
        for session in open_:
            core.decide(START + day * DAY - MINUTE, Heartbeat(session, day, rights=RIGHTS))
    core.take_effects(1)
    core.sweep(START + 3 * DAY, 10**9)
    assert {core.look(START + 3 * DAY, session).outcome for session in open_} == {Outcome.GRANTED}
    assert {core.look(START + 3 * DAY, session).outcome for session in over} == {Outcome.UNKNOWN}


def test_a_sweep_of_a_small_budget_goes_on_where_the_last_one_stopped():
    core = stocked()
    for user in range(1, 101):
        core.decide(START, sign_in(user))
    core.advance(START + DAY + 6 * MINUTE)
    core.take_effects(1)
    now = START + 10 * DAY
    left = []
    for _ in range(80):
        core.sweep(now, 3)
        left.append(core.sizes["session"][0] + core.sizes["line"][0])
    assert all(0 <= before - after <= 3 for before, after in zip([200, *left], left, strict=False))
    assert left[-1] == 0


def test_the_views_of_columns_are_those_of_the_rows():
    core = stocked()
    for user in range(1, 10):
        core.decide(START, sign_in(user))
    effects = core.take_effects(1)
    for table in effects.tables():
        rows, columns = [*effects.rows(table)], effects.columns(table)
        assert len(columns) == len(COLUMNS[table])
        assert [*zip(*columns, strict=True)] == rows
        assert {(column.format, column.readonly, column.shape) for column in columns} == {("q", True, (len(rows),))}


def test_rows_outlive_their_effects_and_the_core():
    core = stocked()
    core.decide(START, sign_in(1))
    effects = core.take_effects(1)
    rows, column = effects.rows("use_log"), effects.columns("ledger")[6]
    del effects, core
    assert [row[5] for row in rows] == [1]
    assert [*column] == [2**40]


@pytest.mark.parametrize(
    ("table", "row", "error", "what"),
    [
        ("hold", (1, 1, 1, 0, 0, 99, 7), KeyError, "a hold names pack 99, which is not loaded"),
        ("line", (1, 1), ValueError, "a row of line has 2 columns; COLUMNS gives it 20"),
        ("ledger", (0,) * 20, ValueError, "table is 'ledger'; it is written, never loaded"),
        ("counter", (13, 1), ValueError, "a counter's kind is 13"),
        ("device", (0, 1, 1, START), ValueError, "a row of device has no user"),
    ],
)
def test_a_row_that_cannot_be_is_refused(table, row, error, what):
    core = stocked()
    before = core.dump(START)
    with pytest.raises(error, match=what):
        core.load(table, [row])
    assert core.dump(START) == before


def test_what_is_no_command_is_refused():
    core = stocked()
    with pytest.raises(TypeError, match="str is not a command"):
        core.decide(START, "sign in")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"a quote is of a commands\.Checkout, not Heartbeat"):
        core.quote(START, Heartbeat(1, 1))  # type: ignore[arg-type]
    with pytest.raises(OverflowError):
        core.decide(2**63, sign_in(1))


STARVED = """
import resource, sys
from array import array
from flexauth._core import ANSWER_WIDTH, RECORD_WIDTH
from tests.laws.test_batches import sign_ins, stocked, table
from flexauth.commands import Outcome

count = 60_000
records, answers = sign_ins(count), array("q", bytes(8 * ANSWER_WIDTH * count))
core, twin = stocked(2**40), stocked(2**40)
taken = int(open("/proc/self/statm").read().split()[0]) * 4096
resource.setrlimit(resource.RLIMIT_AS, (taken + int(sys.argv[1]), resource.RLIM_INFINITY))
try:
    core.decide_batch(table(records, RECORD_WIDTH), table(answers, ANSWER_WIDTH))
except MemoryError as error:
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    decided = int(str(error).split()[0])
    assert str(error) == f"{decided} of {count} records were decided"
    for i in range(decided):
        assert answers[i * ANSWER_WIDTH] == Outcome.GRANTED
    if decided:
        half = array("q", bytes(8 * ANSWER_WIDTH * decided))
        twin.decide_batch(table(records[:decided * RECORD_WIDTH], RECORD_WIDTH), table(half, ANSWER_WIDTH))
    now = records[1]
    assert core.dump(now) == twin.dump(now)
    assert [*core.take_effects(1).rows("use_log")] == [*twin.take_effects(1).rows("use_log")]
    print("starved after", decided)
"""


@pytest.mark.parametrize("room", [1 << 20, 6 << 20, 13 << 20])
def test_a_batch_that_runs_out_of_memory_has_decided_whole_commands_alone(room):
    done = subprocess.run(
        [sys.executable, "-c", STARVED, str(room)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("starved after")
