"""One-line bugs, each with the test that must turn red with it; `mutants` puts them in."""

from __future__ import annotations

from dataclasses import dataclass

_SEATS, _SESSIONS = "tests/unit/test_seats.py", "tests/unit/test_sessions.py"
_LIMITS = "tests/laws/test_limits.py"
_STORY = "tests/scenarios/test_scenarios.py::test_the_scenario_holds"
_CLOCK, _RECOVERY, _SEQUENCER = (f"tests/unit/test_{name}.py" for name in ("clock", "recovery", "sequencer"))
_ASSIGNED, _MEMBERS, _ROSTER, _PERSONS = (
    f"tests/unit/test_{name}.py" for name in ("assigned", "members", "roster", "persons")
)
_PACKS, _RIGHTS_TABLES = "tests/unit/test_packs.py", "tests/store/test_rights_tables.py"
_CONFORMANCE, _SQLITE, _LEDGER = (f"tests/store/test_{name}.py" for name in ("conformance", "sqlite", "ledger"))


@dataclass(frozen=True, slots=True)
class Mutant:
    """A line of a file that stands there once, what it becomes, the test that must turn red, and the rule it guards."""

    file: str
    line: str
    becomes: str
    test: str
    rule: str


MUTANTS = (
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
    # The reference --------------------------------------------------------------------------------------------------
    Mutant(
        "flexauth/reference/state.py",
        "return (self.ends_at, self.size, -self.unit_price, self.purchased_at, self.pack)",
        "return (self.ends_at, self.size, self.unit_price, self.purchased_at, self.pack)",
        f"{_STORY}[reference-restarted-pack-ties]",
        "P3: equal ends and sizes, the dearer pack first",
    ),
    Mutant(
        "flexauth/reference/lines.py",
        "if pending and line.used_until <= line.capture_at and not _unknown(line, line.pending_since):",
        "if pending and line.used_until < line.capture_at and not _unknown(line, line.pending_since):",
        f"{_STORY}[reference-restarted-close-in-grace]",
        "C3: an end at exactly 300 s is free",
    ),
    Mutant(
        "flexauth/reference/engine.py",
        "if known.content != command.content:",
        "if False:",
        f"{_STORY}[reference-restarted-repeat]",
        "SPEC 5: an id used again with other content is a conflict",
    ),
    # The store ------------------------------------------------------------------------------------------------------
    Mutant(
        "flexauth/store/migrations/0005_rights.sql",
        "OR NEW.kind = 5 AND remaining = 0 AND NOT (SELECT ended FROM pack WHERE pack = NEW.pack)",
        "OR NEW.kind = 5",
        f"{_RIGHTS_TABLES}::test_the_store_refuses[memory-a part of a pack moves to another team]",
        "P5: only a whole pack moves to another team",
    ),
    Mutant(
        "flexauth/store/sqlite.sql",
        "PRAGMA synchronous = FULL;",
        "PRAGMA synchronous = NORMAL;",
        "tests/faults/test_power.py::test_a_power_cut_loses_no_answer_and_leaves_no_half",
        "R1: an answer is on stable storage",
    ),
    Mutant(
        "flexauth/store/commit.sql",
        "UPDATE authority SET batch = :batch, mark = :mark, absence = :absence, stopped = 0 WHERE batch < :batch;",
        "UPDATE authority SET batch = :batch, mark = :mark, absence = :absence, stopped = 0 WHERE batch <= :batch;",
        f"{_CONFORMANCE}::test_a_batch_is_stored_once",
        "R2: a batch is stored once",
    ),
    Mutant(
        "flexauth/store/database.py",
        "if self.fence(team) != epoch:",
        "if self.fence(team) < epoch:",
        f"{_CONFORMANCE}::test_a_batch_decided_under_an_old_fence_is_refused",
        "a batch of an old epoch is refused",
    ),
    Mutant(
        "flexauth/ledger.py",
        "current = sha256(pack(FORMAT, *row, digest or NO_DIGEST, previous)).digest()",
        "current = sha256(pack(FORMAT, *row, digest or NO_DIGEST, GENESIS)).digest()",
        f"{_LEDGER}::test_a_whole_chain_verifies_from_the_start_and_from_a_head",
        "L3: each entry holds the hash of the one before",
    ),
    # The sequencer --------------------------------------------------------------------------------------------------
    Mutant(
        "flexauth/committer.py",
        "if self._patiently(self._store.stored_batch) < batch.number:",
        "if self._patiently(self._store.stored_batch) <= batch.number:",
        f"{_RECOVERY}::test_a_batch_that_is_stored_in_spite_of_the_error_is_answered",
        "R2: an error of a commit means unknown, not no",
    ),
    Mutant(
        "flexauth/committer.py",
        'doubt = [Write("doubt_clock", {})] if self._doubts_clock else []',
        "doubt: list[Write] = []",
        f"{_CLOCK}::test_a_second_start_is_no_confirmation",
        "T2: a wrong clock must not destroy tokens",
    ),
    Mutant(
        "flexauth/sequencer.py",
        "if not self._await_writer():",
        "if self._await_writer() is None:",
        f"{_SEQUENCER}::test_a_batch_that_could_be_stored_is_lost_with_the_one_it_was_decided_on",
        "R2: the calls of every later batch fail too",
    ),
    Mutant(
        "flexauth/sequencer.py",
        "if any(work.alone for work in batch.works):",
        "if not batch.works:",
        f"{_RECOVERY}::test_an_administrative_act_that_is_lost_is_not_known",
        "R2: nothing that was not stored is remembered",
    ),
    Mutant(
        "flexauth/sequencer.py",
        'self._names += [*batch.names, *batch.effects.rows("device_name"), *later.rows("device_name")]',
        'self._names += [*batch.names, *later.rows("device_name")]',
        f"{_RECOVERY}::test_a_device_that_a_lost_batch_named_first_is_known_by_name_afterwards",
        "R2: what a lost batch gave an id to is named again",
    ),
    Mutant(
        "flexauth/sequencer.py",
        "self._absence += max(self.time.now() - stands, 0)",
        "self._absence += 0",
        f"{_RECOVERY}::test_service_resumes_by_itself_and_deadlines_are_later_by_the_time_it_stood",
        "R6, S5: time without space is the authority's absence",
    ),
    Mutant(
        "flexauth/sequencer.py",
        "if taken and (taken[0].alone or self._waiting[0].alone):",
        "if taken and taken[0].alone:",
        f"{_SEQUENCER}::test_an_administrative_act_is_alone_in_its_batch",
        "an act may read the store: all before it is stored",
    ),
    Mutant(
        "flexauth/clock.py",
        "if off > 0 and agreed and (off <= _OPERATOR_ABOVE or self._confirmed):",
        "if off > 0 and agreed:",
        f"{_CLOCK}::test_a_step_of_more_than_a_day_is_followed_when_confirmed_and_agreed",
        "T2: more than 24 h only when an operator confirms",
    ),
    # People ---------------------------------------------------------------------------------------------------------
    Mutant(
        "flexauth/assigned.py",
        "return replace(self, withdrawn=self.withdrawn.union(products))",
        "return replace(self, everything=False)",
        f"{_ASSIGNED}::test_a_list_withdrawn_is_gone_and_the_rest_stays_as_it_was",
        "SPEC 14: a list withdrawn from ALL leaves all but these",
    ),
    Mutant(
        "flexauth/members/suspension.py",
        "self._directory.rights_changed(turn, teams)",
        "pass",
        f"{_MEMBERS}::test_a_right_taken_away_ends_its_sessions_at_the_next_contact_and_keeps_the_charge[core-takes5-11]",
        "A8: sessions of a suspended user end at their next contact",
    ),
    Mutant(
        "flexauth/members/invitations.py",
        'return [row for row in self._store.select("memberships_of", {"user": user}) if row["invited_until"] > now]',
        'return [row for row in self._store.select("memberships_of", {"user": user}) if row["invited_until"] > 0]',
        f"{_MEMBERS}::test_an_invitation_lapses_and_can_be_sent_again[core]",
        "A4: an invitation lapses",
    ),
    Mutant(
        "flexauth/members/imports.py",
        "if plan.faults and not request.partial:",
        "if False:",
        f"{_ROSTER}::test_wrong_rows_are_told_one_by_one_and_nothing_is_imported[core]",
        "an import with wrong rows imports nothing",
    ),
    Mutant(
        "flexauth/members/erasure.py",
        'return {"details": {"user": answer.pseudonym}} | ({"actor": answer.pseudonym} if itself else {})',
        "return {}",
        f"{_PERSONS}::test_an_erased_person_is_named_nowhere_and_every_chain_is_valid[core]",
        "L1: the act of erasing does not bring the name back",
    ),
    # The edge -------------------------------------------------------------------------------------------------------
    Mutant(
        "flexauth/proxy/haproxy.cfg",
        "http-request del-header $certificate_header",
        "http-request del-header $address_header",
        "tests/rpc/test_haproxy.py::test_a_forged_header_names_nobody",
        "identity: what a client sends under the proxy's names is dropped",
    ),
    Mutant(
        "flexauth/rpc/native_engine.py",
        "peer = proxied_peer(metadata) if self._proxied else peer_of(said)",
        "peer = proxied_peer(metadata)",
        "tests/rpc/test_haproxy.py::test_an_engine_without_a_proxy_of_its_own_believes_no_header",
        "identity: the proxy's headers count on its own socket alone",
    ),
    Mutant(
        "flexauth/peers.py",
        "return names if time.time() < ends_at else ()",
        "return names",
        "tests/unit/test_certificates.py::test_a_certificate_that_expires_under_its_connection_names_nobody",
        "identity: an expired certificate names nobody",
    ),
    Mutant(
        "flexauth/rpc/grpcio_engine.py",
        "asked = watch.files.client_ca is not None",
        "asked = False",
        "tests/rpc/test_tls.py::test_without_a_certificate_nobody_is_let_in_where_one_is_required[grpcio]",
        "identity: a required certificate is asked for",
    ),
)  # fmt: skip
