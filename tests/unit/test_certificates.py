"""Certificates of a server: what is refused and how that is said, what is taken anew, and who a peer is."""

from __future__ import annotations

import base64
import os
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from structlog.testing import capture_logs

from flexauth import limits
from flexauth.certificates import CertificateFiles, CertificateWatch, UnusableCertificate, read_certificates
from flexauth.config import Settings
from flexauth.faults import InvalidArgument
from flexauth.front import certificates_for
from flexauth.peers import ADDRESS_HEADER, CERTIFICATE_HEADER, peer_of, proxied_peer
from tests.rpc.authorities import Authority, Pair, write
from tests.rpc.fronts import der

NAMES = (
    x509.DNSName("WS1.example"),
    x509.UniformResourceIdentifier("spiffe://studio/ws1"),
    x509.RFC822Name("ann@studio.example"),
    x509.DirectoryName(x509.Name([])),
)


@pytest.fixture
def ca(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def pair(ca: Authority) -> Pair:
    return ca.server()


# Files ---------------------------------------------------------------------------------------------------------------


def test_a_certificate_tells_its_name_and_end(ca: Authority, pair: Pair) -> None:
    held = read_certificates(CertificateFiles(pair.certificate, pair.key, ca.file))
    assert held.name == "localhost"
    assert held.client_ca == ca.pem
    assert held.chain == pair.certificate.read_bytes()


def test_remarks_and_empty_lines_of_a_file_are_left_out(ca: Authority, pair: Pair) -> None:
    chain = b"subject: server\n\n" + pair.certificate.read_bytes() + b"\n\nissuer\n" + ca.pem
    write(pair.certificate, chain)
    held = read_certificates(CertificateFiles(pair.certificate, pair.key))
    assert held.chain == x509_pem(chain)
    assert b"\n\n" not in held.chain + held.key


def x509_pem(text: bytes) -> bytes:
    return b"".join(one.public_bytes(Encoding.PEM) for one in x509.load_pem_x509_certificates(text))


def encrypted(pair: Pair) -> bytes:
    key = load_pem_private_key(pair.key.read_bytes(), None)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ({"certificate": b"rubbish"}, r"server\.pem cannot be used for TLS: it holds no certificate in PEM form"),
        ({"key": b"rubbish"}, r"server\.key cannot be used for TLS: it holds no private key in PEM form"),
        ({"key": "encrypted"}, r"server\.key .* the key is encrypted"),
        ({"key": "other"}, r"server\.key .* it is not the key of the certificate in .*server\.pem"),
        ({"certificate": "expired"}, r"server\.pem .* it expired at 20\d\d-"),
        ({"certificate": b"x" * (limits.CERTIFICATE_BYTES + 1)}, r"it has 16385 bytes, at most 16384 are read"),
        ({"certificate": None}, r"server\.pem cannot be used for TLS: No such file or directory"),
        ({"client_ca": b""}, r"ca\.pem cannot be used for TLS: it holds no certificate"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_used_is_named_with_the_reason(
    ca: Authority, pair: Pair, broken: dict[str, bytes | str | None], says: str
) -> None:
    files = CertificateFiles(pair.certificate, pair.key, ca.file)
    ((which, content),) = broken.items()
    path = getattr(files, which)
    if content is None:
        path.unlink()
    elif content == "encrypted":
        write(path, encrypted(pair))
    elif content == "other":
        write(path, ca.server("other").key.read_bytes())
    elif content == "expired":
        expired = ca.server("expired", lasts=-timedelta(seconds=1))
        write(pair.key, expired.key.read_bytes())
        write(path, expired.certificate.read_bytes())
    elif isinstance(content, bytes):
        write(path, content)
    with pytest.raises(UnusableCertificate, match=says):
        read_certificates(files)


def test_a_key_that_others_may_read_is_not_used(pair: Pair) -> None:
    pair.key.chmod(0o604)
    with pytest.raises(UnusableCertificate, match=r"run `chmod o= .*server\.key`"):
        read_certificates(CertificateFiles(pair.certificate, pair.key))
    pair.key.chmod(0o640)
    read_certificates(CertificateFiles(pair.certificate, pair.key))


def test_a_broken_renewal_keeps_the_old_and_is_logged_once(ca: Authority, pair: Pair) -> None:
    watch = CertificateWatch(CertificateFiles(pair.certificate, pair.key))
    old = watch.current
    assert watch.renewed() is None
    good = pair.certificate.read_bytes()
    write(pair.certificate, good[: len(good) // 2])
    with capture_logs() as logs:
        assert watch.renewed() is None
        assert watch.renewed() is None
    (warned,) = logs
    assert (warned["event"], warned["log_level"]) == ("certificates not renewed", "warning")
    assert "server.pem" in warned["cause"]
    assert watch.current is old
    # The new certificate comes before its key: that is no pair yet.
    other = ca.server("other")
    write(pair.certificate, other.certificate.read_bytes())
    assert watch.renewed() is None
    write(pair.key, other.key.read_bytes())
    new = watch.renewed()
    assert new is not None
    assert new.chain == other.certificate.read_bytes()
    assert watch.current is new


def test_the_same_content_written_again_is_nothing_new(pair: Pair) -> None:
    watch = CertificateWatch(CertificateFiles(pair.certificate, pair.key))
    write(pair.certificate, pair.certificate.read_bytes())
    assert watch.renewed() is None


def test_a_link_that_is_set_elsewhere_is_seen(ca: Authority, pair: Pair, tmp_path: Path) -> None:
    """As certbot and Kubernetes renew."""
    other = ca.server("other")
    live = [tmp_path / "live.pem", tmp_path / "live.key"]
    for link, target in zip(live, (pair.certificate, pair.key), strict=True):
        link.symlink_to(target)
    watch = CertificateWatch(CertificateFiles(*live))
    for link, target in zip(live, (other.certificate, other.key), strict=True):
        (tmp_path / "new").symlink_to(target)
        os.replace(tmp_path / "new", link)  # noqa: PTH105  Path.replace follows no link either, but reads as if it did
    new = watch.renewed()
    assert new is not None
    assert new.chain == other.certificate.read_bytes()


# Settings ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"tls": True}, "tls_certificate is not set: TLS needs it; say --tls-certificate FILE"),
        ({"tls": True, "tls_certificate": "c"}, "tls_key is not set: TLS needs it; say --tls-key FILE"),
        ({"tls_certificate": "c"}, "tls_certificate is c: it is for TLS alone; say --tls too"),
        ({"tls_client_ca": "c"}, "tls_client_ca is c: it is for TLS alone; say --tls too"),
        ({"listen": "0.0.0.0:0"}, r"serve TLS \(--tls\), or put a proxy with TLS before it and say --insecure"),
        (
            {"tls": True, "tls_certificate": "c", "tls_key": "k", "listen": "unix:/x"},
            "listen is 'unix:/x': a Unix socket has no TLS",
        ),
        (
            {"tls": True, "tls_certificate": "c", "tls_key": "k", "tls_client_ca": "a", "tls_client": "optional"},
            "tls_client is 'optional': the engine grpcio asks every client for a certificate, or none",
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_settings_at_odds_are_refused_with_what_to_do(given: dict[str, object], says: str) -> None:
    with pytest.raises(InvalidArgument, match=says):
        certificates_for(Settings.model_validate(given))


def test_beyond_this_machine_tls_or_insecure_is_enough(pair: Pair) -> None:
    assert certificates_for(Settings(listen="0.0.0.0:0", insecure=True)) is None
    files = {"tls": True, "tls_certificate": pair.certificate, "tls_key": pair.key}
    assert certificates_for(Settings.model_validate({"listen": "0.0.0.0:0", **files})) is not None


# Peers ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "host"),
    [
        ("ipv4:127.0.0.1:4711", "127.0.0.1"),
        ("ipv6:%5B::1%5D:4711", "::1"),
        ("ipv6:%5B::ffff:10.0.0.1%5D:4711", "10.0.0.1"),
        ("127.0.0.1:4711", "127.0.0.1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("unix:", "unix"),
        ("unix:7", "unix"),
    ],
)
def test_a_peers_host_is_read_from_what_an_engine_says(said: str, host: str) -> None:
    assert peer_of(said).address == host


def test_names_come_with_their_kind_whether_from_an_engine_or_the_proxy(ca: Authority) -> None:
    pair = ca.issue("client", *NAMES)
    named = ("dns:ws1.example", "uri:spiffe://studio/ws1", "email:ann@studio.example")
    assert peer_of("unix:", pair.pem[0]).certificate_names == named
    told = {CERTIFICATE_HEADER: base64.b64encode(der(pair)).decode(), ADDRESS_HEADER: "10.0.0.1"}
    peer = proxied_peer(told.items())
    assert (peer.address, peer.certificate_names) == ("10.0.0.1", named)


def test_a_certificate_that_expires_under_its_connection_names_nobody(ca: Authority) -> None:
    expired = ca.issue("client", *NAMES, lasts=-timedelta(seconds=1))
    assert peer_of("unix:", expired.pem[0]).certificate_names == ()


@pytest.mark.parametrize("sent", ["", "rubbish!", "QUJD", "\u00e4"])
def test_what_is_no_certificate_names_nobody(sent: str) -> None:
    assert proxied_peer([(CERTIFICATE_HEADER, sent)]).certificate_names == ()
