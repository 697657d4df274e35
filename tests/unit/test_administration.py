"""Acts of vendors and admins, with good and bad input, and once for a request id."""

import json

import pytest

from flexauth import requests
from flexauth.administration import year_later
from flexauth.commands import DAY, MINUTE, ProductKind
from flexauth.faults import AlreadyExists, Conflict, InvalidArgument, NotFound
from tests.unit.conftest import START, Office, session


def test_a_team_lives_through_a_restart(acme: Office) -> None:
    acme.restart(kill=True)
    assert acme.ask(requests.GetUser("ann")).memberships == (requests.Membership("acme", all_products=True),)
    assert [team.name for team in acme.ask(requests.ListTeams()).items] == ["acme"]
    assert acme.ask(requests.GetBalance("acme")).available == 100


def test_a_repeated_request_gives_the_same_answer_and_happens_once(acme: Office) -> None:
    order = requests.CreateOrder("acme", (requests.PackTerms(500),), request_id="again")
    first = acme.ask(order)
    acme.restart()
    assert acme.ask(order) == first
    assert acme.ask(requests.GetBalance("acme")).available == 600


def test_a_request_id_with_other_content_is_refused(acme: Office) -> None:
    acme.ask(requests.CreateTeam("brio", request_id="one"))
    with pytest.raises(Conflict, match="one"):
        acme.ask(requests.CreateTeam("cielo", request_id="one"))
    assert [team.name for team in acme.ask(requests.ListTeams()).items] == ["acme", "brio"]


@pytest.mark.parametrize(
    "request_",
    [
        requests.CreateTeam("brio", validate_only=True),
        requests.CreateUser("bob", memberships=(requests.Membership("acme"),), validate_only=True),
        requests.AssignUser("ann", requests.Membership("acme", products=()), validate_only=True),
        requests.CreateProduct("RVT", rate=10, validate_only=True),
        requests.SetRate("ACD", 9, validate_only=True),
        requests.CreateOrder("acme", (requests.PackTerms(500),), validate_only=True),
        requests.SetPolicy("acme", '{"window_policy": "calendar_day"}', validate_only=True),
    ],
    ids=lambda request: type(request).__name__,
)
def test_an_act_that_is_only_validated_keeps_nothing(acme: Office, request_: requests.Request) -> None:
    before, acts = acme.authority.state(), acme.ask(requests.ListAudit()).items
    acme.ask(request_)
    assert (acme.authority.state(), acme.ask(requests.ListAudit()).items) == (before, acts)
    acme.restart(kill=True)
    assert acme.authority.state() == before


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (requests.CreateTeam("acme"), ["team", "acme"]),
        (requests.CreateUser("ann"), ["user", "ann"]),
        (requests.CreateProduct("ACD", rate=1), ["product", "ACD"]),
        (requests.CreateOrder("acme", (requests.PackTerms(100),), number="first"), ["order", "first"]),
    ],
)
def test_what_there_is_already_is_not_made_again(acme: Office, request_: requests.Request, words: list[str]) -> None:
    with pytest.raises(AlreadyExists) as caught:
        acme.ask(request_)
    assert all(word in str(caught.value) for word in words)


@pytest.mark.parametrize(
    "request_",
    [
        requests.GetBalance("nobody"),
        requests.ListLedger("nobody"),
        requests.ListPacks("nobody"),
        requests.GetUser("nobody"),
        requests.ListCharges("nobody"),
        requests.ListSessions(team="nobody"),
        requests.ListUsers("nobody"),
        requests.ListRates("nobody"),
        requests.GetPolicy("nobody"),
        requests.SetPolicy("nobody", "{}"),
        requests.SetRate("nobody", 7),
        requests.CreateOrder("nobody", (requests.PackTerms(100),)),
        requests.AssignUser("nobody", requests.Membership("acme")),
        requests.AssignUser("ann", requests.Membership("nobody")),
        requests.AssignUser("ann", requests.Membership("acme", products=("nobody",))),
        requests.CreateUser("bob", memberships=(requests.Membership("nobody"),)),
    ],
)
def test_what_is_not_there_is_named_as_the_caller_sent_it(acme: Office, request_: requests.Request) -> None:
    with pytest.raises(NotFound, match="'nobody'"):
        acme.ask(request_)


