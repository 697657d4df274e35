"""A real `flexauth serve` in a process of its own on a data folder, for programmes that kill it, and its stubs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from flexauth import bootstrap
from flexauth.clock import SystemClock
from flexauth.config import Settings
from flexauth.first_keys import ADMIN, make
from flexauth.serving import database_of
from flexauth.v1 import administration_pb2_grpc, license_authority_pb2_grpc, members_pb2_grpc, reporting_pb2_grpc
from tests.rpc.serving import channel_to

STARTS_WITHIN = 30.0
COMMAND = (str(Path(sys.executable).with_name("flexauth")), "serve", "--listen", "127.0.0.1:0")


class DidNotServe(Exception):
    """The process ended instead of serving; what it said."""


class Stubs:
    """One caller's own connection."""

    def __init__(self, address: str, key: str) -> None:
        self.channel = channel_to(address, {"authorization": f"Bearer {key}"})
        self.licences = license_authority_pb2_grpc.LicenseAuthorityStub(self.channel)
        self.admin = administration_pb2_grpc.AdministrationStub(self.channel)
        self.members = members_pb2_grpc.MembersStub(self.channel)
        self.reports = reporting_pb2_grpc.ReportingStub(self.channel)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.channel.close()


def new_data(data: Path) -> str:
    """Make a data folder with a key for an admin; gives the key."""
    data.mkdir(mode=0o700, exist_ok=True)
    store = bootstrap.open_store(f"sqlite:{database_of(Settings(data=data))}")
    authority = bootstrap.open_authority(store, SystemClock())
    key = make(authority, "faults", ADMIN)
    authority.close()
    store.close()
    return key


class Process:
    """A server on a data folder, from its start to its end; `key` is an admin's."""

    def __init__(self, data: Path, key: str, environment: Mapping[str, str] | None = None) -> None:
        self._key = key
        self.said: deque[str] = deque(maxlen=200)
        self.serves = threading.Event()
        self.address = ""
        self._process = subprocess.Popen(
            [*COMMAND, "--data", str(data)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()

    def _read_log(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self.said.append(line.rstrip())
            if '"event": "serving"' in line:
                self.address = json.loads(line)["address"]
                self.serves.set()
        self.serves.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def wait(self) -> Self:
        """Until it serves."""
        if not self.serves.wait(STARTS_WITHIN) or not self.address:
            self.kill()
            raise DidNotServe("\n".join(self.said))
        return self

    def stubs(self) -> Stubs:
        return Stubs(self.address, self._key)

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """Kill -9."""
        self._process.kill()
        self._ended()

    def stop(self) -> int:
        """SIGTERM; its exit status."""
        self._process.send_signal(signal.SIGTERM)
        return self._ended()

    def _ended(self) -> int:
        assert self._process.stderr is not None
        status = self._process.wait(STARTS_WITHIN)
        self._reader.join(STARTS_WITHIN)
        assert not self._reader.is_alive()
        self._process.stderr.close()
        return status
