"""The native table of ids behaves as a dict from 128-bit digests to ids, in at most 32 bytes an entry."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flexauth._core import IdTable

DIGESTS = st.integers(0, 2**128 - 1)


def test_an_unknown_digest_has_id_0():
    assert IdTable().find(1) == 0


def test_a_digest_keeps_all_of_its_128_bits():
    table = IdTable()
    table.put(2**128 - 1, 7)
    table.put(2**64 - 1, 8)
    table.put((2**64 - 1) << 64, 9)
    assert [table.find(2**128 - 1), table.find(2**64 - 1), table.find((2**64 - 1) << 64)] == [7, 8, 9]


@pytest.mark.parametrize("wrong", [0, -1])
def test_an_id_is_positive(wrong):
    with pytest.raises(ValueError, match=f"id is {wrong}; an id is a positive int64"):
        IdTable().put(1, wrong)


@pytest.mark.parametrize("wrong", [-1, 2**128])
def test_a_digest_has_128_bits(wrong):
    table = IdTable()
    with pytest.raises(OverflowError):
        table.find(wrong)
    with pytest.raises(OverflowError):
        table.put(wrong, 1)


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 20), st.integers(1, 2**63 - 1))), st.lists(DIGESTS, min_size=21)
)
def test_it_is_a_dict(acts, digests):
    table, model = IdTable(), {}
    for put, which, id_ in acts:
        digest = digests[which]
        if put:
            table.put(digest, id_)
            model[digest] = id_
        else:
            assert table.remove(digest) == (model.pop(digest, None) is not None)
        assert len(table) == len(model)
    assert all(table.find(digest) == model.get(digest, 0) for digest in digests)


def test_removing_in_a_crowd_loses_no_other_entry():
    source, table, model = random.Random(1), IdTable(), {}
    digests = [source.getrandbits(128) for _ in range(20_000)]
    for step in range(100_000):
        digest = source.choice(digests)
        if source.random() < 0.6:
            table.put(digest, step + 1)
            model[digest] = step + 1
        else:
            assert table.remove(digest) == (model.pop(digest, None) is not None)
    assert {digest: table.find(digest) for digest in digests} == {digest: model.get(digest, 0) for digest in digests}


def test_an_entry_takes_at_most_32_bytes():
    source, table = random.Random(2), IdTable()
    for count in range(1, 150_001):
        table.put(source.getrandbits(128), count)
        if count >= 100_000 and count % 10_000 == 0:
            assert table.nbytes <= 32 * count
