"""Plays every scenario in every way that a service can run; the outcome must be the same."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from flexauth.policy import POLICY_NAMES
from flexauth.simulate.form import read_scenario
from flexauth.simulate.run import HELD, run
from flexauth.simulate.scenario import Clock
from flexauth.simulate.stage import Setting

HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[2] / "shared" / "scenarios"

# Each boundary and rule, and the file where it is pinned.
BOUNDARIES = {
    "close at 299 s, 300 s, 301 s": "close-in-grace",
    "renewal at exactly 24 h, an end at exactly W": "renewal-at-w",
    "resume at 23:59:59 and 24:00:00": "resume-around-w",
    "idle exactly 15 min before W": "idle-before-w",
    "idle past W, in contact and out of it": "idle-past-w",
    "pack end during a hold, captured and voided": "pack-end-under-hold",
    "charge over three packs": "three-packs",
    "equal ends and equal sizes": "pack-ties",
    "two versions and two devices in one window": "two-versions",
    "fourth device": "fourth-device",
    "take-over, pending, paid, idle": "take-over",
    "rate change mid-window": "rate-change",
    "last 6 of 7 tokens, two users racing for the last rate": "last-tokens",
    "late check-in inside the grace": "late-checkin",
    "the third late refund in 30 days": "late-refund-limit",
    "lease after an offline day": "offline-day",
    "clock stepped back": "clock-back",
    "clock stepped forward": "clock-forward",
    "clock stepped forward by more than a day": "clock-forward-25h",
    "clock stepped by at most five minutes": "clock-forward-small",
    "DST": "daylight-saving",
    "restart while pending": "down-while-pending",
    "restart while idle": "down-while-idle",
    "restart while offline": "down-while-offline",
    "down over W": "down-over-w",
    "signed in and out while down": "down-all-along",
    "killed while pending, idle, offline": "kill",
    "checkout repeated, and repeated with other content": "repeat",
    "4 min 59 s ten times": "grace-modes",
    "included product at balance 0": "included",
    "renewal not covered": "renewal-refused",
    "resumption not covered": "resumption-refused",
    "told of use at W after a hold from after W": "hold-then-use-at-w",
    "a resumption that only a heartbeat tells of": "resumption-told-late",
    "expired inside the grace": "expired-in-grace",
    "idle inside the grace": "idle-in-grace",
    "use handed on inside the grace": "grace-handed-on",
    "refund to a pack that has ended": "make-good",
    "a pack's start": "pack-start",
    "29 February": "leap-day",
    "crash": "crash",
    "over for days": "over-for-days",
    "a contract's own values": "policy-terms",
    "ALL, a list, a new list": "assignment",
    "subscription, trial and seat ending mid-session": "entitlement-ends",
    "a subscription gained mid-session": "entitlement-gained",
    "a right withdrawn inside a paid window": "withdrawn",
    "a user, a device, a team suspended": "suspended",
    "seats taken, freed, lingering, taken away": "seats",
    "a seat borrowed, tokens borrowed past W": "borrow",
    "no renewal wanted": "end-before-renewal",
    "calendar days, DST": "calendar-day",
    "caps of every subject together": "caps-nested",
    "caps at the ends of their periods": "caps-periods",
    "consent always, for renewals, above N": "consent",
    "overdraft and its settlement": "overdraft",
    "pack moved with a hold on it": "packs-moved",
    "moving in": "moving-in",
    "a wrong order": "orders",
    "charged per result": "per-result",
    "origins that wait, charge or ask": "origins-rules",
    "several teams": "teams-chosen",
    "versions, platforms, launches, collections, scope": "catalogue",
    "invited, accepted, lapsed": "invited",
    "a window refunded in use and at rest": "refunded",
    "a session ended by an admin": "session-ended",
    "a resumption that a cap or consent refuses": "resumption-capped",
    "an idle session handed over": "handover-idle",
    "renewals stay in the team of their line": "renewals-stay",
    "a project that is named": "project-named",
    "a subscription extended, ended, of another team": "subscription-extended",
    "late words of several sessions, 24 h after": "late-words",
    "the best team cannot serve": "best-team-cannot",
    "a session without a first operation over W": "waiting-over-w",
    "borrowing past W refused": "borrow-refused",
    "the very end of a calendar day": "calendar-edge",
    "a renewal decided late": "renewal-told-late",
    "a refund made once, its cap freed": "refunded-caps",
    "told to end, out of contact": "ended-out-of-contact",
    "killed with a wall clock that is behind": "killed-clock-behind",
    "every value of a contract": "contract-values",
}

# Each way brings an engine, a store, a stop or the wire that no other has.
WAYS = {
    "core": Setting(),
    "core-sqlite-killed": Setting(store="sqlite", restart_every_event="kill"),
    "core-grpc": Setting(via="grpc"),
    "reference-restarted": Setting(engine="reference", restart_every_event="stop"),
}

# Some five hundred contacts each: restarted after each of them in memory alone, where a start costs no file.
LONG = {"idle", "idle-before-w", "down-while-idle", "resumption-told-late", "priority", "waiting-over-w"}


def files() -> list[Path]:
    return [*sorted(HERE.glob("*.yaml")), *sorted(SHARED.glob("*.yaml"))]


def fitted(setting: Setting, file: Path) -> Setting:
    """The way in which a file can be played: not restarted where that changes the story, in memory where it is long."""
    if setting.restart_every_event and steps_forward(file):
        return replace(setting, restart_every_event="")
    return replace(setting, store="memory") if setting.restart_every_event and file.stem in LONG else setting


def steps_forward(file: Path) -> bool:
    """Whether a restart changes the story: an authority follows at its start what a running one does not yet (T2)."""
    return any(isinstance(event.act, Clock) and event.act.step > 0 for event in read_scenario(str(file)).timeline)


CASES = [(way, file) for way in WAYS for file in files()]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Path]:
    """A place for a database: in shared memory where the system has that, since thousands of commits are synced."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else tmp_path) as folder:
        yield Path(folder) / "scenario.db"


@pytest.mark.parametrize(("way", "file"), CASES, ids=[f"{way}-{file.stem}" for way, file in CASES])
def test_the_scenario_holds(way: str, file: Path, database: Path) -> None:
    setting = fitted(WAYS[way], file)
    if setting.store == "sqlite":
        setting = replace(setting, store=f"sqlite:{database}")
    status, text = run([str(file)], setting)
    assert status == HELD, text


def test_the_shared_scenarios_are_among_them() -> None:
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not here: only the scenarios of this project were played")
    assert len({path.stem for path in SHARED.glob("*.yaml")}) >= 14


def test_every_boundary_has_a_scenario_and_every_scenario_a_boundary() -> None:
    assert {path.stem for path in HERE.glob("*.yaml")} == set(BOUNDARIES.values())


def test_a_scenario_names_every_value_of_a_contract() -> None:
    text = (HERE / "contract-values.yaml").read_text(encoding="utf-8")
    assert [name for name in POLICY_NAMES if f"      {name}: " not in text] == []
