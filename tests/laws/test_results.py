"""Products that are charged per result (C13), decided by both engines alike: 2 tokens for each full 10 units."""

import pytest

from flexauth.commands import DAY, NEVER, NO_LIMIT, Consent, Entitlement, EntryKind, Outcome, Policy, PutCap, Reason
from tests.laws.world import DAYS, RENDER, START, TEAM, World

CAP = 11


def render(**terms) -> World:
    """A session of the product runs."""
    world = World(**terms)
    decision = world.sign_in(product=RENDER)
    assert (decision.outcome, decision.entitlement, decision.tokens) == (Outcome.GRANTED, Entitlement.TOKENS, 0)
    return world


def test_a_sign_in_costs_nothing_and_has_no_window():
    world = render()
    assert (world.available, world.held) == (100, 0)
    decision = world.twins.look(1)
    assert (decision.paid_until, decision.pending_since, decision.lease_until) == (NEVER, NEVER, START + DAY)


def test_a_sign_in_needs_a_positive_balance():
    world = World(tokens=7)
    world.sign_in(2)
    decision = world.sign_in(product=RENDER)
    assert (decision.outcome, decision.reason) == (Outcome.DENIED, Reason.INSUFFICIENT_TOKENS)


@pytest.mark.parametrize(
    ("reports", "tokens"), [((9,), [0]), ((10,), [2]), ((9, 1), [0, 2]), ((25, 5), [4, 2]), ((100, 1), [20, 0])]
)
def test_units_add_up_and_each_full_n_takes_its_tokens_at_once(reports, tokens):
    world = render()
    assert [world.report(units).tokens for units in reports] == tokens
    assert world.available == 100 - sum(tokens)


def test_the_rest_of_the_units_outlives_session_sweep_and_restart():
    world = render()
    world.report(9)
    world.leave()
    world.at(days=5)
    world.twins.store()
    world.twins.sweep()
    world.restart()
    world.sign_in(2, product=RENDER)
    assert world.report(1, session=2).tokens == 2


def test_a_charge_has_no_window_and_leaves_the_lines_of_others_alone():
    world = render()
    world.report(30)
    world.twins.store()
    ((key, charge),) = world.twins.books.charges.items()
    assert (key, [row[3] for row in charge], charge[0][6]) == ((TEAM, 1, RENDER, START), [EntryKind.CHARGE], -6)
    assert charge[0][11:14] == (START, START, 2)


def test_what_the_balance_does_not_cover_is_denied_whole_and_changes_no_units():
    world = render(tokens=5)
    world.report(9)
    decision = world.report(21)
    assert (decision.outcome, decision.reason, decision.shortfall) == (Outcome.DENIED, Reason.INSUFFICIENT_TOKENS, 1)
    assert (world.report(1).tokens, world.available) == (2, 3)


def test_caps_and_consent_bind_what_a_report_takes():
    world = World(policy=Policy(consent=Consent.ABOVE, consent_above=4))
    world.twins.decide(PutCap(CAP, TEAM, DAYS, 6, hard=True))
    world.sign_in(product=RENDER, max_tokens=NO_LIMIT)
    assert world.report(30, caps=(CAP,)).reason is Reason.CONSENT_REQUIRED
    assert world.report(20, caps=(CAP,)).tokens == 4
    decision = world.report(20, caps=(CAP,))
    assert (decision.reason, decision.cap, world.used(CAP)) == (Reason.CAP_REACHED, CAP, 4)
    assert world.report(10, caps=(CAP,)).tokens == 2


def test_a_report_of_a_session_that_is_over_or_of_a_product_without_results_is_refused():
    world = render()
    world.leave()
    assert world.report(10).outcome is Outcome.DENIED
    world.sign_in(2)
    assert world.report(10, session=2).outcome is Outcome.UNKNOWN
    assert world.report(10, session=9).outcome is Outcome.UNKNOWN
    assert world.available == 93


def test_a_session_ends_at_its_next_contact_when_the_balance_is_gone():
    world = render(tokens=6)
    world.report(30)
    decision = world.report(1)
    assert (decision.outcome, decision.reason) == (Outcome.DENIED, Reason.INSUFFICIENT_TOKENS)
