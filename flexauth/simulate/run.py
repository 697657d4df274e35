"""Plays scenario files: all of them are read before the first is played, each on a store of its own that is empty."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from flexauth.simulate.clerk import SetUpRefused
from flexauth.simulate.document import FormError
from flexauth.simulate.form import WrongForm, read_scenario
from flexauth.simulate.player import Outcome, play
from flexauth.simulate.report import errors_json, outcomes_json, outcomes_text
from flexauth.simulate.scenario import Scenario
from flexauth.simulate.stage import Setting
from flexauth.store.guards import InstanceLock

__all__ = ["HELD", "NOT_HELD", "WRONG_INPUT", "WrongStore", "run"]

HELD, NOT_HELD, WRONG_INPUT = 0, 1, 2

_SIDE_FILES = ("", "-wal", "-shm", "-journal")


class WrongStore(Exception):
    """A store that scenarios are not played on; its text says why and names the remedy."""


def run(files: Sequence[str], setting: Setting, *, as_json: bool = False) -> tuple[int, str]:
    """Return the exit status and what to print: 0 all held, 1 some expectation failed, 2 wrong input."""
    scenarios: list[Scenario] = []
    errors: list[FormError] = []
    for file in files:
        try:
            scenarios.append(read_scenario(file))
        except WrongForm as wrong:
            errors += wrong.errors
    if errors:
        return WRONG_INPUT, _errors(errors, as_json=as_json)
    outcomes: list[Outcome] = []
    for scenario in scenarios:
        _empty_store(setting.store, scenario.file)
        try:
            outcomes.append(play(scenario, setting))
        except SetUpRefused as refused:
            return WRONG_INPUT, _errors([refused.error], as_json=as_json)
    status = HELD if all(not outcome.failures for outcome in outcomes) else NOT_HELD
    return status, outcomes_json(outcomes) if as_json else outcomes_text(outcomes)


def _errors(errors: Sequence[FormError], *, as_json: bool) -> str:
    return errors_json(errors) if as_json else "\n".join(str(error) for error in errors)


def _empty_store(store: str, scenario: str) -> None:
    """Make room for a scenario's database. One that an earlier playing left is removed, another one never is."""
    kind, _, name = store.partition(":")
    if store == "memory":
        return
    if kind != "sqlite" or not name:
        raise WrongStore(f"the store {store!r} is not played on by this version; name memory or sqlite:PATH")
    path = Path(name)
    mark = path.with_name(path.name + ".scenario")
    if path.is_dir() or (path.exists() and path.stat().st_size and not mark.exists()):
        raise WrongStore(f"{path} was not made by a scenario and is left alone; name a file that does not exist yet")
    lock = InstanceLock(path, now=0)  # another playing on the same file is not disturbed
    try:
        for end in _SIDE_FILES:
            path.with_name(path.name + end).unlink(missing_ok=True)
        mark.write_text(f"{scenario}\n", encoding="utf-8")
    finally:
        lock.release()
