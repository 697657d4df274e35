"""Reads the policy of a scenario's team: values by the names of SPEC 13, those alone whose rule is in force."""

from __future__ import annotations

import json
import re

from flexauth.policy import POLICY_NAMES, parse_policy
from flexauth.simulate.document import Table, Value, not_yet

__all__ = ["read_policy"]

_LATER = not_yet({})
_WHOLE = re.compile(r"\d{1,15}\Z", re.ASCII)


def read_policy(value: Value) -> str:
    """Return the values as the JSON object that SetPolicy takes, "" where none is named."""
    table = Table(value, " ".join(POLICY_NAMES), _LATER)
    values: dict[str, str | int] = {}
    for name in POLICY_NAMES:
        if (entry := table.get(name)) is None:
            continue
        text = entry.text()
        values[name] = int(text) if _WHOLE.match(text) else text
        with entry.checked():
            parse_policy(json.dumps({name: values[name]}))
    return json.dumps(values) if values else ""
