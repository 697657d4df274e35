"""Whether tokens may be charged (step 5 of SPEC 5): caps, then consent, then balance. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from flexauth.commands import NO_LIMIT, Consent, OriginRule, Policy, Reason
from flexauth.reference import caps, packs
from flexauth.reference.contracts import origin_rule, policy_at
from flexauth.reference.state import World

__all__ = ["ALLOWED", "Consents", "Refusal", "may_charge"]

#: (origin, max_tokens) of each session whose consent counts.
Consents = Iterable[tuple[int, int]]


class Refusal(NamedTuple):
    """Why a charge is refused, NONE when it is not: the cap that it would pass, or what the balance lacks."""

    reason: Reason
    cap: int = 0
    shortfall: int = 0


ALLOWED = Refusal(Reason.NONE)


def may_charge(
    world: World,
    team: int,
    tokens: int,
    at: int,
    cap_ids: tuple[int, ...],
    consents: Consents,
    *,
    renewal: bool = False,
) -> Refusal:
    """A charge of `tokens` for a window that starts at `at`, by contract and cap periods of then."""
    cap = caps.passed(world, cap_ids, tokens, at)
    if cap:
        return Refusal(Reason.CAP_REACHED, cap=cap)
    _, policy = policy_at(world, team, at)
    if not _consented(policy, tokens, tuple(consents), renewal=renewal):
        return Refusal(Reason.CONSENT_REQUIRED)
    lacking = packs.lacking(world, team, tokens, at)
    return Refusal(packs.why_not(world, team), shortfall=lacking) if lacking else ALLOWED


def _consented(policy: Policy, tokens: int, consents: tuple[tuple[int, int], ...], *, renewal: bool) -> bool:
    """Q2: the highest limit counts. A session without one has no limit, unless contract or origin want it stated."""
    must_be_stated = {
        Consent.NEVER: False,
        Consent.ALWAYS: True,
        Consent.RENEWALS: renewal,
        Consent.ABOVE: tokens > policy.consent_above,
    }[policy.consent]
    unlimited = any(
        limit == NO_LIMIT and origin_rule(policy, origin) is not OriginRule.ASK for origin, limit in consents
    )
    return (unlimited and not must_be_stated) or max((limit for _, limit in consents), default=NO_LIMIT) >= tokens
