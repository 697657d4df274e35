"""Composition: the only place that chooses and builds stores, engines and the authority."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from flexauth.authority import Authority
from flexauth.clock import Clock
from flexauth.commands import Engine
from flexauth.faults import InvalidArgument
from flexauth.reports.books import Books
from flexauth.store.memory import MemoryStore
from flexauth.store.port import Store
from flexauth.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from flexauth.access import Access
    from flexauth.leases import Signer
    from flexauth.rpc.server import Server

__all__ = ["ENGINES", "open_authority", "open_server", "open_store"]

ENGINES = ("core", "reference")
_STORES = "memory or sqlite:PATH"


def open_store(spec: str) -> Store:
    """A store by name: `memory`, or `sqlite:PATH`. Any other is refused by name."""
    kind, _, path = spec.partition(":")
    if kind == "memory" and not path:
        return MemoryStore()
    if kind == "sqlite" and path:
        return SqliteStore(Path(path))
    raise InvalidArgument(field="store", value=repr(spec), rule=f"this version has the stores {_STORES}")


def open_authority(store: Store, clock: Clock, *, engine: str = "core", jitter: bool = True) -> Authority:
    """An authority over a store. `reference` is for tests and `simulate`; without jitter intervals are exact (S3)."""
    authority = Authority(_maker(engine, jitter=jitter), store, clock)
    authority.answer_reads(Books(store, authority.directory, lambda: authority.latest).reads)
    return authority


def open_server(
    authority: Authority, signer: Signer, address: str, *, access: Access | None, engine: str = "grpcio"
) -> Server:
    """A server of an authority, to be started. Without `access` it asks for no key and serves loopback alone."""
    from flexauth.rpc.server import Server  # noqa: PLC0415  # commands without a server do without its libraries

    return Server(authority, signer, address, access=access, engine=engine)


def _maker(engine: str, *, jitter: bool) -> Callable[[], Engine]:
    if engine == "core":
        from flexauth._core import Core  # noqa: PLC0415

        return partial(Core, jitter=jitter)
    if engine == "reference":
        from flexauth.reference import Reference  # noqa: PLC0415  # never loaded by a server

        return partial(Reference, jitter=jitter)
    raise InvalidArgument(field="engine", value=repr(engine), rule="the engines are " + ", ".join(ENGINES))
