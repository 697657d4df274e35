"""Core and reference are equal on random histories, and each keeps the laws of the books (DESIGN 5)."""

import time
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.laws.run import live, shown

STEPS = 100_000
EACH = 250
KINDS = {
    "capture",
    "void",
    "renewal",
    "renewal denied",
    "resume after W",
    "expiry under a hold",
    "take-over",
    "late refund",
    "cap reached",
    "cap takes back",
    "soft cap",
    "no consent",
    "calendar day",
    "restart while pending",
    "hand-over",
    "seat",
}
#: What administration does is rarer, and so are results, borrowing and services that wait.
RARER = 5
ACTS = {
    "right withdrawn",
    "first operation",
    "move",
    "act refused",
    "split",
    "adjustment",
    "window opened",
    "overdraft",
    "settlement",
    "settled overdraft made good",
    "dispute upheld",
    "stale dispute",
    "refund follows its pack",
    "results charged",
    "held in advance",
    "borrowed window not used",
}
HISTORY_BYTES = 4_000


@pytest.mark.timeout(240)
def test_core_equals_reference_on_random_histories(capsys):
    tally: Counter[str] = Counter()
    steps = 0

    @settings(
        max_examples=400,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.binary(min_size=HISTORY_BYTES, max_size=HISTORY_BYTES))
    def histories(choices):
        nonlocal steps
        life = live(iter(choices))
        steps += life.steps
        tally.update(life.twins.books.tally)

    started = time.monotonic()
    histories()
    with capsys.disabled():
        print(f"\n{shown(steps, time.monotonic() - started, tally)}")
    assert steps >= STEPS
    assert {kind: tally[kind] for kind in KINDS if tally[kind] < EACH} == {}
    assert {kind: tally[kind] for kind in ACTS if tally[kind] < RARER} == {}
