"""A file layer for SQLite that loses power, fails and fills up. Locks and shared memory are the real ones.

Bytes written go to an image, which is what a process sees. Only a sync makes them durable: at a power cut each 512-byte
sector that was written since is kept or lost by lot.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import apsw

SECTOR = 512


class PowerOff(Exception):
    """The machine is gone; nothing answers any more."""


class Op(Enum):
    WRITE = "write"
    SYNC = "sync"
    OPEN = "open"


@dataclass
class File:
    """`image` is what reads see, `durable` what survives; `pending` and `sizes` were written since the last sync."""

    image: bytearray = field(default_factory=bytearray)
    durable: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    exists: bool = True
    durably_exists: bool = False

    def write(self, offset: int, data: bytes) -> None:
        end = offset + len(data)
        if len(self.image) < end:
            self.image.extend(bytes(end - len(self.image)))
        self.image[offset:end] = data
        position = offset
        while position < end:
            stop = min(end, (position // SECTOR + 1) * SECTOR)
            self.pending.append((position, data[position - offset : stop - offset]))
            position = stop

    def truncate(self, size: int) -> None:
        del self.image[size:]
        self.image.extend(bytes(size - len(self.image)))
        self.sizes.append(size)

    def sync(self) -> None:
        self.durable = bytearray(self.image)
        self.pending.clear()
        self.sizes.clear()

    def after_cut(self, lot: random.Random, kept: float) -> bytes | None:
        """What is on the disk after a power cut; None when the file is not there."""
        if not (self.exists if lot.random() < kept else self.durably_exists):
            return None
        content = bytearray(self.durable)
        for size in self.sizes:
            if lot.random() < kept:
                del content[size:]
        for offset, data in self.pending:
            if lot.random() < kept:
                if len(content) < offset + len(data):
                    content.extend(bytes(offset + len(data) - len(content)))
                content[offset : offset + len(data)] = data
        return bytes(content)


class Disk(apsw.VFS):
    """A registered VFS over files of its own. `fail` is asked before each operation and may raise."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.files: dict[str, File] = {}
        self.counts = dict.fromkeys(Op, 0)
        self.off_after: int | None = None
        self.failing: tuple[Op, int, bool] | None = None
        self.space: int | None = None
        self.failures = 0
        super().__init__(name, "")

    def bring(self, path: Path, content: bytes) -> None:
        """Put a file on the disk, durably."""
        self.files[str(path)] = File(bytearray(content), bytearray(content), durably_exists=True)

    def off(self) -> bool:
        return self.off_after is not None and sum(self.counts.values()) > self.off_after

    def step(self, op: Op, growth: int = 0) -> None:
        """Count an operation; raise when it is the one that fails."""
        self.counts[op] += 1
        if self.off():
            raise apsw.exception_for(apsw.SQLITE_IOERR)
        if self.failing is not None:
            kind, nth, for_ever = self.failing
            if op is kind and (self.counts[op] == nth or (for_ever and self.counts[op] > nth)):
                self.failures += 1
                code = {
                    Op.WRITE: apsw.SQLITE_IOERR_WRITE,
                    Op.SYNC: apsw.SQLITE_IOERR_FSYNC,
                    Op.OPEN: apsw.SQLITE_CANTOPEN,
                }[op]
                raise apsw.exception_for(code)
        if self.space is not None and growth > 0 and self.used() + growth > self.space:
            self.failures += 1
            raise apsw.exception_for(apsw.SQLITE_FULL)

    def used(self) -> int:
        """Bytes of all files."""
        return sum(len(file.image) for file in self.files.values())

    def sync_folder(self) -> None:
        """Names that were made and deleted are durable."""
        for file in self.files.values():
            file.durably_exists = file.exists

    def cut(self, folder: Path, lot: random.Random) -> None:
        """Write what survives a power cut into a folder of the real file system."""
        kept = lot.choice((0.0, 0.1, 0.5, 0.9, 1.0))
        for name, file in self.files.items():
            content = file.after_cut(lot, kept)
            if content is not None:
                (folder / Path(name).name).write_bytes(content)

    def leave(self, folder: Path) -> None:
        """Write what a process sees into a folder: the machine lives on."""
        for name, file in self.files.items():
            if file.exists:
                (folder / Path(name).name).write_bytes(bytes(file.image))

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:
        return _DiskFile(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        self.step(Op.WRITE)
        file = self.files.get(filename)
        if file is not None:
            file.exists = False
            if syncdir:
                self.sync_folder()

    def xAccess(self, pathname: str, flags: int) -> bool:
        file = self.files.get(pathname)
        return file is not None and file.exists

    def excepthook(self, etype: object, evalue: object, etraceback: object) -> bool:
        """What SQLite cannot report is not news: the failure was made here."""
        return True


class _DiskFile(apsw.VFSFile):
    def __init__(self, disk: Disk, name: Any, flags: list[int]) -> None:
        disk.step(Op.OPEN)
        self._disk = disk
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        super().__init__("", name, flags)
        file = disk.files.get(path) if path else None
        if file is None or not file.exists:
            # A name that comes again before its folder was synced: the disk may still have the old file under it.
            file = File() if file is None else File(durable=file.durable, durably_exists=file.durably_exists)
            if path:
                disk.files[path] = file
        self._file = file

    def xRead(self, amount: int, offset: int) -> bytes:
        if self._disk.off():
            raise apsw.exception_for(apsw.SQLITE_IOERR)
        return bytes(self._file.image[offset : offset + amount])

    def xWrite(self, data: Any, offset: int) -> None:
        data = bytes(data)
        try:
            self._disk.step(Op.WRITE, offset + len(data) - len(self._file.image))
        except apsw.Error:
            if self._disk.off_after is not None and sum(self._disk.counts.values()) == self._disk.off_after + 1:
                self._file.write(offset, data)  # the write under which the power went: any part of it may be there
            raise
        self._file.write(offset, data)

    def xTruncate(self, size: int) -> None:
        self._disk.step(Op.WRITE)
        self._file.truncate(size)

    def xSync(self, flags: int) -> None:
        self._disk.step(Op.SYNC)
        self._file.sync()
        if not self._file.durably_exists:
            self._disk.sync_folder()  # as SQLite's own layer does after the first sync of a new file

    def xFileSize(self) -> int:
        return len(self._file.image)

    def excepthook(self, etype: object, evalue: object, etraceback: object) -> bool:
        """As Disk.excepthook."""
        return True
