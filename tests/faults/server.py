"""A real `flexauth serve` in a process of its own on a data folder, for programmes that kill it, and its stubs."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from flexauth.v1 import administration_pb2_grpc, license_authority_pb2_grpc, reporting_pb2_grpc
from tests.rpc.serving import channel_to

STARTS_WITHIN = 30.0
COMMAND = (str(Path(sys.executable).with_name("flexauth")), "serve", "--listen", "127.0.0.1:0")
_KEYS = re.compile(r"^ +(admin|client) +(flx_live_\w+)", re.MULTILINE)


class DidNotServe(Exception):
    """The process ended instead of serving; what it said."""


class Stubs:
    """One caller's own connection."""

    def __init__(self, address: str, key: str) -> None:
        self.channel = channel_to(address, {"authorization": f"Bearer {key}"})
        self.licences = license_authority_pb2_grpc.LicenseAuthorityStub(self.channel)
        self.admin = administration_pb2_grpc.AdministrationStub(self.channel)
        self.reports = reporting_pb2_grpc.ReportingStub(self.channel)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.channel.close()


class Process:
    """A server from its start to its end; `keys` are those of the data folder, filled in at its first start."""

    def __init__(self, data: Path, keys: dict[str, str], environment: Mapping[str, str] | None = None) -> None:
        self._keys = keys
        self.said: deque[str] = deque(maxlen=200)
        self.serves = threading.Event()
        self._greeted = threading.Event()
        self.address = ""
        self._process = subprocess.Popen(
            [*COMMAND, "--data", str(data)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        self._readers = [threading.Thread(target=read, daemon=True) for read in (self._read_log, self._read_greeting)]
        for reader in self._readers:
            reader.start()

    def _read_log(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self.said.append(line.rstrip())
            if '"event": "serving"' in line:
                self.address = json.loads(line)["address"]
                self.serves.set()
        self.serves.set()

    def _read_greeting(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._keys.update(_KEYS.findall(line))
            if "admin" in self._keys:
                self._greeted.set()
        self._greeted.set()

    def wait(self) -> Process:
        """Until it serves."""
        if not self.serves.wait(STARTS_WITHIN) or not self.address:
            self.kill()
            raise DidNotServe("\n".join(self.said))
        self._greeted.wait(STARTS_WITHIN)
        return self

    def stubs(self) -> Stubs:
        return Stubs(self.address, self._keys["admin"])

    def heard(self, event: str) -> list[Any]:
        """Log lines of a kind so far."""
        return [json.loads(line) for line in list(self.said) if f'"event": "{event}"' in line]

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
        status = self._process.wait(STARTS_WITHIN)
        for reader in self._readers:
            reader.join(STARTS_WITHIN)
        assert not any(reader.is_alive() for reader in self._readers)
        for pipe in (self._process.stdout, self._process.stderr):
            assert pipe is not None
            pipe.close()
        return status
