"""The way to a running authority: which server, which key, one call. The command line is a client like any other."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, Final, TypeVar

import grpc
import typer
from google.protobuf.message import Message

from flexauth import config, limits
from flexauth.cli.exits import ExitStatus, status_of
from flexauth.cli.inputs import time_text
from flexauth.credentials import read_credentials
from flexauth.v1.access_pb2_grpc import AccessStub
from flexauth.v1.catalogue_pb2_grpc import CatalogueStub
from flexauth.v1.entitlements_pb2_grpc import EntitlementsStub
from flexauth.v1.groups_pb2_grpc import GroupsStub
from flexauth.v1.members_pb2_grpc import MembersStub
from flexauth.v1.packs_pb2_grpc import PacksStub
from flexauth.v1.persons_pb2_grpc import PersonsStub
from flexauth_client import settings
from flexauth_client.channel import Channel
from flexauth_client.errors import ConfigurationError, Rejected, Unavailable

__all__ = [
    "Connection",
    "Refused",
    "connect",
    "open_connection",
    "pages",
    "target",
]

Q = TypeVar("Q", bound=Message)
R = TypeVar("R", bound=Message)

CALL_SECONDS: Final = 10.0
#: Times in what the authority refuses are told as on the wire; people read them as they write them.
_MICROSECONDS: Final = re.compile(r"((?<=_at is )|(?<=_at, )|(?<=now, ))\d{16}\b", re.ASCII)


class Refused(Exception):
    """A command ends here: a sentence for the person and the exit status for the script."""

    def __init__(self, message: str, status: ExitStatus) -> None:
        self.status = status
        super().__init__(message)


def target(options: Mapping[str, str | None]) -> settings.Settings:
    """Server, key and TLS: from the options, the environment, an authority's data folder here, the machine's file.

    The key of a data folder goes to the server that serves it and to no other.
    """
    named = options["server"] or os.environ.get("FLEXAUTH_SERVER")
    found = None if named and os.environ.get("FLEXAUTH_KEY") else read_credentials(config.load(None)[0].data)
    given: dict[str, str | None] = {**options, "server": named}
    if found and named in {None, "", found.server}:
        chosen = {name: value for name, value in options.items() if value} | {"server": found.server}
        given = {**asdict(found), "key": os.environ.get("FLEXAUTH_KEY") or found.key, **chosen}
    try:
        return settings.find(given)
    except ConfigurationError as error:
        if named or settings.machine_file().exists():
            raise Refused(str(error), ExitStatus.WRONG_INPUT) from None
        return settings.find({"server": config.DEFAULT_LISTEN})


class Connection:
    """Stubs of the services and one way to call them; what stops a call becomes `Refused` with a remedy."""

    def __init__(self, channel: Channel, *, has_key: bool) -> None:
        self._channel = channel
        self._has_key = has_key
        self.administration = channel.administration
        self.reporting = channel.reporting
        self.authority = channel.authority
        self.access = AccessStub(channel.calls)
        self.members = MembersStub(channel.calls)
        self.groups = GroupsStub(channel.calls)
        self.persons = PersonsStub(channel.calls)
        self.entitlements = EntitlementsStub(channel.calls)
        self.packs = PacksStub(channel.calls)
        self.catalogue = CatalogueStub(channel.calls)

    def call(self, method: grpc.UnaryUnaryMultiCallable[Q, R], request: Q, seconds: float = CALL_SECONDS) -> R:
        """Call once and wait for the answer at most `seconds`."""
        try:
            return self._channel.call(method, request, seconds)
        except Rejected as error:
            status = status_of(error.status)
            remedy = ""
            if status is ExitStatus.NOT_PERMITTED:
                sent = "The key sent is not one that may do this" if self._has_key else "No key was sent"
                remedy = f" {sent}; set FLEXAUTH_KEY to one that may; an admin makes it with `flexauth key create`."
            said = _MICROSECONDS.sub(lambda found: time_text(int(found[0])), str(error))
            raise Refused(f"{said}{remedy}", status) from None
        except Unavailable as error:
            said = f"no answer from the authority at {error.server} ({error.cause})"
            if not error.may_pass:
                raise Refused(said, ExitStatus.FAILED) from None
            remedy = "start one with `flexauth serve`, or name another with --server or FLEXAUTH_SERVER"
            raise Refused(f"{said}; {remedy}", ExitStatus.UNAVAILABLE) from None


@contextmanager
def connect(context: typer.Context) -> Iterator[Connection]:
    """Open a connection to the authority that the command's `--server`, the environment or this machine names."""
    with open_connection(target(context.find_root().obj)) as connection:
        yield connection


@contextmanager
def open_connection(to: settings.Settings) -> Iterator[Connection]:
    """Open a connection and close it at the end."""
    try:
        channel = Channel(to)
    except ConfigurationError as error:
        raise Refused(str(error), ExitStatus.WRONG_INPUT) from None
    try:
        yield Connection(channel, has_key=bool(to.key))
    finally:
        channel.close()


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
