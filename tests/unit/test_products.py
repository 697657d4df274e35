"""Acts about the catalogue: products and their floors, launches, collections, sheets of rates and prices."""

import pytest

from flexauth import requests
from flexauth.answers_of.catalogue import BadRow, PriceTerm
from flexauth.commands import DAY, ProductKind, Reason
from flexauth.faults import InvalidArgument, NotAllowedNow, NotFound, Stale
from flexauth.requests.catalogue import (
    ExportPrices,
    ExportRates,
    Floor,
    GetProduct,
    ImportPrices,
    ImportRates,
    ListCollections,
    ListIdleAware,
    ListLaunches,
    ListPrices,
    PutCollection,
    PutLaunch,
    RemoveCollection,
    RemoveLaunch,
    SetFloors,
    UpdateProduct,
)
from flexauth.requests.entitlements import CreateSubscription, EndSubscription
from tests.unit.conftest import START, Office, session

RATES = "product,name,tokens_per_24h,kind,valid_from,note\n"
PRICES = "item,size,tier,product,term,price,currency,valid_from,note\n"


def sign_in(office: Office, number: int, product: str = "ACD", **given):
    return office.ask(requests.Checkout(session(number), "ann", product, "desk", **given))


# Products -------------------------------------------------------------------------------------------------------------


def test_an_update_changes_what_its_mask_names(acme: Office) -> None:
    read = acme.ask(GetProduct("ACD"))
    changed = acme.ask(UpdateProduct("ACD", ("idle_aware_from",), name="Other", idle_aware_from="2025", etag=read.etag))
    assert (changed.product.name, changed.product.idle_aware_from, changed.product.rate) == ("AutoCAD", "2025", 7)
    with pytest.raises(Stale):
        acme.ask(UpdateProduct("ACD", ("name",), name="Other", etag=read.etag))
    acme.restart(kill=True)
    assert acme.ask(GetProduct("ACD")) == changed
    assert [(p.code, p.idle_aware_from) for p in acme.ask(ListIdleAware()).items] == [("ACD", "2025")]


