"""Decisions of an engine as answers by name: facts of sessions, denials (S3, SPEC 10). Decides nothing."""

from __future__ import annotations

from flexauth import answers, requests
from flexauth.commands import Consent, Decision, Engine, Entitlement, Outcome, Policy, Reason, State
from flexauth.denials import denial_sentence
from flexauth.directory import Directory
from flexauth.policy import parse_duration

__all__ = ["Telling"]


def _shown(at: int) -> int:
    """Times in answers are 0 where there is none."""
    return max(at, 0)


def _asks_for_renewals(policy: Policy, rate: int) -> bool:
    """Whether the contract asks for consent to a renewal at this rate (Q2)."""
    if policy.consent is Consent.ABOVE:
        return rate > policy.consent_above
    return policy.consent in (Consent.ALWAYS, Consent.RENEWALS)


class Telling:
    """Puts names to what an engine decided."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def facts(self, now: int, decision: Decision, session: int) -> answers.SessionFacts:
        """What a client needs to know of its session (S3, S4, A9)."""
        directory = self._directory
        contract = directory.contract(decision.team, now)
        notice = 0
        on_tokens = decision.entitlement in (Entitlement.TOKENS, Entitlement.PAID_WINDOW)
        if on_tokens and decision.paid_until > now:
            notice = decision.paid_until - contract.policy.renewal_notice
        return answers.SessionFacts(
            session=requests.session_text(session),
            state=decision.state,
            entitlement=decision.entitlement,
            team=directory.team_name(decision.team),
            user=directory.users.get(decision.user),
            product=directory.product_code(decision.product),
            device=directory.devices.get(decision.device),
            heartbeat_by=_shown(decision.heartbeat_by),
            lease_until=_shown(decision.lease_until),
            paid_until=_shown(decision.paid_until),
            pending_since=_shown(decision.pending_since),
            idle_after=decision.idle_after,
            counter=decision.counter,
            opened_at=0,
            ended_at=_shown(decision.ended_at),
            server_time=now,
            renewal_notice_at=notice,
            end_at=_shown(decision.end_at),
            entitled_until=_shown(decision.entitled_until),
            project=directory.projects.get(decision.project) if decision.project else "",
            choice=decision.choice,
            outage_grace=parse_duration("outage_grace", contract.values["outage_grace"]),
            renewal_needs_consent=on_tokens and _asks_for_renewals(contract.policy, decision.rate),
        )

    def quote(
        self, engine: Engine, now: int, decision: Decision, asked: requests.Checkout, caps: tuple[int, ...]
    ) -> answers.QuoteAnswer:
        """Q1: with the slices that a hold would reserve, and what is left of the caps that it would count in."""
        granted = decision.outcome is Outcome.GRANTED
        used = ((cap, *engine.cap_used(cap, now)) for cap in caps)
        return answers.QuoteAnswer(
            granted=granted,
            entitlement=decision.entitlement,
            team=self._directory.team_name(decision.team),
            tokens=decision.tokens,
            rate=decision.rate,
            balance_after=decision.balance,
            paid_until=_shown(decision.paid_until),
            server_time=now,
            denial=None if granted else self.denial(engine, decision, asked),
            slices=tuple(engine.slices(decision.team, decision.tokens)) if granted and decision.tokens else (),
            caps=tuple(answers.CapUse(self._directory.caps.get(cap), spent, limit) for cap, spent, limit in used),
            choice=decision.choice,
        )

    def denial(self, engine: Engine, decision: Decision, asked: requests.Checkout) -> answers.Denial:
        """Why a sign-in is refused, with what a person needs to act on it."""
        elsewhere = engine.look(0, decision.elsewhere) if decision.elsewhere else None
        device = self._directory.devices.get(elsewhere.device) if elsewhere else ""
        registered: tuple[answers.Device, ...] = ()
        if decision.reason is Reason.DEVICE_LIMIT:
            registered = self.registered(engine, decision.user, decision.product)
        team, cap = self._directory.team_name(decision.team), self._cap(decision)
        sentence = denial_sentence(
            decision.reason,
            team=team,
            user=asked.user,
            product=asked.product,
            in_team=f" in team {asked.team}" if asked.team else "",
            balance=decision.balance,
            rate=decision.rate,
            shortfall=decision.shortfall,
            tokens=decision.tokens,
            cap=cap,
            version=asked.version,
            platform=asked.platform,
            count=len(registered),
            devices=", ".join(d.name for d in registered),
            elsewhere=device,
        )
        return answers.Denial(
            decision.reason, sentence, decision.balance, decision.rate, decision.shortfall,
            requests.session_text(decision.elsewhere), device, registered, decision.tokens, cap, team,
        )  # fmt: skip

    def registered(self, engine: Engine, user: int, product: int) -> tuple[answers.Device, ...]:
        """D1: the devices of a user for a product, in order of registration."""
        return tuple(answers.Device(self._directory.devices.get(d), at) for d, at in engine.devices(user, product))

    def ended(self, engine: Engine, decision: Decision, facts: answers.SessionFacts) -> answers.Denial | None:
        """Why the authority ended a session (C6, A6, E2)."""
        return self.refused(engine, decision, facts) if decision.state is State.DENIED else None

    def refused(self, engine: Engine, decision: Decision, facts: answers.SessionFacts) -> answers.Denial:
        """Why use of a session is not covered, by what stands when it is told."""
        shortfall = decision.shortfall or max(decision.rate - decision.balance, 0)
        elsewhere = engine.look(0, decision.elsewhere) if decision.elsewhere else None
        tokens = decision.tokens or decision.rate
        sentence = denial_sentence(
            decision.reason, team=facts.team, user=facts.user, product=facts.product, in_team="",
            balance=decision.balance, rate=decision.rate, shortfall=shortfall, tokens=tokens, cap=self._cap(decision),
            count=0, devices="", elsewhere=self._directory.devices.get(elsewhere.device) if elsewhere else "",
        )  # fmt: skip
        return answers.Denial(
            decision.reason, sentence, decision.balance, decision.rate, shortfall, tokens=tokens,
            cap=self._cap(decision), team=facts.team,
        )  # fmt: skip

    def _cap(self, decision: Decision) -> str:
        return self._directory.caps.get(decision.cap) if decision.cap else ""
