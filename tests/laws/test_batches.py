"""A batch decides as its commands one by one, however it is split, and leaves the same state and rows."""

import random
import threading
from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flexauth._core import ANSWER_WIDTH, RECORD_WIDTH, Core
from flexauth.commands import (
    DAY,
    SECOND,
    AddPacks,
    Candidate,
    Checkin,
    Checkout,
    Command,
    Decision,
    Entitlement,
    Heartbeat,
    NewPack,
    Origin,
    ProductKind,
    PutPool,
    PutProduct,
    PutRate,
    Reason,
    Rights,
)
from tests.laws.twins import rows_of

START = 1_772_438_400 * SECOND
Record = tuple[int, ...]
KINDS = (Entitlement.TOKENS, Entitlement.TOKENS, Entitlement.SUBSCRIPTION, Entitlement.SEAT, Entitlement.NONE)


def stocked(tokens: int) -> Core:
    core = Core()
    core.start(START, 0)
    core.decide(START, PutProduct(1, ProductKind.DAILY))
    core.decide(START, PutRate(1, 1, 0, 7))
    core.decide(START, PutPool(5, 1, 1))
    core.decide(START, AddPacks(1, (NewPack(1, tokens, 0, START, START + 30 * DAY, START),)))
    core.take_effects(1)
    return core


@st.composite
def histories(draw: st.DrawFn) -> list[Record]:
    """Records of sign-ins, heartbeats and check-ins of a few users, time going on."""
    now = START
    records: list[Record] = []
    for _ in range(draw(st.integers(1, 60))):
        now += draw(st.sampled_from((0, 1, SECOND, 299 * SECOND, 300 * SECOND, 8 * 3600 * SECOND, DAY)))
        session, user = draw(st.integers(1, 8)), draw(st.integers(1, 3))
        kind = draw(st.integers(1, 3))
        if kind == 1:
            entitlement, asked = draw(st.sampled_from(KINDS)), draw(st.sampled_from((0, 1)))
            origin = draw(st.sampled_from((Origin.INTERACTIVE, Origin.INTERACTIVE, Origin.BACKGROUND)))
            device, take_over = draw(st.integers(1, 3)), draw(st.booleans())
            record = (1, now, -session, session, user, 1, 1 << 62, device, session, 1, Reason.NOT_ASSIGNED, take_over)
            ends = draw(st.booleans())
            records.append((*record, draw(st.booleans()), origin, 3, -1, 0, entitlement, 1, -1, 5, asked, 9, ends))
        else:
            counter, operated_at = draw(st.integers(0, 9)), draw(st.sampled_from((-1, now, now - 900 * SECOND)))
            ended_at = draw(st.sampled_from((-1, now, now - 60 * SECOND)))
            records.append((kind, now, -session, session, counter, operated_at, ended_at, *([0] * 17)))
    return records


def whole(high: int, low: int) -> int:
    return (high % 2**64) << 64 | low % 2**64


def command_of(record: Record) -> Command:
    kind, _, high, low, *rest = record
    if kind == 2:
        return Heartbeat(whole(high, low), rest[0], rest[1])
    if kind == 3:
        return Checkin(whole(high, low), rest[0], rest[2], rest[1])
    entitlement, team, until, pool, asked_team, project, ends = rest[13:]
    return Checkout(
        session=whole(high, low),
        user=rest[0],
        product=rest[1],
        device_digest=whole(rest[2], rest[3]),
        content=rest[4],
        team=rest[5],
        rights=Rights(
            rest[12],
            (Candidate(Entitlement(entitlement), team, until, pool),) if entitlement else (),
            Reason(rest[6]),
        ),
        take_over=bool(rest[7]),
        idle_aware=bool(rest[8]),
        origin=Origin(rest[9]),
        devices_max=rest[10],
        max_tokens=rest[11],
        asked_team=asked_team,
        project=project,
        end_before_renewal=bool(ends),
    )


