"""Packs, caps and subscriptions between two teams over real gRPC: an admin of one reaches nothing of the other."""

from collections.abc import Iterator
from typing import Any

import pytest

from flexauth.requests import Role, Scope
from flexauth.v1 import catalogue_pb2 as cat
from flexauth.v1 import entitlements_pb2 as ent
from flexauth.v1 import packs_pb2 as pck
from tests.rpc.serving import Failure
from tests.rpc.sides import NAMED, Sides


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sides]:
    served = Sides(tmp_path_factory.mktemp("tls"))
    yield served
    served.close()


@pytest.fixture(scope="module")
def both(sides: Sides) -> str:
    """The key of an admin of acme and of beta."""
    return sides.key(Scope(Role.TEAM_ADMIN, "acme"), Scope(Role.TEAM_ADMIN, "beta"), name="both")


def ended(said: Any) -> tuple[str, str]:
    return (said.code, said.reason) if isinstance(said, Failure) else ("OK", "")


def moves(sides: Sides) -> list[tuple[str, Any]]:
    pack = sides.acme.pack
    return [
        ("Packs/MovePack", pck.MovePackRequest(team="acme", pack=pack, to_team="beta", validate_only=True)),
        ("Packs/SplitPack", pck.SplitPackRequest(team="acme", pack=pack, size=10, to_team="beta", validate_only=True)),
    ]


def test_tokens_go_to_another_team_by_an_admin_of_both_alone(sides: Sides, both: str) -> None:
    for name, message in moves(sides):
        said = sides.call(NAMED[name], message, Role.TEAM_ADMIN)
        assert (ended(said), said.message) == (("NOT_FOUND", "UNKNOWN_TEAM"), "There is no team 'beta'.")
    for name, message in moves(sides):
        held = ended(sides.call(NAMED[name], message, both))
        assert held == (("FAILED_PRECONDITION", "NOT_ALLOWED_NOW") if name == "Packs/MovePack" else ("OK", ""))


def test_a_pack_of_the_other_team_is_not_there(sides: Sides, both: str) -> None:
    for team, pack in (("acme", sides.beta.pack), ("acme", 10**9)):
        message = pck.ListLineageRequest(team=team, pack=pack)
        assert ended(sides.call(NAMED["Packs/ListLineage"], message, Role.TEAM_ADMIN)) == ("NOT_FOUND", "UNKNOWN_PACK")
        assert ended(sides.call(NAMED["Packs/ListLineage"], message, both)) == ("NOT_FOUND", "UNKNOWN_PACK")


def test_a_cap_is_of_a_user_of_its_own_team(sides: Sides, both: str) -> None:
    """Nothing tells a user of the other team from one who is nowhere."""
    for key in (Role.TEAM_ADMIN, both):
        told = set()
        for user in (sides.beta.user, "nobody"):
            message = ent.CreateCapRequest(
                team="acme", name="new", tokens=7, subject_kind=ent.CAP_SUBJECT_USER, subject_name=user
            )
            said = sides.call(NAMED["Entitlements/CreateCap"], message, key)
            told.add((ended(said), said.message.replace(user, "")))
        assert told == {(("NOT_FOUND", "UNKNOWN_USER"), "There is no user ''.")}


def test_lists_are_of_one_team(sides: Sides) -> None:
    found = sides.call(NAMED["Entitlements/ListSubscriptions"], ent.ListSubscriptionsRequest(), Role.TEAM_ADMIN)
    assert {row.team for row in found.subscriptions} == {"acme"}
    orders = sides.call(NAMED["Packs/ListOrders"], pck.ListOrdersRequest(), Role.RESELLER)
    assert {order.team for order in orders.orders} == {"acme"}


def test_what_reports_idleness_is_told_to_anybody(sides: Sides) -> None:
    update = cat.UpdateProductRequest(code="ACD", update_mask={"paths": ["idle_aware_from"]}, idle_aware_from="2025")
    assert ended(sides.call(NAMED["Catalogue/UpdateProduct"], update, Role.VENDOR)) == ("OK", "")
    told = sides.call(NAMED["Catalogue/ListIdleAware"], cat.ListIdleAwareRequest(), None)
    assert [(row.code, row.idle_aware_from) for row in told.products] == [("ACD", "2025")]


def test_a_sheet_with_bad_rows_is_refused_and_says_which(sides: Sides) -> None:
    csv = "product,name,tokens_per_24h,kind,valid_from,note\nNEW,New,x,daily,2026-01-01,\n"
    method = NAMED["Catalogue/ImportRates"]
    said = sides.call(method, cat.ImportRatesRequest(csv=csv), Role.VENDOR)
    assert (ended(said), said.fields) == (("INVALID_ARGUMENT", "INVALID_ARGUMENT"), ["csv"])
    assert "line 2, tokens_per_24h is 'x': tokens are a whole number" in said.message
    tried = sides.call(method, cat.ImportRatesRequest(csv=csv, validate_only=True), Role.VENDOR).outcome
    assert [(row.line, row.column, row.value) for row in tried.bad] == [(2, "tokens_per_24h", "x")]
