"""The import of a rate sheet: whole or not at all, errors by file, line and field, and nothing done twice."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flexauth.commands import ProductKind
from flexauth.faults import InvalidArgument
from flexauth.rate_sheet import parse_rate_sheet
from flexauth.sample import published_rates
from tests.cli.conftest import Run

HEADER = "product,name,tokens_per_24h,kind,valid_from,note\n"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "rate-sheet.csv"

ERRORS = (
    ("ACD,AutoCAD,seven,daily,2021-09-07,", "line 2, tokens_per_24h is 'seven'"),
    ("ACD,AutoCAD,-7,daily,2021-09-07,", "line 2, tokens_per_24h is '-7'"),
    ("ACD,AutoCAD,0,daily,2021-09-07,", "line 2, tokens_per_24h is '0'"),
    ("ACD,AutoCAD,7,included,2021-09-07,", "line 2, tokens_per_24h is '7'"),
    ("ACD,AutoCAD,7,weekly,2021-09-07,", "line 2, kind is 'weekly'"),
    ("ACD,AutoCAD,7,daily,7 September,", "line 2, valid_from is '7 September'"),
    ("ACD,AutoCAD,7,daily,2021-09-07", "line 2, line is"),
    ("A D,AutoCAD,7,daily,2021-09-07,", "line 2, product is 'A D'"),
    (",AutoCAD,7,daily,2021-09-07,", "line 2, product is ''"),
    ("ACD,AutoCAD,7,daily,2021-09-07,\nACD,AutoCAD,8,daily,2021-09-07,", "line 3, valid_from is 'ACD'"),
    ("ACD,AutoCAD,7,daily,2021-09-07,\nACD,Other,8,daily,2022-09-07,", "line 3, name is 'Other'"),
    ("ACD,AutoCAD,7,daily,2021-09-07,\nACD,AutoCAD,0,included,2022-09-07,", "line 3, kind is 'included'"),
    ('ACD,"Auto"CAD,7,daily,2021-09-07,', "line 2, line is"),
)


@pytest.mark.parametrize(("rows", "told"), ERRORS, ids=[told for _, told in ERRORS])
def test_an_error_names_file_line_and_field_and_nothing_is_imported(
    service: object, run: Run, rows: str, told: str
) -> None:
    Path("rates.csv").write_text(f"{HEADER}{rows}\n")
    ran = run("rates", "import", "rates.csv")
    assert ran.status == 2
    assert f"rates.csv, {told}" in ran.err
    assert run("product", "list", "--json").json["products"] == []


@pytest.mark.usefixtures("service")
def test_another_header_is_refused(run: Run) -> None:
    Path("rates.csv").write_text("code,price\nACD,7\n")
    ran = run("rates", "import", "rates.csv")
    assert ran.status == 2
    assert "rates.csv, line 1, header is 'code,price'" in ran.err


def test_bytes_that_are_not_utf_8_are_refused(run: Run) -> None:
    Path("rates.csv").write_bytes(HEADER.encode() + b"ACD,Zeichn\xfcng,7,daily,2021-09-07,\n")
    ran = run("rates", "import", "rates.csv")
    assert ran.status == 2
    assert "rates.csv is not UTF-8" in ran.err


@pytest.mark.usefixtures("service")
def test_an_import_done_again_finds_nothing_to_do(run: Run) -> None:
    Path("rates.csv").write_text(
        f"{HEADER}ACD,AutoCAD,7,daily,2021-09-07,faq\nDRV,Drive,0,included,2021-09-07,\n"
        "ACD,AutoCAD,5,daily,9000-01-01,far\n"
    )
    planned = run("rates", "import", "rates.csv", "--dry-run", "--json").json
    assert planned["done"] is False
    assert run("product", "list", "--json").json["products"] == []
    done = run("rates", "import", "rates.csv", "--json").json
    assert done["steps"] == planned["steps"]
    assert [(step["subject"], step["before"], step["after"], step["valid_from"]) for step in done["steps"]] == [
        ("ACD", "", "7 tokens per 24 h", "2026-03-02T08:00:00Z"),
        ("ACD", "", "5 tokens per 24 h", "9000-01-01T00:00:00Z"),
        ("DRV", "", "included", "2026-03-02T08:00:00Z"),
    ]
    assert run("rates", "import", "rates.csv", "--json").json["steps"] == []
    assert "nothing to do" in run("rates", "import", "rates.csv").out


@pytest.mark.usefixtures("service")
def test_a_rate_that_changed_is_set_from_now_on(run: Run, advance: Callable[[int], None]) -> None:
    Path("rates.csv").write_text(f"{HEADER}ACD,AutoCAD,7,daily,2021-09-07,\n")
    assert run("rates", "import", "rates.csv").status == 0
    advance(60)
    Path("rates.csv").write_text(f"{HEADER}ACD,AutoCAD,7,daily,2021-09-07,\nACD,AutoCAD,8,daily,2022-09-07,\n")
    (step,) = run("rates", "import", "rates.csv", "--json").json["steps"]
    assert (step["before"], step["after"]) == ("7 tokens per 24 h", "8 tokens per 24 h")
    assert step["valid_from"] == "2026-03-02T08:01:00Z"
    rates = run("rates", "list", "ACD", "--json").json["rates"]
    assert [(rate["tokens_per_24h"], rate["valid_from"]) for rate in rates] == [
        (7, "2026-03-02T08:00:00Z"),
        (8, "2026-03-02T08:01:00Z"),
    ]


@pytest.mark.usefixtures("service")
def test_a_new_product_without_a_rate_of_today_is_refused_before_anything_is_done(run: Run) -> None:
    Path("rates.csv").write_text(f"{HEADER}ACD,AutoCAD,7,daily,2021-09-07,\nNEW,New,7,daily,9000-01-01,\n")
    ran = run("rates", "import", "rates.csv")
    assert ran.status == 2
    assert "line 3" in ran.err
    assert "NEW" in ran.err
    assert run("product", "list", "--json").json["products"] == []


@pytest.mark.usefixtures("service")
def test_a_product_of_another_kind_keeps_its_kind(run: Run) -> None:
    assert run("product", "create", "ACD", "--included").status == 0
    Path("rates.csv").write_text(f"{HEADER}ACD,AutoCAD,7,daily,2021-09-07,\n")
    ran = run("rates", "import", "rates.csv")
    assert ran.status == 2
    assert "line 2, kind is 'daily': ACD is included here" in ran.err


def test_the_packaged_sheet_is_the_published_one() -> None:
    if not SHARED.exists():
        pytest.skip(f"{SHARED.name} is not beside this repository")
    assert published_rates() == parse_rate_sheet("rate-sheet.csv", SHARED.read_text(encoding="utf-8"))


def test_the_packaged_sheet_has_daily_and_included_products() -> None:
    kinds = {rate.kind for rate in published_rates()}
    assert kinds == {ProductKind.DAILY, ProductKind.INCLUDED}
    assert {rate.product: rate.tokens for rate in published_rates()}["ACD"] == 7


def test_an_empty_file_has_no_header() -> None:
    with pytest.raises(InvalidArgument, match="line 1, header"):
        parse_rate_sheet("empty.csv", "")
