"""Customers that call a server while it is killed: each remembers what it asked and what it was told, and checks it.

A call that was not answered may or may not have happened: its repeat must be answered, and holds from then on.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import grpc

from flexauth.v1 import administration_pb2 as admin
from flexauth.v1 import license_authority_pb2 as licence
from flexauth.v1 import types_pb2 as pb
from tests.faults.rights import CALL_SECONDS, Rights
from tests.faults.server import Stubs

TEAM = "acme"
PRODUCTS = {"ACD": 7, "RVT": 10, "MAX": 3, "DRIVE": 0}
PACK = 100_000
_CHECKED_AGAIN = 8


def furnish(stubs: Stubs) -> None:
    """A team whose grace is so short that holds are captured while they are watched."""
    stubs.admin.CreateTeam(admin.CreateTeamRequest(name=TEAM))
    stubs.admin.SetPolicy(admin.SetPolicyRequest(team=TEAM, values='{"grace": "40ms"}'))
    for code, rate in PRODUCTS.items():
        kind = pb.PRODUCT_KIND_DAILY if rate else pb.PRODUCT_KIND_INCLUDED
        stubs.admin.CreateProduct(admin.CreateProductRequest(product=pb.Product(code=code, kind=kind, rate=rate)))
    order = admin.CreateOrderRequest(team=TEAM, number="first", packs=[admin.PackTerms(size=PACK, currency="USD")])
    stubs.admin.CreateOrder(order)


@dataclass
class Session:
    """What was asked and told of one session; None: nothing yet."""

    request: licence.CheckoutRequest
    told: licence.CheckoutResponse | None = None
    counter: int = 0
    heard: int = 0
    ending: licence.CheckinRequest | None = None
    ended: licence.CheckinResponse | None = None


@dataclass
class Customer:
    """One thread's worth of users. `wrong` is what an answer contradicted."""

    number: int
    lot: random.Random
    seen: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    fresh: list[Session] = field(default_factory=list)
    users: dict[str, admin.CreateUserResponse | None] = field(default_factory=dict)
    orders: dict[str, admin.CreateOrderResponse | None] = field(default_factory=dict)
    charges: dict[tuple[str, str, int], tuple[int, int]] = field(default_factory=dict)
    _made: int = 0

    def __post_init__(self) -> None:
        self.rights = Rights(TEAM, "MAX", self.lot, self.seen, self.wrong)

    # Under load -------------------------------------------------------------------------------------------------------

    def live(self, stubs: Stubs, end: threading.Event) -> None:
        """Call until the server is gone."""
        self.fresh = []
        while not end.is_set():
            try:
                self._act(stubs)
            except grpc.RpcError as error:
                if error.code() in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}:
                    self.seen["not answered"] += 1
                    return
                self.wrong.append(f"customer {self.number}: {error.code().name}: {error.details()}")
                return

    def _act(self, stubs: Stubs) -> None:
        kind = self.lot.random()
        if kind < 0.04 or not self.users:
            self._create_user(stubs, f"user-{self.number}-{len(self.users)}")
        elif kind < 0.05:
            self._order(stubs, f"order-{self.number}-{len(self.orders)}")
        elif kind < 0.08:
            self.rights.change(stubs, self.lot.choice(list(self.users)))
        elif kind < 0.45 or not self.sessions:
            self._sign_in(stubs)
        elif kind < 0.60:
            self._repeat(stubs, self.lot.choice(self.sessions))
        elif kind < 0.65:
            self._list_charges(stubs)
        else:
            self._contact(stubs, self.lot.choice(self.sessions[-40:]))

    def _create_user(self, stubs: Stubs, subject: str) -> None:
        self.users.setdefault(subject, None)
        membership = pb.Membership(team=TEAM, all_products=True)
        request = admin.CreateUserRequest(request_id=subject, subject=subject, memberships=[membership])
        answer = stubs.admin.CreateUser(request, timeout=CALL_SECONDS)
        self._same(f"user {subject}", self.users[subject], answer)
        self.users[subject] = answer
        self.seen["user"] += 1

    def _order(self, stubs: Stubs, number: str) -> None:
        self.orders.setdefault(number, None)
        terms = [admin.PackTerms(size=100, currency="USD")]
        request = admin.CreateOrderRequest(request_id=number, team=TEAM, number=number, packs=terms)
        answer = stubs.admin.CreateOrder(request, timeout=CALL_SECONDS)
        self._same(f"order {number}", self.orders[number], answer)
        self.orders[number] = answer
        self.seen["order"] += 1

    def _sign_in(self, stubs: Stubs) -> None:
        self._made += 1
        known = [user for user, told in self.users.items() if told is not None]
        if not known:
            return
        session = licence.CheckoutRequest(
            session=str(UUID(int=(time.time_ns() // 10**6) << 80 | 7 << 76 | 2 << 62 | self.number << 40 | self._made)),
            user=self.lot.choice(known),
            product=self.lot.choice(list(PRODUCTS)),
            device=f"desk-{self.lot.randrange(3)}",
            take_over=self.lot.random() < 0.7,
        )
        kept = Session(session)
        self.sessions.append(kept)
        self._repeat(stubs, kept)

    def _repeat(self, stubs: Stubs, session: Session) -> None:
        """Sign in, or repeat it: what was granted once is granted for ever, denials are not remembered."""
        if session not in self.fresh:
            self.fresh.append(session)
        answer = stubs.licences.Checkout(session.request, timeout=CALL_SECONDS)
        told = session.told
        if told is not None and told.granted:
            self.seen["repeat"] += 1
            self._same(session.request.session, _decision(told), _decision(answer))
        else:
            self.seen["granted" if answer.granted else "denied"] += 1
            session.told = answer

    def _contact(self, stubs: Stubs, session: Session) -> None:
        if session.told is None or not session.told.granted or session.ending is not None:
            return
        if session not in self.fresh:
            self.fresh.append(session)
        session.counter += 1
        ident, counter = session.request.session, session.counter
        if self.lot.random() < 0.5:
            now = time.time_ns() // 1000
            request = licence.HeartbeatRequest(session=ident, counter=counter, operated_at=now)
            session.heard = stubs.licences.Heartbeat(request, timeout=CALL_SECONDS).facts.counter
            self.seen["heartbeat"] += 1
            return
        late = time.time_ns() // 1000 - self.lot.randrange(300_000) if self.lot.random() < 0.5 else 0
        session.ending = licence.CheckinRequest(session=ident, counter=counter, ended_at=late)
        self._check_in(stubs, session)

    def _check_in(self, stubs: Stubs, session: Session) -> None:
        assert session.ending is not None
        answer = stubs.licences.Checkin(session.ending, timeout=CALL_SECONDS)
        if session.ended is not None:
            self._same(f"end of {session.request.session}", _end(session.ended), _end(answer))
        session.ended, session.heard = answer, answer.facts.counter
        self.seen["refunded" if answer.refunded else "check-in"] += 1

    def _list_charges(self, stubs: Stubs) -> None:
        known = [user for user, told in self.users.items() if told is not None]
        if not known:
            return
        user = self.lot.choice(known)
        answer = stubs.licences.ListMyCharges(
            licence.ListMyChargesRequest(user=user, page_size=1000), timeout=CALL_SECONDS
        )
        found = {(user, c.product, c.window_start): (c.seq, c.tokens) for c in answer.charges}
        for key, charge in self.charges.items():
            if key[0] == user:
                self._same(f"charge {key}", charge, found.get(key))
        self.charges.update(found)
        self.seen["charges"] += 1

    # After a restart --------------------------------------------------------------------------------------------------

    def check(self, stubs: Stubs) -> None:
        """Everything that was told still holds; what was not answered is asked again."""
        try:
            for subject in [user for user, told in self.users.items() if told is None]:
                self._create_user(stubs, subject)
            for number in [number for number, told in self.orders.items() if told is None]:
                self._order(stubs, number)
            older = self.lot.sample(self.sessions, min(_CHECKED_AGAIN, len(self.sessions)))
            for session in {id(s): s for s in (*self.fresh, *older)}.values():
                self._check_session(stubs, session)
            for user in self.lot.sample(list(self.users), min(5, len(self.users))):
                self._create_user(stubs, user)
            self.rights.check(stubs)
            self._list_charges(stubs)
        except grpc.RpcError as error:
            self.wrong.append(f"customer {self.number}, at the check: {error.code().name}: {error.details()}")

    def _check_session(self, stubs: Stubs, session: Session) -> None:
        self._repeat(stubs, session)
        if session.told is None or not session.told.granted:
            return
        if session.ending is not None:
            self._check_in(stubs, session)
        request = licence.HeartbeatRequest(session=session.request.session, counter=max(session.heard, 1))
        facts = stubs.licences.Heartbeat(request, timeout=CALL_SECONDS).facts
        if facts.counter < session.heard:
            self.wrong.append(f"{facts.session}: contact {session.heard} was answered, {facts.counter} is known")
        session.counter = max(session.counter, facts.counter)

    def _same(self, what: str, told: Any, now: Any) -> None:
        if told is not None and told != now:
            self.wrong.append(f"{what}: told {told}, now {now}".replace("\n", " "))


def _decision(answer: licence.CheckoutResponse) -> tuple[object, ...]:
    facts = answer.facts
    return (answer.granted, answer.tokens, facts.entitlement, facts.team, facts.user, facts.product, facts.device)


def _end(answer: licence.CheckinResponse) -> tuple[object, ...]:
    return (answer.facts.state, answer.facts.ended_at)
