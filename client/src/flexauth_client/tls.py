"""TLS of a client: what it trusts and shows, read from files, and what gRPC says of certificates in plain words."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import grpc

from flexauth_client.errors import ConfigurationError
from flexauth_client.settings import Settings

__all__ = ["channel_credentials", "tls_trouble"]

_CERTIFICATE: Final = b"-----BEGIN CERTIFICATE-----"
_KEY: Final = b"PRIVATE KEY-----"

#: What gRPC's own words for a failed handshake have in them, and what it means for the one who set up this client.
_TROUBLES: Final = (
    ("certificate has expired", "its certificate has expired; it needs a new one"),
    (
        "CERTIFICATE_VERIFY_FAILED",
        "its certificate is not of an authority trusted here; name that authority's file as ca_file",
    ),
    ("BAD_SIGNATURE", "its certificate is not of the authority in ca_file, though that has the same name"),
    (
        "Hostname Verification Check failed",
        "its certificate is for another name; call it by that name, or set server_name",
    ),
    ("WRONG_VERSION_NUMBER", "it has no TLS; if that is meant, name it as http://HOST:PORT"),
    ("Unwrap failed", "it does not take this client's certificate, or wants one; set certificate_file"),
)


def channel_credentials(settings: Settings) -> grpc.ChannelCredentials:
    """What to trust and show. `ConfigurationError` names the setting and the file that cannot be used."""
    certificate, key = settings.certificate_file, settings.certificate_key_file
    if bool(certificate) != bool(key):
        lacking, there = ("certificate_key_file", "certificate_file")[:: 1 if certificate else -1]
        raise ConfigurationError(f"{there} is set and {lacking} is not; a certificate is of use with its key alone.")
    return grpc.ssl_channel_credentials(
        root_certificates=_read("ca_file", settings.ca_file, _CERTIFICATE),
        private_key=_read("certificate_key_file", key, _KEY),
        certificate_chain=_read("certificate_file", certificate, _CERTIFICATE),
    )


def tls_trouble(said: str) -> str:
    """What is wrong with certificates, as a cause for people; "" where it is something else."""
    return next((cause for sign, cause in _TROUBLES if sign in said), "")


def _read(setting: str, path: str, sign: bytes) -> bytes | None:
    if not path:
        return None
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise ConfigurationError(f"The file of {setting}, {path!r}, cannot be read: {error.strerror}.") from None
    if sign not in content:
        what = "private key" if sign is _KEY else "certificate"
        raise ConfigurationError(f"The file of {setting}, {path!r}, holds no {what} in PEM form.")
    return content
