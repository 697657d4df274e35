"""An authority on a virtual clock over a store in memory, as the tests of this folder use it."""

from collections.abc import Iterator

import pytest

from flexauth import bootstrap, requests
from flexauth.authority import Authority
from flexauth.clock import VirtualClock

#: Monday, 2 March 2026, 08:00 UTC.
START = 1_772_438_400_000_000


class Office:
    """Asks the authority and moves its clock."""

    def __init__(self, engine: str) -> None:
        self.clock = VirtualClock(START)
        self.store = bootstrap.open_store("memory")
        self._engine = engine
        self.authority = self._open()

    def _open(self) -> Authority:
        return bootstrap.open_authority(self.store, self.clock, engine=self._engine, jitter=False)

    def ask(self, request):
        return self.authority.submit(request).result(10)

    def at(self, microseconds: int) -> None:
        """Let time pass to so much after the start."""
        self.clock.advance_to(START + microseconds)
        self.authority.tick()

    def restart(self, *, kill: bool = False) -> None:
        self.authority.close(kill=kill)
        self.authority = self._open()

    def close(self) -> None:
        self.authority.close()
        self.store.close()


def session(number: int) -> str:
    """The id of the n-th session of a test."""
    return f"01900000-0000-7000-8000-{number:012d}"


@pytest.fixture(params=bootstrap.ENGINES)
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    """An empty authority, once with each engine."""
    opened = Office(request.param)
    yield opened
    opened.close()


@pytest.fixture
def acme(office: Office) -> Office:
    """A team of 100 tokens with one user, ann, who may run everything, and a product of 7 tokens."""
    office.ask(requests.CreateTeam("acme"))
    office.ask(requests.CreateProduct("ACD", "AutoCAD", rate=7))
    office.ask(requests.CreateUser("ann", memberships=(requests.Membership("acme", all_products=True),)))
    office.ask(requests.CreateOrder("acme", (requests.PackTerms(100),), number="first"))
    return office
