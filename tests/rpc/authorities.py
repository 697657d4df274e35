"""Certificate authorities for tests of TLS: keys and certificates made here, as PEM files in a folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, in files and as PEM."""

    certificate: Path
    key: Path

    @property
    def pem(self) -> tuple[bytes, bytes]:
        return self.certificate.read_bytes(), self.key.read_bytes()


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def write(path: Path, content: bytes) -> Path:
    """Replace a file whole, readable by its owner alone."""
    new = path.with_suffix(".new")
    new.write_bytes(content)
    new.chmod(0o600)
    return new.replace(path)


class Authority:
    """A CA that issues certificates into a folder."""

    def __init__(self, folder: Path, title: str = "Test CA") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._name = name(title)
        self._key = ec.generate_private_key(ec.SECP256R1())
        made = self._built(self._name, self._key.public_key(), DAY).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self.pem = made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        self.file = write(folder / "ca.pem", self.pem)

    def issue(self, file: str, *names: x509.GeneralName, lasts: timedelta = DAY) -> Pair:
        """A certificate for these names, in `file`.pem and `file`.key; one that lasts less than nothing has expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        built = self._built(name(file), key.public_key(), lasts)
        if names:
            built = built.add_extension(x509.SubjectAlternativeName(names), critical=False)
        made = built.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        kept = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return Pair(write(self.folder / f"{file}.pem", made), write(self.folder / f"{file}.key", kept))

    def server(self, file: str = "server", *, lasts: timedelta = DAY) -> Pair:
        """A certificate for this machine."""
        return self.issue(file, x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1")), lasts=lasts)

    def _built(self, subject: x509.Name, key: Any, lasts: timedelta) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 30 * DAY)
            .not_valid_after(now + lasts)
        )
