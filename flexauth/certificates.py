"""The certificates that a server shows and trusts: files that may change while it serves, checked before they are used.

Knows files and X.509; nothing of engines, proxies or calls.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from flexauth import limits
from flexauth.faults import Fault

__all__ = ["CertificateFiles", "CertificateWatch", "Certificates", "UnusableCertificate", "read_certificates"]

log = structlog.get_logger(__name__)


class UnusableCertificate(Fault):
    """{path} cannot be used for TLS: {cause}"""


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """PEM files: the server's certificate with its chain, its key, and the authorities of clients, where asked."""

    certificate: Path
    key: Path
    client_ca: Path | None = None

    @property
    def paths(self) -> tuple[Path, ...]:
        return tuple(path for path in (self.certificate, self.key, self.client_ca) if path)


@dataclass(frozen=True, slots=True)
class Certificates:
    """What such files hold, as PEM. `ends_at` is when the server's certificate expires, `name` the first it is for."""

    chain: bytes
    key: bytes
    client_ca: bytes | None
    ends_at: datetime
    name: str


def read_certificates(files: CertificateFiles) -> Certificates:
    """Read and check: the key is the certificate's, nobody else may read it, nothing has expired.

    Raises `UnusableCertificate` naming the file.
    """
    chain = _certificates(files.certificate)
    leaf = chain[0]
    if leaf.not_valid_after_utc <= datetime.now(UTC):
        cause = f"it expired at {leaf.not_valid_after_utc:%Y-%m-%dT%H:%M:%SZ}; put a new one there"
        raise UnusableCertificate(path=files.certificate, cause=cause)
    key = _key(files.key, leaf, files.certificate)
    client_ca = _pem(_certificates(files.client_ca)) if files.client_ca else None
    return Certificates(_pem(chain), key, client_ca, leaf.not_valid_after_utc, _first_name(leaf))


class CertificateWatch:
    """The certificates of a server that serves; `current` is always usable. Raises `UnusableCertificate` at first."""

    def __init__(self, files: CertificateFiles) -> None:
        self.files = files
        self._seen = self._stamp()
        self.current = read_certificates(files)

    def renewed(self) -> Certificates | None:
        """What the files hold, if that is new and can be used; else the present ones stay, and the log says why."""
        stamp = self._stamp()
        if stamp == self._seen:
            return None
        self._seen = stamp
        try:
            found = read_certificates(self.files)
        except UnusableCertificate as fault:
            log.warning("certificates not renewed", cause=str(fault), in_use_until=f"{self.current.ends_at:%FT%TZ}")
            return None
        if found == self.current:
            return None
        self.current = found
        log.info("certificates renewed", name=found.name, ends_at=f"{found.ends_at:%FT%TZ}")
        return found

    def _stamp(self) -> tuple[tuple[int, int, int] | None, ...]:
        return tuple(_stamp(path) for path in self.files.paths)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is written anew, replaced, or a link to it set elsewhere."""
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_ino, about.st_size


def _read(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnusableCertificate(path=path, cause=error.strerror or error) from None
    if len(content) > limits.CERTIFICATE_BYTES:
        cause = f"it has {len(content)} bytes, at most {limits.CERTIFICATE_BYTES} are read; name your own authority"
        raise UnusableCertificate(path=path, cause=cause)
    return content


def _certificates(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(_read(path))
    except ValueError:
        raise UnusableCertificate(path=path, cause="it holds no certificate in PEM form") from None


def _key(path: Path, certificate: x509.Certificate, certificate_path: Path) -> bytes:
    content = _read(path)
    if path.stat().st_mode & stat.S_IRWXO:
        raise UnusableCertificate(path=path, cause=f"others may read the key; run `chmod o= {path}`")
    try:
        key = load_pem_private_key(content, None)
    except TypeError:
        cause = "the key is encrypted, and nobody is there to ask for its password; store it without, mode 0600"
        raise UnusableCertificate(path=path, cause=cause) from None
    except ValueError:
        raise UnusableCertificate(path=path, cause="it holds no private key in PEM form") from None
    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    if key.public_key().public_bytes(*form) != certificate.public_key().public_bytes(*form):
        raise UnusableCertificate(path=path, cause=f"it is not the key of the certificate in {certificate_path}")
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _pem(certificates: list[x509.Certificate]) -> bytes:
    """PEM without the remarks and empty lines that a file may have."""
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)


_NAMED: Final = (x509.DNSName, x509.IPAddress)


def _first_name(certificate: x509.Certificate) -> str:
    """The first host that a certificate is for, "" where it names none."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ""
    return next((str(name.value) for name in found if isinstance(name, _NAMED)), "")