def test_a_refused_act_leaves_nothing(acme: Office) -> None:
    with pytest.raises(NotFound):
        acme.ask(requests.CreateUser("bob", memberships=(requests.Membership("nobody"),), request_id="r"))
    with pytest.raises(NotFound, match="bob"):
        acme.ask(requests.GetUser("bob"))
    made = acme.ask(requests.CreateUser("bob", memberships=(requests.Membership("acme"),), request_id="r"))
    assert made.subject == "bob"


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        (requests.PackTerms(99), ["packs", "99", "100"]),
        (requests.PackTerms(100, ends_at=START), ["ends_at", str(START)]),
        (requests.PackTerms(100, starts_at=START + DAY, ends_at=START + DAY), ["ends_at", "starts_at"]),
    ],
)
def test_a_pack_against_p1_is_refused(acme: Office, terms: requests.PackTerms, words: list[str]) -> None:
    with pytest.raises(InvalidArgument) as caught:
        acme.ask(requests.CreateOrder("acme", (terms,)))
    assert all(word in str(caught.value) for word in words), str(caught.value)
    assert acme.ask(requests.GetBalance("acme")).available == 100


def test_an_order_is_not_bought_in_the_future(acme: Office) -> None:
    with pytest.raises(InvalidArgument, match="purchased_at"):
        acme.ask(requests.CreateOrder("acme", (requests.PackTerms(100),), purchased_at=START + 1))


@pytest.mark.parametrize(
    ("day", "next_year"),
    [("2026-03-02", "2027-03-02"), ("2028-02-29", "2029-03-01"), ("2027-02-28", "2028-02-28")],
)
def test_a_pack_ends_on_the_same_date_a_year_later(day: str, next_year: str) -> None:
    from datetime import UTC, datetime

    at, later = (int(datetime.fromisoformat(d).replace(tzinfo=UTC).timestamp()) * 1_000_000 for d in (day, next_year))
    assert year_later(at + 1) == later + 1


def test_a_pack_that_starts_later_is_not_there_before(acme: Office) -> None:
    acme.ask(requests.CreateOrder("acme", (requests.PackTerms(100, starts_at=START + DAY),)))
    assert acme.ask(requests.GetBalance("acme")).available == 100
    acme.at(DAY)
    assert acme.ask(requests.GetBalance("acme")).available == 200


def test_a_rate_counts_from_its_date_and_never_before_now(acme: Office) -> None:
    with pytest.raises(InvalidArgument, match="valid_from"):
        acme.ask(requests.SetRate("ACD", 9, valid_from=START - 1))
    rate = acme.ask(requests.SetRate("ACD", 9, valid_from=START + DAY, note="autumn"))
    assert (rate.version, rate.note) == (2, "autumn")
    assert acme.ask(requests.ListProducts()).items[0].rate == 7
    acme.at(DAY)
    assert acme.ask(requests.ListProducts()).items[0].rate == 9
    assert [row.tokens_per_24h for row in acme.ask(requests.ListRates("ACD")).items] == [7, 9]


def test_an_included_product_has_no_daily_rate(acme: Office) -> None:
    acme.ask(requests.CreateProduct("DRV", "Drive", ProductKind.INCLUDED))
    with pytest.raises(InvalidArgument, match="DRV"):
        acme.ask(requests.SetRate("DRV", 3))


def test_a_contract_takes_effect_by_time_and_names_all_its_values(acme: Office) -> None:
    assert acme.ask(requests.GetPolicy("acme")).version == 0
    made = acme.ask(requests.SetPolicy("acme", '{"grace": "1m"}', effective_at=START + DAY))
    assert (made.version, json.loads(made.values)["grace"]) == (1, "1m")
    assert json.loads(acme.ask(requests.GetPolicy("acme")).values)["grace"] == "5m"
    acme.at(DAY)
    assert json.loads(acme.ask(requests.GetPolicy("acme")).values)["grace"] == "1m"
    assert acme.ask(requests.Checkout(session(1), "ann", "ACD", "desk")).facts.heartbeat_by == START + DAY + MINUTE


def test_a_contract_is_not_made_before_a_later_one(acme: Office) -> None:
    acme.ask(requests.SetPolicy("acme", "{}", effective_at=START + DAY))
    with pytest.raises(InvalidArgument, match="effective_at"):
        acme.ask(requests.SetPolicy("acme", "{}"))


def test_lists_are_paged_whole_and_in_order(acme: Office) -> None:
    for number in range(7):
        acme.ask(requests.CreateUser(f"user{number}", memberships=(requests.Membership("acme"),)))
    seen, token = [], ""
    while True:
        page = acme.ask(requests.ListUsers("acme", page_size=3, page_token=token))
        seen += [user.subject for user in page.items]
        token = page.next_page_token
        if not token:
            break
    assert seen == ["ann", *(f"user{number}" for number in range(7))]


@pytest.mark.parametrize("token", ["x", "W10=", "WyJhIl0=", "bnVsbA=="])
def test_a_made_up_page_token_is_refused(acme: Office, token: str) -> None:
    with pytest.raises(InvalidArgument, match="page_token"):
        acme.ask(requests.ListTeams(page_token=token))
