"""kill -9 in short: 20 of the 200 cycles of `make faults-kill`."""

import pytest

from tests.faults.kill import run


@pytest.mark.timeout(200)
def test_a_killed_authority_has_every_acknowledged_answer_once() -> None:
    """R3: what was answered is there, once; L2 and the chains hold; exports of before are prefixes of the ledger."""
    seen, wrong = run(20, seed=2)
    print(dict(seen))
    assert wrong == []
    assert seen["killed under load"] == 20
    for what in (
        "granted",
        "repeat",
        "heartbeat",
        "check-in",
        "not answered",
        "entries exported",
        "rights changed",
        "rights kept",
    ):
        assert seen[what] > 20, what
