"""Failing input and output in short: 70 of the 500 sweeps of `make faults-io`."""

import pytest

from tests.faults.io import KINDS, run


def test_a_failing_disk_costs_no_answer_and_service_resumes() -> None:
    """R2, R6: after a failure the store says what it has; when the disk is mended it goes on."""
    seen, wrong = run(10 * len(KINDS), seed=2)
    print(dict(seen))
    assert wrong == []
    assert all(seen[kind] >= 7 for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_failure_reaches_a_caller(kind: str) -> None:
    from tests.faults.io import sweep_once

    reached = [sweep_once(number, seed=5)[0] for number in range(KINDS.index(kind), 28, len(KINDS))]
    assert kind in reached
