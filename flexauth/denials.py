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
    Reason.OUT_OF_SCOPE: (
        "{product} is outside the contract of team {team}. Ask an admin of the team whether it can be widened."
    ),
    Reason.UNSUPPORTED_VERSION: "{this_version} of {product} is not supported {here}. Install a version that is.",
    Reason.DEVICE_LIMIT: (
        "{user} has registered {product} on {count} devices, the most that is allowed: {devices}. Release one of them."
    ),
    Reason.IN_USE_ELSEWHERE: (
        "{product} is open on {elsewhere}. Close it there, or sign in with take-over to end it there."
    ),
    Reason.CONSENT_REQUIRED: (
        "{product} takes {tokens} tokens of team {team}, and that has not been agreed to. Agree to {tokens} tokens to "
        "go on."
    ),
    Reason.CAP_REACHED: (
        "The cap {cap} of team {team} leaves no room for {tokens} tokens. Wait for its next period, or ask an admin of "
        "the team to raise it."
    ),
    Reason.INVITATION_PENDING: (
        "{user} has not accepted the invitation{to_team}. Sign in once with the e-mail address that was invited, or "
        "ask an admin of the team to invite again."
    ),
    Reason.SUSPENDED: (
        "{user}, this device or the team is suspended{in_team}. Ask an admin of the team to lift the suspension."
    ),
}
_UNTOLD = {"in_team": "", "version": "", "platform": "", "team": "", "cap": "", "tokens": 0}


def denial_sentence(reason: Reason, **facts: object) -> str:
    """Facts: user, product, team; as the reason needs them the others that its sentence names.

    `tokens` is the charge that was not agreed to, or that a cap refuses; `devices` counts `count`.
    """
    told = _UNTOLD | facts
    told["this_version"] = f"Version {told['version']}" if told["version"] else "This version"
    told["here"] = f"on {told['platform']}" if told["platform"] else "on this platform"
    told["to_team"] = f" to team {told['team']}" if told["team"] else ""
    return _SENTENCES[reason].format_map(told)
