"""What an engine answers."""

from __future__ import annotations

from dataclasses import dataclass

from flexauth.commands.terms import NEVER, Choice, Entitlement, Outcome, Reason, State

__all__ = ["Decision"]


@dataclass(frozen=True, slots=True)
class Decision:
    """An engine's answer, flat for every command; what does not apply is 0, NEVER or NONE.

    `tokens`: held by this checkout (Quote: would be held), refunded by this check-in. `paid_until`: W, or P + 24 h
    while pending. `balance`: available after the decision. `shortfall`: what lacks of the rate. `elsewhere`: the
    session that is in the way (D2). `idle_after` is 0 for a session that is not idle-aware. `end_at`: when the client
    is told to end (A9). `entitled_until`: when the entitlement ends. `cap`: the cap that refused (Q3). `choice`: why
    this team (E1). `asked_team`, `project`: as the session's checkout named them, so that its rights can be found
    again. NEEDS_RIGHTS names user, product, device, asked_team and project. `units`: of results reported on the line
    that have not made a charge yet (C13).
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
    end_at: int = NEVER
    entitled_until: int = NEVER
    cap: int = 0
    choice: Choice = Choice.NONE
    asked_team: int = 0
    project: int = 0
    units: int = 0
    elsewhere: int = 0
