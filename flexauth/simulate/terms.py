"""Reads the policy of a scenario's team: values by the names of SPEC 13, those alone whose rule is in force."""

from __future__ import annotations

import json
import re

from flexauth.commands import GraceMode
from flexauth.simulate.document import Table, Value, not_yet
from flexauth.simulate.instants import duration

__all__ = ["read_policy"]

DURATIONS = (
    "grace heartbeat_interval idle_after renewal_notice lease_max lease_margin late_checkin repeat_retention make_good"
)
COUNTS = "min_order_tokens devices_max"
LATER = not_yet(
    {
        "window_policy": "C9",
        "time_zone": "C9, Q3",
        "seat_linger": "S4",
        "end_before_renewal": "A9",
        "overdraft_limit": "C10",
        "consent": "Q2",
        "origins": "S6",
        "scope": "section 5",
        "low_balance": "section 9",
        "pack_expiring": "section 9",
        "invitation_ttl": "A4",
        "guests_get_default": "A2",
        "cross_team_subscription": "E3",
        "outage_grace": "S5",
        "use_log": "L7",
    }
)
_MODES = {mode.name.lower(): mode for mode in GraceMode}
_REFUNDS = re.compile(r"(\d{1,9}) in (\w+)\Z", re.ASCII)


def read_policy(value: Value) -> str:
    """Return the values as the JSON object that SetPolicy takes, "" where none is named."""
    table = Table(value, f"{DURATIONS} {COUNTS} grace_mode late_refunds", LATER)
    values: dict[str, str | int] = {name: _duration(v) for name in DURATIONS.split() if (v := table.get(name))}
    values |= {name: v.whole(0, 10**9) for name in COUNTS.split() if (v := table.get(name))}
    if (mode := table.get("grace_mode")) is not None:
        values["grace_mode"] = mode.one_of(_MODES)
    if (refunds := table.get("late_refunds")) is not None:
        values["late_refunds"] = refunds.parsed(_refunds)
    return json.dumps(values, sort_keys=True) if values else ""


def _duration(value: Value) -> str:
    value.parsed(duration)
    return value.text()


def _refunds(text: str) -> str:
    match = _REFUNDS.match(text)
    if match is None:
        raise ValueError("it is written as `2 in 30d`: how many, in what time")
    duration(match[2])
    return text
