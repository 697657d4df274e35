"""Contract policies (SPEC 13): the values by name as people write them, and the terms that the engines apply.

Pure: text to values to `Policy`. Every value is checked by name, and those that contradict each other are named.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from flexauth.calendars import zone_of
from flexauth.commands import DAY, HOUR, MINUTE, SECOND, Consent, GraceMode, Origin, OriginRule, Policy, WindowPolicy
from flexauth.faults import InvalidArgument

__all__ = [
    "DEFAULTS",
    "POLICY_NAMES",
    "PRESETS",
    "Contract",
    "duration_text",
    "parse_duration",
    "parse_policy",
    "terms_of",
]

_UNITS = {"d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND, "ms": SECOND // 1000}
_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?\Z")
_GRACE_MODES = {mode.name.lower(): mode for mode in GraceMode}
_WINDOWS = {policy.name.lower(): policy for policy in WindowPolicy}
_ORIGIN_RULES = {rule.name.lower(): rule for rule in OriginRule}
_CONSENTS = {"never": Consent.NEVER, "always": Consent.ALWAYS, "renewals": Consent.RENEWALS}
_TOKENS = 2**53

Contract = Mapping[str, Any]
#: Origins by preset (S6): `flex` is the vendor's, where all charge.
PRESETS: Mapping[str, Mapping[str, str]] = {
    "fair": {
        "INTERACTIVE": "charge",
        "PLUGIN_AUTOLOAD": "on_first_operation",
        "BACKGROUND": "on_first_operation",
        "AUTOMATION": "charge",
    },
    "flex": {origin.name: "charge" for origin in Origin},
}
#: Every value by name, at its default.
DEFAULTS: Contract = {
    "min_order_tokens": 100,
    "window_policy": "rolling_24h",
    "time_zone": "UTC",
    "grace": "5m",
    "grace_mode": "per_session",
    "idle_after": "15m",
    "heartbeat_interval": "5m",
    "renewal_notice": "15m",
    "lease_max": "1d",
    "lease_margin": "5m",
    "seat_linger": "15m",
    "late_checkin": "1d",
    "late_refunds": "2 in 30d",
    "end_before_renewal": False,
    "devices_max": 3,
    "repeat_retention": "2d",
    "overdraft_limit": 0,
    "consent": "never",
    "origins": PRESETS["fair"],
    "scope": "ALL",
    "make_good": "90d",
    "low_balance": {"percent": 20},
    "pack_expiring": ["90d", "30d", "7d"],
    "invitation_ttl": "7d",
    "guests_get_default": False,
    "cross_team_subscription": True,
    "outage_grace": "0s",
    "use_log": "13 months",
}
POLICY_NAMES = tuple(DEFAULTS)


def parse_duration(field: str, value: object) -> int:
    """Microseconds of a text such as `15m`, `1d2h`, `300s`; `InvalidArgument` for anything else. 0 may be a number."""
    if value == 0 and not isinstance(value, bool):
        return 0
    match = _DURATION.match(value) if isinstance(value, str) and value else None
    if match is None:
        raise InvalidArgument(field=field, value=repr(value), rule='a duration is text such as "15m", "1d2h" or "300s"')
    spans = zip(match.groups(), _UNITS.values(), strict=True)
    return sum(int(count) * unit for count, unit in spans if count)


def duration_text(microseconds: int) -> str:
    """The shortest text that `parse_duration` reads back."""
    text = ""
    for name, unit in _UNITS.items():
        count, microseconds = divmod(microseconds, unit)
        text += f"{count}{name}" if count else ""
    return text or "0s"


def parse_policy(given: str, base: Contract = DEFAULTS) -> Contract:
    """The contract after a JSON object of values by name is laid over `base`.

    `preset` stands for the origins of that name. Raises `InvalidArgument` naming the value that is wrong, or those
    that contradict each other.
    """
    values = _read(given)
    preset = values.pop("preset", None)
    if preset is not None:
        values = {"origins": preset, **values}
    for name in values:
        if name not in DEFAULTS:
            known = ", ".join(POLICY_NAMES)
            raise InvalidArgument(field="policy", value=repr(name), rule=f"the values are preset, {known} (SPEC 13)")
    if "origins" in values:
        values["origins"] = _origins(values["origins"], base["origins"])
    contract = {**base, **values}
    for name, check in _CHECKS.items():
        check(f"policy {name}", contract[name])
    terms_of(contract)
    _refuse_contradictions(contract)
    return contract


def _read(given: str) -> dict[str, Any]:
    try:
        values = json.loads(given or "{}")
    except ValueError as error:
        raise InvalidArgument(field="policy", value=repr(given[:80]), rule=f"it must be JSON ({error})") from None
    if not isinstance(values, dict):
        raise InvalidArgument(field="policy", value=repr(given[:80]), rule="it must be a JSON object of values by name")
    return values


def terms_of(contract: Contract, calendar: int = 0) -> Policy:
    """The terms of a contract; `calendar` is that of its days, where it has them (C9)."""
    refunds = re.fullmatch(r"(\d{1,9}) in (\S+)", str(contract["late_refunds"]))
    if refunds is None:
        raise InvalidArgument(
            field="policy late_refunds", value=repr(contract["late_refunds"]), rule='text such as "2 in 30d"'
        )
    window = _one_of("policy window_policy", contract["window_policy"], _WINDOWS)
    consent = contract["consent"]
    above = consent["above"] if isinstance(consent, dict) else 0
    origins: dict[str, Any] = {
        f"origin_{origin.lower()}": _one_of(f"policy origins {origin}", rule, _ORIGIN_RULES)
        for origin, rule in contract["origins"].items()
    }
    spans: dict[str, Any] = {name: parse_duration(f"policy {name}", contract[name]) for name in _DURATIONS}
    try:
        return Policy(
            **spans,
            **origins,
            grace_mode=_one_of("policy grace_mode", contract["grace_mode"], _GRACE_MODES),
            late_refunds=int(refunds[1]),
            late_refunds_period=parse_duration("policy late_refunds", refunds[2]),
            window_policy=window if calendar else WindowPolicy.ROLLING_24H,
            calendar=calendar if window is WindowPolicy.CALENDAR_DAY else 0,
            end_before_renewal=int(contract["end_before_renewal"]),
            overdraft_limit=contract["overdraft_limit"],
            consent=Consent.ABOVE if isinstance(consent, dict) else _one_of("policy consent", consent, _CONSENTS),
            consent_above=above,
            cross_team_subscription=int(contract["cross_team_subscription"]),
        )
    except ValueError as error:
        raise _as_written(contract, str(error)) from None


def _as_written(contract: Contract, refused: str) -> InvalidArgument:
    """`Policy` names a value in its own units; people are told it as they wrote it."""
    said, _, rule = refused.partition("; ")
    field = said.partition(" is ")[0]
    name = field.removeprefix("policy ")
    name = {"late_refunds_period": "late_refunds", "consent_above": "consent"}.get(name, name)
    return InvalidArgument(field=f"policy {name}", value=repr(contract[name]), rule=rule)


_DURATIONS = (
    "grace", "idle_after", "heartbeat_interval", "renewal_notice", "lease_max", "lease_margin", "seat_linger",
    "late_checkin", "repeat_retention", "make_good",
)  # fmt: skip


def _origins(given: object, base: Mapping[str, str]) -> Mapping[str, str]:
    """A preset's name, or origins by name laid over those before."""
    if isinstance(given, str):
        preset: Mapping[str, str] = _one_of("policy origins", given, PRESETS)
        return preset
    if not isinstance(given, dict):
        rule = "a preset, fair or flex, or an object of origins to charge, ask or on_first_operation (S6)"
        raise InvalidArgument(field="policy origins", value=repr(given), rule=rule)
    for origin in given:
        _one_of("policy origins", origin, PRESETS["fair"])
    return {**base, **given}


