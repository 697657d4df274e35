"""Asks what a scenario's administrators ask, at its start and later; knows what packs are called and where they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flexauth import requests
from flexauth.administration import year_later
from flexauth.faults import Fault
from flexauth.limits import PAGE_MAX
from flexauth.requests.entitlements import EndSubscription, ListSubscriptions
from flexauth.requests.packs import CreateOpeningOrder, MovePack, OpeningPack, SplitPack
from flexauth.requests.persons import EndSession
from flexauth.simulate import scenario as acts
from flexauth.simulate.document import FormError
from flexauth.simulate.stage import Stage

__all__ = ["Clerk", "OfOffice", "SetUpRefused"]

OfOffice = acts.Administer | acts.Order | acts.MovePack | acts.SplitPack | acts.Unsubscribe | acts.EndSession


class SetUpRefused(Exception):
    """What a scenario wants to begin with is against a rule."""

    def __init__(self, error: FormError) -> None:
        self.error = error
        super().__init__(str(error))


class Clerk:
    """`packs`: the authority's ids by the team that ordered a pack and what it is called. `session_id`: by name."""

    def __init__(self, stage: Stage, session_id: Callable[[str], str]) -> None:
        self._stage = stage
        self._session_id = session_id
        self._packs: dict[tuple[str, str], int] = {}
        self._homes: dict[int, str] = {}

    @property
    def pack_names(self) -> dict[int, str]:
        """What packs are called, by their ids."""
        return {pack: name for (_, name), pack in self._packs.items()}

    def set_up(self, scenario: acts.Scenario) -> None:
        """Everything that there is at the start; `SetUpRefused` where a rule forbids it."""
        for part in scenario.opening:
            try:
                for act in part.acts:
                    self.perform(act, scenario.start)
            except Fault as fault:
                raise SetUpRefused(FormError(scenario.file, part.line, part.part, str(fault))) from None

    def perform(self, act: OfOffice, now: int) -> object:
        """Ask, and return the answer; raises the fault of what is refused."""
        match act:
            case acts.Administer(asked):
                return [self._stage.ask(request) for request in asked]
            case acts.Order():
                return self._order(act, now)
            case acts.MovePack(bought_by, name, to):
                pack = self._packs[bought_by, name]
                answer = self._stage.ask(MovePack(self._homes[pack], pack, to))
                self._homes[pack] = to
                return answer
            case acts.SplitPack():
                return self._split(act)
            case acts.Unsubscribe():
                return self._unsubscribe(act, now + self._stage.ahead)
            case acts.EndSession(team, session):
                return self._stage.ask(EndSession(team, self._session_id(session)))

    def _order(self, order: acts.Order, now: int) -> object:
        """One that moves in is an opening order (P0)."""
        if order.windows or any(pack.used for pack in order.packs):
            moved = tuple(_moved_in(pack, now) for pack in order.packs)
            request: Any = CreateOpeningOrder(order.team, order.number or "opening", moved, order.windows)
        else:
            terms = tuple(_terms(pack) for pack in order.packs)
            request = requests.CreateOrder(order.team, terms, number=order.number)
        answer = self._stage.ask(request)
        for made, pack in zip(answer.packs, order.packs, strict=True):
            self._packs[order.team, pack.id] = made.id
            self._homes[made.id] = order.team
        return answer

    def _split(self, act: acts.SplitPack) -> object:
        pack = self._packs[act.bought_by, act.pack]
        home = self._homes[pack]
        to = "" if act.to == home else act.to
        answer = self._stage.ask(SplitPack(home, pack, act.size, to))
        self._packs[act.bought_by, act.into] = answer.pack.id
        self._homes[answer.pack.id] = to or home
        return answer

    def _unsubscribe(self, act: acts.Unsubscribe, now: int) -> object:
        """Those that have not ended by themselves end now."""

        def listed(token: str) -> requests.Request:
            return ListSubscriptions(act.team, act.user, PAGE_MAX, token)

        for found in list(self._stage.pages(listed)):
            named = not act.products or found.product in act.products or found.collection in act.products
            if named and not 0 < found.ends_at <= now:
                self._stage.ask(EndSubscription(act.team, found.id))
        return None


def _terms(pack: acts.PackOrdered) -> requests.PackTerms:
    return requests.PackTerms(pack.size, pack.unit_price, starts_at=pack.starts_at, ends_at=pack.ends_at)


def _moved_in(pack: acts.PackOrdered, now: int) -> OpeningPack:
    starts_at = pack.starts_at or now
    return OpeningPack(pack.size, starts_at, pack.ends_at or year_later(starts_at), pack.used, pack.unit_price)
