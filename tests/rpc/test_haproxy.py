"""HAProxy before the native engine: what it takes from whom, and that it is started again, and ends with us."""

from __future__ import annotations

import base64
import os
import signal
import socket
import ssl
import struct
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography import x509
from grpc_health.v1 import health_pb2, health_pb2_grpc
from structlog.testing import capture_logs

from flexauth import limits
from flexauth.certificates import CertificateFiles, CertificateWatch
from flexauth.peers import ADDRESS_HEADER, CERTIFICATE_HEADER
from flexauth.proxy.configuration import ProxyLimits
from flexauth.proxy.supervisor import Proxy, ProxyFailed, ProxyMissing
from flexauth.requests import GrantRole, Role, Scope
from flexauth.rpc.table import SERVICES
from flexauth.v1 import license_authority_pb2 as licence
from flexauth.v1.license_authority_pb2 import GetKeysRequest
from tests.rpc.authorities import Authority, write
from tests.rpc.fronts import HOST, Fronted, der, need_haproxy, until
from tests.rpc.serving import Service, channel_to, failure, furnish, session_id, sign_in, start

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
MAX_CONCURRENT_STREAMS = 3


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    need_haproxy()
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def served(tmp_path: Path, opened: ExitStack) -> Fronted:
    """Clients may show a certificate, or none."""
    return Fronted("native", tmp_path, opened, tls_client="optional")


# Who calls -----------------------------------------------------------------------------------------------------------


def test_a_forged_header_names_nobody(served: Fronted) -> None:
    served.authority.submit(GrantRole(f"certificate:dns:{HOST}", Scope(Role.VENDOR))).result()
    known = served.client()
    furnish(served.caller(known, {}))
    forged = {CERTIFICATE_HEADER: base64.b64encode(der(known)).decode(), ADDRESS_HEADER: "10.0.0.1"}
    for pair in (None, served.client(x509.DNSName("ws2.example"), file="other")):
        said = failure(served.caller(pair, forged).licences.Checkout, sign_in(1))
        assert said.code == "UNAUTHENTICATED"


def test_an_engine_without_a_proxy_of_its_own_believes_no_header(tmp_path: Path) -> None:
    service = start("native", asks=True)
    try:
        service.authority.submit(GrantRole(f"certificate:dns:{HOST}", Scope(Role.VENDOR))).result()
        known = der(Authority(tmp_path).issue("client", x509.DNSName(HOST)))
        with channel_to(service.server.address, {CERTIFICATE_HEADER: base64.b64encode(known).decode()}) as channel:
            caller = Service(service.server, service.authority, service.signer, service.clock, channel)
            assert failure(caller.licences.Checkout, sign_in(1)).code == "UNAUTHENTICATED"
    finally:
        service.channel.close()
        service.server.stop(0)


def test_the_audit_log_has_the_clients_own_address(served: Fronted) -> None:
    furnish(served.caller(None, served.bearer | {ADDRESS_HEADER: "10.0.0.1"}))
    asked = {"before": 1 << 62, "since": 0, "until": 1 << 62, "team": "", "actor": "", "limit": 100}
    rows = served.store.select("audit_page", asked)
    assert {row["source"] for row in rows if row["actor"].startswith("key:")} == {"127.0.0.1"}


def test_the_side_services_know_who_calls(served: Fronted) -> None:
    served.authority.submit(GrantRole(f"certificate:dns:{HOST}", Scope(Role.VENDOR))).result()
    checked = health_pb2.HealthCheckRequest(service=SERVICES[0])
    for pair, code in ((served.client(), ""), (None, "UNAUTHENTICATED")):
        stub: Any = health_pb2_grpc.HealthStub(served.caller(pair, {}).channel)
        assert stub.Check(health_pb2.HealthCheckRequest(), timeout=10).status == health_pb2.HealthCheckResponse.SERVING
        if code:
            assert failure(stub.Check, checked).code == code
        else:
            assert stub.Check(checked, timeout=10).status == health_pb2.HealthCheckResponse.SERVING


# What is let through -------------------------------------------------------------------------------------------------


