"""Commands about subscriptions, trials, seats, caps, orders, packs, products and sheets, against a real server."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("studio")


def test_a_subscription_is_given_extended_and_ended(run: Run) -> None:
    made = run("subscription", "create", "ann", "ACD", "--until", "2026-06-01", "--json").json
    assert (made["user"], made["ends_at"]) == ("ann", "2026-06-01T00:00:00Z")
    longer = run("subscription", "extend", str(made["id"]), "--until", "2026-07-01", "--etag", made["etag"], "--json")
    assert longer.json["ends_at"] == "2026-07-01T00:00:00Z"
    stale = run("subscription", "end", str(made["id"]), "--etag", made["etag"])
    assert (stale.status, "read it again" in stale.err) == (2, True)
    assert run("subscription", "end", str(made["id"]), "--json").json["ends_at"] == "2026-03-02T08:00:00Z"
    assert len(run("subscription", "list", "--user", "ann", "--json").json["subscriptions"]) == 1
    assert "ann" in run("subscription", "list").out


def test_a_trial_is_given_once(run: Run) -> None:
    assert run("trial", "create", "ann", "ACD", "--until", "2026-06-01").status == 0
    again = run("trial", "create", "ann", "ACD", "--until", "2026-06-01")
    assert (again.status, "trial of ACD for ann in studio already" in again.err) == (2, True)
    assert run("trial", "extend", "ann", "ACD", "--until", "2026-07-01").status == 0
    assert run("trial", "end", "ann", "ACD", "--json").json["ends_at"] == "2026-03-02T08:00:00Z"
    assert len(run("trial", "list", "--json").json["trials"]) == 1


def test_seats_of_a_collection_are_set_and_tried(run: Run) -> None:
    assert run("collection", "set", "AEC", "ACD", "--name", "Building").status == 0
    assert run("seat", "set", "10", "--collection", "AEC", "--dry-run", "--json").json["seats"] == 10
    assert run("seat", "list", "--json").json["pools"] == []
    assert run("seat", "set", "5", "--collection", "AEC").status == 0
    (pool,) = run("seat", "list", "--json").json["pools"]
    assert (pool["collection"], pool["seats"], pool["taken"]) == ("AEC", 5, 0)
    refused = run("collection", "remove", "AEC")
    assert (refused.status, "end them first" in refused.err) == (2, True)
    assert [row["code"] for row in run("collection", "list", "--json").json["collections"]] == ["AEC"]


def test_a_cap_is_made_changed_and_ended(run: Run) -> None:
    made = run("cap", "create", "interns", "50", "--of", "user:ann", "--per", "week", "--json").json
    assert (made["subject_kind"], made["subject_name"], made["per"], made["tokens"]) == ("USER", "ann", "WEEK", 50)
    assert run("cap", "create", "all", "500").status == 0
    assert run("cap", "update", "all", "--soft", "--json").json["soft"] is True
    assert run("cap", "update", "all", "--tokens", "600", "--json").json["tokens"] == 600
    shown = run("cap", "list").out
    assert "user ann" in shown
    assert "team" in shown
    assert run("cap", "end", "interns").status == 0
    assert [cap["name"] for cap in run("cap", "list", "--json").json["caps"]] == ["all"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("cap create c 50 --of ann", "'ann' is no subject"),
        ("cap create c 50 --of team:studio", "'team:studio' is no subject"),
        ("cap create c 50 --per year", "DAY, WEEK, MONTH, PACK_YEAR"),
        ("cap update c", "name what to change: tokens, soft"),
        ("product create P --per-result 3", "write TOKENS/UNITS"),
        ("product floors ACD :2020", "is no floor"),
        ("order open o --pack 500,1,2026-01-01", "write SIZE,USED,STARTS,ENDS"),
        ("order open o --window ann,ACD", "write USER,PRODUCT,START,PAID_UNTIL"),
        ("pack move 1 studio", "in this team already"),
        ("pack split 99 5", "pack 99"),
        ("subscription create ann", "exactly one of product and collection"),
        ("prices import nowhere.csv", "nowhere.csv"),
        ("launch remove ACA", "launch 'ACA'"),
    ],
)
def test_wrong_input_names_the_value_and_the_remedy(run: Run, words: str, told: str) -> None:
    ran = run(*words.split())
    assert ran.status == 2
    assert told in " ".join(ran.err.replace("│", " ").split())


def test_an_order_waits_for_its_team(run: Run) -> None:
    assert run("team", "create", "brio").status == 0
    assert run("order", "stock", "s1", "500", "100", "--price", "2.50", "--purchased", "2026-01-01").status == 0
    (waiting,) = run("order", "list", "--unallocated", "--json").json["orders"]
    assert (waiting["tokens"], waiting["team"], waiting["purchased_at"]) == (600, "", "2026-01-01T00:00:00Z")
    given = run("order", "allocate", "s1", "brio", "--json").json
    assert {pack["ends_at"] for pack in given["packs"]} == {"2027-01-01T00:00:00Z"}
    assert run("balance", "brio", "--json").json["available"] == 600
    cancelled = run("order", "cancel", "s1", "--team", "brio", "--reason", "wrong team", "--json").json
    assert cancelled["cancelled_at"] == "2026-03-02T08:00:00Z"
    assert run("balance", "brio", "--json").json["available"] == 0


def test_a_team_moves_in(run: Run) -> None:
    words = (
        "order open in --team studio --pack 500,120,2026-01-01,2027-01-01 "
        "--window ann,ACD,2026-03-02T00:00:00Z,2026-03-03T00:00:00Z --price 3.00"
    )
    opened = run(*words.split(), "--json").json
    assert [(pack["remaining"], pack["unit_price"]) for pack in opened["packs"]] == [(380, "3.00")]
    assert run("balance", "--json").json["available"] == 480


def test_an_end_before_the_start_is_told_as_times_for_people(run: Run) -> None:
    ran = run("subscription", "create", "ann", "ACD", "--until", "2020-01-01")
    assert ran.status == 2
    assert "ends_at is 2020-01-01T00:00:00Z: it must be after starts_at, 2026-03-02" in ran.err


def test_packs_move_and_split_and_tell_their_lineage(run: Run) -> None:
    assert run("team", "create", "brio").status == 0
    split = run("pack", "split", "1", "40", "--to", "brio", "--team", "studio", "--json").json
    assert (split["pack"]["team"], split["pack"]["size"]) == ("brio", 40)
    told = run("pack", "lineage", "1", "--team", "studio", "--json").json
    assert [(kin["pack"], kin["team"]) for kin in told["packs"]] == [(1, "studio"), (split["pack"]["id"], "")]
    assert "SPLIT" in run("pack", "lineage", "1", "--team", "studio").out
    assert run("pack", "move", "1", "brio", "--team", "studio").status == 0
    assert run("balance", "brio", "--json").json["available"] == 100
    gone = run("pack", "move", "1", "brio", "--team", "studio")
    assert (gone.status, "pack 1 in team studio" in gone.err) == (2, True)


def test_a_charge_is_given_back(run: Run, advance: Callable[[int], None]) -> None:
    assert run("session", "checkout", "ACD", "--user", "ann").status == 0
    advance(600)
    given = run("pack", "refund", "ann", "ACD", "2026-03-02T08:00:00Z", "--reason", "nobody was there", "--json")
    assert given.json["tokens"] == 7
    assert run("balance", "--json").json["available"] == 100


def test_the_catalogue_says_how_a_product_may_run(run: Run) -> None:
    assert run("product", "update", "ACD", "--idle-aware-from", "2025", "--name", "Drafting").status == 0
    assert run("product", "floors", "ACD", "linux:2020", "2018").status == 0
    assert run("launch", "set", "ACA", "ACD", "--from", "2019").status == 0
    shown = run("product", "show", "ACD", "--json").json
    assert (shown["product"]["name"], shown["product"]["idle_aware_from"]) == ("Drafting", "2025")
    assert [(floor["platform"], floor["first_version"]) for floor in shown["floors"]] == [
        ("", "2018"),
        ("linux", "2020"),
    ]
    assert [row["launch_code"] for row in shown["launches"]] == ["ACA"]
    assert "linux 2020" in run("product", "show", "ACD").out
    assert [row["code"] for row in run("product", "list", "--idle-aware", "--json").json["products"]] == ["ACD"]
    assert run("launch", "remove", "ACA", "--from", "2019").status == 0
    assert run("launch", "list", "--json").json["launches"] == []
    retired = run("product", "retire", "ACD", "--at", "2026-03-02", "--json").json["product"]["retired_at"]
    assert retired == "2026-03-02T00:00:00Z"
    assert run("product", "retire", "ACD", "--undo", "--json").json["product"]["retired_at"] is None


def test_a_product_per_result_and_a_plugin_are_made(run: Run) -> None:
    made = run("product", "create", "RND", "--per-result", "3/100", "--host", "ACD", "--json").json
    assert (made["kind"], made["result_tokens"], made["result_units"], made["host"]) == ("PER_RESULT", 3, 100, "ACD")
    assert "3 per 100" in run("product", "list").out


def test_what_is_exported_is_imported_without_a_difference(run: Run) -> None:
    exported = run("rates", "export").out
    assert exported.startswith("product,name,tokens_per_24h,kind,valid_from,note\nACD,AutoCAD,7,daily,")
    assert run("rates", "export", "rates.csv").status == 0
    assert Path("rates.csv").read_text() == exported
    assert "nothing to do" in run("rates", "import", "rates.csv").out


def test_good_rows_are_imported_alone_if_asked(run: Run) -> None:
    Path("rates.csv").write_text(
        "product,name,tokens_per_24h,kind,valid_from,note\nAAA,A,x,daily,2026-01-01,\nBBB,B,5,daily,2026-01-01,\n"
    )
    ran = run("rates", "import", "rates.csv")
    assert (ran.status, "rates.csv, line 2, tokens_per_24h is 'x'" in ran.err) == (2, True)
    assert "Nothing was changed" in ran.out
    assert len(run("product", "list", "--json").json["products"]) == 1
    ran = run("rates", "import", "rates.csv", "--partial")
    assert (ran.status, "line 2" in ran.err) == (2, True)
    assert [product["code"] for product in run("product", "list", "--json").json["products"]] == ["ACD", "BBB"]


def test_a_price_list_is_imported_shown_and_exported(run: Run) -> None:
    Path("prices.csv").write_text(
        "item,size,tier,product,term,price,currency,valid_from,note\n"
        "pack,100,,,,3.00,USD,2026-01-01,\nseat,,,ACD,year,2095.00,USD,2026-01-01,\n"
    )
    tried = run("prices", "import", "prices.csv", "--dry-run", "--json").json
    assert (len(tried["steps"]), tried["done"]) == (2, False)
    assert run("prices", "list", "--json").json["prices"] == []
    assert run("prices", "import", "prices.csv").status == 0
    prices = run("prices", "list", "--json").json["prices"]
    assert [(price["kind"], price["price"], price["term"]) for price in prices] == [
        ("PACK", "3.00", None),
        ("SEAT", "2095.00", "YEAR"),
    ]
    assert "2095.00 USD" in run("prices", "list").out
    assert sorted(run("prices", "export").out.splitlines()) == sorted(Path("prices.csv").read_text().splitlines())