def batch(core: Core, records: list[Record]) -> list[Record]:
    """Answers of one batch."""
    source = array("q", [number for record in records for number in record])
    out = array("q", bytes(8 * ANSWER_WIDTH * len(records)))
    core.decide_batch(table(source, RECORD_WIDTH), table(out, ANSWER_WIDTH))
    return [tuple(out[i : i + ANSWER_WIDTH]) for i in range(0, len(out), ANSWER_WIDTH)]


def table(numbers: array, width: int) -> memoryview:
    return memoryview(numbers).cast("B").cast("q", (len(numbers) // width, width))


def answer_of(decision: Decision) -> Record:
    values = [int(getattr(decision, name)) for name in Decision.__slots__]
    high, low = decision.elsewhere >> 64, decision.elsewhere % 2**64
    return (*values[:-1], high - (high >> 63 << 64), low - (low >> 63 << 64))


@settings(deadline=None, max_examples=200)
@given(records=histories(), cut=st.integers(0, 60), tokens=st.sampled_from((7, 20, 1000)))
def test_a_split_batch_decides_as_the_whole_batch_and_as_single_commands(records, cut, tokens):
    whole_core, split_core, single_core = stocked(tokens), stocked(tokens), stocked(tokens)
    answers = batch(whole_core, records)
    first, second = records[:cut], records[cut:]
    parts = (batch(split_core, first) if first else []) + (batch(split_core, second) if second else [])
    singles = [answer_of(single_core.decide(record[1], command_of(record))) for record in records]
    assert answers == parts == singles
    now = records[-1][1]
    assert whole_core.dump(now) == split_core.dump(now) == single_core.dump(now)
    rows = rows_of(whole_core.take_effects(2))
    assert rows == rows_of(split_core.take_effects(2)) == rows_of(single_core.take_effects(2))


def sign_ins(count: int) -> array:
    source = random.Random(3)
    records = array("q")
    for i in range(count):
        session = (source.getrandbits(63), i + 1)
        records.extend((1, START, *session, i + 1, 1, 1, i + 1, 0, 1, 0, 0, 0, 1, 3, -1, 0, Entitlement.TOKENS, 1, -1))
        records.extend((0, 0, 0, 0))
    return records


def test_other_threads_run_while_a_batch_is_decided():
    core, count = stocked(2**40), 150_000
    source, out = sign_ins(count), array("q", bytes(8 * ANSWER_WIDTH * count))
    turns, done, refused = 0, threading.Event(), []

    def decide() -> None:
        core.decide_batch(table(source, RECORD_WIDTH), table(out, ANSWER_WIDTH))
        done.set()

    worker = threading.Thread(target=decide)
    worker.start()
    while not done.is_set():
        turns += 1
        try:
            core.next_due()
        except RuntimeError as error:
            refused.append(str(error))
    worker.join()
    # With the GIL held the loop could turn only before and after the batch; refusals prove turns during it.
    assert len(refused) > 100, turns
    assert set(refused) == {"another thread is deciding a batch on this core; it serves one thread at a time"}
    assert core.balance(1) == (2**40 - 7 * count, 7 * count)


@pytest.mark.parametrize(
    ("column", "value"),
    [(0, 0), (0, 4), (4, 0), (5, -1), (14, 0)],
    ids=["no kind", "unknown kind", "no user", "no product", "no device allowed"],
)
def test_a_record_that_is_no_command_is_refused_and_nothing_is_decided(column, value):
    core, source = stocked(100), sign_ins(3)
    source[RECORD_WIDTH + column] = value
    before = core.dump(START)
    with pytest.raises(ValueError, match="record 1 is not a command"):
        core.decide_batch(table(source, RECORD_WIDTH), table(array("q", bytes(8 * ANSWER_WIDTH * 3)), ANSWER_WIDTH))
    assert core.dump(START) == before


def test_buffers_of_a_wrong_shape_are_refused():
    core, source = stocked(100), sign_ins(3)
    least = f"they must be n x {RECORD_WIDTH} and at least n x {ANSWER_WIDTH}"
    with pytest.raises(ValueError, match=f"out is 2 x {ANSWER_WIDTH}; {least}"):
        core.decide_batch(table(source, RECORD_WIDTH), table(array("q", bytes(8 * ANSWER_WIDTH * 2)), ANSWER_WIDTH))
