"""TLS on both engines, by real handshakes: who is let in, who is told to be whom, and certificates that change."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography import x509
from structlog.testing import capture_logs

from flexauth.requests import GrantRole, Role, Scope
from flexauth.v1.license_authority_pb2 import GetKeysRequest
from flexauth_client.channel import Channel
from flexauth_client.errors import ConfigurationError, Unavailable
from flexauth_client.settings import Settings as ClientSettings
from tests.rpc.authorities import Authority, Pair, write
from tests.rpc.fronts import HOST, Fronted, der, need_haproxy, until
from tests.rpc.serving import Service, failure, furnish, sign_in
from tests.rpc.test_server import BadDisk


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def checked(engine: str) -> str:
    if engine == "native":
        need_haproxy()
    return engine


@pytest.fixture
def served(checked: str, tmp_path: Path, opened: ExitStack) -> Fronted:
    return Fronted(checked, tmp_path, opened)


@pytest.fixture
def open_to_all(checked: str, tmp_path: Path, opened: ExitStack) -> Fronted:
    """A service that asks clients for no certificate."""
    return Fronted(checked, tmp_path, opened, asks_clients=False)


# Who is let in -------------------------------------------------------------------------------------------------------


def test_a_checkout_by_mutual_tls_is_made_by_the_one_whom_the_certificate_names(served: Fronted) -> None:
    furnish(served.caller(served.client()))
    served.authority.submit(GrantRole(f"certificate:dns:{HOST}", Scope(Role.SERVICE))).result()
    known = served.caller(served.client(), {})
    assert known.checkout(1).granted
    stranger = served.caller(served.client(x509.DNSName("ws2.example"), file="stranger"), {})
    assert failure(stranger.licences.Checkout, sign_in(2)).code == "UNAUTHENTICATED"


def test_each_kind_of_name_is_told_apart(served: Fronted) -> None:
    """A user's address in a DNS name is not that user's e-mail."""
    served.authority.submit(GrantRole("certificate:uri:spiffe://a/b", Scope(Role.VENDOR))).result()
    furnish(served.caller(served.client(x509.UniformResourceIdentifier("spiffe://a/b"), file="uri"), {}))
    other = served.caller(served.client(x509.DNSName("spiffe://a/b"), file="dns"), {})
    assert failure(other.licences.Checkout, sign_in(1)).code == "UNAUTHENTICATED"


def test_a_certificate_without_names_is_no_credential(served: Fronted) -> None:
    nameless = served.ca.issue("nameless")
    assert failure(served.caller(nameless, {}).licences.Checkout, sign_in(1)).code == "UNAUTHENTICATED"
    furnish(served.caller(nameless))


def refused_at_the_door(served: Fronted, pair: Pair | None) -> None:
    furnish(served.caller(served.client(file="good")))
    caller = served.caller(pair)
    assert failure(caller.licences.Checkout, sign_in(1)).code == "UNAVAILABLE"
    assert served.caller(served.client(file="good")).available() == (100, 0)


def test_without_a_certificate_nobody_is_let_in_where_one_is_required(served: Fronted) -> None:
    refused_at_the_door(served, None)


def test_a_certificate_of_a_foreign_authority_is_refused(served: Fronted, tmp_path: Path) -> None:
    refused_at_the_door(served, Authority(tmp_path / "foreign").issue("client", x509.DNSName(HOST)))


def test_an_expired_certificate_is_refused(served: Fronted) -> None:
    refused_at_the_door(served, served.client(file="expired", lasts=-timedelta(minutes=1)))


def test_plain_text_to_a_tls_port_gets_no_answer(open_to_all: Fronted) -> None:
    options = (("grpc.use_local_subchannel_pool", 1),)
    with grpc.insecure_channel(open_to_all.address, options) as channel:
        caller = Service(*(None,) * 4, channel)  # type: ignore[arg-type]  # a caller alone
        assert failure(caller.licences.GetKeys, GetKeysRequest()).code == "UNAVAILABLE"
    with open_to_all.plain() as made:
        made.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"HTTP" not in made.recv(4096)


def test_tls_1_2_is_the_oldest_that_is_spoken(open_to_all: Fronted) -> None:
    with open_to_all.connection(maximum_version=ssl.TLSVersion.TLSv1_2) as secured:
        assert secured.version() == "TLSv1.2"
        assert secured.selected_alpn_protocol() == "h2"
    older: dict[str, Any] = {"minimum_version": ssl.TLSVersion.TLSv1, "maximum_version": ssl.TLSVersion.TLSv1_1}
    with (
        pytest.warns(DeprecationWarning, match="TLSv1"),
        pytest.raises(ssl.SSLError, match=r"ALERT_PROTOCOL_VERSION|EOF"),
        open_to_all.connection(**older),
    ):
        pass


# Certificates that change --------------------------------------------------------------------------------------------


@pytest.fixture
def disk() -> Iterator[BadDisk]:
    made = BadDisk()
    yield made
    made.go_on()


def test_a_certificate_is_replaced_under_open_calls(
    checked: str, tmp_path: Path, opened: ExitStack, disk: BadDisk
) -> None:
    served = Fronted(checked, tmp_path, opened, store=disk)
    client = served.client()
    before = served.caller(client)
    furnish(before)
    assert served.shown(client) == der(served.pair)
    disk.hang()
    call = before.licences.Checkout.future(sign_in(1), timeout=30)
    assert disk.reached.wait(10)
    again = served.ca.server()
    until(lambda: served.shown(client) == der(again))
    disk.go_on()
    assert call.result().granted
    assert before.checkout(2, product="DRIVE").granted
    assert served.caller(client).checkout(3, product="DRIVE").granted


def test_a_broken_certificate_leaves_the_old_in_use_until_it_is_mended(served: Fronted) -> None:
    client, old = served.client(), der(served.pair)
    with capture_logs() as logs:
        write(served.pair.certificate, b"rubbish")
        until(lambda: served.shown(client) and "certificates not renewed" in {line["event"] for line in logs})
        assert served.shown(client) == old
    again = served.ca.server()
    until(lambda: served.shown(client) == der(again))


def test_the_authorities_of_clients_are_replaced_too(served: Fronted, tmp_path: Path) -> None:
    furnish(served.caller(served.client()))
    other = Authority(tmp_path / "other", "Other CA")
    client = other.issue("client", x509.DNSName(HOST))
    write(served.ca.file, other.pem)
    until(lambda: lets_in(served, client))
    assert not lets_in(served, served.client(file="old"))


def lets_in(served: Fronted, pair: Pair) -> bool:
    try:
        served.caller(pair).licences.GetKeys(GetKeysRequest(), timeout=10)
    except grpc.RpcError:
        return False
    return True


# What the SDK says ---------------------------------------------------------------------------------------------------


def told(server: str, **given: str) -> str:
    """What a call of the SDK without retries says."""
    channel = Channel(ClientSettings(server, "", "ann", "ws", **given))
    try:
        with pytest.raises(Unavailable) as caught:
            channel.call(channel.authority.GetKeys, GetKeysRequest(), 10)
    finally:
        channel.close()
    assert not caught.value.may_pass
    return str(caught.value)


def test_the_sdk_calls_with_its_files(served: Fronted) -> None:
    pair = served.client()
    settings = ClientSettings(
        served.front.address,
        served.key,
        "ann",
        "ws",
        ca_file=str(served.ca.file),
        server_name="localhost",
        certificate_file=str(pair.certificate),
        certificate_key_file=str(pair.key),
    )
    channel = Channel(settings)
    assert channel.call(channel.authority.GetKeys, GetKeysRequest(), 10).jwks
    channel.close()


def test_the_sdk_says_what_is_wrong_with_certificates(served: Fronted, tmp_path: Path) -> None:
    server, ca = served.front.address, str(served.ca.file)
    foreign = Authority(tmp_path / "foreign", "Foreign CA")
    stranger = foreign.issue("client", x509.DNSName(HOST))
    assert "name that authority's file as ca_file" in told(server, ca_file=str(foreign.file))
    assert "set server_name" in told(server, ca_file=ca, server_name="else.example")
    if served.front.proxy:  # grpcio closes the connection without a word
        assert "set certificate_file" in told(server, ca_file=ca)
        shown = {"certificate_file": str(stranger.certificate), "certificate_key_file": str(stranger.key)}
        assert "does not take this client's certificate" in told(server, ca_file=ca, **shown)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"certificate_file": "{cert}"}, "certificate_file is set and certificate_key_file is not"),
        ({"certificate_key_file": "{key}"}, "certificate_key_file is set and certificate_file is not"),
        ({"ca_file": "{key}"}, "holds no certificate in PEM form"),
        ({"certificate_file": "{cert}", "certificate_key_file": "{cert}"}, "holds no private key in PEM form"),
        ({"ca_file": "nowhere.pem"}, "'nowhere.pem', cannot be read: No such file"),
    ],
)
def test_files_of_a_client_that_are_of_no_use_are_named(tmp_path: Path, given: dict[str, str], says: str) -> None:
    pair = Authority(tmp_path).issue("client", x509.DNSName(HOST))
    files = {name: path.format(cert=pair.certificate, key=pair.key) for name, path in given.items()}
    with pytest.raises(ConfigurationError, match=says):
        Channel(ClientSettings("https://localhost:1", "", "ann", "ws", **files))