def _one_of(field: str, value: object, known: Mapping[str, Any]) -> Any:
    found = known.get(value) if isinstance(value, str) else None
    if found is None:
        raise InvalidArgument(field=field, value=repr(value), rule="one of " + ", ".join(known))
    return found


def _is_number(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _number(least: int, most: int) -> Callable[[str, object], None]:
    def check(field: str, value: object) -> None:
        if not _is_number(value, least, most):
            raise InvalidArgument(field=field, value=repr(value), rule=f"a number from {least} to {most}")

    return check


def _yes_or_no(field: str, value: object) -> None:
    if not isinstance(value, bool):
        raise InvalidArgument(field=field, value=repr(value), rule="true or false")


def _consent(field: str, value: object) -> None:
    above = isinstance(value, dict) and value.keys() == {"above"} and _is_number(value["above"], 0, _TOKENS)
    if not above and not (isinstance(value, str) and value in _CONSENTS):
        rule = 'never, always, renewals, or {"above": N} tokens (Q2)'
        raise InvalidArgument(field=field, value=repr(value), rule=rule)


def _scope(field: str, value: object) -> None:
    listed = isinstance(value, list) and all(isinstance(code, str) and code for code in value)
    if value != "ALL" and not listed:
        raise InvalidArgument(field=field, value=repr(value), rule="ALL, or a list of product codes")


def _low_balance(field: str, value: object) -> None:
    mosts = {"percent": 100, "tokens": _TOKENS, "runway_days": 3_650}
    name = next(iter(value)) if isinstance(value, dict) and len(value) == 1 else ""
    if name not in mosts or not isinstance(value, dict) or not _is_number(value[name], 0, mosts[name]):
        rule = '{"percent": N}, {"tokens": N} or {"runway_days": N}'
        raise InvalidArgument(field=field, value=repr(value), rule=rule)


def _spans(field: str, value: object) -> None:
    if not isinstance(value, list):
        raise InvalidArgument(field=field, value=repr(value), rule='a list of durations, such as ["90d", "30d"]')
    for span in value:
        parse_duration(field, span)


def _months(field: str, value: object) -> None:
    match = re.fullmatch(r"(\d{1,3}) months", value) if isinstance(value, str) else None
    if match is None or not 1 <= int(match[1]) <= 120:
        raise InvalidArgument(field=field, value=repr(value), rule='text such as "13 months", at most 120')


#: Checks of values that the terms do not check.
_CHECKS: Mapping[str, Callable[[str, Any], object]] = {
    "min_order_tokens": _number(1, 10**12),
    "devices_max": _number(1, 1_000),
    "overdraft_limit": _number(0, _TOKENS),
    "time_zone": zone_of,
    "end_before_renewal": _yes_or_no,
    "guests_get_default": _yes_or_no,
    "cross_team_subscription": _yes_or_no,
    "consent": _consent,
    "scope": _scope,
    "low_balance": _low_balance,
    "pack_expiring": _spans,
    "invitation_ttl": parse_duration,
    "outage_grace": parse_duration,
    "use_log": _months,
}


def _refuse_contradictions(contract: Contract) -> None:
    """Values that cannot both be meant."""
    interval, longest = contract["heartbeat_interval"], contract["lease_max"]
    if parse_duration("heartbeat_interval", interval) > parse_duration("lease_max", longest):
        rule = f"with lease_max {longest!r} a lease would end between two heartbeats (S3, S4)"
        raise InvalidArgument(field="policy heartbeat_interval", value=repr(interval), rule=rule)
    if parse_duration("renewal_notice", contract["renewal_notice"]) >= DAY:
        raise InvalidArgument(
            field="policy renewal_notice", value=repr(contract["renewal_notice"]), rule="it is below 24 h (C6)"
        )
    if contract["end_before_renewal"] and contract["consent"] == "renewals":
        raise InvalidArgument(
            field="policy consent",
            value="'renewals'",
            rule="with end_before_renewal true nothing renews, so no renewal asks for consent (A9, Q2)",
        )
