"""A1 and SPEC 14 as laws: what assigning and withdrawing leave, whatever came before."""

from hypothesis import given
from hypothesis import strategies as st

from flexauth.assigned import EVERYTHING, NOTHING, Assigned

PRODUCTS = st.integers(1, 8)
SETS = st.frozensets(PRODUCTS)
#: A product that nobody has named: one of the future.
FUTURE = 99
STEPS = st.lists(st.one_of(SETS.map(lambda p: ("plus", p)), SETS.map(lambda p: ("minus", p)), st.just(("all", SETS))))


def lived(steps: list) -> Assigned:
    """An assignment with any past."""
    found = NOTHING
    for step, products in steps:
        found = EVERYTHING if step == "all" else getattr(found, step)(products)
    return found


@given(STEPS, SETS)
def test_a_list_assigned_is_there_and_the_rest_stays_as_it_was(steps: list, products: frozenset[int]) -> None:
    before = lived(steps)
    after = before.plus(products)
    assert all(product in after for product in products)
    assert {p for p in range(1, 9) if p in after} - products == {p for p in range(1, 9) if p in before} - products


@given(STEPS, SETS)
def test_a_list_withdrawn_is_gone_and_the_rest_stays_as_it_was(steps: list, products: frozenset[int]) -> None:
    before = lived(steps)
    after = before.minus(products)
    assert not any(product in after for product in products)
    assert {p for p in range(1, 9) if p in after} == {p for p in range(1, 9) if p in before} - products


@given(STEPS, SETS)
def test_future_products_are_in_all_and_in_no_list(steps: list, products: frozenset[int]) -> None:
    found = lived(steps)
    assert (FUTURE in found) == found.everything
    assert found.plus(products).everything == found.minus(products).everything == found.everything


def test_a_list_adds_nothing_to_all_but_what_was_withdrawn_from_it() -> None:
    assert EVERYTHING.plus({1, 2}) == EVERYTHING
    assert EVERYTHING.minus({1, 2}).plus({1}) == EVERYTHING.minus({2})