def test_a_message_past_the_limit_is_told_by_the_engine_and_one_far_past_it_is_cut_off(served: Fronted) -> None:
    caller = served.caller(None)
    furnish(caller)
    said = failure(caller.licences.Checkout, sign_in(1, user="u" * limits.MESSAGE_BYTES))
    assert (said.code, said.reason) == ("RESOURCE_EXHAUSTED", "MESSAGE_TOO_LARGE")
    far = failure(caller.licences.Checkout, sign_in(1, user="u" * 50 * limits.MESSAGE_BYTES))
    assert far.code in {"RESOURCE_EXHAUSTED", "CANCELLED"}  # it may still be sending when the answer comes
    assert far.reason == ""
    assert caller.checkout(1).granted


def test_a_packed_message_is_refused_before_it_is_unpacked(served: Fronted) -> None:
    """A small one may unpack to any size."""
    caller = served.caller(None)
    furnish(caller)
    said = failure(caller.licences.Checkout, sign_in(1, user="u" * 1_000_000), compression=grpc.Compression.Gzip)
    assert (said.code, said.message) == ("UNIMPLEMENTED", "messages are taken uncompressed")


def test_headers_past_the_limit_are_refused(served: Fronted) -> None:
    caller = served.caller(None)
    furnish(caller)
    for characters in (2 * limits.METADATA_BYTES, 4 * limits.METADATA_BYTES):
        large = served.caller(None, served.bearer | {"x-large": "h" * characters})
        assert failure(large.licences.Checkout, sign_in(1)).code in {"UNKNOWN", "UNAVAILABLE", "RESOURCE_EXHAUSTED"}
    assert caller.checkout(1).granted


def test_a_flood_of_calls_from_one_address_is_refused(tmp_path: Path, opened: ExitStack) -> None:
    served = Fronted("native", tmp_path, opened, asks_clients=False, source_calls_per_second=5)
    caller = served.caller(None, {})
    calls = [caller.licences.GetKeys.future(GetKeysRequest(), timeout=10) for _ in range(50)]
    refused = [call for call in calls if call.exception()]
    assert 0 < len(refused) < 50
    assert {call.code().name for call in refused} == {"RESOURCE_EXHAUSTED"}
    assert {call.details() for call in refused} == {
        "more than 5 calls a second from one address; try again in a moment"
    }


def test_ipv4_and_ipv6_are_sources_of_their_own_on_one_socket(tmp_path: Path, opened: ExitStack) -> None:
    served = Fronted("native", tmp_path, opened, asks_clients=False, listen="[::]:0", source_connections=1)
    port = int(served.address.rpartition(":")[2])
    context = ssl.create_default_context(cadata=served.ca.pem.decode())
    context.set_alpn_protocols(["h2"])
    for source, target in (("127.0.0.1", "127.0.0.1"), ("127.0.0.2", "127.0.0.1"), ("::1", "::1")):
        made = socket.create_connection((target, port), timeout=10, source_address=(source, 0))
        secured = opened.enter_context(context.wrap_socket(made, server_hostname="localhost"))
        assert secured.selected_alpn_protocol() == "h2"
        with (  # one of each, and no second
            pytest.raises(ConnectionResetError),
            socket.create_connection((target, port), timeout=10, source_address=(source, 0)) as second,
        ):
            second.recv(1)


def test_connections_past_the_limit_of_one_address_are_closed(tmp_path: Path, opened: ExitStack) -> None:
    served = Fronted("native", tmp_path, opened, asks_clients=False, source_connections=3)
    for _ in range(3):
        opened.enter_context(served.connection())
    with pytest.raises(ConnectionResetError), served.plain() as fourth:
        fourth.recv(1)


def test_streams_of_a_connection_are_limited(served: Fronted) -> None:
    with served.connection() as secured:
        secured.sendall(PREFACE)
        file = secured.makefile("rb")
        head = file.read(9)
        told = dict(struct.iter_unpack(">HI", file.read(int.from_bytes(head[:3], "big"))))
        assert told[MAX_CONCURRENT_STREAMS] == limits.STREAMS_PER_CONNECTION


@pytest.mark.parametrize("sent", [b"", PREFACE[:10], PREFACE], ids=["silent", "half a preface", "idle"])
def test_what_does_nothing_is_closed(tmp_path: Path, opened: ExitStack, sent: bytes) -> None:
    allowed = ProxyLimits(100, 100, handshake_seconds=1, call_seconds=1, idle_seconds=1)
    with tls_to(proxy(tmp_path, opened, allowed), tmp_path) as secured:
        secured.sendall(sent)
        assert closed(secured)


