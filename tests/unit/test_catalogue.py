"""Which versions report idleness (S2), may run (section 5), and what a launch is charged as (C11)."""

import pytest

from flexauth.catalogue import (
    CataloguedProduct,
    charged_product,
    is_idle_aware,
    is_sold,
    launches_of,
    supported,
    version_key,
)
from flexauth.commands import ProductKind


@pytest.mark.parametrize(
    ("first", "version", "aware"),
    [
        (None, "2026", False),
        ("", "", True),
        ("", "2019", True),
        ("2025", "2024.9", False),
        ("2025", "2025", True),
        ("2025", "2025.0.1", True),
        ("2025.1", "2025", False),
        ("2025.10", "2025.9", False),
        ("R24", "R9", False),
        ("R24", "R25", True),
        ("2025", "", False),
    ],
)
def test_a_version_is_idle_aware_from_the_floor_on(first: str | None, version: str, aware: bool) -> None:
    product = CataloguedProduct(1, "ACD", "AutoCAD", ProductKind.DAILY, first)
    assert is_idle_aware(product, version) is aware


def test_versions_sort_by_their_numbers() -> None:
    versions = ["2026", "2025.1", "2025", "2025.10", "2025.9"]
    assert sorted(versions, key=version_key) == ["2025", "2025.1", "2025.9", "2025.10", "2026"]


@pytest.mark.parametrize(
    ("floors", "version", "platform", "runs"),
    [
        ({}, "", "", True),
        ({"linux": "2020"}, "2019", "windows", True),
        ({"linux": "2020"}, "2019.9", "linux", False),
        ({"linux": "2020"}, "2020", "Linux", True),
        ({"linux": "2020"}, "", "linux", False),
        ({"": "2018", "linux": "2020"}, "2019", "windows", True),
        ({"": "2018", "linux": "2020"}, "2019", "linux", False),
        ({"": "2018"}, "2017.1", "linux", False),
    ],
)
def test_a_platform_has_its_floor_or_that_of_all_others(
    floors: dict[str, str], version: str, platform: str, runs: bool
) -> None:
    assert supported(floors, version, platform) is runs


@pytest.mark.parametrize(
    ("code", "version", "product"),
    [
        ("ACADMEP", "2017", 0),
        ("ACADMEP", "2018", 7),
        ("ACADMEP", "2019.1", 7),
        ("ACADMEP", "2019.10", 9),
        ("ACADMEP", "2026", 9),
        ("ACADMEP", "", 0),
        ("CIV3D", "", 4),
        ("ACD", "2026", 0),
    ],
)
def test_a_launch_is_charged_as_the_newest_entry_up_to_its_version(code: str, version: str, product: int) -> None:
    launches = launches_of([("ACADMEP", "2019.10", 9), ("ACADMEP", "2018", 7), ("CIV3D", "", 4)])
    assert charged_product(launches, code, version) == product


def test_a_retired_product_is_sold_up_to_its_end() -> None:
    retired = CataloguedProduct(1, "ACD", "AutoCAD", ProductKind.DAILY, None, retired_at=100)
    assert (is_sold(retired, 99), is_sold(retired, 100)) == (True, False)
    assert is_sold(CataloguedProduct(1, "ACD", "AutoCAD", ProductKind.DAILY, None), 10**15)
