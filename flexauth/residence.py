"""Brings live state from the store into an engine: all of it at start, some teams again after a failed commit (R2)."""

from __future__ import annotations

from flexauth.commands import Engine
from flexauth.store.port import Store

__all__ = ["load_again", "load_all"]


def load_all(engine: Engine, store: Store) -> None:
    """Everything live; the ledger is not read (DESIGN 1.6)."""
    for table, rows in store.load_world().items():
        engine.load(table, rows)
    engine.load("device_name", store.load_device_names())
    engine.load("device", store.load_devices())
    for team in store.teams():
        _load_team(engine, store, team)


def load_again(engine: Engine, store: Store, teams: frozenset[int], users: frozenset[int]) -> None:
    """Nothing that was not stored is remembered: drop what a lost batch touched and load it as it is stored."""
    engine.drop(teams, users)
    for team in sorted(teams):
        _load_team(engine, store, team)
    for user in sorted(users):
        engine.load("device", store.load_user(user)["device"])


def _load_team(engine: Engine, store: Store, team: int) -> None:
    for table, rows in store.load_team(team).items():
        engine.load(table, rows)
