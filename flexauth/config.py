"""The settings of a server, and where each came from: an option, the environment, a file, or the default.

Owns names, forms and defaults; builds nothing.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from flexauth.faults import InvalidArgument

__all__ = ["DEFAULT_LISTEN", "ENV_PREFIX", "SYSTEM_FILE", "Settings", "config_file", "is_loopback", "load"]

#: The port is FLEX on the keys of a telephone.
DEFAULT_LISTEN: Final = "127.0.0.1:3539"
ENV_PREFIX: Final = "FLEXAUTH_"
SYSTEM_FILE: Final = Path("/etc/flexauth/flexauth.toml")

_LISTEN = re.compile(r"(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):(?P<port>\d{1,5})\Z", re.ASCII)
_UNIX = "unix:"


def _listen(text: str) -> str:
    match = _LISTEN.match(text)
    if not text.startswith(_UNIX + "/") and (match is None or int(match["port"]) > 65_535):
        raise ValueError("write it as HOST:PORT, such as 127.0.0.1:3539 (port 0: any free one), or as unix:/PATH")
    return text


def is_loopback(listen: str) -> bool:
    """True where only programs on this machine can reach the address."""
    host = listen.rpartition(":")[0].strip("[]")
    if listen.startswith(_UNIX) or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class Settings(BaseSettings):
    """What `flexauth serve` can be told. The description of a field is its documentation."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, extra="forbid", frozen=True, validate_default=True)

    data: Path = Field(default=Path("data"), description="Folder of the database and the keys; made with mode 0700.")
    listen: Annotated[str, AfterValidator(_listen)] = Field(
        default=DEFAULT_LISTEN, description="Address to serve on: HOST:PORT (port 0: any free one) or unix:/PATH."
    )
    engine: Literal["grpcio", "native"] = Field(
        default="grpcio", description="gRPC engine: grpcio, or native (faster; HAProxy does its TLS)."
    )
    tls: bool = Field(default=False, description="Serve TLS 1.2 or newer, and nothing in the open.")
    tls_certificate: Path | None = Field(
        default=None, description="PEM file of the certificate and its chain; looked at again while serving."
    )
    tls_key: Path | None = Field(default=None, description="PEM file of its key, readable by no others.")
    tls_client_ca: Path | None = Field(
        default=None, description="PEM file of the authorities whose client certificates are taken; none are without."
    )
    tls_client: Literal["required", "optional"] = Field(
        default="required", description="Whether clients must show a certificate; optional with engine native alone."
    )
    haproxy: str = Field(default="haproxy", description="HAProxy's program, for TLS with engine native.")
    source_connections: int = Field(
        default=4_000, ge=1, description="Connections that HAProxy takes from one address at a time."
    )
    source_calls_per_second: int = Field(
        default=4_000, ge=1, description="Calls that HAProxy takes from one address in a second."
    )
    insecure: bool = Field(
        default=False, description="Serve beyond this machine without TLS: only behind a proxy that has it."
    )
    stop_seconds: int = Field(default=10, ge=0, le=600, description="How long a stop waits for calls that are running.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least level of log lines, JSON on standard error."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  # pydantic-settings calls it by these names
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings


def config_file(given: Path | None) -> Path | None:
    """The file to read: the one given, else FLEXAUTH_CONFIG, else the system's where it exists."""
    if given:
        return given
    if named := os.environ.get(f"{ENV_PREFIX}CONFIG"):
        return Path(named)
    return SYSTEM_FILE if SYSTEM_FILE.exists() else None


def load(given: Path | None, options: Mapping[str, Any] | None = None) -> tuple[Settings, Mapping[str, str]]:
    """Settings, and for each where it came from. `options` are values of the command line; None is not given.

    `InvalidArgument` names file or variable, field and rule.
    """
    file = config_file(given)
    from_file = _read(file) if file else {}
    chosen = {name: value for name, value in (options or {}).items() if value is not None}
    in_env = {name for name in Settings.model_fields if _variable(name) in os.environ}
    origins = dict.fromkeys(from_file, f"file {file}")
    origins |= {name: _variable(name) for name in in_env}
    origins |= {name: f"--{name.replace('_', '-')}" for name in chosen}
    below = {name: value for name, value in from_file.items() if name not in in_env}
    try:
        settings = Settings(**below | chosen)
    except ValidationError as error:
        raise _refusal(error, origins, file) from None
    return settings, {name: origins.get(name, "default") for name in Settings.model_fields}


def _variable(name: str) -> str:
    return ENV_PREFIX + name.upper()


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        rule = f"it cannot be read ({error.strerror})"
        raise InvalidArgument(field="the configuration file", value=file, rule=rule) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidArgument(field="the configuration file", value=file, rule=f"it is not TOML: {error}") from None


def _refusal(error: ValidationError, origins: Mapping[str, str], file: Path | None) -> InvalidArgument:
    """The first error, with the line of a file that it stands on."""
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0])
    where = origins.get(name, "default")
    if file and where.startswith("file "):
        where = f"{file}, line {_line(file, name)}, {name}"
    if first["type"] == "extra_forbidden":
        return InvalidArgument(
            field=where, value="unknown", rule=f"the settings are {', '.join(Settings.model_fields)}"
        )
    rule = first["msg"].removeprefix("Value error, ")
    return InvalidArgument(field=where, value=repr(first["input"]), rule=rule[:1].lower() + rule[1:])


def _line(file: Path, name: str) -> int:
    """Line of a key in a file, 1 where the file writes it in a way of its own."""
    key = re.compile(rf"""\s*\[?\s*["']?{re.escape(name)}["']?\s*[=.\]]""")
    lines = file.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if key.match(line)), 1)
