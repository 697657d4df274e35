"""Setting up and reading back: every administrative command, as a table and as JSON."""

import json
from collections.abc import Callable

import pytest

from flexauth.serving import Service
from tests.cli.conftest import Run


@pytest.mark.usefixtures("service")
def test_a_new_authority_has_nothing_and_says_what_to_do(run: Run) -> None:
    for words, remedy in (
        ("team list", "flexauth team create"),
        ("user list", "flexauth user create"),
        ("product list", "flexauth product create"),
    ):
        ran = run(*words.split())
        assert (ran.status, ran.err) == (0, "")
        assert remedy in ran.out


@pytest.mark.usefixtures("service")
def test_without_a_team_a_command_says_to_make_one(run: Run) -> None:
    ran = run("balance")
    assert ran.status == 2
    assert "flexauth team create NAME" in ran.err


@pytest.mark.usefixtures("studio")
def test_the_only_team_need_not_be_named_but_one_of_several_must(run: Run) -> None:
    assert run("balance", "--json").json["team"] == "studio"
    assert run("team", "create", "other").status == 0
    ran = run("balance")
    assert ran.status == 2
    assert "studio" in ran.err
    assert "other" in ran.err
    assert run("balance", "--json", FLEXAUTH_TEAM="other").json["available"] == 0


@pytest.mark.usefixtures("studio")
def test_a_team_is_shown_with_its_balance_and_contract(run: Run) -> None:
    assert run("team", "show", "--json").json == {
        "name": "studio",
        "display_name": "Studio",
        "created_at": "2026-03-02T08:00:00Z",
        "users": 1,
        "plan": "STANDARD",
        "suspended": False,
        "available": 100,
        "held": 0,
        "packs": 1,
        "policy_version": 0,
    }


@pytest.mark.usefixtures("studio")
def test_lists_have_one_form_for_machines(run: Run) -> None:
    for words, name in (
        ("team list", "teams"),
        ("user list", "users"),
        ("product list", "products"),
        ("rates list", "rates"),
        ("pack list", "packs"),
        ("ledger", "entries"),
        ("session list", "sessions"),
        ("user charges ann", "charges"),
    ):
        found = run(*words.split(), "--json").json
        assert set(found) == {name, "next_page_token"}, words
        assert isinstance(found[name], list)


@pytest.mark.usefixtures("studio")
def test_a_long_list_comes_in_pages_that_go_on_where_the_last_one_ended(run: Run) -> None:
    for number in range(5):
        assert run("team", "create", f"t{number}").status == 0
    first = run("team", "list", "--limit", "2", "--json").json
    rest = run("team", "list", "--limit", "0", "--page-token", first["next_page_token"], "--json").json
    names = [team["name"] for team in first["teams"] + rest["teams"]]
    assert sorted(names) == ["studio", "t0", "t1", "t2", "t3", "t4"]
    assert rest["next_page_token"] == ""
    told = run("team", "list", "--limit", "2")
    assert f"--page-token {first['next_page_token']}" in told.err


@pytest.mark.usefixtures("studio")
def test_a_user_is_assigned_all_products_or_a_list_and_an_assignment_replaces_the_last(run: Run) -> None:
    def assigned(*words: str) -> list[dict[str, object]]:
        return list(run(*words, "--json").json["memberships"])

    everything = {"team": "studio", "all_products": True, "products": []}
    only = {"team": "studio", "all_products": False, "products": ["ACD"]}
    nothing = {"team": "studio", "all_products": False, "products": []}
    assert assigned("user", "show", "ann") == [everything]
    assert assigned("user", "assign", "ann", "ACD") == [only]
    assert assigned("user", "assign", "ann") == [nothing]
    assert assigned("user", "create", "bob", "ACD", "--team", "studio") == [only]
    table = run("user", "list").out
    assert "studio: none" in table
    assert "studio: ACD" in table


@pytest.mark.usefixtures("studio")
def test_an_order_makes_a_pack_for_each_size_with_its_price_and_times(run: Run) -> None:
    ran = run(
        "pack", "order", "studio", "500", "1_000", "--price", "2.95", "--currency", "EUR", "--number", "A-7",
        "--starts", "2026-04-01", "--ends", "2027-04-01T12:00:00+02:00", "--json",
    )  # fmt: skip
    packs = ran.json["packs"]
    assert ran.json["number"] == "A-7"
    assert [pack["size"] for pack in packs] == [500, 1_000]
    for pack in packs:
        assert (pack["unit_price"], pack["currency"]) == ("2.95", "EUR")
        assert (pack["starts_at"], pack["ends_at"]) == ("2026-04-01T00:00:00Z", "2027-04-01T10:00:00Z")


