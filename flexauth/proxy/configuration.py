"""The configuration of HAProxy: what may be chosen, filled into the template beside this module. Starts nothing."""

from __future__ import annotations

import resource
from dataclasses import asdict, dataclass
from importlib import resources
from string import Template
from typing import Final

from flexauth import limits
from flexauth.peers import ADDRESS_HEADER, CERTIFICATE_HEADER

__all__ = ["ADMIN_SOCKET", "ENGINE_SOCKET", "ClientCertificates", "ProxyLimits", "configuration"]

#: Sockets in the proxy's folder: the engine listens on one, HAProxy takes orders on the other.
ENGINE_SOCKET: Final = "engine.sock"
ADMIN_SOCKET: Final = "admin.sock"

_TEMPLATE: Final = Template(resources.files(__package__).joinpath("haproxy.cfg").read_text(encoding="utf-8"))
#: Files that HAProxy opens beside two a connection.
_OTHER_FILES: Final = 200


def _connections() -> int:
    """As many as a server may have, or as this process may open files for."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    return limits.CONNECTIONS if most == resource.RLIM_INFINITY else min(limits.CONNECTIONS, (most - _OTHER_FILES) // 2)


@dataclass(frozen=True, slots=True)
class ProxyLimits:
    """What HAProxy allows clients; counts, bytes or seconds, as the names say."""

    source_connections: int
    source_calls_per_second: int
    connections: int = _connections()
    streams: int = limits.STREAMS_PER_CONNECTION
    #: What is only a little too large is left to the engine, which says so in full.
    message_bytes: int = 4 * limits.MESSAGE_BYTES
    added_header_bytes: int = limits.ADDED_HEADER_BYTES
    handshake_seconds: int = limits.HANDSHAKE_SECONDS
    call_seconds: int = limits.DEADLINE_SECONDS_MAX + 10
    idle_seconds: int = limits.CONNECTION_IDLE_SECONDS


@dataclass(frozen=True, slots=True)
class ClientCertificates:
    """Clients are asked for a certificate of an authority in the file at `ca`, and may do without unless `required`."""

    ca: str
    required: bool


def configuration(listener: int, certificate: str, clients: ClientCertificates | None, given: ProxyLimits) -> str:
    """Return the whole text. `listener` is the number of a listening socket, `certificate` a path of chain and key."""
    asked = f"ca-file {clients.ca} verify {'required' if clients.required else 'optional'}" if clients else ""
    return _TEMPLATE.substitute(
        asdict(given),
        listener=listener,
        certificate=certificate,
        client_certificates=asked,
        address_header=ADDRESS_HEADER,
        certificate_header=CERTIFICATE_HEADER,
    )
