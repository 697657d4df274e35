"""A full disk in short: one of the five of `make faults-disk`."""

import pytest

from tests.faults.disk_full import RUNNING, can_mount, run


@pytest.mark.skipif(
    not can_mount(), reason="mounting a tmpfs needs root; tests/unit/test_recovery.py fills a made disk"
)
def test_with_its_disk_full_a_served_authority_goes_on_and_resumes_without_a_restart() -> None:
    """R6."""
    seen, wrong = run(1, seed=2)
    print(dict(seen))
    assert wrong == []
    assert seen["resumed"] == 1
    assert seen["heartbeats while it was full"] >= RUNNING
    assert seen["calls refused while it was full"] >= 3
