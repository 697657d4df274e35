"""Power cuts in short: 500 of the 5,000 of `make faults-power`."""

from tests.faults.power import run
from tests.faults.vfs import Disk, File, Op


def test_a_power_cut_loses_no_answer_and_leaves_no_half() -> None:
    """R3: what a commit answered is there, the batch in flight is there whole or not at all, L2 and chains hold."""
    seen, wrong = run(500, seed=2)
    print(dict(seen))
    assert wrong == []
    assert seen["in flight, not stored"] > 100
    assert seen["between batches, stored"] > 100


def test_the_disk_of_these_tests_does_lose_what_was_not_synced() -> None:
    import random

    file = File()
    file.write(0, b"a" * 2048)
    file.sync()
    file.exists = file.durably_exists = True
    file.write(0, b"b" * 2048)
    cuts = {file.after_cut(random.Random(n), 0.5) for n in range(50)}
    assert len(cuts) > 10
    assert all(
        cut is not None and {cut[i : i + 512] for i in range(0, 2048, 512)} <= {b"a" * 512, b"b" * 512} for cut in cuts
    )
    assert file.after_cut(random.Random(1), 0.0) == b"a" * 2048
    file.sync()
    assert file.after_cut(random.Random(1), 0.0) == b"b" * 2048
    assert set(Disk("unused").counts) == set(Op)
