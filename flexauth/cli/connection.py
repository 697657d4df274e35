"""The way to a running authority: which server, which key, one call. The command line is a client like any other."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import grpc
import typer
from google.protobuf.message import Message

from flexauth import limits
from flexauth.cli.exits import ExitStatus, status_of
from flexauth.config import DEFAULT_LISTEN, load
from flexauth.v1.administration_pb2_grpc import AdministrationStub
from flexauth.v1.license_authority_pb2_grpc import LicenseAuthorityStub
from flexauth.v1.reporting_pb2_grpc import ReportingStub

__all__ = ["CREDENTIALS", "Connection", "Credentials", "Refused", "Target", "connect", "pages", "target"]

Q = TypeVar("Q", bound=Message)
R = TypeVar("R", bound=Message)

CREDENTIALS: Final = "credentials.json"
CALL_SECONDS: Final = 10.0


class Refused(Exception):
    """A command ends here: a sentence for the person and the exit status for the script."""

    def __init__(self, message: str, status: ExitStatus) -> None:
        self.status = status
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What `serve --sample` leaves beside its database for commands on the same machine."""

    server: str
    key: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where a call goes and with which key, each with the place it was found in."""

    server: str
    server_from: str
    key: str
    key_from: str


def _read_credentials(path: Path) -> Credentials | None:
    """The credentials file, None where there is none; one that others may read or write is refused."""
    try:
        with path.open(encoding="utf-8") as file:
            about = os.fstat(file.fileno())
            if about.st_uid != os.getuid() or stat.S_IMODE(about.st_mode) & 0o077:
                rule = f"it must be yours alone; run `chmod 600 {path}` or set FLEXAUTH_KEY"
                raise Refused(f"{path} is not used: {rule}", ExitStatus.NOT_PERMITTED)
            values = json.load(file)
        return Credentials(server=values["server"], key=values["key"])
    except FileNotFoundError:
        return None
    except PermissionError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(f"{path} is no credentials file ({error}); remove it", ExitStatus.WRONG_INPUT) from None


def target(server: str | None) -> Target:
    """Find server and key: option, environment, then the credentials of an authority on this machine.

    A key from the file is sent to the server that the file names and to no other.
    """
    settings, _ = load(None)
    path = settings.data / CREDENTIALS
    found = _read_credentials(path)
    if server:
        where = (server, "--server")
    elif os.environ.get("FLEXAUTH_SERVER"):
        where = (os.environ["FLEXAUTH_SERVER"], "FLEXAUTH_SERVER")
    elif found:
        where = (found.server, str(path))
    else:
        where = (DEFAULT_LISTEN, "default")
    if os.environ.get("FLEXAUTH_KEY"):
        return Target(*where, os.environ["FLEXAUTH_KEY"], "FLEXAUTH_KEY")
    if found and found.server == where[0]:
        return Target(*where, found.key, str(path))
    return Target(*where, "", "none")


class Connection:
    """Stubs of the three services and one way to call them; faults become `Refused` with a remedy."""

    def __init__(self, to: Target, channel: grpc.Channel) -> None:
        self.target = to
        self.administration = AdministrationStub(channel)
        self.reporting = ReportingStub(channel)
        self.authority = LicenseAuthorityStub(channel)

    def call(self, method: grpc.UnaryUnaryMultiCallable[Q, R], request: Q) -> R:
        """Call once and wait for the answer at most `CALL_SECONDS`."""
        metadata = (("authorization", f"Bearer {self.target.key}"),) if self.target.key else ()
        try:
            return method(request, timeout=CALL_SECONDS, metadata=metadata)
        except grpc.RpcError as error:
            raise _refusal(self.target, error) from None


def _refusal(to: Target, error: Any) -> Refused:
    code, details = error.code(), error.details() or ""
    status = status_of(code)
    if status is ExitStatus.NOT_PERMITTED:
        key = "no key was sent" if not to.key else f"the key came from {to.key_from}"
        return Refused(f"{details} ({key}; set FLEXAUTH_KEY to a key that `flexauth serve` showed)", status)
    if code is grpc.StatusCode.UNAVAILABLE and not error.trailing_metadata():
        remedy = "start one with `flexauth serve`, or name another with --server or FLEXAUTH_SERVER"
        return Refused(f"no authority answers at {to.server} ({to.server_from}); {remedy}", status)
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return Refused(f"the authority at {to.server} gave no answer in {CALL_SECONDS:g} s; try again", status)
    if status is ExitStatus.FAILED:
        return Refused(f"the authority at {to.server} failed: {code.name} {details}", status)
    return Refused(details, status)


@contextmanager
def connect(context: typer.Context) -> Iterator[Connection]:
    """Open a connection to the authority that the command's `--server`, the environment or this machine names."""
    to = target(context.find_root().obj)
    options = (("grpc.enable_retries", 0), ("grpc.max_receive_message_length", 64 * limits.MESSAGE_BYTES))
    with grpc.insecure_channel(to.server, options=options) as channel:
        yield Connection(to, channel)


def pages(
    connection: Connection,
    method: grpc.UnaryUnaryMultiCallable[Any, Any],
    request: Message,
    *,
    limit: int = 0,
    page_token: str = "",
    keep: Callable[[Any], bool] = bool,
) -> tuple[list[Any], str]:
    """Collect the items that `keep` says yes to, page after page, until `limit` of them, 0 for all.

    `request` is a List request, its answer has one repeated field. The second value is the token to go on with, "" at
    the end.
    """
    found: list[Any] = []
    while True:
        size = min(limit - len(found) if limit else limits.PAGE_MAX, limits.PAGE_MAX)
        asked = type(request)(page_size=size, page_token=page_token)
        asked.MergeFrom(request)
        answer = connection.call(method, asked)
        (items,) = (field for field in answer.DESCRIPTOR.fields if field.is_repeated)
        found += [item for item in getattr(answer, items.name) if keep(item)]
        page_token = answer.next_page_token
        if not page_token or (limit and len(found) >= limit):
            return found, page_token
