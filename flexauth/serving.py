"""A whole service from its settings: data folder, store, authority, keys, server, TLS; and copies of its database.

Composition; prints nothing.
"""

from __future__ import annotations

import gc
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flexauth import bootstrap, first_keys
from flexauth.authority import Authority
from flexauth.clock import Clock, SystemClock
from flexauth.config import Settings
from flexauth.credentials import Credentials, keep_credentials, read_credentials
from flexauth.faults import NotFound, StoreFailed
from flexauth.first_keys import FirstKeys
from flexauth.front import Front, certificates_for, open_front
from flexauth.leases import Signer
from flexauth.store import backup
from flexauth.store.sqlite import open_reader

__all__ = ["Service", "back_up", "collect_seldom", "database_of", "open_service", "restore"]

API_KEYS: Final = "api-keys.json"
LEASE_KEYS: Final = "lease-keys.json"
_LOOK_SECONDS: Final = 1.0
_COLLECT_AFTER: Final = (100_000, 50, 100)


@dataclass(frozen=True, slots=True)
class Service:
    """A service that listens; `first_keys` None: it made none; `claim_code` is for the first admin, once."""

    settings: Settings
    front: Front
    authority: Authority
    closing: ExitStack
    first_keys: FirstKeys | None
    claim_code: str
    credentials: Credentials | None

    @property
    def address(self) -> str:
        """Where it listens, as clients name it."""
        return self.front.address

    def until(self, stopping: threading.Event) -> None:
        """Wait until it is told to stop. `StoreFailed` when the authority has stopped by itself: its store is lost."""
        while not stopping.wait(_LOOK_SECONDS):
            if self.authority.stopped:
                raise StoreFailed(
                    cause="it can neither be written nor opened any more; see to its disk, then start again"
                )

    def stop(self) -> None:
        """Refuse new calls, let those that run end, store everything, leave."""
        self.closing.close()


def database_of(settings: Settings) -> Path:
    """Where the database is."""
    return settings.data / "flexauth.db"


def open_service(
    settings: Settings, *, with_credentials: bool = False, claim: bool = False, clock: Clock | None = None
) -> Service:
    """Open everything and serve. `with_credentials`: keep an admin key in the data folder for commands of this user.

    `claim`: make a one-time code for an admin's key, also where there is one already.

    Faults: InvalidArgument, InstanceHeld, NewerSchema, UnsafeStore, CannotListen, UnreadableKeys, UnsafeCredentials,
    UnusableCertificate, ProxyFailed.
    """
    certificates = certificates_for(settings)
    clock = clock or SystemClock()
    data = settings.data
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as opened:
        store = bootstrap.open_store(f"sqlite:{database_of(settings)}")
        opened.callback(store.close)
        kept = read_credentials(data)
        authority = bootstrap.open_authority(store, clock)
        opened.callback(authority.close)
        first_keys.take_over(authority, data / API_KEYS)
        first = first_keys.first_keys(authority) if with_credentials else None
        claim = claim or not authority.grants.has_vendor(authority.now)
        code = authority.grants.offer_claim(authority.now) if claim else ""
        if with_credentials:
            kept = Credentials("", first.admin if first else first_keys.local_key(authority, kept.key if kept else ""))
        signer = Signer.open(data / LEASE_KEYS, now=lambda: authority.latest)
        front = open_front(settings, certificates, authority, signer, opened)
        if kept is not None:
            kept = Credentials(front.address, kept.key, front.ca_file, front.server_name)
            keep_credentials(data, kept)
        return Service(settings, front, authority, opened.pop_all(), first, code, kept)


def collect_seldom() -> None:
    """Set the garbage collector of a process that serves: what is loaded stays and is looked at no more.

    Calls in flight make thousands of objects, none of them in a cycle; a look after every 700 costs a tenth of a call.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


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