@pytest.mark.usefixtures("studio")
def test_a_pack_ends_a_year_later_where_no_end_is_named(run: Run) -> None:
    (pack,) = run("pack", "list", "--json").json["packs"]
    assert pack["ends_at"] == "2027-03-02T08:00:00Z"


@pytest.mark.usefixtures("studio")
def test_a_rate_is_in_force_from_its_date(run: Run, advance: Callable[[int], None]) -> None:
    later = run("rates", "set", "ACD", "5", "--from", "2026-03-03T08:00:00Z", "--note", "spring", "--json").json
    assert (later["tokens_per_24h"], later["valid_from"]) == (5, "2026-03-03T08:00:00Z")

    def now() -> int:
        (product,) = run("product", "list", "--json").json["products"]
        return int(product["rate"])

    assert now() == 7
    advance(86_400)
    assert now() == 5
    assert [rate["tokens_per_24h"] for rate in run("rates", "list", "ACD", "--json").json["rates"]] == [7, 5]


@pytest.mark.usefixtures("service")
def test_an_included_product_costs_nothing_and_an_idle_aware_one_says_from_which_version(run: Run) -> None:
    drive = run("product", "create", "DRV", "--included", "--json").json
    assert (drive["kind"], drive["rate"], drive["idle_aware_from"]) == ("INCLUDED", 0, None)
    revit = run("product", "create", "RVT", "--rate", "10", "--idle-aware-from", "", "--json").json
    assert revit["idle_aware_from"] == ""
    assert "all versions" in run("product", "list").out


@pytest.mark.usefixtures("studio")
def test_policy_values_are_set_by_name_and_the_others_stay(run: Run) -> None:
    changed = run("policy", "set", "studio", "grace=4m", "devices_max=5", "--json").json
    assert changed["version"] == 1
    values = run("policy", "get", "--json").json["values"]
    assert (values["grace"], values["devices_max"], values["idle_after"]) == ("4m", 5, "15m")


@pytest.mark.usefixtures("studio")
def test_an_act_repeated_with_its_id_is_done_once(run: Run) -> None:
    order = ("pack", "order", "studio", "100", "--request-id", "0190f5fe-7c00-7a00-8000-000000000001")
    first = run(*order, "--json")
    again = run(*order, "--json")
    assert again.json == first.json
    assert run("balance", "--json").json["available"] == 200


@pytest.mark.usefixtures("studio")
def test_the_ledger_is_filtered_by_kind_pack_and_time(run: Run, advance: Callable[[int], None]) -> None:
    advance(3_600)
    assert run("pack", "order", "studio", "200").status == 0

    def packs(*options: str) -> list[int]:
        return [entry["pack"] for entry in run("ledger", *options, "--json").json["entries"]]

    assert packs() == [1, 2]
    assert packs("--pack", "2") == packs("--pack", "2", "--limit", "1") == [2]
    assert packs("--since", "2026-03-02T08:30:00Z") == [2]
    assert packs("--until", "2026-03-02T08:30:00Z") == [1]
    assert packs("--kind", "order") == [1, 2]
    assert packs("--kind", "CHARGE", "--kind", "REFUND") == []


def test_the_operator_confirms_the_clock_and_rotates_the_lease_key(studio: Service, run: Run) -> None:
    assert run("clock", "confirm", "--json").json == {"now": "2026-03-02T08:00:00Z"}
    before = {key["kid"] for key in run("lease-key", "list", "--json").json["keys"]}
    new = run("lease-key", "rotate", "--json").json["key_id"]
    after = {key["kid"] for key in run("lease-key", "list", "--json").json["keys"]}
    assert new not in before
    assert after == before | {new}
    assert new in run("lease-key", "list").out


@pytest.mark.usefixtures("studio")
def test_json_goes_to_standard_output_alone_and_tables_have_no_colour_in_a_pipe(run: Run) -> None:
    ran = run("balance", "--json")
    assert json.loads(ran.out)
    assert ran.err == ""
    assert "\x1b" not in run("balance").out
