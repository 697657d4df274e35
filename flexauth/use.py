"""What clients do: sign in, keep in contact, report results, end. Each is a unit of work for the sequencer.

Rights are brought where the engine asks for them (E2): a contact of a session whose rights stand touches none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from flexauth import answers, commands, requests
from flexauth.catalogue import CataloguedProduct, is_idle_aware, is_sold, supported
from flexauth.commands import NEVER, NO_LIMIT, Decision, Engine, IdKind, Outcome, Reason, Rights
from flexauth.directory import Directory
from flexauth.faults import Conflict, InvalidArgument, NotFound
from flexauth.names import content_digest, halves, name_digest
from flexauth.store.port import Store
from flexauth.telling import Telling
from flexauth.work import Later, Turn, Work

__all__ = ["Use"]

_RESULT = TypeAdapter(answers.ResultAnswer)


class Use:
    """`works` by type of request."""

    def __init__(self, store: Store, directory: Directory) -> None:
        self._store, self._directory = store, directory
        self._telling = Telling(directory)
        self.works: dict[type, Callable[[Any], Work[Any]]] = {
            requests.Checkout: self._checkout,
            requests.Quote: self._quote,
            requests.Heartbeat: self._heartbeat,
            requests.Lease: self._lease,
            requests.Checkin: self._checkin,
            requests.ReportResult: self._report_result,
            requests.ReleaseDevice: self._release_device,
        }

    # Sign-in ----------------------------------------------------------------------------------------------------------

    def _command(self, turn: Turn, request: requests.Checkout, session: int) -> commands.Checkout:
        directory = self._directory
        product = self._product(request, turn.now)
        user = directory.user_id(request.user)
        team = directory.team_id(request.team) if request.team else 0
        project = directory.project_id(user, team, request.project) if request.project else 0
        teams = directory.teams_of(user)
        return commands.Checkout(
            session=session,
            user=user,
            product=product.product,
            device_digest=name_digest(IdKind.DEVICE, request.device),
            content=content_digest(
                user, product.product, request.device, team, request.version, request.platform, request.origin,
                request.take_over, request.max_tokens, project, request.offline_until, request.end_before_renewal,
            ),
            team=team or (teams[0] if teams else 0),
            rights=self._rights_at_signin(turn, request, user, product, team, project),
            take_over=request.take_over,
            idle_aware=is_idle_aware(product, request.version),
            origin=request.origin,
            devices_max=directory.devices_max(user, turn.now),
            max_tokens=NO_LIMIT if request.max_tokens is None else request.max_tokens,
            asked_team=team,
            project=project,
            end_before_renewal=request.end_before_renewal,
            offline_until=request.offline_until or NEVER,
        )  # fmt: skip

    def _product(self, request: requests.Checkout, now: int) -> CataloguedProduct:
        """What the launch is charged as (C11); one that is retired is unknown."""
        product = self._directory.launched(request.product, request.version)
        if not is_sold(product, now):
            raise NotFound(kind="product", value=repr(request.product))
        return product

    def _rights_at_signin(
        self, turn: Turn, request: requests.Checkout, user: int, product: CataloguedProduct, team: int, project: int
    ) -> Rights:
        directory = self._directory
        rights = directory.rights(user, product.product, team, project, request.device, turn.now)
        if not supported(directory.floors(product.product), request.version, request.platform):
            return replace(rights, barred=Reason.UNSUPPORTED_VERSION)
        return rights

    def _checkout(self, request: requests.Checkout) -> Work[answers.CheckoutAnswer]:
        session = requests.session_id("session", request.session)

        def decide(turn: Turn) -> answers.CheckoutAnswer:
            decision = turn.engine.decide(turn.now, self._command(turn, request, session))
            self._refuse_misuse(decision, request)
            if decision.outcome is Outcome.DENIED:
                denial = self._telling.denial(turn.engine, decision, request)
                return answers.CheckoutAnswer(False, None, 0, decision.rate, decision.balance, denial=denial)
            self._keep_words(turn, request, session, decision)
            facts = self._telling.facts(turn.now, decision, session)
            return answers.CheckoutAnswer(True, facts, decision.tokens, decision.rate, decision.balance)

        return Work(decide)

    def _keep_words(self, turn: Turn, request: requests.Checkout, session: int, decision: Decision) -> None:
        """What a person calls the device, and how the caller knows the origin (S6)."""
        if not self._directory.devices.get(decision.device):
            turn.write("put_device_text", device=decision.device, text=request.device)
            self._directory.devices.put(decision.device, request.device)
        if request.origin_evidence:
            high, low = halves(session)
            turn.write("put_evidence", session_hi=high, session_lo=low, text=request.origin_evidence)

    def _quote(self, request: requests.Quote) -> Work[answers.QuoteAnswer]:
        asked = request.checkout
        session = requests.session_id("session", asked.session)

        def decide(turn: Turn) -> answers.QuoteAnswer:
            command = self._command(turn, asked, session)
            decision = turn.engine.quote(turn.now, command)
            self._refuse_misuse(decision, asked)
            caps = next((c.caps for c in command.rights.candidates if c.caps and c.team == decision.team), ())
            return self._telling.quote(turn.engine, turn.now, decision, asked, caps)

        return Work(decide)

    def _refuse_misuse(self, decision: Decision, request: requests.Checkout) -> None:
        if decision.outcome is Outcome.CONFLICT:
            raise Conflict(field="session", value=request.session)
        if decision.outcome is Outcome.UNKNOWN:
            raise InvalidArgument(field="product", value=repr(request.product), rule="it has no rate in force yet")

    # A running session ------------------------------------------------------------------------------------------------

    def _rights(self, turn: Turn, decision: Decision) -> Rights:
        """The rights that a contact needs, for what the session's sign-in asked (E2)."""
        directory = self._directory
        device = directory.devices.get(decision.device)
        return directory.rights(
            decision.user, decision.product, decision.asked_team, decision.project, device, turn.now
        )

    def _contact(self, turn: Turn, request: requests.Heartbeat | requests.Lease) -> answers.HeartbeatAnswer:
        session = requests.session_id("session", request.session)
        beat = commands.Heartbeat(
            session,
            request.counter,
            request.operated_at or NEVER,
            consent=request.consent,
            offline_until=request.offline_until or NEVER,
        )
        decision = self._known(turn.engine.decide(turn.now, beat), request.session)
        if decision.outcome is Outcome.NEEDS_RIGHTS:
            decision = turn.engine.decide(turn.now, replace(beat, rights=self._rights(turn, decision)))
        facts = self._telling.facts(turn.now, decision, session)
        return answers.HeartbeatAnswer(facts, self._telling.ended(turn.engine, decision, facts))

    def _known(self, decision: Decision, session: str) -> Decision:
        if decision.outcome is Outcome.UNKNOWN:
            raise NotFound(kind="session", value=session)
        return decision

    def _while_full(self, session_name: str) -> Callable[[Engine, int, int], answers.HeartbeatAnswer]:
        """R6: the facts as they stand; the next contact is due as much later as time stood still."""
        session = requests.session_id("session", session_name)

        def answer(engine: Engine, stands: int, waited: int) -> answers.HeartbeatAnswer:
            decision = self._known(engine.look(stands, session), session_name)
            facts = self._telling.facts(stands + waited, decision, session)
            if facts.heartbeat_by:
                facts = replace(facts, heartbeat_by=facts.heartbeat_by + waited)
            return answers.HeartbeatAnswer(facts, self._telling.ended(engine, decision, facts))

        return answer

    def _heartbeat(self, request: requests.Heartbeat) -> Work[answers.HeartbeatAnswer]:
        return Work(lambda turn: self._contact(turn, request), while_full=self._while_full(request.session))

    def _lease(self, request: requests.Lease) -> Work[answers.LeaseAnswer]:
        still = self._while_full(request.session)

        def lease(answer: answers.HeartbeatAnswer) -> answers.LeaseAnswer:
            return answers.LeaseAnswer(answer.facts, "", answer.denial)

        return Work(
            lambda turn: lease(self._contact(turn, request)),
            while_full=lambda engine, stands, waited: lease(still(engine, stands, waited)),
        )

    def _checkin(self, request: requests.Checkin) -> Work[answers.CheckinAnswer]:
        session = requests.session_id("session", request.session)
        ended_at, operated_at = request.ended_at or NEVER, request.operated_at or NEVER

        def decide(turn: Turn) -> answers.CheckinAnswer | Later:
            command = commands.Checkin(session, request.counter, ended_at, operated_at, turn.history)
            decision = self._known(turn.engine.decide(turn.now, command), request.session)
            if decision.outcome is Outcome.NEEDS_RIGHTS:
                command = replace(command, rights=self._rights(turn, decision))
                decision = turn.engine.decide(turn.now, command)
            if decision.outcome in (Outcome.NEEDS_HISTORY, Outcome.STALE_HISTORY):
                return Later(lambda stored: self._refund_fact(decision, turn.now, stored))
            return answers.CheckinAnswer(self._telling.facts(turn.now, decision, session), decision.tokens)

        return Work(decide)

    def _refund_fact(self, decision: Decision, now: int, stored: int) -> commands.Refund:
        """What the store knows of the charge that a late check-in may undo (S5)."""
        window = decision.pending_since
        line = {"team": decision.team, "user": decision.user, "product": decision.product, "window_start": window}
        slices = self._store.select("slices_of_window", line)
        caps = self._store.select("caps_of_window", line)
        period = self._directory.contract(decision.team, now).policy.late_refunds_period
        recent = self._store.select("late_refunds", {"user": decision.user, "since": now - period})[0]["recent"]
        return commands.Refund(
            window,
            slices[0]["seq"] if slices else 0,
            tuple((row["pack"], row["tokens"]) for row in slices),
            recent,
            stored,
            tuple((row["cap"], row["period"]) for row in caps),
        )

    # Results (C13) ----------------------------------------------------------------------------------------------------

    def _report_result(self, request: requests.ReportResult) -> Work[answers.ResultAnswer]:
        """Once for a request id of the line, so that a repeat is charged once; alone, for it reads what is stored."""
        session = requests.session_id("session", request.session)

        def decide(turn: Turn) -> answers.ResultAnswer:
            known = self._known(turn.engine.look(turn.now, session), request.session)
            key = f"result {known.team} {known.user} {known.product} {request.request_id}"
            digest = content_digest(request.units).to_bytes(8, "big")
            made = self._store.select("request_made", {"request": key})
            if made:
                if made[0]["digest"] != digest:
                    raise Conflict(field="request_id", value=request.request_id)
                return _RESULT.validate_json(made[0]["result"])
            answer = self._result(turn, request, session)
            if answer.granted:
                turn.write(
                    "insert_request", request=key, digest=digest, result=_RESULT.dump_json(answer), made_at=turn.now
                )
            return answer

        return Work(decide, alone=True)

    def _result(self, turn: Turn, request: requests.ReportResult, session: int) -> answers.ResultAnswer:
        command = commands.ReportResult(session, request.units)
        decision = turn.engine.decide(turn.now, command)
        if decision.outcome is Outcome.NEEDS_RIGHTS:
            decision = turn.engine.decide(turn.now, replace(command, rights=self._rights(turn, decision)))
        if decision.outcome is Outcome.UNKNOWN:
            raise InvalidArgument(
                field="session", value=request.session, rule="results are reported by an open session of a product "
                "that is charged per result (C13)",
            )  # fmt: skip
        facts = self._telling.facts(turn.now, decision, session)
        granted = decision.outcome is Outcome.GRANTED
        told_why = not granted and decision.reason is not Reason.NONE
        denial = self._telling.refused(turn.engine, decision, facts) if told_why else None
        return answers.ResultAnswer(
            granted, facts, decision.tokens if granted else 0, decision.balance, decision.units, denial
        )

    # Devices ----------------------------------------------------------------------------------------------------------

    def _release_device(self, request: requests.ReleaseDevice) -> Work[answers.DeviceList]:
        def decide(turn: Turn) -> answers.DeviceList:
            user = self._directory.user_id(request.user)
            product = self._directory.product(request.product).product
            devices = self._directory.devices
            named = [d for d, _ in turn.engine.devices(user, product) if devices.get(d) == request.device]
            if not named:
                raise NotFound(kind="device", value=repr(request.device))
            turn.engine.decide(turn.now, commands.ReleaseDevice(user, product, named[0]))
            return answers.DeviceList(self._telling.registered(turn.engine, user, product))

        return Work(decide)
