"""The sentence of each denial (SPEC 10): what is wrong and what a person can do. Pure."""

from __future__ import annotations

from flexauth.commands import Reason

__all__ = ["denial_sentence"]

_SENTENCES = {
    Reason.INSUFFICIENT_TOKENS: (
        "Team {team} has {balance} tokens and {product} costs {rate}: {shortfall} more are needed. Ask an admin of the "
        "team to order tokens."
    ),
    Reason.NO_LIVE_PACK: (
        "Team {team} has no pack of tokens that is valid now. Ask an admin of the team to order tokens."
    ),
    Reason.NOT_ASSIGNED: "{product} is not assigned to {user}{in_team}. Ask an admin of the team to assign it.",
    Reason.OUT_OF_SCOPE: "{product} is outside the contract of team {team}.",
    Reason.UNSUPPORTED_VERSION: "This version of {product} is not supported on this platform.",
    Reason.DEVICE_LIMIT: (
        "{user} has registered {product} on {count} devices, the most that is allowed: {devices}. Release one of them."
    ),
    Reason.IN_USE_ELSEWHERE: (
        "{product} is open on {elsewhere}. Close it there, or sign in with take-over to end it there."
    ),
    Reason.CONSENT_REQUIRED: "{product} costs {rate} tokens; the sign-in must allow for that.",
    Reason.CAP_REACHED: "A cap of team {team} leaves no room for {rate} tokens.",
    Reason.INVITATION_PENDING: "The invitation of {user} is not accepted yet.",
    Reason.SUSPENDED: "{user} is suspended in team {team}. Ask an admin of the team.",
}


def denial_sentence(reason: Reason, **facts: object) -> str:
    """Facts: team, user, product, in_team, balance, rate, shortfall, count, devices, elsewhere."""
    return _SENTENCES[reason].format_map(facts)
