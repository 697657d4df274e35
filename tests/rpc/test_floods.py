"""Limits of the grpcio engine: crowds of connections that do nothing, and honest clients beside them."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from flexauth import limits
from flexauth.rpc import grpcio_engine
from tests.rpc.serving import Service, channel_to, failure, furnish, sign_in, start

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
EMPTY_SETTINGS = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
MAX_CONCURRENT_STREAMS, MAX_HEADER_LIST_SIZE = 3, 6
CROWD = 500


@pytest.fixture
def engine() -> str:
    return "grpcio"


@pytest.fixture
def crowd() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def connect(service: Service, crowd: ExitStack, sent: bytes = b"") -> socket.socket:
    host, _, port = service.server.address.rpartition(":")
    made = crowd.enter_context(socket.create_connection((host, int(port)), timeout=10))
    made.sendall(sent)
    return made


def with_limits(patch: pytest.MonkeyPatch, **given: int) -> None:
    """Serve with other values of some limits."""
    options = {**dict(grpcio_engine.LIMITS), **{f"grpc.{name}": value for name, value in given.items()}}
    assert options.keys() == dict(grpcio_engine.LIMITS).keys()
    patch.setattr(grpcio_engine, "LIMITS", tuple(options.items()))


def closed_by_server(connection: socket.socket) -> bool:
    """Read until the server closes; a timeout of the socket is a failure."""
    try:
        while connection.recv(4096):
            pass
    except ConnectionResetError:
        pass
    return True


def settings(connection: socket.socket) -> dict[int, int]:
    """Return the HTTP/2 settings that the server sends first."""
    file = connection.makefile("rb")
    head = file.read(9)
    length, kind = int.from_bytes(head[:3], "big"), head[3]
    assert kind == 4
    payload = file.read(length)
    return dict(struct.iter_unpack(">HI", payload))


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        PREFACE[:10],
        PREFACE,
        PREFACE + EMPTY_SETTINGS,
        PREFACE + b"\x00\x40\x00\x01\x04\x00\x00\x00\x01",
        b"GET / HTTP/1.1\r\n\r\n",
    ],
    ids=["silent", "half a preface", "a preface", "idle", "headers without an end", "HTTP/1.1"],
)
def test_honest_clients_go_on_beside_a_crowd(service: Service, crowd: ExitStack, sent: bytes) -> None:
    for _ in range(CROWD):
        connect(service, crowd, sent)
    with channel_to(service.server.address) as fresh:
        newcomer = Service(service.server, service.authority, service.signer, service.clock, fresh)
        assert newcomer.checkout(1).granted
    assert service.checkout(2, product="DRIVE").granted


def test_streams_and_headers_of_a_connection_are_limited(service: Service, crowd: ExitStack) -> None:
    told = settings(connect(service, crowd, PREFACE + EMPTY_SETTINGS))
    assert told[MAX_CONCURRENT_STREAMS] == limits.STREAMS_PER_CONNECTION
    assert told[MAX_HEADER_LIST_SIZE] == limits.METADATA_BYTES


def test_a_message_past_the_limit_is_refused_before_it_is_read(service: Service) -> None:
    said = failure(service.licences.Checkout, sign_in(1, user="u" * limits.MESSAGE_BYTES))
    assert said.message.startswith("SERVER: Received message larger than max")


@pytest.mark.parametrize("sent", [b"", PREFACE[:10]], ids=["silent", "half a preface"])
def test_what_never_finishes_its_preface_is_closed(
    other: list[Service], crowd: ExitStack, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    with_limits(monkeypatch, server_handshake_timeout_ms=100)
    other.append(start("grpcio"))
    assert closed_by_server(connect(other[0], crowd, sent))


def test_an_idle_connection_is_closed(other: list[Service], crowd: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    with_limits(monkeypatch, max_connection_idle_ms=100)
    other.append(start("grpcio"))
    assert closed_by_server(connect(other[0], crowd, PREFACE + EMPTY_SETTINGS))


def test_connections_past_the_limit_are_closed_and_the_others_served(
    other: list[Service], crowd: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_limits(monkeypatch, max_allowed_incoming_connections=3)
    other.append(start("grpcio"))
    furnish(other[0])
    kept = [connect(other[0], crowd, PREFACE + EMPTY_SETTINGS) for _ in range(2)]
    for connection in kept:
        assert settings(connection)
    assert closed_by_server(connect(other[0], crowd, PREFACE + EMPTY_SETTINGS))
    assert other[0].checkout(1).granted
