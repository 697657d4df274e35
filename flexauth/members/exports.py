"""Everything that is held about a person, as records of a kind each, read in pages of bounded work. Reads alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from flexauth import limits, requests
from flexauth.answers import Page
from flexauth.answers_of.persons import PersonRecord
from flexauth.commands import Entitlement, Origin, State, UseEvent
from flexauth.members.erasure import without
from flexauth.members.roll import Roll
from flexauth.pages import page_token, position

__all__ = ["KINDS", "Exports"]

#: What is told of a person, in this order, and the statement that reads it: rows after a key of three numbers, each
#: with its key as `after_1` to `after_3`. One that looks through rows of all persons has a twin that ends in `_end`.
KINDS: Final = {
    "profile": "person_profile",
    "membership": "person_memberships",
    "assignment": "person_assignments",
    "withdrawal": "person_withdrawals",
    "group": "person_groups",
    "subscription": "person_subscriptions",
    "trial": "person_trials",
    "device": "person_devices",
    "session": "person_sessions",
    "charge": "person_charges",
    "use": "person_use",
    "notice": "person_notices",
    "act": "person_acts",
}
_KEY = ("after_1", "after_2", "after_3")
_START = (-1, -(2**63), -(2**63))
_LOOKS_THROUGH = frozenset({"use", "act"})
#: Rows of all persons that one page looks through.
_SPAN: Final = 20_000
_NAMES: Final = {"state": State, "entitlement": Entitlement, "event": UseEvent, "origin": Origin}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Exports:
    """`reads` has the look-up, by its type of request."""

    def __init__(self, roll: Roll) -> None:
        self._directory, self._store = roll.directory, roll.store
        self.reads: dict[type, Callable[[Any], Any]] = {requests.ExportPerson: self._export}

    def _export(self, request: requests.ExportPerson) -> Page[PersonRecord]:
        """One page; one of few records, or of none, may have a next one."""
        user, size = self._directory.user_id(request.user), request.page_size or limits.PAGE_DEFAULT
        person = self._store.select("person_to_erase", {"user": user})[0]
        names = {"subject": person["subject"] or person["email"], "email": person["email"]}
        own = {name for name in names.values() if name}
        at, *key = position(request, 4) if request.page_token else (0, *_START)
        kinds, records = tuple(KINDS), list[PersonRecord]()
        while at in range(len(kinds)):
            kind = kinds[at]
            limit = size - len(records)
            asked = {"user": user, **names, **dict(zip(_KEY, key, strict=True)), "limit": limit, "span": _SPAN}
            rows = self._store.select(KINDS[kind], asked)
            told = (_values(row) for row in rows)
            records += [PersonRecord(kind, json.dumps(_of_person(values, own), ensure_ascii=False)) for values in told]
            if len(rows) == limit:
                return Page(tuple(records), page_token((at, *(rows[-1][name] for name in _KEY))))
            if kind in _LOOKS_THROUGH and (end := self._store.select(f"{KINDS[kind]}_end", asked)):
                return Page(tuple(records), page_token((at, *(end[0][name] for name in _KEY))))
            at, key = at + 1, list(_START)
        return Page(tuple(records))


def _of_person(value: Any, names: set[str]) -> Any:
    """Of a list that names the person among others, such as a roster, what is theirs alone."""
    if isinstance(value, dict):
        return {key: _of_person(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [item for item in value if without(item, names, "") != item] or value
    return value


def _values(row: dict[str, Any]) -> dict[str, Any]:
    """A row by name: times in ISO 8601, words for numbers that stand for them, None for what is not there."""
    told: dict[str, Any] = {}
    if "opened_at" in row:
        told["session"] = str(UUID(int=(row["after_2"] % 2**64) << 64 | row["after_3"] % 2**64))
    told |= {name: _value(name, value) for name, value in row.items() if name not in _KEY}
    return told


def _value(name: str, value: Any) -> Any:
    if name == "at" or name.endswith("_at") or name.startswith("window_"):
        return None if value < 0 else (_EPOCH + timedelta(microseconds=value)).isoformat().replace("+00:00", "Z")
    if name in _NAMES:
        return _NAMES[name](value).name if value else None
    return json.loads(value) if name in {"details", "payload"} else value
