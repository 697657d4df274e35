"""What was not stored is not remembered, what was stored is answered (R2, R6): failed commits in random histories."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from flexauth import committer, requests
from flexauth.answers import CheckoutAnswer, SessionFacts
from flexauth.commands import DAY, MINUTE, SECOND, EntryKind, State
from flexauth.faults import NotFound, StorageFull, StoreFailed
from flexauth.store.sqlite import SqliteStore
from tests.faults.vfs import Disk, Op
from tests.unit.worlds import ENGINES, HOUR, PATIENCE, PRODUCTS, START, TEAMS, USERS, World, session_id, sign_in


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def world(engine: str) -> Iterator[World]:
    opened = World(engine).furnish()
    yield opened
    opened.close()


# What a lost batch leaves behind: nothing -----------------------------------------------------------------------------


def test_a_batch_that_is_not_stored_is_a_fault_and_is_not_remembered(world: World) -> None:
    before = world.authority.state()
    with world.failing(), pytest.raises(StoreFailed, match="nothing of it is remembered"):
        world.do(sign_in(1))
    assert world.authority.state() == before
    with pytest.raises(NotFound):
        world.do(requests.Heartbeat(session_id(1), 1))
    world.assert_state_is_what_is_stored()


def test_a_batch_that_is_stored_in_spite_of_the_error_is_answered(world: World) -> None:
    with world.failing(stored=True):
        assert world.do(sign_in(1)).granted
    assert world.do(requests.Heartbeat(session_id(1), 1)).facts.state is State.ACTIVE
    assert world.do(requests.GetBalance("acme")).held == 7
    world.assert_state_is_what_is_stored()


def test_a_batch_that_was_decided_on_a_lost_one_is_lost_too(world: World) -> None:
    with world.failing():
        with world.store.stuck():
            first = world.authority.submit(sign_in(1))
            world.store.wait_until_stuck()
            second = world.authority.submit(sign_in(2, product="RVT"))
            denied = world.authority.submit(sign_in(3, product="RVT", device="lap"))
            later = [world.authority.submit(sign_in(n, "bolt-ann", device=f"d{n}")) for n in range(4, 7)]
        for future in (first, second, denied, *later):
            with pytest.raises(StoreFailed):
                future.result(PATIENCE)
    assert world.do(sign_in(3, product="RVT", device="lap")).granted
    world.assert_state_is_what_is_stored()


def test_an_administrative_act_that_is_lost_is_not_known(world: World) -> None:
    acts = (
        requests.CreateTeam("dune"),
        requests.CreateUser("new", memberships=(requests.Membership("acme", all_products=True),)),
        requests.CreateProduct("NEW", rate=5),
        requests.CreateOrder("acme", (requests.PackTerms(500),), number="second"),
        requests.SetRate("ACD", 9),
        requests.SetPolicy("acme", '{"devices_max": 1}'),
        requests.AssignUser("acme-ann", requests.Membership("acme", products=("RVT",))),
    )
    for act in acts:
        with world.failing(), pytest.raises(StoreFailed):
            world.do(act)
    for unknown, request in (
        ("dune", requests.GetBalance("dune")),
        ("new", requests.GetUser("new")),
        ("NEW", requests.Quote(sign_in(1, product="NEW"))),
    ):
        with pytest.raises(NotFound, match=unknown):
            world.do(request)
    assert world.do(requests.GetBalance("acme")).available == 1_000
    assert world.do(requests.GetPolicy("acme")).version == 0
    answer = world.do(sign_in(1))
    assert (answer.granted, answer.rate) == (True, 7)
    assert world.do(sign_in(2, product="RVT", device="lap")).granted
    world.assert_state_is_what_is_stored()
    for act in acts:
        world.do(act)
    assert world.do(requests.Quote(sign_in(4, "new", "NEW"))).rate == 5


def test_a_device_that_a_lost_batch_named_first_is_known_by_name_afterwards(world: World) -> None:
    with world.failing(), pytest.raises(StoreFailed):
        world.do(sign_in(1, device="new"))
    assert world.do(sign_in(2, device="new")).facts.device == "new"
    assert world.do(sign_in(3, "acme-bob", device="new")).granted
    world.restart()
    assert world.do(sign_in(4, "acme-cyd", device="new")).granted
    sessions = world.do(requests.ListSessions(team="acme")).items
    assert {facts.device for facts in sessions} == {"new"}


def test_captures_that_are_lost_are_made_again_at_their_time(world: World) -> None:
    world.do(sign_in(1))
    with world.failing():
        world.clock.advance_to(START + HOUR)
        with pytest.raises(StoreFailed):
            world.authority.tick()
    world.authority.tick()
    (charge,) = world.do(requests.ListCharges("acme-ann")).items
    assert (charge.window_start, charge.tokens) == (START, 7)
    entry = world.do(requests.ListLedger("acme")).items[-1].columns
    assert (entry[2], entry[4]) == (START + HOUR, START + 300 * SECOND)


def test_captures_that_are_lost_are_tried_again_without_any_traffic(world: World) -> None:
    world.do(sign_in(1))
    before = len(world.store.committed)
    with world.store.failing():
        world.clock.advance_to(START + HOUR)
        with pytest.raises(StoreFailed):
            world.authority.tick()
    world.store.wait_for(lambda: len(world.store.committed) > before)
    assert world.do(requests.GetBalance("acme")).consumed == 7


def test_a_forgotten_session_whose_forgetting_is_lost_is_forgotten_later(world: World) -> None:
    world.do(sign_in(1))
    world.do(requests.Checkin(session_id(1), 1))
    with world.failing():
        world.clock.advance_to(START + 3 * DAY)
        with pytest.raises(StoreFailed):
            world.authority.tick()
    world.assert_state_is_what_is_stored()
    world.advance(SECOND)
    assert world.rebuilt()["session"] == []


# Storage is full (R6) -------------------------------------------------------------------------------------------------


def test_with_storage_full_running_sessions_go_on_and_what_must_write_waits(world: World) -> None:
    world.do(sign_in(1))
    with world.full():
        with pytest.raises(StorageFull, match="storage of the authority is full"):
            world.do(sign_in(2, "acme-bob"))
        world.clock.advance_to(START + 4 * MINUTE)
        facts = world.do(requests.Heartbeat(session_id(1), 1)).facts
        assert (facts.state, facts.heartbeat_by) == (State.ACTIVE, START + 9 * MINUTE)
        assert world.do(requests.Lease(session_id(1), 2)).facts.state is State.ACTIVE
        for request in (
            sign_in(3, "acme-cyd"),
            requests.Quote(sign_in(3, "acme-cyd")),
            requests.Checkin(session_id(1), 3),
            requests.CreateTeam("dune"),
        ):
            with pytest.raises(StorageFull):
                world.do(request)
        assert world.do(requests.GetBalance("acme")).held == 7, "what is stored can be read"
    assert world.do(requests.GetBalance("acme")).held == 7


def test_with_storage_full_heartbeats_of_the_batch_that_failed_are_answered(world: World) -> None:
    for number, user in ((1, "acme-ann"), (2, "bolt-ann")):
        world.do(sign_in(number, user))
    with world.full():
        with world.store.stuck():
            first = world.authority.submit(requests.Heartbeat(session_id(1), 1))
            world.store.wait_until_stuck()
            second = world.authority.submit(requests.Heartbeat(session_id(2), 1))
            waiting = world.authority.submit(sign_in(3, "cove-ann"))
        assert first.result(PATIENCE).facts.state is State.ACTIVE
        assert second.result(PATIENCE).facts.state is State.ACTIVE
        with pytest.raises(StorageFull):
            waiting.result(PATIENCE)


def test_with_storage_full_due_captures_wait_and_keep_their_effective_time(world: World) -> None:
    world.do(sign_in(1))
    with world.full():
        with pytest.raises(StorageFull):
            world.do(sign_in(2, "acme-bob"))
        world.clock.advance_to(START + HOUR)
        assert world.do(requests.Heartbeat(session_id(1), 1)).facts.pending_since == START
        assert world.do(requests.GetBalance("acme")).held == 7
    world.authority.tick()
    entry = world.do(requests.ListLedger("acme")).items[-1].columns
    assert (entry[4], entry[6], entry[11]) == (START + 300 * SECOND, -7, START)
    world.assert_state_is_what_is_stored()


def test_service_resumes_by_itself_and_deadlines_are_later_by_the_time_it_stood(world: World) -> None:
    world.do(sign_in(1))
    world.advance(10 * MINUTE)
    with world.full():
        with pytest.raises(StorageFull):
            world.do(sign_in(2, "acme-bob"))
        world.clock.advance_to(START + 30 * HOUR)
    facts = world.do(requests.Heartbeat(session_id(1), 1, operated_at=START + 30 * HOUR)).facts
    assert facts.state is State.ACTIVE, "its lease ended while nobody could be heard"
    assert world.do(sign_in(2, "acme-bob")).granted
    world.assert_state_is_what_is_stored()


def test_a_session_out_of_contact_expires_when_the_time_it_stood_is_over(world: World) -> None:
    world.do(sign_in(1))
    world.advance(10 * MINUTE)
    with world.full():
        with pytest.raises(StorageFull):
            world.do(sign_in(2, "acme-bob"))
        world.clock.advance_to(START + 10 * MINUTE + 5 * HOUR)
    world.advance(24 * HOUR - 10 * MINUTE)
    assert world.do(requests.ListSessions(user="acme-ann")).items[0].state is State.ACTIVE
    world.advance(11 * MINUTE)
    assert world.do(requests.ListSessions(user="acme-ann")).items[0].state is State.EXPIRED


def test_an_authority_stops_with_storage_full_and_starts_again(world: World) -> None:
    world.do(sign_in(1))
    with world.full():
        with pytest.raises(StorageFull):
            world.do(sign_in(2, "acme-bob"))
        world.clock.advance_to(START + HOUR)
        world.authority.close()
    world.authority = world._open()
    world.authority.tick()
    assert world.do(requests.GetBalance("acme")).consumed == 7
    world.assert_state_is_what_is_stored()


# Random histories -----------------------------------------------------------------------------------------------------


class History:
    """Random acts of many users. What was answered must hold afterwards, what was refused must not."""

    def __init__(self, world: World, lot: random.Random) -> None:
        self.world, self.lot = world, lot
        self.seen: Counter[str] = Counter()
        self.granted: dict[int, tuple[requests.Checkout, CheckoutAnswer]] = {}
        self.lost: dict[int, requests.Checkout] = {}
        self.counters: Counter[int] = Counter()
        self.number = 0

    def _checkout(self) -> requests.Checkout:
        self.number += 1
        lot, device = self.lot, f"desk-{self.lot.randrange(4)}"
        if lot.random() < 0.1:
            device = f"new-{self.number}"
        team = lot.choice(("", "", "acme", "bolt"))
        return sign_in(
            self.number, lot.choice(USERS), lot.choice(list(PRODUCTS)), device=device, version="1", team=team,
            take_over=lot.random() < 0.5,
        )  # fmt: skip

    def _contact(self) -> requests.Request:
        number = self.lot.choice(self._remembered())
        self.counters[number] += 1
        operated = self.world.now - self.lot.randrange(40 * MINUTE) if self.lot.random() < 0.7 else 0
        if self.lot.random() < 0.6:
            return requests.Heartbeat(session_id(number), self.counters[number], operated)
        ended = self.world.now - self.lot.randrange(30 * HOUR) if self.lot.random() < 0.5 else 0
        return requests.Checkin(session_id(number), self.counters[number], ended, operated)

    def _act(self) -> requests.Request:
        team, rate = self.lot.choice(TEAMS), self.lot.randrange(1, 12)
        return self.lot.choice((
            requests.CreateOrder(team, (requests.PackTerms(100, ends_at=self.world.now + DAY),)),
            requests.SetRate(self.lot.choice(list(PRODUCTS)), rate),
            requests.SetPolicy(team, f'{{"grace": "{rate}m"}}'),
            requests.ReleaseDevice(self.lot.choice(USERS), "ACD", "desk-1"),
        ))  # fmt: skip

    def _remembered(self) -> list[int]:
        """Sessions whose answers are kept for repeats: 48 h from their end, which is not before their start."""
        return [n for n, (_, told) in self.granted.items() if self.world.now - _facts(told).server_time < 2 * DAY]

    def _request(self) -> requests.Request:
        kind = self.lot.random()
        if kind < 0.5 or not self._remembered():
            return self._checkout()
        return self._contact() if kind < 0.93 else self._act()

    def burst(self) -> None:
        """Some requests at once, in one batch or more."""
        asked = [self._request() for _ in range(self.lot.randint(1, 6))]
        futures = [self.world.authority.submit(request) for request in asked]
        for request, future in zip(asked, futures, strict=True):
            self._hear(request, future)

    def _hear(self, request: requests.Request, future: Future[Any]) -> None:
        name = type(request).__name__
        try:
            answer = future.result(PATIENCE)
        except (StoreFailed, StorageFull) as fault:
            self.seen[f"{name} lost"] += 1
            if isinstance(request, requests.Checkout):
                self.lost[_number(request)] = request
            self.seen[type(fault).__name__] += 1
            return
        except NotFound:
            assert isinstance(request, requests.ReleaseDevice), request
            return
        self.seen[name] += 1
        if isinstance(request, requests.Checkout):
            if answer.granted:
                self.granted[_number(request)] = (request, answer)
                self.lost.pop(_number(request), None)
            self.seen["denied"] += not answer.granted

    def look(self) -> None:
        """Nothing that was not stored is remembered; every answer that was given holds."""
        world = self.world
        world.assert_state_is_what_is_stored()
        for number in self._remembered():
            request, answer = self.granted[number]
            if self.lot.random() < 0.3:
                again = world.do(request)
                told = (again.granted, again.tokens, again.facts.entitlement, again.facts.team)
                assert told == (True, answer.tokens, _facts(answer).entitlement, _facts(answer).team), number
        for number in self.lost:
            with pytest.raises(NotFound):
                world.do(requests.Heartbeat(session_id(number), 1))
        for request in list(self.lost.values())[:2]:
            self._hear(request, world.authority.submit(request))
        self.lost.clear()


def _facts(answer: CheckoutAnswer) -> SessionFacts:
    assert answer.facts is not None
    return answer.facts


def _number(request: requests.Checkout) -> int:
    return int(request.session[-12:], 16)


def _pass(history: History) -> None:
    span = history.lot.choice((SECOND, 4 * MINUTE, 6 * MINUTE, 40 * MINUTE, 5 * HOUR, 20 * HOUR))
    try:
        history.world.advance(span)
    except (StoreFailed, StorageFull):
        history.seen["tick lost"] += 1


@pytest.mark.parametrize("seed", range(4))
def test_after_failed_commits_the_state_is_that_of_a_full_rebuild(engine: str, seed: int) -> None:
    lot = random.Random(seed)
    world = World(engine).furnish()
    history = History(world, lot)
    try:
        for step in range(60):
            failing = lot.random() < 0.3
            if failing:
                with world.failing(stored=lot.random() < 0.3):
                    history.burst()
                    if lot.random() < 0.3:
                        _pass(history)
            else:
                history.burst()
            _pass(history)
            if failing or step % 20 == 0:
                history.look()
            if lot.random() < 0.05:
                world.restart(kill=lot.random() < 0.5)
        history.look()
    finally:
        world.close()
    assert min(history.seen[what] for what in ("Checkout", "Checkout lost", "Checkin", "denied", "tick lost")) > 0


@pytest.mark.parametrize("seed", range(3))
def test_what_fails_under_the_database_is_not_remembered(
    engine: str, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committer, "_OPEN_SECONDS", 0)
    lot = random.Random(f"disk {seed}")
    disk = Disk(f"recovery-{engine}-{seed}")
    world = World(engine, "disk", SqliteStore(tmp_path / "a.db", vfs=disk.name)).furnish()
    history = History(world, lot)
    try:
        for _ in range(25):
            op = lot.choice((Op.WRITE, Op.WRITE, Op.SYNC))
            disk.failing = (op, disk.counts[op] + lot.randint(1, 12), False)
            for _ in range(2):
                history.burst()
            disk.failing = None
            _pass(history)
            history.look()
    finally:
        world.close()
        disk.unregister()
    assert history.seen["StoreFailed"] > 0
    assert history.seen["Checkout"] > history.seen["Checkout lost"]


def _sign_in_many(world: World) -> None:
    for number in range(2, 200):
        world.do(sign_in(number, USERS[number % len(USERS)], device=f"desk-{number % 3}", take_over=True))


def test_a_disk_that_fills_up_and_has_space_again(engine: str, tmp_path: Path) -> None:
    disk = Disk(f"full-{engine}")
    world = World(engine, "disk", SqliteStore(tmp_path / "a.db", vfs=disk.name)).furnish()
    try:
        world.do(sign_in(1))
        disk.space = sum(len(file.image) for file in disk.files.values()) + 30_000
        with pytest.raises(StorageFull):
            _sign_in_many(world)
        assert disk.failures > 0
        world.clock.advance_to(START + HOUR)
        assert world.do(requests.Heartbeat(session_id(1), 1)).facts.state is State.ACTIVE
        disk.space = None
        world.wait_for_space()
        assert world.do(sign_in(500, device="desk-1", take_over=True)).granted
        entry = next(e.columns for e in world.do(requests.ListLedger("acme")).items if e.columns[3] == EntryKind.CHARGE)
        assert entry[4] == entry[11] + 300 * SECOND
        world.assert_state_is_what_is_stored()
    finally:
        world.close()
        disk.unregister()
