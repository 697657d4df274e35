"""Many clients at one instant over many connections: devices, the last tokens, caps, seats, and rights that change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import count, zip_longest
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from flexauth import bootstrap
from flexauth.commands import COLUMNS, Entitlement, State
from flexauth.store.port import Batch, Store
from flexauth.store.sqlite import SqliteStore
from flexauth.store.verify import wrongs
from flexauth.v1 import administration_pb2 as admin
from flexauth.v1 import entitlements_pb2 as ent
from flexauth.v1 import entitlements_pb2_grpc, groups_pb2_grpc, license_authority_pb2_grpc, persons_pb2_grpc
from flexauth.v1 import groups_pb2 as grp
from flexauth.v1 import license_authority_pb2 as licence
from flexauth.v1 import persons_pb2 as per
from flexauth.v1 import types_pb2 as pb
from tests.rpc.serving import DAY, MINUTE, Service, channel_to, furnish, session_id, sign_in, start
from tests.unit.worlds import FaultyStore

CLIENTS = 64
METHODS: dict[type, str] = {licence.CheckoutRequest: "Checkout", licence.CheckinRequest: "Checkin"}
RUNNING = (State.ACTIVE, State.IDLE)
WAIT_SECONDS = 30
USERS = [f"user{number}" for number in range(1, CLIENTS + 1)]


class Crowd:
    """A furnished authority whose commits are watched, and clients of it with a connection each.

    Acme's 100 tokens; each of USERS may run everything.
    """

    def __init__(self, engine: str, folder: Path, opened: ExitStack) -> None:
        self._folder = folder
        self.watched = FaultyStore(bootstrap.open_store("memory"))
        self.service: Service = start(engine, store=cast("Store", self.watched))
        opened.callback(self.service.server.stop, 0)
        furnish(self.service)
        membership = pb.Membership(team="acme", all_products=True)
        made = [
            self.service.admin.CreateUser.future(admin.CreateUserRequest(subject=user, memberships=[membership]))
            for user in USERS
        ]
        assert all(call.result() for call in made)
        self.rights = entitlements_pb2_grpc.EntitlementsStub(self.service.channel)
        self.persons = persons_pb2_grpc.PersonsStub(self.service.channel)
        self.groups = groups_pb2_grpc.GroupsStub(self.service.channel)
        self._turn = count()
        channels = [opened.enter_context(channel_to(self.service.server.address)) for _ in range(CLIENTS)]
        for ready in [grpc.channel_ready_future(channel) for channel in channels]:
            ready.result(WAIT_SECONDS)
        self._clients = [license_authority_pb2_grpc.LicenseAuthorityStub(channel) for channel in channels]

    def at_once(self, requests: Iterable[Message]) -> list[Any]:
        """Sign-ins, contacts and check-ins, none of which waits for another, over all connections; their answers."""
        calls = [self.begin(request) for request in requests]
        return [call.result() for call in calls]

    def begin(self, request: Message) -> Any:
        """A call that goes on by itself."""
        client = self._clients[next(self._turn) % CLIENTS]
        return getattr(client, METHODS[type(request)]).future(request, timeout=WAIT_SECONDS)

    def stored(self, table: str) -> Iterator[tuple[Batch, list[dict[str, int]]]]:
        """Each batch in the order of storing, with its rows of a table."""
        for batch in self.watched.tried:
            yield batch, [dict(zip(COLUMNS[table], row, strict=True)) for row in batch.effects.rows(table)]

    def assert_books_balance(self) -> None:
        """L2, P2, Q3, C15: what is stored agrees with itself."""
        path = self._folder / "copy.db"
        self.watched.store.backup(path)
        copy = SqliteStore(path)
        try:
            assert list(wrongs(copy._connection)) == []
        finally:
            copy.close()


@pytest.fixture
def crowd(engine: str, tmp_path: Path) -> Iterator[Crowd]:
    with ExitStack() as opened:
        yield Crowd(engine, tmp_path, opened)


def end(number: int) -> licence.CheckinRequest:
    return licence.CheckinRequest(session=session_id(number), counter=1)


def granted(answers: Iterable[Any]) -> set[int]:
    """The numbers of the sessions that sign-ins were granted."""
    ids = [one.facts.session for one in answers if isinstance(one, licence.CheckoutResponse) and one.granted]
    return {int(UUID(session)) & 0xFFFF for session in ids}


def interleaved(one: Sequence[Any], other: Sequence[Any]) -> Iterator[Any]:
    """In turn from both; what is left over last."""
    for pair in zip_longest(one, other):
        yield from (item for item in pair if item is not None)


def tally(answers: Iterable[licence.CheckoutResponse]) -> Counter[str]:
    """How many were granted, and how many denied for which reason."""
    return Counter(
        "granted" if answer.granted else pb.DenialReason.Name(answer.denial.reason).removeprefix("DENIAL_REASON_")
        for answer in answers
    )


# Devices -------------------------------------------------------------------------------------------------------------


def devices(crowd: Crowd) -> set[str]:
    listed = crowd.persons.ListUserDevices(per.ListUserDevicesRequest(user="ann", team="acme"))
    return {device.device for device in listed.devices}


def test_of_sixteen_devices_of_a_user_one_runs_and_the_others_are_told_which(crowd: Crowd) -> None:
    answers = crowd.at_once(sign_in(number, device=f"device{number}") for number in range(16))
    assert tally(answers) == {"granted": 1, "IN_USE_ELSEWHERE": 15}
    [winner] = [answer.facts for answer in answers if answer.granted]
    told = {
        (answer.denial.elsewhere_session, answer.denial.elsewhere_device) for answer in answers if not answer.granted
    }
    assert told == {(winner.session, winner.device)}
    assert devices(crowd) == {winner.device}
    assert crowd.service.available() == (93, 7)


def test_of_sixteen_devices_that_take_over_three_are_registered_and_one_runs(crowd: Crowd) -> None:
    answers = crowd.at_once(sign_in(number, device=f"device{number}", take_over=True) for number in range(16))
    assert tally(answers) == {"granted": 3, "DEVICE_LIMIT": 13}
    taken = {answer.facts.device for answer in answers if answer.granted}
    assert devices(crowd) == taken
    assert {device.name for answer in answers for device in answer.denial.devices} == taken
    mine = crowd.service.licences.ListMySessions(licence.ListMySessionsRequest(user="ann")).sessions
    assert Counter(facts.state for facts in mine) == {pb.SESSION_STATE_ACTIVE: 1, pb.SESSION_STATE_SUPERSEDED: 2}
    assert crowd.service.available() == (93, 7)  # one line in use all along


# Tokens --------------------------------------------------------------------------------------------------------------


def test_sixty_four_clients_at_the_last_tokens_overspend_nothing(crowd: Crowd) -> None:
    requests = [sign_in(number, user=user) for number, user in enumerate(USERS)]
    answers = crowd.at_once(requests)
    assert tally(answers) == {"granted": 14, "INSUFFICIENT_TOKENS": 50}
    granted = [answer for answer in answers if answer.granted]
    assert sorted(answer.balance for answer in granted) == [100 - 7 * count for count in range(14, 0, -1)]
    assert sum(answer.tokens for answer in granted) == 98
    told = {(one.denial.balance, one.denial.rate, one.denial.shortfall) for one in answers if not one.granted}
    assert told == {(2, 7, 5)}
    assert crowd.service.available() == (2, 98)

    assert tally(crowd.at_once(requests)) == tally(answers)
    assert crowd.service.available() == (2, 98)
    crowd.service.advance(6 * MINUTE)
    assert crowd.service.available() == (2, 0)
    crowd.assert_books_balance()


def test_tokens_that_come_free_in_a_race_are_spent_once(crowd: Crowd) -> None:
    """Who holds tokens leaves inside the grace while others come."""
    holding: set[int] = set()
    for first in (100, 200, 300):
        coming = [sign_in(first + number, user=user) for number, user in enumerate(USERS)]
        answers = crowd.at_once(interleaved(coming, [end(number) for number in holding]))
        holding = granted(answers)
        assert crowd.service.available() == (100 - 7 * len(holding), 7 * len(holding))
    assert len(holding) <= 14
    crowd.at_once(end(number) for number in holding)
    assert crowd.service.available() == (100, 0)
    crowd.assert_books_balance()


# Caps ----------------------------------------------------------------------------------------------------------------


def cap(crowd: Crowd, name: str, kind: Any, subject: str, tokens: int) -> None:
    crowd.rights.CreateCap(
        ent.CreateCapRequest(team="acme", name=name, subject_kind=kind, subject_name=subject, tokens=tokens)
    )


def used(crowd: Crowd) -> dict[str, int]:
    return {one.name: one.used for one in crowd.rights.ListCaps(ent.ListCapsRequest(team="acme")).caps}


@pytest.mark.parametrize(
    ("kind", "subject"),
    [(ent.CAP_SUBJECT_TEAM, ""), (ent.CAP_SUBJECT_PRODUCT, "ACD"), (ent.CAP_SUBJECT_PROJECT, "tower")],
)
def test_sixty_four_clients_at_a_hard_cap_never_pass_it(crowd: Crowd, kind: Any, subject: str) -> None:
    crowd.groups.CreateProject(grp.CreateProjectRequest(team="acme", name="tower"))
    cap(crowd, "thirty", kind, subject, 30)
    answers = crowd.at_once(sign_in(number, user=user, project="tower") for number, user in enumerate(USERS))
    assert tally(answers) == {"granted": 4, "CAP_REACHED": 60}
    assert {answer.denial.cap for answer in answers if not answer.granted} == {"thirty"}
    assert used(crowd) == {"thirty": 28}
    assert crowd.service.available() == (72, 28)
    crowd.at_once([end(min(granted(answers)))])
    answers = crowd.at_once(sign_in(100 + number, user=user, project="tower") for number, user in enumerate(USERS[32:]))
    assert len(granted(answers)) >= 1
    assert used(crowd) == {"thirty": 28}
    crowd.assert_books_balance()


def test_caps_within_a_cap_hold_together_in_a_race(crowd: Crowd) -> None:
    crews = {"north": USERS[:32], "south": USERS[32:]}
    for crew, users in crews.items():
        crowd.groups.CreateGroup(grp.CreateGroupRequest(team="acme", name=crew))
        crowd.groups.AddGroupMembers(grp.AddGroupMembersRequest(team="acme", group=crew, users=users))
        cap(crowd, f"of-{crew}", ent.CAP_SUBJECT_GROUP, crew, 21)
    cap(crowd, "of-all", ent.CAP_SUBJECT_TEAM, "", 40)
    mixed = list(interleaved(crews["north"], crews["south"]))
    answers = crowd.at_once(sign_in(number, user=user) for number, user in enumerate(mixed))
    assert tally(answers) == {"granted": 5, "CAP_REACHED": 59}
    counted = used(crowd)
    assert counted["of-all"] == 35
    assert sorted((counted["of-north"], counted["of-south"])) == [14, 21]
    crowd.assert_books_balance()


# Seats ---------------------------------------------------------------------------------------------------------------


def pool(crowd: Crowd, seats: int) -> None:
    crowd.rights.PutPool(ent.PutPoolRequest(team="acme", product="ACD", seats=seats))


def seated(crowd: Crowd) -> Iterator[int]:
    """How many users sat in a seat after each batch that was stored."""
    sitting: dict[tuple[int, int], int] = {}
    for _, rows in crowd.stored("session"):
        for row in rows:
            session = row["session_hi"], row["session_lo"]
            sitting.pop(session, None)
            if row["entitlement"] == Entitlement.SEAT and row["state"] in RUNNING:
                sitting[session] = row["user"]
        yield len(set(sitting.values()))


def test_a_pool_of_five_seats_never_has_a_sixth_user(crowd: Crowd) -> None:
    """Whom it has no seat for pays by tokens, as far as they go."""
    pool(crowd, 5)
    answers = crowd.at_once(sign_in(number, user=user) for number, user in enumerate(USERS))
    assert tally(answers) == {"granted": 19, "INSUFFICIENT_TOKENS": 45}
    by = Counter(answer.facts.entitlement for answer in answers if answer.granted)
    assert by == {pb.ENTITLEMENT_SEAT: 5, pb.ENTITLEMENT_TOKENS: 14}
    [listed] = crowd.rights.ListPools(ent.ListPoolsRequest(team="acme")).pools
    assert (listed.seats, listed.taken) == (5, 5)
    assert max(seated(crowd)) == 5
    assert crowd.service.available() == (2, 98)


def test_seats_that_are_left_and_taken_in_a_race_are_never_too_many(crowd: Crowd) -> None:
    pool(crowd, 5)
    sitting: set[int] = set()
    for first in (100, 200, 300):
        coming = [sign_in(first + number, user=user) for number, user in enumerate(USERS)]
        answers = crowd.at_once(interleaved(coming, [end(number) for number in sitting]))
        sitting = granted(answers)
    assert max(seated(crowd)) == 5
    crowd.assert_books_balance()


# Rights that change --------------------------------------------------------------------------------------------------


def over_cap(crowd: Crowd) -> Iterator[int]:
    """By how much each hold or charge passed the cap that was in force when it was decided."""
    limit = total = 0
    for batch, rows in crowd.stored("cap_entry"):
        limits = [limit, *(write.values["tokens"] for write in batch.writes if write.statement == "put_cap")]
        limit = limits[-1]
        for row in rows:
            total += row["tokens"]
            if row["tokens"] > 0:
                yield total - max(limits)


def rights_that_change(crowd: Crowd, turn: int, tokens: int) -> list[Any]:
    """Acts under way: the cap changes, the pool changes, and one user is given a subscription."""
    mask = FieldMask(paths=["tokens"])
    until = crowd.service.clock.boot() + DAY
    capped = ent.UpdateCapRequest(team="acme", name="moving", tokens=tokens, update_mask=mask)
    given = ent.CreateSubscriptionRequest(team="acme", user=USERS[turn], product="ACD", ends_at=until)
    return [
        crowd.rights.UpdateCap.future(capped),
        crowd.rights.PutPool.future(ent.PutPoolRequest(team="acme", product="ACD", seats=turn % 3)),
        crowd.rights.CreateSubscription.future(given),
    ]


def test_caps_seats_and_subscriptions_that_change_amid_sign_ins_keep_every_law(crowd: Crowd) -> None:
    cap(crowd, "moving", ent.CAP_SUBJECT_TEAM, "", 40)
    for turn, tokens in enumerate((10, 60, 25, 50, 0, 35)):
        first = 1000 * (turn + 1)
        coming = [sign_in(first + number, user=user) for number, user in enumerate(USERS)]
        use = [crowd.begin(request) for request in coming[:32]]
        changes = rights_that_change(crowd, turn, tokens)
        use += [crowd.begin(request) for request in coming[32:]]
        assert all(change.result() for change in changes)
        here = granted(call.result() for call in use)
        crowd.service.advance((1 if turn % 2 else 6) * MINUTE)
        crowd.at_once(end(number) for number in here)
    passed = list(over_cap(crowd))
    assert len(passed) > 3
    assert max(passed) <= 0
    available, held = crowd.service.available()
    assert (available >= 0, held) == (True, 0)
    crowd.assert_books_balance()
