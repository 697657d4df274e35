"""The table of faults: every fault that a call can meet has a status, and details that a program can act on."""

from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2 as details_pb2  # type: ignore[import-untyped]

from flexauth import faults
from flexauth.access import PermissionDenied
from flexauth.rpc.errors import TABLE, DeadlinePassed, MessageTooLarge, status_of

#: They stop a start, before any call.
AT_START = {faults.InstanceHeld, faults.NewerSchema, faults.UnsafeStore}

CASES = (
    # fault                                                         status                reason                  retry
    (faults.InvalidArgument(field="user", value="''", rule="no"),   "INVALID_ARGUMENT",   "INVALID_ARGUMENT",      0),
    (faults.Conflict(field="session", value="s"),                   "INVALID_ARGUMENT",   "CONFLICT",              0),
    (faults.NotFound(kind="product", value="X"),                    "NOT_FOUND",          "UNKNOWN_PRODUCT",       0),
    (faults.NotFound(kind="network seat", value="X"),               "NOT_FOUND",          "UNKNOWN_NETWORK_SEAT",  0),
    (faults.AlreadyExists(kind="team", value="'acme'"),             "ALREADY_EXISTS",     "TEAM_EXISTS",           0),
    (faults.Stale(kind="cap", value="'day'"),                       "FAILED_PRECONDITION", "STALE_ETAG",           0),
    (faults.NotAllowedNow(what="A move", why="it has holds"),       "FAILED_PRECONDITION", "NOT_ALLOWED_NOW",      0),
    (faults.Unauthenticated(),                                      "UNAUTHENTICATED",    "UNAUTHENTICATED",       0),
    (PermissionDenied(roles="user", method="M", needed="vendor"),   "PERMISSION_DENIED",  "PERMISSION_DENIED",     0),
    (DeadlinePassed(seconds=10),                                    "DEADLINE_EXCEEDED",  "DEADLINE_EXCEEDED",     0),
    (MessageTooLarge(size=9, limit=8),                              "RESOURCE_EXHAUSTED", "MESSAGE_TOO_LARGE",     0),
    (faults.Overloaded(what="the queue", limit=8),                  "RESOURCE_EXHAUSTED", "OVERLOADED",            1),
    (faults.Stopping(),                                             "UNAVAILABLE",        "STOPPING",              1),
    (faults.StoreFailed(cause="sync"),                              "UNAVAILABLE",        "STORE_FAILED",          1),
    (faults.FenceLost(team="acme"),                                 "UNAVAILABLE",        "FENCE_LOST",            1),
    (faults.StorageFull(cause="disk"),                              "UNAVAILABLE",        "STORAGE_FULL",         30),
    (faults.Broken(error="5f"),                                     "INTERNAL",           "INTERNAL",              0),
)  # fmt: skip


def unpacked(status: Any) -> dict[str, Any]:
    kinds = (details_pb2.ErrorInfo, details_pb2.RetryInfo, details_pb2.BadRequest)
    found = {}
    for packed in status.details:
        kind = next(kind for kind in kinds if packed.Is(kind.DESCRIPTOR))
        found[kind.__name__] = kind.FromString(packed.value)
    return found


@pytest.mark.parametrize(("fault", "code", "reason", "retry"), CASES, ids=lambda value: type(value).__name__)
def test_a_fault_has_its_status_and_details(fault: faults.Fault, code: str, reason: str, retry: int) -> None:
    status = status_of(fault, "/flexauth.v1.LicenseAuthority/Checkout")
    details = unpacked(status)
    info = details["ErrorInfo"]
    assert (status.code, status.message) == (grpc.StatusCode[code].value[0], str(fault))
    assert (info.reason, info.domain) == (reason, "flexauth")
    assert dict(info.metadata) == {name: str(value) for name, value in fault.facts.items()}
    assert ("RetryInfo" in details) == bool(retry)
    if retry:
        assert details["RetryInfo"].retry_delay.seconds == retry
    fields = (
        [violation.field for violation in details["BadRequest"].field_violations] if "BadRequest" in details else []
    )
    assert fields == ([fault.facts["field"]] if code == "INVALID_ARGUMENT" else [])


def test_every_fault_of_a_call_is_in_the_table() -> None:
    every = {getattr(faults, name) for name in faults.__all__} - {faults.Fault}
    assert every - AT_START == {kind for kind in TABLE if kind.__module__ == faults.__name__}
    assert {type(case[0]) for case in CASES} == set(TABLE)


@pytest.mark.parametrize("error", [RuntimeError("secret"), faults.InstanceHeld(path="/secret", holder="x")])
def test_what_is_not_in_the_table_is_told_by_an_id_alone(error: Exception) -> None:
    status = status_of(error, "/flexauth.v1.LicenseAuthority/Checkout")
    info = unpacked(status)["ErrorInfo"]
    assert status.code == grpc.StatusCode.INTERNAL.value[0]
    assert info.reason == "INTERNAL"
    assert info.metadata["error_id"] in status.message
    assert "secret" not in str(status)
