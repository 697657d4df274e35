"""Who calls: where a call comes from. Values alone; knows no transport, no store and no rule."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Peer"]


@dataclass(frozen=True, slots=True)
class Peer:
    """The other end of a connection: its host, and the names of its verified client certificate with their kinds.

    Such as `dns:host.example`, `uri:spiffe://domain/path`, `email:ann@example.com`; none without a certificate.
    """

    address: str = ""
    certificate_names: tuple[str, ...] = ()
