"""A whole service from its settings: data folder, store, authority, keys, server; and copies of its database.

Composition; prints nothing.
"""

from __future__ import annotations

import gc
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flexauth import bootstrap
from flexauth.access import Access, Role, add_key, load_keys
from flexauth.authority import Authority
from flexauth.clock import Clock, SystemClock
from flexauth.config import Settings, is_loopback
from flexauth.credentials import Credentials, keep_credentials, read_credentials
from flexauth.faults import InvalidArgument, NotFound, StoreFailed
from flexauth.leases import Signer
from flexauth.rpc.server import Server
from flexauth.store import backup
from flexauth.store.sqlite import open_reader

__all__ = ["FirstKeys", "Service", "back_up", "collect_seldom", "database_of", "open_service", "restore"]

API_KEYS: Final = "api-keys.json"
LEASE_KEYS: Final = "lease-keys.json"
_LOOK_SECONDS: Final = 1.0
_COLLECT_AFTER: Final = (100_000, 50, 100)


@dataclass(frozen=True, slots=True)
class FirstKeys:
    """The API keys that a first start makes; shown once, only their digests are kept."""

    admin: str
    client: str


@dataclass(frozen=True, slots=True)
class Service:
    """A service that listens on `address`; `first_keys` None: it had keys already."""

    settings: Settings
    address: str
    authority: Authority
    server: Server
    closing: ExitStack
    first_keys: FirstKeys | None
    credentials: Credentials | None

    def until(self, stopping: threading.Event) -> None:
        """Wait until it is told to stop. `StoreFailed` when the authority has stopped by itself: its store is lost."""
        while not stopping.wait(_LOOK_SECONDS):
            if self.authority.stopped:
                raise StoreFailed(
                    cause="it can neither be written nor opened any more; see to its disk, then start again"
                )

    def stop(self) -> None:
        """Refuse new calls, let those that run end, store everything, leave."""
        self.server.stop(self.settings.stop_seconds)
        self.closing.close()


def database_of(settings: Settings) -> Path:
    """Where the database is."""
    return settings.data / "flexauth.db"


def open_service(settings: Settings, *, with_credentials: bool = False, clock: Clock | None = None) -> Service:
    """Open everything and serve. `with_credentials`: keep an admin key in the data folder for commands of this user.

    Faults: InvalidArgument, InstanceHeld, NewerSchema, UnsafeStore, CannotListen, UnreadableKeys, UnsafeCredentials.
    """
    if not is_loopback(settings.listen) and not settings.insecure:
        rule = "beyond this machine keys would travel in the open; put a proxy with TLS before it and say --insecure"
        raise InvalidArgument(field="listen", value=repr(settings.listen), rule=rule)
    clock = clock or SystemClock()
    data = settings.data
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as opened:
        store = bootstrap.open_store(f"sqlite:{database_of(settings)}")
        opened.callback(store.close)
        kept = read_credentials(data)
        first = _first_keys(settings, clock)
        if with_credentials and kept is None:
            key = first.admin if first else add_key(data / API_KEYS, Role.ADMIN, clock.wall(), "credentials")
            kept = Credentials("", key)
        authority = bootstrap.open_authority(store, clock)
        opened.callback(authority.close)
        signer = Signer.open(data / LEASE_KEYS, now=lambda: authority.latest)
        access = Access(load_keys(data / API_KEYS))
        server = Server(authority, signer, settings.listen, access=access, engine=settings.engine)
        server.start()
        if kept is not None:
            kept = Credentials(server.address, kept.key)
            keep_credentials(data, kept)
        return Service(settings, server.address, authority, server, opened.pop_all(), first, kept)


def collect_seldom() -> None:
    """Set the garbage collector of a process that serves: what is loaded stays and is looked at no more.

    Calls in flight make thousands of objects, none of them in a cycle; a look after every 700 costs a tenth of a call.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


def _first_keys(settings: Settings, clock: Clock) -> FirstKeys | None:
    path = settings.data / API_KEYS
    if load_keys(path):
        return None
    admin = add_key(path, Role.ADMIN, clock.wall(), "first admin")
    return FirstKeys(admin, add_key(path, Role.CLIENT, clock.wall(), "first client"))


def back_up(settings: Settings, file: Path) -> Path:
    """Copy the database as of now to a new file, also while it is being served; gives the path of the checksum.

    Faults: UnsafeStore, StoreFailed, NotFound.
    """
    database = database_of(settings)
    if not database.exists():
        raise NotFound(kind="database", value=database)
    reader = open_reader(database)
    try:
        backup.copy_to_file(reader, file)
    finally:
        reader.close()
    return backup.checksum_path(file)


def restore(settings: Settings, file: Path, clock: Clock | None = None) -> Path:
    """Make the database of a folder that has none from a backup; gives its path. Faults: UnsafeStore, InstanceHeld."""
    if not file.exists():
        raise NotFound(kind="backup", value=file)
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    backup.restore(file, database_of(settings), now=(clock or SystemClock()).wall())
    return database_of(settings)