def test_a_chain_as_long_as_may_be_is_handed_over(served: Fronted) -> None:
    again = served.ca.server()
    chain = again.certificate.read_bytes()
    while len(chain) + len(served.ca.pem) <= limits.CERTIFICATE_BYTES:
        chain += served.ca.pem
    write(again.certificate, chain)
    until(lambda: served.shown(None) == der(again))


# The process ---------------------------------------------------------------------------------------------------------


def test_sessions_live_on_when_haproxy_is_killed_and_started_again(served: Fronted) -> None:
    caller = served.caller(None)
    furnish(caller)
    granted = caller.checkout(1)
    front = served.front.proxy
    assert front is not None
    killed = front.pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    beat = licence.HeartbeatRequest(session=session_id(1), counter=1)
    again = served.caller(None)
    assert again.licences.Heartbeat(beat, timeout=10, wait_for_ready=True).facts.session == granted.facts.session
    assert front.pid not in {None, killed}


def test_it_is_started_again_and_again(served: Fronted) -> None:
    front = served.front.proxy
    assert front is not None
    seen = set()
    for _ in range(3):
        pid = until(lambda: front.pid if front.pid not in seen else None)
        seen.add(pid)
        assert served.caller(None, {}).licences.GetKeys(GetKeysRequest(), timeout=10, wait_for_ready=True).jwks
        os.kill(pid, signal.SIGKILL)
    assert len(seen) == 3


def test_a_stop_leaves_no_process_and_no_file(tmp_path: Path) -> None:
    need_haproxy()
    with ExitStack() as opened:
        served = Fronted("native", tmp_path, opened)
        front = served.front.proxy
        assert front is not None
        pid, folder = front.pid, Path(front.engine_address.removeprefix("unix:")).parent
        assert folder.stat().st_mode & 0o777 == 0o700
        assert pid is not None
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(ConnectionRefusedError):
        served.plain()


def test_no_copy_of_the_key_lies_on_a_disk(served: Fronted) -> None:
    front = served.front.proxy
    assert front is not None
    folder = Path(front.engine_address.removeprefix("unix:")).parent
    assert sorted(path.name for path in folder.iterdir() if not path.is_socket()) == []


def test_where_it_is_missing_grpcio_serves_tls_and_the_log_says_why(tmp_path: Path) -> None:
    with ExitStack() as opened, capture_logs() as logs:
        served = Fronted("native", tmp_path, opened, haproxy="no-such-haproxy")
        furnish(served.caller(served.client()))
        assert (served.front.server.engine, served.front.proxy) == ("grpcio", None)
    (warned,) = (line for line in logs if line["log_level"] == "warning")
    assert warned["event"] == "engine grpcio serves TLS in place of native"
    assert "no-such-haproxy is not there" in warned["cause"]
    assert "apt-get install haproxy" in warned["cause"]


def test_where_it_is_missing_and_grpcio_cannot_do_it_the_refusal_says_what_to_install(tmp_path: Path) -> None:
    with ExitStack() as opened, pytest.raises(ProxyMissing, match=r"no-such-haproxy is not there.*apt-get install"):
        Fronted("native", tmp_path, opened, haproxy="no-such-haproxy", tls_client="optional")


def test_what_haproxy_refuses_is_told_in_its_own_words(tmp_path: Path, opened: ExitStack) -> None:
    refused = ProxyLimits(100, 100, streams=-1)
    with pytest.raises(ProxyFailed, match=r"does not serve: .*max-concurrent-streams"):
        proxy(tmp_path, opened, refused)


def proxy(folder: Path, opened: ExitStack, allowed: ProxyLimits) -> Proxy:
    """A proxy that serves, before no engine."""
    pair = Authority(folder / "pki").server()
    watch = CertificateWatch(CertificateFiles(pair.certificate, pair.key))
    made = Proxy(need_haproxy(), socket.create_server(("127.0.0.1", 0)), watch, allowed, client_required=False)
    opened.callback(made.stop)
    made.start()
    return made


def tls_to(made: Proxy, folder: Path) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(folder / "pki" / "ca.pem"))
    context.set_alpn_protocols(["h2"])
    return context.wrap_socket(
        socket.create_connection(("127.0.0.1", made.port), timeout=10), server_hostname="localhost"
    )


def closed(connection: socket.socket) -> bool:
    """Read until the other side closes; a timeout of the socket is a failure."""
    try:
        while connection.recv(4096):
            pass
    except ConnectionResetError:
        pass
    return True
