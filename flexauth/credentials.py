"""The credentials that an authority keeps for commands on its own machine: address and key, for its owner alone.

Knows where they are and that nobody else may read them; makes no key.
"""

from __future__ import annotations

import json
import os
import stat
from dataclasses import asdict, dataclass
from pathlib import Path

from flexauth.faults import Fault

__all__ = ["Credentials", "UnsafeCredentials", "credentials_path", "keep_credentials", "read_credentials"]


class UnsafeCredentials(Fault):
    """{path} is not used: {cause}"""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A key, and the one server that it may be sent to; with TLS, the certificate to trust and the name it is for."""

    server: str
    key: str
    ca_file: str = ""
    server_name: str = ""


def credentials_path(data: Path) -> Path:
    """Where they are in a data folder."""
    return data / "credentials.json"


def read_credentials(data: Path) -> Credentials | None:
    """The credentials of a data folder, None where this user has none. Raises `UnsafeCredentials`."""
    path = credentials_path(data)
    try:
        with path.open(encoding="utf-8") as file:
            about = os.fstat(file.fileno())
            if about.st_uid != os.getuid() or stat.S_IMODE(about.st_mode) & 0o077:
                cause = f"others may read or write it; run `chmod 600 {path}`, or set FLEXAUTH_SERVER and FLEXAUTH_KEY"
                raise UnsafeCredentials(path=path, cause=cause)
            values = json.load(file)
        return Credentials(**{name: str(value) for name, value in values.items()})
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return None
    except (ValueError, KeyError, TypeError):
        cause = "it is no file of credentials; remove it, and `flexauth serve --sample` makes a new one"
        raise UnsafeCredentials(path=path, cause=cause) from None


def keep_credentials(data: Path, credentials: Credentials) -> None:
    """Write them, whole or not at all, readable by their owner alone."""
    path = credentials_path(data)
    new = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(credentials), file)
        file.flush()
        os.fsync(file.fileno())
    new.chmod(0o600)
    new.replace(path)
