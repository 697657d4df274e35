"""Which versions report idleness (S2)."""

import pytest

from flexauth.catalogue import CataloguedProduct, is_idle_aware, version_key
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
