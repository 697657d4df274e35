"""Finds what a client needs to know before it can ask: server, key, user, device, whom to ask.

In this order: what the program passes, the environment (`FLEXAUTH_SERVER` and so on), the file of the machine.
"""

from __future__ import annotations

import getpass
import os
import platform
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

from flexauth_client.errors import ConfigurationError

__all__ = ["FIELDS", "Settings", "Target", "find", "machine_file", "target"]

#: Names in the file; in the environment they are in capitals behind `FLEXAUTH_`.
FIELDS: Final = (
    "server",
    "key",
    "user",
    "device",
    "whom_to_ask",
    "ca_file",
    "server_name",
    "certificate_file",
    "certificate_key_file",
)


@dataclass(frozen=True, slots=True)
class Settings:
    """An empty text stands for none.

    `ca_file`: PEM of the authorities to trust in place of the system's. `server_name`: the name that the server's
    certificate must have, where it is not the address. `certificate_file`, `certificate_key_file`: PEM of the
    certificate to show and of its key.
    """

    server: str
    key: str
    user: str
    device: str
    whom_to_ask: str = ""
    ca_file: str = ""
    server_name: str = ""
    certificate_file: str = ""
    certificate_key_file: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect: the name that gRPC takes, and whether by TLS."""

    address: str
    secure: bool


def machine_file(environ: Mapping[str, str] = os.environ, system: str = sys.platform) -> Path:
    """The machine-wide file of this system."""
    if system == "win32":
        return Path(environ.get("PROGRAMDATA", r"C:\ProgramData"), "flexauth", "client.toml")
    if system == "darwin":
        return Path("/Library/Application Support/flexauth/client.toml")
    return Path("/etc/flexauth/client.toml")


def find(
    given: Mapping[str, str | None], *, environ: Mapping[str, str] = os.environ, path: Path | None = None
) -> Settings:
    """Settings from `given` (None: not given), the environment and the machine's file.

    A key in the file goes to the server that the file names and to no other. User and device are by default the login
    name and the host name. `ConfigurationError` if no server is named or the file is wrong.
    """
    path = machine_file(environ) if path is None else path
    stored = _read(path)
    found = {
        name: given.get(name) or environ.get(f"FLEXAUTH_{name.upper()}") or ("" if name == "key" else stored.get(name))
        for name in FIELDS
    }
    if not found["server"]:
        raise ConfigurationError(
            f'No licence server is named: pass server=, set FLEXAUTH_SERVER, or write `server = "HOST:PORT"` to {path}.'
        )
    if not found["key"] and found["server"] == stored.get("server"):
        found["key"] = stored.get("key")
    found["user"] = found["user"] or getpass.getuser()
    found["device"] = found["device"] or platform.node()
    return Settings(**{name: value or "" for name, value in found.items()})


def _read(path: Path) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            stored: dict[str, Any] = tomllib.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}.") from error
    for name, value in stored.items():
        if name not in FIELDS:
            raise ConfigurationError(f"{path} sets {name!r}, which is no setting; there are {', '.join(FIELDS)}.")
        if not isinstance(value, str):
            raise ConfigurationError(f"{path} sets {name} to {value!r}; it must be text in quotes.")
    return stored


def target(server: str) -> Target:
    """What a server's name means: HOST:PORT, https://HOST:PORT, http://HOST:PORT or unix:PATH.

    Without a scheme it is plain text to this machine and TLS to every other, so that no key travels in the open.
    """
    if server.startswith("unix:"):
        return Target(server, secure=False)
    scheme, separator, address = server.rpartition("://")
    address = address.rstrip("/")
    host, colon, port = address.rpartition(":")
    if not colon or not host or not port.isdigit() or scheme not in {"", "http", "https"}:
        raise ConfigurationError(
            f"The licence server is {server!r}; name it as HOST:PORT, https://HOST:PORT or unix:PATH."
        )
    return Target(address, secure=scheme == "https" if separator else not _is_loopback(host.strip("[]")))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
