"""The one table from faults to gRPC status, with google.rpc details. Nothing else of the edge chooses a status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from secrets import token_hex
from typing import Any, Final, NamedTuple

import structlog
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import code_pb2  # type: ignore[import-untyped]
from google.rpc import error_details_pb2 as details_pb2
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]

from flexauth import faults
from flexauth.access import PermissionDenied

__all__ = ["DOMAIN", "TABLE", "DeadlinePassed", "MessageTooLarge", "Told", "status_of"]

DOMAIN: Final = "flexauth"

log = structlog.get_logger(__name__)


class DeadlinePassed(faults.Fault):
    """No answer within {seconds} s; what was asked may still be done: send the same call again to learn it."""


class MessageTooLarge(faults.Fault):
    """The message has {size} bytes, at most {limit} are taken; send less at a time."""


class Told(NamedTuple):
    """How a fault is told: status code, reason (filled in from the fault's facts), seconds to wait before a retry."""

    code: int
    reason: str
    retry_seconds: int = 0


TABLE: Final[dict[type[faults.Fault], Told]] = {
    faults.InvalidArgument: Told(code_pb2.INVALID_ARGUMENT, "INVALID_ARGUMENT"),
    faults.Conflict: Told(code_pb2.INVALID_ARGUMENT, "CONFLICT"),
    faults.NotFound: Told(code_pb2.NOT_FOUND, "UNKNOWN_{kind}"),
    faults.AlreadyExists: Told(code_pb2.ALREADY_EXISTS, "{kind}_EXISTS"),
    faults.Stale: Told(code_pb2.FAILED_PRECONDITION, "STALE_ETAG"),
    faults.NotAllowedNow: Told(code_pb2.FAILED_PRECONDITION, "NOT_ALLOWED_NOW"),
    faults.Unauthenticated: Told(code_pb2.UNAUTHENTICATED, "UNAUTHENTICATED"),
    PermissionDenied: Told(code_pb2.PERMISSION_DENIED, "PERMISSION_DENIED"),
    DeadlinePassed: Told(code_pb2.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED"),
    MessageTooLarge: Told(code_pb2.RESOURCE_EXHAUSTED, "MESSAGE_TOO_LARGE"),
    faults.Overloaded: Told(code_pb2.RESOURCE_EXHAUSTED, "OVERLOADED", retry_seconds=1),
    faults.Stopping: Told(code_pb2.UNAVAILABLE, "STOPPING", retry_seconds=1),
    faults.StoreFailed: Told(code_pb2.UNAVAILABLE, "STORE_FAILED", retry_seconds=1),
    faults.FenceLost: Told(code_pb2.UNAVAILABLE, "FENCE_LOST", retry_seconds=1),
    faults.StorageFull: Told(code_pb2.UNAVAILABLE, "STORAGE_FULL", retry_seconds=30),
    faults.Broken: Told(code_pb2.INTERNAL, "INTERNAL"),
}


def status_of(error: Exception, method: str) -> Status:
    """Return what the caller is told. An error without a row is told by an id alone; the log has the rest."""
    if isinstance(error, faults.Fault) and (told := TABLE.get(type(error))):
        return _told(error, told)
    error_id = token_hex(8)
    log.error("call failed", method=method, error_id=error_id, exc_info=error)
    message = f"The authority failed at this call; its log has the cause under error id {error_id}."
    return _status(code_pb2.INTERNAL, message, [_info("INTERNAL", {"error_id": error_id})])


def _told(fault: faults.Fault, told: Told) -> Status:
    details = [_info(told.reason.format_map(fault.facts).upper(), fault.facts)]
    if told.retry_seconds:
        details.append(details_pb2.RetryInfo(retry_delay=Duration(seconds=told.retry_seconds)))
    if told.code == code_pb2.INVALID_ARGUMENT:
        violation = details_pb2.BadRequest.FieldViolation(field=str(fault.facts["field"]), description=str(fault))
        details.append(details_pb2.BadRequest(field_violations=[violation]))
    return _status(told.code, str(fault), details)


def _info(reason: str, facts: Mapping[str, object]) -> Any:
    metadata = {name: str(value) for name, value in facts.items()}
    return details_pb2.ErrorInfo(reason=reason.replace(" ", "_"), domain=DOMAIN, metadata=metadata)


def _status(code: int, message: str, details: Iterable[Message]) -> Status:
    status = Status(code=code, message=message)
    for detail in details:
        status.details.add().Pack(detail)
    return status
