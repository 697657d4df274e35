"""One-line bugs of the native core, each with the test that must turn red with it."""

from __future__ import annotations

from tests.faults.mutant import Mutant

__all__ = ["CORE_BUGS"]

_SEATS, _SESSIONS = "tests/unit/test_seats.py", "tests/unit/test_sessions.py"
_LIMITS = "tests/laws/test_limits.py"
_STORY = "tests/scenarios/test_scenarios.py::test_the_scenario_holds"
_RECOVERY = "tests/unit/test_recovery.py"
_PACKS = "tests/unit/test_packs.py"

CORE_BUGS = (
    # The core -------------------------------------------------------------------------------------------------------
    Mutant(
        "flexauth/_core_lines.pxi",
        "if use.pending_since != NEVER and use.active == 0 and use.used_until <= use.capture_at:",
        "if use.pending_since != NEVER and use.active == 0 and use.used_until < use.capture_at:",
        f"{_STORY}[core-close-in-grace]",
        "C3: an end at exactly 300 s is free",
    ),
    Mutant(
        "flexauth/_core_lines.pxi",
        "return window_end(s, line.team, use.pending_since, use.capture_at)",
        "return window_end(s, line.team, use.capture_at, use.capture_at)",
        f"{_STORY}[core-renewal-at-w]",
        "C4: W = P + 24 h",
    ),
    Mutant(
        "flexauth/_core_lines.pxi",
        "enter(s, EXPIRY, slice.pack, -slice.tokens, s.now, 0)",
        "pass",
        f"{_STORY}[core-pack-end-under-hold]",
        "P4: a hold of an ended pack that is voided is forfeited",
    ),
    Mutant(
        "flexauth/_core_lines.pxi",
        "cdef Price price = price_at(s, entry_at(s, line.entry).product, at)",
        "cdef Price price = price_at(s, entry_at(s, line.entry).product, s.now)",
        f"{_STORY}[core-rate-change]",
        "C14: a renewal decided late has the rate of W",
    ),
    Mutant(
        "flexauth/_core_packs.pxi",
        "return a.size < b.size",
        "return a.size > b.size",
        f"{_STORY}[core-pack-ties]",
        "P3: equal ends, the smaller original size first",
    ),
    Mutant(
        "flexauth/_core_packs.pxi",
        "return a.unit_price > b.unit_price",
        "return a.unit_price < b.unit_price",
        f"{_STORY}[core-pack-ties]",
        "P3: equal ends and sizes, the dearer pack first",
    ),
    Mutant(
        "flexauth/_core_moves.pxi",
        "cdef int64_t paid = min(pack.remaining, owed(s, pack.team))",
        "cdef int64_t paid = owed(s, pack.team)",
        f"{_PACKS}::test_a_later_order_settles_first_in_the_order_of_consumption[Core]",
        "C10: a pack settles no more than it has",
    ),
    Mutant(
        "flexauth/_core_orders.pxi",
        "in_order = sorted(packs, key=pack_order)",
        "in_order = packs",
        f"{_PACKS}::test_a_later_order_settles_first_in_the_order_of_consumption[Core]",
        "C10: an order settles in the order of P3",
    ),
    Mutant(
        "flexauth/_core_orders.pxi",
        "if known.ended or known.held or known.remaining == 0 or team_at(s, known.team).team == to:",
        "if known.ended or known.remaining == 0 or team_at(s, known.team).team == to:",
        f"{_PACKS}::test_a_pack_with_a_hold_on_it_is_not_moved_until_the_hold_is_gone[Core]",
        "P5: a pack with a hold on it is not moved",
    ),
    Mutant(
        "flexauth/_core_moves.pxi",
        "elif pack_at(s, i).team != team:",
        "elif tokens == 0:",
        f"{_PACKS}::test_a_refund_goes_to_the_pack_wherever_it_now_is[Core]",
        "L5: a refund goes to the pack wherever it now is",
    ),
    Mutant(
        "flexauth/_core_use.pxi",
        "if use.starts[i] < instant < use.ends[i]:",
        "if use.starts[i] < instant <= use.ends[i]:",
        f"{_STORY}[core-renewal-at-w]",
        "C5: an end at exactly W is no use at W",
    ),
    Mutant(
        "flexauth/_core_use.pxi",
        "add_span(&use, session.contact_at, min(stop, end))",
        "add_span(&use, session.contact_at, end)",
        f"{_STORY}[core-idle-before-w]",
        "C7: idle does not extend a window",
    ),
    Mutant(
        "flexauth/_core_facts.pxi",
        "return session.deadline + s.absence - session.absence",
        "return session.deadline",
        f"{_STORY}[core-down-while-offline]",
        "S5: an absence of the authority is never the client's fault",
    ),
    Mutant(
        "flexauth/_core_checkout.pxi",
        "if not found.registered and registered >= command.devices_max:",
        "if not found.registered and registered > command.devices_max:",
        f"{_STORY}[core-fourth-device]",
        "D1: a fourth device is refused",
    ),
    Mutant(
        "flexauth/_core_charging.pxi",
        "refusal.shortfall = lacking(s, team, tokens, at)",
        "refusal.shortfall = lacking(s, team, tokens + 1, at)",
        f"{_STORY}[core-last-tokens]",
        "C2: a balance that just covers the rate is enough",
    ),
    Mutant(
        "flexauth/_core_commands.pxi",
        "if session.content != command.content:",
        "if False:",
        f"{_STORY}[core-repeat]",
        "SPEC 5: an id used again with other content is a conflict",
    ),
    Mutant(
        "flexauth/_core_forget.pxi",
        "s.recent_teams[i] = INT32_MAX       # a place that was given back may look like another team's",
        "pass",
        f"{_RECOVERY}::test_after_failed_commits_the_state_is_that_of_a_full_rebuild",
        "R2: a team that is loaded again is not taken for another",
    ),
    Mutant(
        "flexauth/_core_load.pxi",
        "team_at(s, i).ledger_seq = row[1]",
        "team_at(s, i).ledger_seq = row[1] - 1",
        f"{_STORY}[core-kill]",
        "R3: a start goes on where the ledger stands",
    ),
    Mutant(
        "flexauth/_core_candidates.pxi",
        "if payer == NEVER or payer == team:",
        "if True:",
        f"{_SESSIONS}::test_anothers_teams_subscription_counts_by_the_contract_of_the_team_that_would_pay",
        "E3: another team's subscription counts by the payer's contract",
    ),
    Mutant(
        "flexauth/_core_candidates.pxi",
        "rank.end = next_end(s, team)",
        "rank.end = 0",
        f"{_SESSIONS}::test_the_team_whose_next_pack_ends_first_pays_and_the_answer_says_why",
        "E1: the team whose next pack ends first",
    ),
    Mutant(
        "flexauth/_core_candidates.pxi",
        "return option.refusal == NO_REASON and (option.until == NEVER or option.until > now)",
        "return option.refusal == NO_REASON and (option.until == NEVER or option.until >= now)",
        f"{_SESSIONS}::test_a_subscription_or_trial_that_ends_goes_on_by_tokens_from_the_contact_at_its_end",
        "T4: at one instant a right ends before a command",
    ),
    Mutant(
        "flexauth/_core_seats.pxi",
        "return earlier < seats.seats",
        "return earlier <= seats.seats",
        f"{_SEATS}::test_a_pool_made_smaller_takes_the_seats_of_the_latest_users",
        "SPEC 14: a smaller pool takes the latest users' seats",
    ),
    Mutant(
        "flexauth/_core_contacts.pxi",
        "if session_at(s, i).device != device and not session_at(s, i).flags & IS_WAITING:",
        "if session_at(s, i).device != device:",
        f"{_SEATS}::test_a_waiting_session_neither_blocks_a_device_nor_is_taken_over",
        "S6: a session without an operation stands in nobody's way",
    ),
    Mutant(
        "flexauth/_core_contacts.pxi",
        "if is_pending(s, session) or needs_advance(s, line_at(s, session.line), heard.offline_until):",
        "if needs_advance(s, line_at(s, session.line), heard.offline_until):",
        f"{_SESSIONS}::test_a_subscription_gained_while_the_hold_pends_voids_it_and_was_no_free_use",
        "E2: a right gained while P is pending voids the hold",
    ),
    Mutant(
        "flexauth/_core_contacts.pxi",
        "if first == NONE:",
        "if True:",
        f"{_SESSIONS}::test_the_hold_stays_for_a_session_that_the_gained_right_does_not_serve",
        "SPEC 14: the line goes on for sessions that the right does not serve",
    ),
    Mutant(
        "flexauth/_core_contacts.pxi",
        "if ends_before_renewal(session, terms):",
        "if False:",
        f"{_SESSIONS}::test_others_of_the_line_renew_what_one_ends_before",
        "A9: nothing renews",
    ),
    Mutant(
        "flexauth/_core_contacts.pxi",
        "if session.rights_version < max(s.rights_version, team_at(s, session.team).rights_version) or heard.results:",
        "if session.rights_version < s.rights_version or heard.results:",
        f"{_SESSIONS}::test_a_right_withdrawn_inside_a_paid_window_ends_the_session_and_what_was_charged_stays",
        "A6: a withdrawal is heard at the next contact",
    ),
    Mutant(
        "flexauth/_core_facts.pxi",
        "until = min(until, session.contact_at + HOUR)",
        "pass",
        f"{_SEATS}::test_a_service_waits_for_its_first_operation_and_is_charged_from_it",
        "S6: a lease of at most 1 h",
    ),
    # What limits a charge, and what is charged without a sign-in ----------------------------------------------------
    Mutant(
        "flexauth/_core_caps.pxi",
        "begun = starts_until(calendar_at(s, i), max(start, capture_at))",
        "begun = starts_until(calendar_at(s, i), start)",
        f"{_LIMITS}::test_a_grace_that_crosses_midnight_is_charged_for_the_new_day_alone",
        "C9: the window is that of the day that has P + 300 s",
    ),
    Mutant(
        "flexauth/_core_caps.pxi",
        "if cap_use_in(s, cap, period_at(calendar_at(s, cap.calendar), at, 0)) + tokens > cap.tokens:",
        "if cap_use_in(s, cap, period_at(calendar_at(s, cap.calendar), at, 0)) + tokens >= cap.tokens:",
        f"{_LIMITS}::test_a_hard_cap_refuses_what_would_pass_it_and_names_itself",
        "Q3: a cap may be used up",
    ),
    Mutant(
        "flexauth/_core_lines.pxi",
        "uncount_list(s, i, use.pending_since, &use.counted, use.rate)",
        "forget_counted(s, &use.counted)",
        f"{_LIMITS}::test_a_free_sign_in_gives_back_what_it_counted_even_after_a_restart",
        "Q3: a hold that goes no longer counts",
    ),
    Mutant(
        "flexauth/_core_load.pxi",
        "put_counted(s, &use.counted, row[4], row[5])",
        "pass",
        f"{_LIMITS}::test_a_free_sign_in_gives_back_what_it_counted_even_after_a_restart",
        "R3: what a hold counts in is known after a restart",
    ),
    Mutant(
        "flexauth/_core_charging.pxi",
        "return by.highest >= tokens or (by.unlimited and not stated)",
        "return by.highest > tokens or (by.unlimited and not stated)",
        f"{_LIMITS}::test_a_sign_in_that_charges_needs_the_consent_that_the_contract_asks_for",
        "Q2: a limit of exactly the rate consents",
    ),
    Mutant(
        "flexauth/_core_results.pxi",
        "use_ensure(s, line).units += units - full * product.result_units",
        "use_ensure(s, line).units = units - full * product.result_units",
        "tests/laws/test_results.py::test_units_add_up_and_each_full_n_takes_its_tokens_at_once",
        "C13: units add up per line",
    ),
    Mutant(
        "flexauth/_core_advance.pxi",
        "use_advance(s, i, session_at(s, borrower(s, use)), use.advance_at)",
        "use_advance(s, i, session_at(s, borrower(s, use)), use.advance_at - 1)",
        "tests/laws/test_borrowing.py::test_a_late_word_that_use_ended_until_w_takes_it_back_and_is_not_counted_as_late_refund",
        "S4: word that use ended until W refunds what was charged without contact",
    ),
    Mutant(
        "flexauth/_core_advance.pxi",
        "if borrower(s, use) != NONE and paid_until(s, line_at(s, i)) == use.advance_at:",
        "if paid_until(s, line_at(s, i)) == use.advance_at:",
        "tests/laws/test_borrowing.py::test_a_contact_that_asks_no_more_gives_it_back",
        "S4: a contact that does not borrow ends the borrowing",
    ),
)  # fmt: skip
