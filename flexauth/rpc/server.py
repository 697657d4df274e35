"""The server: one of two engines, the methods of the table, health, reflection, and an orderly end."""

from __future__ import annotations

import ipaddress
from typing import Final

from flexauth.access import Access
from flexauth.authority import Authority
from flexauth.certificates import CertificateWatch
from flexauth.faults import Fault
from flexauth.leases import Signer
from flexauth.rpc.calls import Calls
from flexauth.rpc.grpcio_engine import GrpcioEngine
from flexauth.rpc.method import Doors
from flexauth.rpc.native_engine import NativeEngine
from flexauth.rpc.side_services import SideServices

__all__ = ["CannotListen", "Server"]

_NATIVE_IS_LOCAL: Final = (
    "the native engine has no TLS and serves loopback and Unix sockets only; "
    "say --tls to put a proxy before it, or choose the engine grpcio"
)
_NATIVE_HAS_NO_TLS: Final = "the native engine has no TLS; it is the proxy before it that has the certificates"
_KEYLESS_IS_LOCAL: Final = "without API keys only loopback and Unix sockets are served"
#: What answers get to leave by after the authority is closed.
_LEAVE_SECONDS: Final = 1.0


class CannotListen(Fault):
    """Cannot listen on {address}: {cause}"""


class Server:
    """Serves an authority on `address` (HOST:PORT, port 0 for any free one, or unix:PATH) once it is started.

    `access` None asks nobody for a key and is for loopback and Unix sockets alone. `certificates`: by TLS, on grpcio.
    `proxied`: our proxy alone reaches the address and is believed who calls, engine native. Raises `CannotListen`.
    """

    def __init__(
        self,
        authority: Authority,
        signer: Signer,
        address: str,
        *,
        access: Access | None,
        engine: str = "grpcio",
        certificates: CertificateWatch | None = None,
        proxied: bool = False,
    ) -> None:
        native, local = engine == "native", _is_local(address)
        for refused, cause in (
            (native and not local, _NATIVE_IS_LOCAL),
            (native and certificates is not None, _NATIVE_HAS_NO_TLS),
            (access is None and not local, _KEYLESS_IS_LOCAL),
        ):
            if refused:
                raise CannotListen(address=address, cause=cause)
        self._authority = authority
        self._calls = Calls(Doors(authority, signer), access)
        self._side = SideServices(self._calls.may_inspect)
        self._engine: GrpcioEngine | NativeEngine
        try:
            if native:
                self._engine = NativeEngine(self._calls, address, self._side, proxied=proxied)
            else:
                self._engine = GrpcioEngine(self._calls, address, self._side, certificates)
        except (OSError, RuntimeError) as error:
            raise CannotListen(address=address, cause=error) from error
        self.engine = engine
        self.address = address if address.startswith("unix:") else f"{address.rpartition(':')[0]}:{self._engine.port}"

    def start(self) -> None:
        """Serve from now on."""
        self._engine.start()

    def stop(self, grace_seconds: float) -> None:
        """Say NOT_SERVING, refuse new calls, let those that run end within the grace, close the authority and leave."""
        self._side.not_serving()
        self._calls.drain(grace_seconds)
        self._authority.close()
        self._engine.stop(_LEAVE_SECONDS)


def _is_local(address: str) -> bool:
    if address.startswith("unix:"):
        return True
    host = address.rpartition(":")[0].strip("[]")
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
