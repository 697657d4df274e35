"""Rights that are taken and given back while a server is killed: an act that was acknowledged holds from then on.

A request that was not answered may or may not have happened: its repeat must be answered, and holds from then on.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from flexauth.v1 import license_authority_pb2 as licence
from flexauth.v1 import members_pb2 as members
from flexauth.v1 import types_pb2 as pb
from tests.faults.server import Stubs

CALL_SECONDS = 10.0
_BARRED = {pb.DENIAL_REASON_NOT_ASSIGNED, pb.DENIAL_REASON_SUSPENDED}
_QUOTED = str(UUID(int=7 << 76 | 2 << 62))

Act = members.AssignRequest | members.UnassignRequest | members.SuspendUserRequest | members.ResumeUserRequest


@dataclass
class _Standing:
    """Of one user: what is known to hold, and the act that was not answered."""

    withdrawn: bool = False
    suspended: bool = False
    asked: Act | None = None


@dataclass
class Rights:
    """What one customer does to the rights of its users to a product of a team."""

    team: str
    product: str
    lot: random.Random
    seen: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    _standings: dict[str, _Standing] = field(default_factory=dict)
    _acts: int = 0

    def change(self, stubs: Stubs, user: str) -> None:
        """Take the product or everything from the user, or give it back."""
        standing = self._standings.setdefault(user, _Standing())
        self._acts += 1
        named = f"{user}/{self._acts}"
        if standing.suspended or self.lot.random() < 0.3:
            of_user = members.ResumeUserRequest if standing.suspended else members.SuspendUserRequest
            standing.asked = of_user(request_id=named, team=self.team, user=user)
        else:
            to_product = members.AssignRequest if standing.withdrawn else members.UnassignRequest
            standing.asked = to_product(request_id=named, team=self.team, user=user, products=[self.product])
        self._ask(stubs, standing)

    def _ask(self, stubs: Stubs, standing: _Standing) -> None:
        asked = standing.asked
        if isinstance(asked, members.AssignRequest):
            stubs.members.Assign(asked, timeout=CALL_SECONDS)
            standing.withdrawn = False
        elif isinstance(asked, members.UnassignRequest):
            stubs.members.Unassign(asked, timeout=CALL_SECONDS)
            standing.withdrawn = True
        elif isinstance(asked, members.SuspendUserRequest):
            stubs.members.SuspendUser(asked, timeout=CALL_SECONDS)
            standing.suspended = True
        elif isinstance(asked, members.ResumeUserRequest):
            stubs.members.ResumeUser(asked, timeout=CALL_SECONDS)
            standing.suspended = False
        standing.asked = None
        self.seen["rights changed"] += 1

    def check(self, stubs: Stubs) -> None:
        """After a restart: what was told of each user's rights is in the directory, and decides."""
        for user, standing in self._standings.items():
            if standing.asked is not None:
                self._ask(stubs, standing)
                self.seen["rights asked again"] += 1
            request = members.GetMemberRequest(team=self.team, user=user)
            member = stubs.members.GetMember(request, timeout=CALL_SECONDS).member
            found = (self.product in member.withdrawn, member.suspended)
            if found != (standing.withdrawn, standing.suspended):
                self.wrong.append(f"rights of {user}: {standing} was told, (withdrawn, suspended) is {found}")
            sign_in = licence.CheckoutRequest(
                session=_QUOTED, user=user, product=self.product, device="desk-0", take_over=True
            )
            quote = stubs.licences.Quote(licence.QuoteRequest(checkout=sign_in), timeout=CALL_SECONDS)
            barred = not quote.granted and quote.denial.reason in _BARRED
            if barred != (standing.withdrawn or standing.suspended):
                self.wrong.append(f"rights of {user}: {standing} was told, a quote says {quote}".replace("\n", " "))
            self.seen["rights kept"] += 1
