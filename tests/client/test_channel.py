"""Calls: what an error becomes, what is repeated, and that every call ends within its deadline."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from enum import IntEnum
from typing import Any, cast

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]
from grpc_status import rpc_status

from flexauth.v1.license_authority_pb2 import CheckoutResponse, GetKeysRequest, GetKeysResponse
from flexauth.v1.types_pb2 import Denial, DenialReason, Entitlement, Origin, SessionState
from flexauth_client import Client, Denied, FlexauthError, Rejected, Unavailable, errors, facts
from flexauth_client.channel import Channel
from flexauth_client.settings import Settings
from tests.client.world import World


class Scripted:
    """A server that answers GetKeys as a test wants: errors first, then keys."""

    def __init__(self) -> None:
        self.script: list[tuple[grpc.StatusCode, str, str, float]] = []
        self.asked: list[dict[str, str]] = []

    def GetKeys(self, request: GetKeysRequest, context: grpc.ServicerContext) -> GetKeysResponse:
        self.asked.append({str(name): str(value) for name, value in context.invocation_metadata()})
        if not self.script:
            return GetKeysResponse(jwks="{}")
        code, message, reason, retry_seconds = self.script.pop(0)
        status = status_pb2.Status(code=code.value[0], message=message)
        if reason:
            status.details.add().Pack(error_details_pb2.ErrorInfo(reason=reason, domain="flexauth"))
        if retry_seconds:
            delay = Duration(seconds=int(retry_seconds), nanos=round(retry_seconds % 1 * 1_000_000_000))
            status.details.add().Pack(error_details_pb2.RetryInfo(retry_delay=delay))
        context.abort_with_status(rpc_status.to_status(status))
        raise AssertionError


@pytest.fixture
def scripted() -> Iterator[tuple[Scripted, Channel]]:
    servicer, server = Scripted(), grpc.server(ThreadPoolExecutor(2))
    handler = grpc.unary_unary_rpc_method_handler(
        servicer.GetKeys, GetKeysRequest.FromString, GetKeysResponse.SerializeToString
    )
    service = grpc.method_handlers_generic_handler("flexauth.v1.LicenseAuthority", {"GetKeys": handler})
    server.add_generic_rpc_handlers((service,))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    channel = Channel(Settings(f"127.0.0.1:{port}", "the-key", "ann", "ws", whom_to_ask="the desk"))
    yield servicer, channel
    channel.close()
    server.stop(0)


def get_keys(channel: Channel, deadline_seconds: float = 5.0) -> GetKeysResponse:
    method = channel.authority.GetKeys
    return channel.insist(lambda left: channel.call(method, GetKeysRequest(), left), deadline_seconds)


def test_every_call_carries_the_key(scripted: tuple[Scripted, Channel]) -> None:
    servicer, channel = scripted
    get_keys(channel)
    assert servicer.asked[0]["authorization"] == "Bearer the-key"


@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED])
def test_what_may_pass_is_tried_again(scripted: tuple[Scripted, Channel], code: grpc.StatusCode) -> None:
    servicer, channel = scripted
    servicer.script = [(code, "stopping", "STOPPING", 0.0)] * 2
    assert get_keys(channel).jwks == "{}"
    assert len(servicer.asked) == 3


def test_a_pause_that_the_authority_asks_for_is_kept(scripted: tuple[Scripted, Channel]) -> None:
    servicer, channel = scripted
    servicer.script = [(grpc.StatusCode.UNAVAILABLE, "full", "OVERLOADED", 0.3)]
    started = time.monotonic()
    get_keys(channel)
    assert time.monotonic() - started >= 0.3


def test_a_pause_past_the_deadline_is_not_begun(scripted: tuple[Scripted, Channel]) -> None:
    servicer, channel = scripted
    servicer.script = [(grpc.StatusCode.UNAVAILABLE, "The storage is full.", "STORAGE_FULL", 30.0)]
    started = time.monotonic()
    with pytest.raises(Unavailable, match=r"\(The storage is full\).* Ask the desk\.") as caught:
        get_keys(channel, 5.0)
    assert time.monotonic() - started < 5
    assert (caught.value.retry_after_seconds, caught.value.may_pass) == (30.0, True)


@pytest.mark.parametrize(
    "code",
    [grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND, grpc.StatusCode.UNAUTHENTICATED],
)
def test_a_call_that_is_wrong_is_not_repeated(scripted: tuple[Scripted, Channel], code: grpc.StatusCode) -> None:
    servicer, channel = scripted
    servicer.script = [(code, "There is no product X.", "UNKNOWN_PRODUCT", 0.0)] * 2
    with pytest.raises(Rejected, match=r"^There is no product X\.$") as caught:
        get_keys(channel)
    assert (caught.value.status, caught.value.reason) == (code.name, "UNKNOWN_PRODUCT")
    assert len(servicer.asked) == 1


def test_a_failure_of_the_authority_is_not_repeated_and_keeps_its_words(scripted: tuple[Scripted, Channel]) -> None:
    servicer, channel = scripted
    servicer.script = [(grpc.StatusCode.INTERNAL, "error id 7", "INTERNAL", 0.0)] * 2
    with pytest.raises(Unavailable, match="error id 7") as caught:
        get_keys(channel)
    assert not caught.value.may_pass
    assert len(servicer.asked) == 1


def test_a_server_that_takes_the_connection_and_says_nothing_ends_with_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        channel = Channel(Settings(f"127.0.0.1:{silent.getsockname()[1]}", "", "ann", "ws"))
        started = time.monotonic()
        with pytest.raises(Unavailable, match="Ask whoever runs the licence authority at 127"):
            get_keys(channel, 0.4)
        assert time.monotonic() - started < 3
        channel.close()


def test_closing_wakes_a_call_that_waits() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
    channel = Channel(Settings(address, "", "ann", "ws"))
    failed: list[FlexauthError] = []
    began = threading.Event()

    def ask(left: float) -> GetKeysResponse:
        began.set()
        return channel.call(channel.authority.GetKeys, GetKeysRequest(), left)

    def insist() -> None:
        try:
            channel.insist(ask, 60)
        except FlexauthError as error:
            failed.append(error)

    caller = threading.Thread(target=insist)
    caller.start()
    assert began.wait(10)
    channel.close()
    caller.join(10)
    assert not caller.is_alive()
    assert len(failed) == 1


def test_a_closed_client_says_so(world: World) -> None:
    client = world.client()
    client.close()
    with pytest.raises(FlexauthError, match="client is closed"):
        client.session("ACD")
    with pytest.raises(FlexauthError, match="client is closed"):
        client.my_charges()


def test_a_wrong_key_is_rejected_with_what_to_do(world: World) -> None:
    client = world.client(key="flx_live_wrong")
    with pytest.raises(Rejected, match="key") as caught:
        client.session("ACD")
    assert caught.value.status == "UNAUTHENTICATED"
    assert not list((world.folder / "ann" / "laptop").glob("*.json"))


def test_an_unknown_product_leaves_nothing(world: World) -> None:
    client: Client = world.client()
    with pytest.raises(FlexauthError, match="NOPE"):
        client.session("NOPE")
    assert not list((world.folder / "ann" / "laptop").glob("*.json"))


def test_each_reason_of_the_wire_has_its_class() -> None:
    response = CheckoutResponse()
    for name, number in DenialReason.items():
        response.denial.reason = cast("Any", number)
        denial = errors.denied(response.denial)
        assert name.removeprefix("DENIAL_REASON_") == (denial.reason if number else "UNSPECIFIED")
        assert isinstance(denial, Denied)
    newer = Denial.FromString(b"\x08\x63")  # field 1 is 99
    assert type(errors.denied(newer)) is Denied


@pytest.mark.parametrize(
    ("own", "wire", "prefix"),
    [
        (facts.State, SessionState, "SESSION_STATE_"),
        (facts.Entitlement, Entitlement, "ENTITLEMENT_"),
        (facts.Origin, Origin, "ORIGIN_"),
    ],
)
def test_numbers_are_those_of_the_wire(own: type[IntEnum], wire: Any, prefix: str) -> None:
    of_wire = {name.removeprefix(prefix): number for name, number in wire.items() if number}
    assert {member.name: int(member) for member in own if member} == of_wire
