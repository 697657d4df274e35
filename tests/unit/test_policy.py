"""Contract policies (SPEC 13) as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flexauth.commands import DAY, MINUTE, SECOND, Consent, GraceMode, OriginRule, Policy, WindowPolicy
from flexauth.faults import InvalidArgument
from flexauth.policy import DEFAULTS, PRESETS, duration_text, parse_duration, parse_policy, terms_of


def test_the_defaults_are_those_of_spec_13() -> None:
    assert parse_policy("{}") == DEFAULTS
    assert terms_of(DEFAULTS) == Policy()


def test_values_not_named_keep_theirs() -> None:
    first = parse_policy('{"grace": "2m", "devices_max": 5}')
    values = parse_policy('{"grace_mode": "once_24h", "late_refunds": "0 in 1d"}', first)
    policy = terms_of(values)
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
        ('{"grace": "24h"}', ["policy grace is '24h':", "24 h"]),
        ('{"idle_after": "0s"}', ["policy idle_after is '0s':", "one second"]),
        ('{"late_refunds": "2 in 9999d"}', ["policy late_refunds is '2 in 9999d':", "ten years"]),
        ('{"grace_mode": "never"}', ["grace_mode", "never", "once_24h"]),
        ('{"late_refunds": "two"}', ["late_refunds", "two", "2 in 30d"]),
        ('{"devices_max": 0}', ["devices_max", "0"]),
        ('{"devices_max": true}', ["devices_max"]),
        ('{"heartbeat_interval": "0s"}', ["heartbeat_interval", "one second"]),
        ('{"lease_max": "9999d"}', ["lease_max", "ten years"]),
        ('{"time_zone": "Mars/Olympus"}', ["time_zone", "Mars/Olympus", "Europe/Berlin"]),
        ('{"window_policy": "weekly"}', ["window_policy", "weekly", "calendar_day"]),
        ('{"consent": {"over": 5}}', ["consent", "over", "above"]),
        ('{"consent": "sometimes"}', ["consent", "sometimes", "renewals"]),
        ('{"origins": {"DAEMON": "charge"}}', ["origins", "DAEMON", "BACKGROUND"]),
        ('{"origins": {"BACKGROUND": "free"}}', ["origins BACKGROUND", "free", "on_first_operation"]),
        ('{"preset": "generous"}', ["origins", "generous", "fair"]),
        ('{"scope": "ACD"}', ["scope", "ALL", "list"]),
        ('{"low_balance": {"percent": 120}}', ["low_balance", "120"]),
        ('{"pack_expiring": "90d"}', ["pack_expiring", "90d"]),
        ('{"use_log": "a year"}', ["use_log", "a year", "13 months"]),
        ('{"overdraft_limit": -1}', ["overdraft_limit", "-1"]),
        ('{"end_before_renewal": 1}', ["end_before_renewal", "true or false"]),
    ],
)
def test_a_wrong_value_is_refused_by_name_value_and_rule(given_text: str, words: list[str]) -> None:
    with pytest.raises(InvalidArgument) as caught:
        parse_policy(given_text)
    assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.parametrize(
    ("given_text", "words"),
    [
        ('{"heartbeat_interval": "2h", "lease_max": "1h"}', ["heartbeat_interval", "2h", "lease_max", "1h"]),
        ('{"end_before_renewal": true, "consent": "renewals"}', ["consent", "renewals", "end_before_renewal"]),
        ('{"renewal_notice": "25h"}', ["renewal_notice", "25h", "24 h"]),
    ],
)
def test_values_that_contradict_each_other_are_named(given_text: str, words: list[str]) -> None:
    with pytest.raises(InvalidArgument) as caught:
        parse_policy(given_text)
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_a_preset_stands_for_its_origins_and_single_origins_lie_over_it() -> None:
    assert parse_policy('{"preset": "flex"}')["origins"] == PRESETS["flex"]
    policy = terms_of(parse_policy('{"origins": {"BACKGROUND": "ask"}}', parse_policy('{"preset": "flex"}')))
    assert (policy.origin_background, policy.origin_plugin_autoload) == (OriginRule.ASK, OriginRule.CHARGE)


def test_terms_have_the_calendar_of_their_days() -> None:
    contract = parse_policy('{"window_policy": "calendar_day", "time_zone": "Asia/Tokyo", "consent": {"above": 9}}')
    policy = terms_of(contract, calendar=4)
    assert (policy.window_policy, policy.calendar) == (WindowPolicy.CALENDAR_DAY, 4)
    assert (policy.consent, policy.consent_above) == (Consent.ABOVE, 9)


def test_a_contract_may_have_nothing_in_scope() -> None:
    assert parse_policy('{"scope": []}')["scope"] == []
