"""Contracts of teams by the time from which they are in force (C14, SPEC 13). Decides nothing."""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass

from flexauth.commands import INT64_MAX, Policy
from flexauth.policy import DEFAULTS, Contract, parse_policy, terms_of
from flexauth.store.port import Store

__all__ = ["Contracts", "InForce"]


@dataclass(frozen=True, slots=True)
class InForce:
    """A team's contract: values by name (SPEC 13), and the terms that they mean."""

    effective_at: int
    version: int
    values: Contract
    policy: Policy


_DEFAULT = InForce(0, 0, DEFAULTS, Policy())


class Contracts:
    """Every contract of every team, from the store at start; an act adds one once it is stored."""

    def __init__(self, store: Store) -> None:
        self._contracts: dict[int, list[InForce]] = {}
        for row in store.select("every_contract", {}):
            self.add(row["team"], row["version"], row["effective_at"], row["given"], row["calendar"])

    def add(self, team: int, version: int, effective_at: int, given: str, calendar: int) -> None:
        values = parse_policy(given)
        row = InForce(effective_at, version, values, terms_of(values, calendar))
        insort(self._contracts.setdefault(team, []), row, key=lambda row: (row.effective_at, row.version))

    def at(self, team: int, at: int) -> InForce:
        """The contract in force; the defaults as version 0."""
        found = [row for row in self._contracts.get(team, ()) if row.effective_at <= at]
        return found[-1] if found else _DEFAULT

    def newest(self, team: int) -> InForce:
        """The last one made, in force or to come."""
        return max(self._contracts.get(team, ()), key=lambda row: row.version, default=_DEFAULT)

    def next_change(self, team: int, at: int) -> int:
        """When the next contract takes effect."""
        later = (row.effective_at for row in self._contracts.get(team, ()) if row.effective_at > at)
        return min(later, default=INT64_MAX)
