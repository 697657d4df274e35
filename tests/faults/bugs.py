"""One-line bugs, each with the test that must turn red with it; `mutants` puts them in."""

from __future__ import annotations

from tests.faults.core_bugs import CORE_BUGS
from tests.faults.mutant import Mutant

__all__ = ["MUTANTS"]

_STORY = "tests/scenarios/test_scenarios.py::test_the_scenario_holds"
_CLOCK, _RECOVERY, _SEQUENCER = (f"tests/unit/test_{name}.py" for name in ("clock", "recovery", "sequencer"))
_ASSIGNED, _MEMBERS, _ROSTER, _PERSONS = (
    f"tests/unit/test_{name}.py" for name in ("assigned", "members", "roster", "persons")
)
_RIGHTS_TABLES = "tests/store/test_rights_tables.py"
_CONFORMANCE, _LEDGER = (f"tests/store/test_{name}.py" for name in ("conformance", "ledger"))

MUTANTS = (
    *CORE_BUGS,
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
