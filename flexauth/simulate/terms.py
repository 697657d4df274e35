"""Reads the policy of a scenario's team: values by the names of SPEC 13, as SetPolicy takes them."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from flexauth.faults import InvalidArgument
from flexauth.policy import POLICY_NAMES, parse_policy
from flexauth.simulate.document import Table, Value

__all__ = ["read_policy"]

PRESET = "preset"
_WHOLE = re.compile(r"-?\d{1,15}\Z", re.ASCII)
_FLAGS = {"true": True, "false": False}


def read_policy(value: Value) -> str:
    """Return the values as the JSON object that SetPolicy takes, "" where none is named."""
    table = Table(value, " ".join((PRESET, *POLICY_NAMES)))
    given = {name: entry for name in (PRESET, *POLICY_NAMES) if (entry := table.get(name)) is not None}
    policy = json.dumps({name: _plain(entry) for name, entry in given.items()})
    try:
        parse_policy(policy)
    except InvalidArgument as fault:
        named = str(fault.facts.get("field", "")).removeprefix("policy ")
        given.get(named, value).fail(str(fault))
    return policy if given else ""


def _plain(value: Value) -> Any:
    """Numbers, flags and texts, and lists and mappings of them."""
    if value.is_list():
        return [_plain(item) for item in value.items()]
    if isinstance(value.node, yaml.MappingNode):
        return {key: _plain(entry) for key, entry in value.entries().items()}
    text = value.text()
    return int(text) if _WHOLE.match(text) else _FLAGS.get(text, text)
