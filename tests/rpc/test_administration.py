"""Administration and Reporting over the wire, on both engines."""

import json

import pytest

from flexauth.v1 import administration_pb2 as admin
from flexauth.v1 import license_authority_pb2 as licence
from flexauth.v1 import reporting_pb2 as report
from flexauth.v1 import types_pb2 as pb
from tests.rpc.serving import DAY, SECOND, START, Service, failure, session_id


def test_teams_and_users_are_made_and_listed(service: Service) -> None:
    team = service.admin.CreateTeam(admin.CreateTeamRequest(name="beta", display_name="Beta Ltd")).team
    assert team == admin.Team(name="beta", display_name="Beta Ltd", created_at=START)
    teams = service.admin.ListTeams(admin.ListTeamsRequest()).teams
    assert [(team.name, team.users) for team in teams] == [("acme", 2), ("beta", 0)]
    made = service.admin.CreateUser(
        admin.CreateUserRequest(subject="eve", display_name="Eve Ö", email="eve@example.com")
    ).user
    assert service.admin.GetUser(admin.GetUserRequest(subject="eve")).user == made
    assert (made.display_name, made.email, list(made.memberships)) == ("Eve Ö", "eve@example.com", [])
    assert {user.subject for user in service.admin.ListUsers(admin.ListUsersRequest()).users} == {"ann", "bob", "eve"}
    assert {user.subject for user in service.admin.ListUsers(admin.ListUsersRequest(team="acme")).users} == {
        "ann",
        "bob",
    }


def test_an_assignment_replaces_the_one_before(service: Service) -> None:
    wanted = pb.Membership(team="acme", products=["ACD", "DRIVE"])
    user = service.admin.AssignUser(admin.AssignUserRequest(user="bob", membership=wanted)).user
    assert [(m.team, m.all_products, sorted(m.products)) for m in user.memberships] == [
        ("acme", False, ["ACD", "DRIVE"])
    ]
    assert service.checkout(1, user="bob").granted


def test_products_and_their_dated_rates(service: Service) -> None:
    products = {p.code: p for p in service.admin.ListProducts(admin.ListProductsRequest()).products}
    assert (products["ACD"].rate, products["ACD"].kind) == (7, pb.PRODUCT_KIND_DAILY)
    assert products["DRIVE"].kind == pb.PRODUCT_KIND_INCLUDED
    assert not products["ACD"].HasField("idle_aware_from")
    aware = pb.Product(code="MAX", kind=pb.PRODUCT_KIND_DAILY, rate=3, idle_aware_from="")
    assert service.admin.CreateProduct(admin.CreateProductRequest(product=aware)).product.HasField("idle_aware_from")
    rate = pb.Rate(product="ACD", tokens_per_24h=8, valid_from=START + DAY, note="dearer")
    assert service.admin.SetRate(admin.SetRateRequest(rate=rate)).rate.tokens_per_24h == 8
    rates = service.admin.ListRates(admin.ListRatesRequest(product="ACD")).rates
    assert sorted((r.valid_from, r.tokens_per_24h) for r in rates) == [(START, 7), (START + DAY, 8)]
    assert service.checkout(1).rate == 7


def test_an_order_brings_packs_with_the_ends_of_p1(service: Service) -> None:
    terms = [
        admin.PackTerms(size=10, currency="EUR", unit_price=5),
        admin.PackTerms(size=110, currency="USD", ends_at=START + DAY),
    ]
    order = service.admin.CreateOrder(admin.CreateOrderRequest(team="acme", packs=terms))
    assert order.number
    assert [(p.size, p.remaining, p.ends_at, p.order) for p in order.packs] == [
        (10, 10, START + 365 * DAY, order.number),
        (110, 110, START + DAY, order.number),
    ]
    listed = service.admin.ListPacks(admin.ListPacksRequest(team="acme")).packs
    assert sorted(p.size for p in listed) == [10, 100, 110]
    assert service.available() == (220, 0)