def test_a_retired_product_takes_no_new_session_and_what_runs_goes_on(acme: Office) -> None:
    sign_in(acme, 1)
    acme.ask(UpdateProduct("ACD", ("retired_at",), retired_at=START))
    acme.at(DAY // 2)
    assert acme.ask(requests.Heartbeat(session(1), 1)).facts.paid_until == START + DAY
    with pytest.raises(NotFound, match="product 'ACD'"):
        sign_in(acme, 2)
    assert acme.ask(requests.ListProducts()).items[0].retired_at == START
    acme.ask(UpdateProduct("ACD", ("retired_at",)))
    assert sign_in(acme, 3).granted


def test_a_version_below_the_floor_of_its_platform_is_refused(acme: Office) -> None:
    entry = acme.ask(SetFloors("ACD", (Floor("Linux", "2020"),)))
    assert entry.floors == (Floor("linux", "2020"),)
    refused = sign_in(acme, 1, version="2019", platform="linux")
    assert refused.denial.reason is Reason.UNSUPPORTED_VERSION
    assert sign_in(acme, 2, version="2019", platform="windows").granted
    acme.restart()
    assert sign_in(acme, 3, version="2020.1", platform="LINUX").granted
    acme.ask(SetFloors("ACD"))
    assert sign_in(acme, 4, version="2019", platform="linux").granted


def test_a_plugin_has_a_host_and_no_circle(acme: Office) -> None:
    acme.ask(requests.CreateProduct("PLG", rate=3, host="ACD"))
    assert acme.ask(GetProduct("PLG")).product.host == "ACD"
    with pytest.raises(InvalidArgument, match="it is itself a plugin of ACD"):
        acme.ask(UpdateProduct("ACD", ("host",), host="PLG"))
    acme.ask(UpdateProduct("PLG", ("host",)))
    acme.ask(UpdateProduct("ACD", ("host",), host="PLG"))
    with pytest.raises(NotFound):
        acme.ask(requests.CreateProduct("NEW", rate=3, host="NONE"))


def test_a_product_per_result_has_tokens_per_units(acme: Office) -> None:
    made = acme.ask(requests.CreateProduct("RND", kind=ProductKind.PER_RESULT, result_tokens=3, result_units=100))
    acme.restart()
    assert acme.ask(GetProduct("RND")).product == made
    assert (made.result_tokens, made.result_units, made.rate) == (3, 100, 0)
    with pytest.raises(InvalidArgument, match="no daily rate"):
        acme.ask(requests.SetRate("RND", 7))
    for tokens, units, rate in ((0, 0, 0), (3, 0, 0), (3, 100, 7)):
        with pytest.raises(InvalidArgument):
            requests.CreateProduct(
                "BAD", kind=ProductKind.PER_RESULT, result_tokens=tokens, result_units=units, rate=rate
            )
    with pytest.raises(InvalidArgument, match="per result"):
        requests.CreateProduct("BAD", rate=7, result_tokens=3)


# Launches and collections ---------------------------------------------------------------------------------------------


def test_a_launch_is_charged_as_its_product(acme: Office) -> None:
    acme.ask(requests.CreateProduct("ARCH", rate=5))
    acme.ask(PutLaunch("ACA", "ARCH"))
    acme.ask(PutLaunch("ACA", "ACD", "2019"))
    assert acme.ask(GetProduct("ACD")).launches[0].from_version == "2019"
    old, new = sign_in(acme, 1, "ACA", version="2018"), sign_in(acme, 2, "ACA", version="2026")
    assert [(a.facts.product, a.tokens) for a in (old, new)] == [("ARCH", 5), ("ACD", 7)]
    acme.restart()
    assert len(acme.ask(ListLaunches()).items) == 2
    acme.ask(RemoveLaunch("ACA", "2019"))
    assert sign_in(acme, 3, "ACA", version="2026").facts.product == "ARCH"
    with pytest.raises(NotFound, match="launch 'ACA' from version 2019"):
        acme.ask(RemoveLaunch("ACA", "2019"))


def test_a_collection_is_replaced_whole_and_removed_when_nobody_has_it(acme: Office) -> None:
    acme.ask(requests.CreateProduct("RVT", rate=10))
    made = acme.ask(PutCollection("AEC", ("RVT", "ACD"), "Building"))
    assert made.products == ("ACD", "RVT")
    less = acme.ask(PutCollection("AEC", ("RVT",), "Building", etag=made.etag))
    with pytest.raises(Stale):
        acme.ask(PutCollection("AEC", ("ACD",), etag=made.etag))
    assert acme.ask(ListCollections()).items == (less,)
    held = acme.ask(CreateSubscription("acme", "ann", collection="AEC"))
    with pytest.raises(NotAllowedNow, match="1 subscriptions"):
        acme.ask(RemoveCollection("AEC"))
    acme.ask(EndSubscription("acme", held.id))
    acme.ask(RemoveCollection("AEC", less.etag))
    assert acme.ask(ListCollections()).items == ()


# Sheets of rates ------------------------------------------------------------------------------------------------------


def test_a_trial_of_a_sheet_shows_the_difference_and_the_import_makes_it(acme: Office) -> None:
    sheet = (
        RATES
        + "ACD,AutoCAD,8,daily,2026-01-01,list\nDRV,Drive,0,included,2026-01-01,\nACD,AutoCAD,9,daily,2027-01-01,\n"
    )
    tried = acme.ask(ImportRates(sheet, validate_only=True))
    assert [(step.subject, step.before, step.after) for step in tried.steps] == [
        ("ACD", "7 tokens per 24 h", "8 tokens per 24 h"),
        ("ACD", "", "9 tokens per 24 h"),
        ("DRV", "", "included"),
    ]
    assert len(acme.ask(requests.ListProducts()).items) == 1
    assert acme.ask(ImportRates(sheet)) == tried
    assert [rate.tokens_per_24h for rate in acme.ask(requests.ListRates("ACD")).items] == [7, 8, 9]
    assert [product.rate for product in acme.ask(requests.ListProducts()).items] == [8, 0]
    assert acme.ask(ImportRates(sheet)).steps == ()


def test_what_is_exported_is_imported_without_a_difference(acme: Office) -> None:
    acme.ask(requests.CreateProduct("DRV", 'Drive, "free"', ProductKind.INCLUDED))
    acme.ask(requests.SetRate("ACD", 9, START + DAY, "dearer"))
    sheet = acme.ask(ExportRates()).csv
    assert 'DRV,"Drive, ""free""",0,included,1970-01-01,' in sheet
    assert acme.ask(ImportRates(sheet)).steps == ()


def test_bad_rows_are_told_by_line_column_value_and_remedy_and_stop_the_import(acme: Office) -> None:
    sheet = RATES + "ACD,AutoCAD,x,daily,2026-01-01,\nNEW,New,5,daily,2027-01-01,\nDRV,Drive,0,included,2026-01-01,\n"
    tried = acme.ask(ImportRates(sheet, validate_only=True))
    assert [(row.line, row.column, row.value) for row in tried.bad] == [
        (2, "tokens_per_24h", "x"),
        (3, "valid_from", "2027-01-01"),
    ]
    with pytest.raises(InvalidArgument, match="a sheet with 2 bad rows") as refused:
        acme.ask(ImportRates(sheet))
    assert "line 2, tokens_per_24h is 'x': tokens are a whole number" in str(refused.value)
    assert "line 3, valid_from is '2027-01-01': NEW is new" in str(refused.value)
    assert len(acme.ask(requests.ListProducts()).items) == 1
    done = acme.ask(ImportRates(sheet, partial=True))
    assert ([step.subject for step in done.steps], done.bad) == (["DRV"], tried.bad)
    assert len(acme.ask(requests.ListProducts()).items) == 2


def test_rates_of_one_import_have_versions_of_their_own_and_outlast_a_restart(acme: Office) -> None:
    acme.ask(ImportRates(RATES + "AAA,,5,daily,2026-01-01,\nBBB,,6,daily,2026-01-01,\n"))
    assert [(rate.product, rate.version) for rate in acme.ask(requests.ListRates()).items] == [
        ("ACD", 1),
        ("AAA", 2),
        ("BBB", 3),
    ]
    acme.restart(kill=True)
    assert sign_in(acme, 1, "BBB").tokens == 6


# The price list -------------------------------------------------------------------------------------------------------


def test_a_price_list_is_dated_and_exported_as_it_was_imported(acme: Office) -> None:
    sheet = (
        PRICES + "pack,100,,,,3.00,USD,2026-01-01,\npack,500,gold,,,2.85,USD,2026-01-01,volume\n"
        "seat,,,ACD,month,260.00,USD,2026-01-01,\nseat,,,ACD,year,2095.000001,USD,2026-01-01,\n"
        "pack,100,,,,3.10,USD,2027-01-01,\n"
    )
    done = acme.ask(ImportPrices(sheet))
    assert (done.rows, len(done.steps), done.bad) == (5, 5, ())
    assert acme.ask(ImportPrices(sheet)).steps == ()
    now = acme.ask(ListPrices()).prices
    assert [(price.size, price.term, price.price) for price in now] == [
        (100, PriceTerm.NONE, 3_000_000),
        (500, PriceTerm.NONE, 2_850_000),
        (0, PriceTerm.MONTH, 260_000_000),
        (0, PriceTerm.YEAR, 2_095_000_001),
    ]
    assert acme.ask(ListPrices(START + 365 * DAY)).prices[0].price == 3_100_000
    acme.restart(kill=True)
    exported = acme.ask(ExportPrices()).csv
    assert sorted(exported.splitlines()) == sorted(sheet.splitlines())
    dearer = acme.ask(ImportPrices(exported.replace("2.85", "2.90"), validate_only=True))
    assert [(step.subject, step.before, step.after) for step in dearer.steps] == [
        ("a token in packs of 500, tier gold", "2.85 USD", "2.90 USD")
    ]


def test_bad_prices_are_told_and_the_good_ones_can_be_taken_alone(acme: Office) -> None:
    rows = (
        "pack,100,,ACD,,3.00,USD,2026-01-01,",
        "seat,,,RVT,month,3.00,USD,2026-01-01,",
        "seat,,,ACD,week,3.00,USD,2026-01-01,",
        "pack,0,,,,3.00,USD,2026-01-01,",
        "pack,100,,,,3.0000001,USD,2026-01-01,",
        "pack,100,,,,3.00,dollars,2026-01-01,",
        "pack,100,,,,3.00,USD,yesterday,",
        "rent,100,,,,3.00,USD,2026-01-01,",
        "pack,100,,,,3.00,USD,2026-01-01,",
        "pack,100,,,,4.00,USD,2026-01-01,",
    )
    columns = ["product", "product", "term", "size", "price", "currency", "valid_from", "item", "valid_from"]
    done = acme.ask(ImportPrices(PRICES + "\n".join(rows), partial=True))
    assert [row.column for row in sorted(done.bad, key=_line)] == columns
    assert [price.price for price in acme.ask(ListPrices()).prices] == [3_000_000]


def _line(row: BadRow) -> int:
    return row.line
