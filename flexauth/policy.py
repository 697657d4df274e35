"""Contract policies (SPEC 13): the values by name as people write them, and the terms that the engines apply.

Pure: text to `Policy` and back. A value of SPEC 13 whose rule is not in force in this version is refused by name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from flexauth.commands import DAY, MINUTE, SECOND, GraceMode, Policy
from flexauth.faults import InvalidArgument

__all__ = ["DEFAULTS", "NOT_YET", "POLICY_NAMES", "Contract", "duration_text", "parse_duration", "parse_policy"]

_UNITS = {"d": DAY, "h": 60 * MINUTE, "m": MINUTE, "s": SECOND, "ms": SECOND // 1000}
_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?\Z")
_GRACE_MODES = {mode.name.lower(): mode for mode in GraceMode}
_COUNTS = {"devices_max": (1, 1_000), "min_order_tokens": (1, 10**12)}
#: Values of SPEC 13 whose rules this version does not have.
NOT_YET = frozenset({
    "window_policy", "time_zone", "seat_linger", "end_before_renewal", "overdraft_limit", "consent", "origins",
    "scope", "low_balance", "pack_expiring", "invitation_ttl", "guests_get_default", "cross_team_subscription",
    "outage_grace", "use_log",
})  # fmt: skip

Contract = Mapping[str, Any]
#: Every value in force by name, at its default.
DEFAULTS: Contract = {
    "min_order_tokens": 100,
    "grace": "5m",
    "grace_mode": "per_session",
    "idle_after": "15m",
    "heartbeat_interval": "5m",
    "renewal_notice": "15m",
    "lease_max": "1d",
    "lease_margin": "5m",
    "late_checkin": "1d",
    "late_refunds": "2 in 30d",
    "devices_max": 3,
    "repeat_retention": "2d",
    "make_good": "90d",
}
POLICY_NAMES = tuple(DEFAULTS)


def parse_duration(field: str, value: object) -> int:
    """Microseconds of a text such as `15m`, `1d2h`, `300s`; `InvalidArgument` for anything else."""
    match = _DURATION.match(value) if isinstance(value, str) and value else None
    if match is None:
        raise InvalidArgument(field=field, value=repr(value), rule='a duration is text such as "15m", "1d2h" or "300s"')
    spans = zip(match.groups(), _UNITS.values(), strict=True)
    return sum(int(count) * unit for count, unit in spans if count)


def duration_text(microseconds: int) -> str:
    """The shortest text that `parse_duration` reads back."""
    text = ""
    for name, unit in _UNITS.items():
        count, microseconds = divmod(microseconds, unit)
        text += f"{count}{name}" if count else ""
    return text or "0s"


def parse_policy(given: str, base: Contract = DEFAULTS) -> tuple[Contract, Policy]:
    """The contract after a JSON object of values by name is laid over `base`, and the terms that it means.

    Raises `InvalidArgument` naming the value that is wrong.
    """
    try:
        values = json.loads(given or "{}")
    except ValueError as error:
        raise InvalidArgument(field="policy", value=repr(given[:80]), rule=f"it must be JSON ({error})") from None
    if not isinstance(values, dict):
        raise InvalidArgument(field="policy", value=repr(given[:80]), rule="it must be a JSON object of values by name")
    for name in values:
        if name in NOT_YET:
            raise InvalidArgument(field=f"policy {name}", value=values[name], rule="this version has no rule for it")
        if name not in DEFAULTS:
            known = ", ".join(POLICY_NAMES)
            raise InvalidArgument(field="policy", value=repr(name), rule=f"the values are {known} (SPEC 13)")
    contract = {**base, **values}
    return contract, _terms(contract)


def _terms(contract: Contract) -> Policy:
    for name, (least, most) in _COUNTS.items():
        value = contract[name]
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise InvalidArgument(field=f"policy {name}", value=repr(value), rule=f"a number from {least} to {most}")
    mode = _GRACE_MODES.get(str(contract["grace_mode"]))
    if mode is None:
        rule = "one of " + ", ".join(_GRACE_MODES)
        raise InvalidArgument(field="policy grace_mode", value=repr(contract["grace_mode"]), rule=rule)
    refunds = re.fullmatch(r"(\d{1,9}) in (\S+)", str(contract["late_refunds"]))
    if refunds is None:
        rule = 'text such as "2 in 30d"'
        raise InvalidArgument(field="policy late_refunds", value=repr(contract["late_refunds"]), rule=rule)
    spans = {
        field.name: parse_duration(f"policy {field.name}", contract[field.name])
        for field in fields(Policy)
        if field.name in contract and field.name not in {"grace_mode", "late_refunds"}
    }
    period = parse_duration("policy late_refunds", refunds[2])
    try:
        return replace(Policy(), grace_mode=mode, late_refunds=int(refunds[1]), late_refunds_period=period, **spans)
    except ValueError as error:
        raise InvalidArgument(field="policy", value=json.dumps(dict(contract)), rule=str(error)) from None
