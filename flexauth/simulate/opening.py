"""Puts a scenario's catalogue, teams, packs and users where they stand at its start, by administrative requests."""

from __future__ import annotations

from collections.abc import Mapping

from flexauth import requests
from flexauth.answers import OrderAnswer
from flexauth.commands import ProductKind
from flexauth.faults import Fault
from flexauth.simulate.document import FormError
from flexauth.simulate.scenario import Order, PackOrdered, ProductSold, Rights, Scenario, TeamSetUp
from flexauth.simulate.stage import Stage

__all__ = ["Packs", "SetUpRefused", "assigned", "made", "ordered", "set_up"]

#: How a scenario calls a pack, by team and the authority's id of it.
Packs = Mapping[tuple[str, int], str]


class SetUpRefused(Exception):
    """What a scenario wants to begin with is against a rule."""

    def __init__(self, error: FormError) -> None:
        self.error = error
        super().__init__(str(error))


def set_up(scenario: Scenario, stage: Stage) -> Packs:
    """Set everything up; return how the packs are called."""
    packs: dict[tuple[str, int], str] = {}
    field, line = "catalogue", 1
    try:
        for product in scenario.products:
            field, line = f"catalogue.{product.code}", product.line
            stage.ask(made(product))
        for team in scenario.teams:
            field, line = f"teams.{team.name}", team.line
            packs |= _team(team, stage)
    except Fault as fault:
        raise SetUpRefused(FormError(scenario.file, line, field, str(fault))) from None
    return packs


def _team(team: TeamSetUp, stage: Stage) -> Packs:
    stage.ask(requests.CreateTeam(team.name))
    if team.policy:
        stage.ask(requests.SetPolicy(team.name, team.policy))
    for rights in team.users:
        stage.ask(requests.CreateUser(rights.user, memberships=(assigned(team.name, rights),)))
    return ordered(Order(team.name, team.packs), stage)[1] if team.packs else {}


def made(product: ProductSold) -> requests.CreateProduct:
    """A product whose versions are all idle-aware, or none."""
    return requests.CreateProduct(
        code=product.code,
        kind=ProductKind.DAILY if product.rate else ProductKind.INCLUDED,
        rate=product.rate,
        idle_aware_from="" if product.idle_aware else None,
    )


def assigned(team: str, rights: Rights) -> requests.Membership:
    """A user's assignment in a team (A1)."""
    return requests.Membership(team, rights.all_products, rights.products)


def ordered(order: Order, stage: Stage) -> tuple[OrderAnswer, Packs]:
    """Place an order; return the answer and how its packs are called."""
    answer: OrderAnswer = stage.ask(requests.CreateOrder(order.team, tuple(_terms(pack) for pack in order.packs)))
    names = zip(answer.packs, order.packs, strict=True)
    return answer, {(order.team, made.id): pack.id for made, pack in names}


def _terms(pack: PackOrdered) -> requests.PackTerms:
    return requests.PackTerms(pack.size, pack.unit_price, starts_at=pack.starts_at, ends_at=pack.ends_at)
