"""One order, group commit, and no answer before what it says is stored (R1, R2, R5): the sequencer over real stores."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

import pytest

from flexauth import bootstrap, committer, limits, requests
from flexauth.clock import SystemClock
from flexauth.commands import SECOND, EntryKind, Outcome
from flexauth.faults import Broken, NotFound, Overloaded, Stopping, StoreFailed
from flexauth.store.port import Batch
from flexauth.work import Turn, Work
from tests.unit.worlds import ENGINES, HOUR, PATIENCE, START, FaultyStore, World, session_id, sign_in


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def world(engine: str) -> Iterator[World]:
    opened = World(engine).furnish()
    yield opened
    opened.close()


class Written:
    """A unit of work that must be stored; tells when it was decided, and what was stored when it was answered."""

    def __init__(self, world: World, *, alone: bool = False) -> None:
        self.decided = threading.Event()
        self.stored_when_answered: int | None = None
        self._store = world.store
        self.work: Work[int] = Work(self._decide, alone=alone)
        self.work.future.add_done_callback(self._answered)
        world.authority._sequencer.submit(self.work)

    def _decide(self, turn: Turn) -> int:
        turn.write("set_stopped")
        self.decided.set()
        return turn.now

    def _answered(self, _: Future[int]) -> None:
        self.stored_when_answered = len(self._store.committed)

    def result(self) -> int:
        return self.work.future.result(PATIENCE)


class Looked(Written):
    """A unit of work that stores nothing."""

    def _decide(self, turn: Turn) -> int:
        self.decided.set()
        return turn.now


def test_an_answer_leaves_when_its_batch_is_stored(world: World) -> None:
    before = len(world.store.committed)
    with world.store.stuck():
        signed_in = world.authority.submit(sign_in(1))
        world.store.wait_until_stuck()
        assert not signed_in.done()
    assert signed_in.result(PATIENCE).granted
    assert len(world.store.committed) == before + 1


def test_an_answer_that_stores_nothing_waits_for_every_batch_decided_before_it(world: World) -> None:
    before = len(world.store.committed)
    with world.store.stuck():
        Written(world)
        world.store.wait_until_stuck()
        looked = Looked(world)
        assert looked.decided.wait(PATIENCE), "the next batch is decided while the last is written"
    looked.result()
    assert looked.stored_when_answered == before + 1


def test_denials_and_refusals_wait_for_every_batch_decided_before_them(world: World) -> None:
    before, told = len(world.store.committed), []
    with world.store.stuck():
        world.authority.submit(sign_in(1, product="RVT"))
        world.store.wait_until_stuck()
        denied = world.authority.submit(sign_in(2, product="RVT", device="lap"))
        unknown = world.authority.submit(sign_in(3, user="nobody"))
        for future in (denied, unknown):
            future.add_done_callback(lambda _: told.append(len(world.store.committed)))
    assert not denied.result(PATIENCE).granted
    with pytest.raises(NotFound, match="nobody"):
        unknown.result(PATIENCE)
    assert min(told) > before


def test_everything_that_waits_goes_in_one_batch(world: World) -> None:
    before = len(world.store.committed)
    with world.store.stuck():
        works = [Written(world)]
        world.store.wait_until_stuck()
        works.append(Written(world))
        assert works[1].decided.wait(PATIENCE)
        works += [Written(world) for _ in range(50)]
    for work in works:
        work.result()
    assert len(world.store.committed) == before + 3


def test_commands_are_decided_in_the_order_in_which_they_came(world: World) -> None:
    seen: list[int] = []

    def note(number: int) -> Work[None]:
        return Work(lambda _: seen.append(number), alone=number % 7 == 0)

    works = [note(number) for number in range(100)]
    for work in works:
        world.authority._sequencer.submit(work)
    for work in works:
        work.future.result(PATIENCE)
    assert seen == list(range(100))


def test_an_administrative_act_is_alone_in_its_batch(world: World) -> None:
    before = len(world.store.committed)
    with world.store.stuck():
        works = [Written(world)]
        world.store.wait_until_stuck()
        works.append(Written(world))
        assert works[1].decided.wait(PATIENCE)
        works += [Written(world), Written(world, alone=True), Written(world)]
    for work in works:
        work.result()
    assert [work.stored_when_answered for work in works] == [before + n for n in range(1, 6)]


def test_an_act_is_decided_when_all_before_it_is_stored(world: World) -> None:
    seen: list[int] = []
    before = len(world.store.committed)
    act: Work[None] = Work(lambda _: seen.append(len(world.store.committed)), alone=True)
    with world.store.stuck():
        Written(world)
        world.store.wait_until_stuck()
        world.authority._sequencer.submit(act)
    act.future.result(PATIENCE)
    assert seen == [before + 1]


def test_a_batch_that_could_be_stored_is_lost_with_the_one_it_was_decided_on(world: World) -> None:
    def fail_once(_: Batch) -> None:
        world.store.before = lambda _: None
        raise StoreFailed(cause="told to fail")

    with world.store.stuck():
        first = world.authority.submit(sign_in(1))
        world.store.wait_until_stuck()
        second = Written(world)
        assert second.decided.wait(PATIENCE)
        world.store.before = fail_once
    with pytest.raises(StoreFailed, match="told to fail"):
        first.result(PATIENCE)
    with pytest.raises(StoreFailed, match="the batch before it was not stored"):
        second.result()
    world.assert_state_is_what_is_stored()


def test_a_full_queue_refuses_before_any_effect(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "QUEUE_COMMANDS", 5)
    with world.store.stuck():
        works = [Written(world)]
        world.store.wait_until_stuck()
        works.append(Written(world))
        assert works[1].decided.wait(PATIENCE)
        works += [Written(world) for _ in range(5)]
        with pytest.raises(Overloaded, match="5"):
            world.authority.submit(sign_in(1))
    for work in works:
        work.result()
    with pytest.raises(NotFound):
        world.do(requests.Heartbeat(session_id(1), 1))


def test_a_clean_stop_answers_what_waits_and_stores_the_mark(world: World) -> None:
    with world.store.stuck():
        works = [Written(world)]
        world.store.wait_until_stuck()
        works += [Written(world) for _ in range(3)]
        closing = threading.Thread(target=world.authority.close)
        closing.start()
    closing.join(PATIENCE)
    assert [work.result() for work in works] == [START] * 4
    with pytest.raises(Stopping):
        world.authority.submit(sign_in(1))


def test_a_clean_stop_stores_the_mark_however_young_the_last_one_is(world: World) -> None:
    world.clock.advance_to(START + 3 * SECOND)
    world.authority.close()
    meta = world.store.meta()
    assert (meta.mark, meta.stopped) == (START + 3 * SECOND, True)


def test_a_running_authority_is_not_marked_as_stopped(world: World) -> None:
    world.restart()
    world.do(sign_in(1))
    assert not world.store.meta().stopped


def test_a_kill_drops_what_is_not_stored_and_every_caller_hears_it(world: World) -> None:
    before = world.store.meta().batch
    with world.store.stuck():
        first = world.authority.submit(sign_in(1))
        world.store.wait_until_stuck()
        second = Written(world)
        assert second.decided.wait(PATIENCE)
        waiting = [Written(world) for _ in range(3)]
        killing = threading.Thread(target=world.authority.close, kwargs={"kill": True})
        killing.start()
        world.store.wait_for(lambda: world.authority._sequencer._killed)
    killing.join(PATIENCE)
    assert first.result(PATIENCE).granted, "it was on its way to the disk"
    for work in (second, *waiting):
        with pytest.raises(Stopping):
            work.result()
    assert world.store.meta().batch == before + 1


def test_the_mark_of_time_is_stored_though_nothing_happens(world: World) -> None:
    world.advance(9 * SECOND)
    assert world.store.meta().mark == START
    world.advance(SECOND)
    assert world.store.meta().mark == START + 10 * SECOND


def test_due_captures_are_stored_without_any_traffic(engine: str) -> None:
    store = FaultyStore(bootstrap.open_store("memory"))
    authority = bootstrap.open_authority(store, SystemClock(), engine=engine)
    try:
        for request in (
            requests.CreateTeam("acme"),
            requests.SetPolicy("acme", '{"grace": "100ms"}'),
            requests.CreateProduct("ACD", rate=7),
            requests.CreateUser("acme-ann", memberships=(requests.Membership("acme", all_products=True),)),
            requests.CreateOrder("acme", (requests.PackTerms(100),)),
        ):
            authority.submit(request).result(PATIENCE)
        pending = authority.submit(sign_in(1)).result(PATIENCE).facts.pending_since
        store.wait_for(
            lambda: store.tried[-1].effects.count("ledger") > 0 and store.committed[-1] == store.tried[-1].number
        )
        charge = authority.submit(requests.ListLedger("acme")).result(PATIENCE).items[-1].columns
        assert (charge[3], charge[4], charge[6]) == (EntryKind.CHARGE, pending + SECOND // 10, -7)
    finally:
        authority.close(kill=True)


def test_what_fell_due_while_it_was_down_runs_first_and_in_order(world: World) -> None:
    users = ("acme-ann", "acme-bob", "acme-cyd")
    for number, user in enumerate(users, 1):
        world.do(sign_in(number, user))
        world.advance(100 * SECOND)
    world.authority.close()
    world.clock.advance_to(START + 2 * HOUR)
    tried = len(world.store.tried)
    world.authority = world._open()
    assert not world.do(sign_in(9, users[0], device="lap")).granted
    entries = world.do(requests.ListLedger("acme")).items[2:]
    assert [entry.columns[4] for entry in entries] == [START + (300 + 100 * n) * SECOND for n in range(3)]
    batches = [batch for batch in world.store.tried[tried:] if batch.effects.count("ledger")]
    assert len(batches) == 3, "a bounded span of time between two batches"


def test_a_defect_in_deciding_fails_its_batch_alone(world: World) -> None:
    def defect(_: Turn) -> None:
        raise ZeroDivisionError

    world.do(sign_in(1))
    with world.store.stuck():
        held = world.authority.submit(sign_in(2, "acme-bob"))
        world.store.wait_until_stuck()
        mate = Written(world)
        assert mate.decided.wait(PATIENCE)
        signing_in = world.authority.submit(sign_in(3, "acme-cyd"))
        broken: Work[None] = Work(defect)
        world.authority._sequencer.submit(broken)
    for future in (signing_in, broken.future):
        with pytest.raises(Broken, match="nothing of this call is kept"):
            future.result(PATIENCE)
    assert held.result(PATIENCE).granted
    mate.result()
    with pytest.raises(NotFound):
        world.do(requests.Heartbeat(session_id(3), 1))
    assert world.do(sign_in(3, "acme-cyd")).granted
    world.assert_state_is_what_is_stored()


def test_a_late_check_in_reads_history_when_all_that_was_decided_is_stored(world: World) -> None:
    world.do(sign_in(1))
    world.advance(HOUR)
    read: list[int] = []
    select = world.store.select

    def noted(statement: str, values: dict[str, Any]) -> Any:
        if statement == "slices_of_window":
            read.append(len(world.store.committed))
        return select(statement, values)

    world.store.select = noted  # type: ignore[attr-defined]
    before = len(world.store.committed)
    with world.store.stuck():
        Written(world)
        world.store.wait_until_stuck()
        late = world.authority.submit(requests.Checkin(session_id(1), 1, ended_at=START + 299 * SECOND))
    assert late.result(PATIENCE).refunded == 7
    assert read == [before + 1]


def test_a_store_that_does_not_open_again_ends_in_honest_answers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def never() -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(committer, "_OPEN_SECONDS", 0)
    world.store.stored_batch = never  # type: ignore[attr-defined]
    with world.store.failing():
        with world.store.stuck():
            works = [world.authority.submit(sign_in(1))]
            world.store.wait_until_stuck()
            works += [world.authority.submit(sign_in(n, "acme-bob")) for n in range(2, 6)]
        for work in works:
            with pytest.raises((StoreFailed, Stopping)):
                work.result(PATIENCE)
    world.authority._sequencer._thread.join(PATIENCE)
    assert world.authority.stopped
    with pytest.raises(Stopping):
        world.authority.submit(sign_in(9))


def test_a_store_that_does_not_load_again_ends_in_honest_answers(world: World) -> None:
    def never(_: int) -> Any:
        raise OSError(5, "Input/output error")

    world.store.load_team = never  # type: ignore[attr-defined]
    with world.store.failing():
        with world.store.stuck():
            works = [world.authority.submit(sign_in(1))]
            world.store.wait_until_stuck()
            works += [world.authority.submit(sign_in(n, "acme-bob")) for n in range(2, 6)]
        for work in works:
            with pytest.raises((StoreFailed, Stopping)):
                work.result(PATIENCE)
    world.authority._sequencer._thread.join(PATIENCE)
    assert world.authority.stopped


def test_a_store_that_opens_at_the_third_try_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []
    stored_batch = world.store.stored_batch

    def shy() -> int:
        tries.append(1)
        if len(tries) < 3:
            raise OSError(24, "Too many open files")
        return int(stored_batch())

    monkeypatch.setattr(committer, "_OPEN_SECONDS", 0)
    world.store.stored_batch = shy  # type: ignore[attr-defined]
    with world.store.failing(), pytest.raises(StoreFailed):
        world.do(sign_in(1))
    with suppress(StoreFailed):
        world.authority.tick()  # a batch that was under way while the store failed takes what is decided on it along
    assert world.do(sign_in(1)).granted
    assert world.authority._sequencer.engine.look(world.now, 1).outcome is Outcome.UNKNOWN
