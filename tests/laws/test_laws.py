"""Core and reference are equal on random histories, and each keeps the laws of the books (DESIGN 5)."""

import time
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.laws.run import live, shown

STEPS = 100_000
#: How often each must happen: what charging stands on, what came on top of it, and what administration seldom does.
EACH = {
    1_000: {
        "capture",
        "void",
        "renewal",
        "renewal denied",
        "resume after W",
        "expiry under a hold",
        "take-over",
        "late refund",
        "restart while pending",
    },
    100: {
        "advance hold captured",
        "calendar day",
        "cap reached",
        "cap takes back",
        "dispute upheld",
        "first operation",
        "hand-over",
        "held in advance",
        "move",
        "no consent",
        "overdraft",
        "results charged",
        "right withdrawn",
        "seat",
        "seat lost",
        "settlement",
        "soft cap",
    },
    20: {
        "act refused",
        "adjustment",
        "borrowed window not used",
        "refund follows its pack",
        "split",
        "window opened",
    },
    5: {"settled overdraft made good", "stale dispute"},
}
HISTORY_BYTES = 4_000


@pytest.mark.timeout(240)
def test_core_equals_reference_on_random_histories(capsys):
    tally: Counter[str] = Counter()
    steps = 0

    @settings(
        max_examples=340,
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
    for least, kinds in EACH.items():
        assert {kind: tally[kind] for kind in kinds if tally[kind] < least} == {}, least