def test_a_policy_is_set_by_name_and_read_back(service: Service) -> None:
    before = service.admin.GetPolicy(admin.GetPolicyRequest(team="acme"))
    assert json.loads(before.values)["heartbeat_interval"] == "5m"
    answer = service.admin.SetPolicy(admin.SetPolicyRequest(team="acme", values='{"heartbeat_interval": "2m"}'))
    after = service.admin.GetPolicy(admin.GetPolicyRequest(team="acme"))
    assert answer.version == after.version > before.version
    assert json.loads(after.values)["heartbeat_interval"] == "2m"
    assert service.checkout(1).facts.heartbeat_by == START + 120 * SECOND


@pytest.mark.parametrize("values", ['{"grace": "soon"}', "{", '{"no_such_value": 1}', "[]"])
def test_a_wrong_policy_is_refused_and_changes_nothing(service: Service, values: str) -> None:
    before = service.admin.GetPolicy(admin.GetPolicyRequest(team="acme"))
    said = failure(service.admin.SetPolicy, admin.SetPolicyRequest(team="acme", values=values))
    assert (said.code, said.reason) == ("INVALID_ARGUMENT", "INVALID_ARGUMENT")
    assert service.admin.GetPolicy(admin.GetPolicyRequest(team="acme")) == before


def test_a_repeated_request_id_gives_the_same_answer_once(service: Service) -> None:
    order = admin.CreateOrderRequest(request_id="r1", team="acme", packs=[admin.PackTerms(size=150, currency="USD")])
    first = service.admin.CreateOrder(order)
    assert service.admin.CreateOrder(order) == first
    assert service.available() == (250, 0)
    order.packs[0].size = 151
    said = failure(service.admin.CreateOrder, order)
    assert (said.code, said.reason, said.fields) == ("INVALID_ARGUMENT", "CONFLICT", ["request_id"])


def test_the_sessions_of_a_team(service: Service) -> None:
    service.checkout(1)
    (facts,) = service.admin.ListSessions(admin.ListSessionsRequest(team="acme")).sessions
    assert (facts.session, facts.user, facts.state) == (session_id(1), "ann", pb.SESSION_STATE_ACTIVE)


def test_the_clock_is_confirmed(service: Service) -> None:
    assert service.admin.ConfirmClock(admin.ConfirmClockRequest()).now == START


def test_a_rotated_key_signs_and_the_old_lease_still_verifies(service: Service) -> None:
    keys = service.licences.GetKeys(licence.GetKeysRequest()).jwks
    (old,) = (key["kid"] for key in json.loads(keys)["keys"])
    ask = admin.RotateLeaseKeyRequest(request_id="r1")
    new = service.admin.RotateLeaseKey(ask).key_id
    assert service.admin.RotateLeaseKey(ask).key_id == new
    after = service.licences.GetKeys(licence.GetKeysRequest()).jwks
    assert [key["kid"] for key in json.loads(after)["keys"]] == [new, old]


def test_the_balance_and_the_ledger_agree(service: Service) -> None:
    service.checkout(1)
    service.advance(301 * SECOND)
    balance = service.reports.GetBalance(report.GetBalanceRequest(team="acme")).balance
    assert (balance.available, balance.held, balance.purchased, balance.consumed) == (93, 0, 100, 7)
    assert [(pack.remaining, pack.consumed) for pack in balance.packs] == [(93, 7)]
    entries: list[pb.LedgerEntry] = []
    token = ""
    while True:
        page = service.reports.ListLedger(report.ListLedgerRequest(team="acme", page_size=1, page_token=token))
        entries += page.entries
        token = page.next_page_token
        if not token:
            break
    assert [(entry.seq, entry.kind, entry.tokens) for entry in entries] == [
        (1, pb.ENTRY_KIND_ORDER, 100),
        (2, pb.ENTRY_KIND_CHARGE, -7),
    ]
    assert (entries[1].session, entries[1].window_end) == (session_id(1), START + DAY)
    assert all(len(entry.hash) == 32 for entry in entries)
    assert balance.as_of == 2
