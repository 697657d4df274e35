"""Contract policies (SPEC 13) as people write them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flexauth.commands import DAY, MINUTE, SECOND, GraceMode, Policy
from flexauth.faults import InvalidArgument
from flexauth.policy import DEFAULTS, NOT_YET, duration_text, parse_duration, parse_policy


def test_the_defaults_are_those_of_spec_13() -> None:
    assert parse_policy("{}") == (DEFAULTS, Policy())


def test_values_not_named_keep_theirs() -> None:
    first, _ = parse_policy('{"grace": "2m", "devices_max": 5}')
    values, policy = parse_policy('{"grace_mode": "once_24h", "late_refunds": "0 in 1d"}', first)
    assert (values["grace"], values["devices_max"]) == ("2m", 5)
    assert (policy.grace, policy.grace_mode) == (2 * MINUTE, GraceMode.ONCE_24H)
    assert (policy.late_refunds, policy.late_refunds_period) == (0, DAY)


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [("300s", 300 * SECOND), ("15m", 15 * MINUTE), ("1d2h3m4s5ms", DAY + 123 * MINUTE + 4 * SECOND + 5000), ("0s", 0)],
)
def test_a_duration_reads_as_it_is_written(text: str, microseconds: int) -> None:
    assert parse_duration("grace", text) == microseconds


@given(st.integers(0, 400 * DAY).map(lambda n: n // 1000 * 1000))
def test_a_duration_is_shown_so_that_it_reads_back(microseconds: int) -> None:
    assert parse_duration("grace", duration_text(microseconds)) == microseconds


@pytest.mark.parametrize(
    ("given_text", "words"),
    [
        ("not json", ["policy", "JSON"]),
        ("[1]", ["policy", "object"]),
        ('{"grays": "5m"}', ["grays", "heartbeat_interval"]),
        ('{"grace": "five minutes"}', ["grace", "five minutes", "15m"]),
        ('{"grace": 300}', ["grace", "300"]),
        ('{"grace": "24h"}', ["grace", "24 h"]),
        ('{"grace_mode": "never"}', ["grace_mode", "never", "once_24h"]),
        ('{"late_refunds": "two"}', ["late_refunds", "two", "2 in 30d"]),
        ('{"devices_max": 0}', ["devices_max", "0"]),
        ('{"devices_max": true}', ["devices_max"]),
        ('{"heartbeat_interval": "0s"}', ["heartbeat_interval", "one second"]),
        ('{"lease_max": "9999d"}', ["lease_max", "ten years"]),
    ],
)
def test_a_wrong_value_is_refused_by_name_value_and_rule(given_text: str, words: list[str]) -> None:
    with pytest.raises(InvalidArgument) as caught:
        parse_policy(given_text)
    assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.parametrize("name", sorted(NOT_YET))
def test_a_value_whose_rule_is_not_there_yet_is_refused_by_name(name: str) -> None:
    with pytest.raises(InvalidArgument, match=name):
        parse_policy(json.dumps({name: "5m"}))
