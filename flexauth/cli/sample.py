"""Puts the sample into an authority as any client would: the published rates and a small team, each only once."""

from __future__ import annotations

import time

from google.protobuf.field_mask_pb2 import FieldMask

from flexauth.cli.connection import Connection, pages
from flexauth.commands import DAY
from flexauth.rate_sheet import write_rate_sheet
from flexauth.sample import SampleTeam, published_rates, sample_team
from flexauth.v1 import administration_pb2 as wire
from flexauth.v1 import catalogue_pb2
from flexauth.v1.types_pb2 import Membership

__all__ = ["load_sample"]

_ORDER = "sample"


def load_sample(connection: Connection) -> SampleTeam:
    """Make what is missing of the sample and return its team; what is there stays as it is."""
    sample = sample_team()
    call, administration = connection.call, connection.administration
    products, _ = pages(connection, administration.ListProducts, wire.ListProductsRequest())
    known = {product.code for product in products}
    missing = [rate for rate in published_rates() if rate.product not in known]
    if missing:
        sheet = catalogue_pb2.ImportRatesRequest(csv=write_rate_sheet(missing))
        call(connection.catalogue.ImportRates, sheet)
    for code in {rate.product for rate in missing} & set(sample.idle_aware_from):
        aware = catalogue_pb2.UpdateProductRequest(
            code=code, update_mask=FieldMask(paths=["idle_aware_from"]), idle_aware_from=sample.idle_aware_from[code]
        )
        call(connection.catalogue.UpdateProduct, aware)
    teams, _ = pages(connection, administration.ListTeams, wire.ListTeamsRequest())
    if sample.name not in {team.name for team in teams}:
        request = wire.CreateTeamRequest(
            request_id=f"sample-team-{sample.name}", name=sample.name, display_name=sample.display_name
        )
        call(administration.CreateTeam, request)
    packs, _ = pages(connection, administration.ListPacks, wire.ListPacksRequest(team=sample.name))
    if _ORDER not in {pack.order for pack in packs}:
        call(administration.CreateOrder, _order(sample))
    users, _ = pages(connection, administration.ListUsers, wire.ListUsersRequest(team=sample.name))
    there = {user.subject for user in users}
    for user in sample.users:
        if user.subject not in there:
            everything = user.products == ("ALL",)
            membership = Membership(
                team=sample.name, all_products=everything, products=() if everything else user.products
            )
            making = wire.CreateUserRequest(
                request_id=f"sample-{user.subject}",
                subject=user.subject,
                display_name=user.name,
                email=user.subject,
                memberships=[membership],
            )
            call(administration.CreateUser, making)
    return sample


def _order(sample: SampleTeam) -> wire.CreateOrderRequest:
    now = time.time_ns() // 1_000
    terms = [
        wire.PackTerms(size=pack.size, unit_price=pack.unit_price, currency="USD", ends_at=now + pack.days * DAY)
        for pack in sample.packs
    ]
    return wire.CreateOrderRequest(
        request_id=f"sample-order-{sample.name}", team=sample.name, number=_ORDER, packs=terms
    )
