"""What an engine answers."""

from __future__ import annotations

from dataclasses import dataclass

from flexauth.commands.terms import NEVER, Entitlement, Outcome, Reason, State

__all__ = ["Decision"]


@dataclass(frozen=True, slots=True)
class Decision:
    """An engine's answer, flat for every command; what does not apply is 0, NEVER or NONE.

    `tokens`: held by this checkout (Quote: would be held), refunded by this check-in. `paid_until`: W, or P + 24 h
    while pending. `balance`: available after the decision. `shortfall`: what lacks of the rate. `elsewhere`: the
    session that is in the way (D2). `idle_after` is 0 for a session that is not idle-aware.
    """

    outcome: Outcome
    reason: Reason = Reason.NONE
    entitlement: Entitlement = Entitlement.NONE
    state: State = State.NONE
    team: int = 0
    user: int = 0
    product: int = 0
    device: int = 0
    tokens: int = 0
    rate: int = 0
    balance: int = 0
    shortfall: int = 0
    paid_until: int = NEVER
    pending_since: int = NEVER
    heartbeat_by: int = NEVER
    lease_until: int = NEVER
    ended_at: int = NEVER
    idle_after: int = 0
    counter: int = 0
    elsewhere: int = 0
