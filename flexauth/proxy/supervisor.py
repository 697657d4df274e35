"""HAProxy as a process of ours: started, started again when it dies, given new certificates, stopped.

Owns the process, its folder and what it is told; knows no call. The listening socket stays ours: while HAProxy is
started again, clients wait in its queue and are not refused.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from flexauth.certificates import Certificates, CertificateWatch
from flexauth.faults import Fault
from flexauth.proxy.configuration import (
    ADMIN_SOCKET,
    ENGINE_SOCKET,
    ClientCertificates,
    ProxyLimits,
    configuration,
)

__all__ = ["Proxy", "ProxyFailed", "ProxyMissing", "find_haproxy"]

log = structlog.get_logger(__name__)

#: Debian keeps it where the shells of ordinary users do not look.
_MORE_FOLDERS: Final = ("/usr/local/sbin", "/usr/sbin", "/sbin")
#: Runs a program that ends with us, however we end: an orphan would go on taking our clients' calls.
_ENDS_WITH_US: Final = ("setpriv", "--pdeathsig", "TERM", "--")

_START_SECONDS: Final = 10.0
_ASK_AGAIN_SECONDS: Final = 0.01
_ANSWER_SECONDS: Final = 5.0
_STOP_SECONDS: Final = 5.0
_LOOK_SECONDS: Final = 1.0
#: Pauses before it is started again: doubled each time, the first again after it ran for so long.
_PAUSE_SECONDS: Final = 0.05
_PAUSE_SECONDS_MAX: Final = 10.0
_STEADY_SECONDS: Final = 60.0


class ProxyMissing(Fault):
    """{program} is not there, without which engine native has no TLS; install it (Debian: apt-get install {package})"""


class ProxyFailed(Fault):
    """HAProxy ({program}) does not serve: {cause}"""


def find_haproxy(program: str) -> str:
    """The path of HAProxy by its name or path. Raises `ProxyMissing`."""
    for needed, package in ((_ENDS_WITH_US[0], "util-linux"), (program, "haproxy")):
        if not _which(needed):
            raise ProxyMissing(program=needed, package=package)
    return _which(program)


def _which(program: str) -> str:
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), *_MORE_FOLDERS))
    return shutil.which(program, path=path) or ""


@dataclass(frozen=True, slots=True)
class _Files:
    """What a process is handed: its arguments, open files, and the names under which it knows its certificates."""

    arguments: tuple[str, ...]
    descriptors: tuple[int, ...]
    certificate: str
    client_ca: str | None


@dataclass(frozen=True, slots=True)
class _Running:
    """A process and its files."""

    process: subprocess.Popen[str]
    files: _Files


class Proxy:
    """HAProxy on a listening socket, before an engine on `engine_address`.

    `client_required` says whether clients must have a certificate, where the certificates name their authorities.
    """

    def __init__(
        self,
        program: str,
        listener: socket.socket,
        watch: CertificateWatch,
        limits: ProxyLimits,
        *,
        client_required: bool,
    ) -> None:
        self._program, self._listener, self._watch, self._limits = program, listener, watch, limits
        self._client_required = client_required
        self._folder = Path(tempfile.mkdtemp(prefix="flexauth-proxy-"))  # of mode 0700
        self._starting = threading.Lock()
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._running: _Running | None = None
        self._last_line = ""
        self._threads = [
            threading.Thread(target=run, name=name, daemon=True)
            for name, run in (("proxy", self._keep_running), ("proxy-certificates", self._keep_renewed))
        ]
        self.engine_address = f"unix:{self._folder / ENGINE_SOCKET}"

    @property
    def pid(self) -> int | None:
        """The process that serves now."""
        return self._running.process.pid if self._running else None

    @property
    def port(self) -> int:
        """The port that clients connect to."""
        return int(self._listener.getsockname()[1])

    def check(self) -> None:
        """Let HAProxy check its configuration. Raises `ProxyFailed` with what it says."""
        with self._files() as files:
            try:
                done = subprocess.run(
                    [self._program, "-c", *files.arguments],
                    cwd=self._folder,
                    pass_fds=files.descriptors,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    timeout=_START_SECONDS,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                cause = f"no word on its configuration within {_START_SECONDS:.0f} s"
                raise ProxyFailed(program=self._program, cause=cause) from None
        if done.returncode:
            raise ProxyFailed(program=self._program, cause=_said(done.stdout) or f"status {done.returncode}")

    def start(self) -> None:
        """Check, start, and wait until it serves. Raises `ProxyFailed`."""
        self.check()
        for thread in self._threads:
            thread.start()
        until = time.monotonic() + _START_SECONDS
        while not self._serves():
            if self._ended.wait(_ASK_AGAIN_SECONDS) or time.monotonic() > until:
                raise ProxyFailed(program=self._program, cause=self._last_line or "it does not answer")
        log.info("proxy serves", program=self._program, pid=self.pid)

    def stop(self) -> None:
        """Let answers that are on their way leave, then end it and give up the socket."""
        with self._starting:
            self._stopping.set()
            running = self._running
        if running:
            _signal(running.process, signal.SIGUSR1)
        for thread in self._threads:
            if thread.is_alive():
                thread.join(_STOP_SECONDS)
        if running and running.process.poll() is None:
            running.process.kill()
            running.process.wait()
        self._listener.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _keep_running(self) -> None:
        """Run it, and again whenever it ends; it ends when this thread does."""
        pause = _PAUSE_SECONDS
        while not self._stopping.is_set():
            started = time.monotonic()
            try:
                ended = self._run()
            except OSError as error:
                ended = str(error)
            self._ended.set()
            if not self._stopping.is_set():
                pause = _PAUSE_SECONDS if time.monotonic() - started > _STEADY_SECONDS else pause
                log.error("proxy ended", cause=ended, again_in_seconds=pause)
                self._stopping.wait(pause)
                pause = min(pause * 2, _PAUSE_SECONDS_MAX)

    def _run(self) -> str:
        """Start it, hand its lines to the log, and return how it ended."""
        running = self._spawn()
        if running is None:
            return "stopped"
        assert running.process.stdout is not None
        with running.process.stdout as lines:
            for line in lines:
                self._last_line = line.strip()
                log.info("proxy says", line=self._last_line)
        return f"status {running.process.wait()}"

    def _spawn(self) -> _Running | None:
        """Start it with the certificates of now; None where it is to stop."""
        with self._starting, self._files() as files:
            if self._stopping.is_set():
                return None
            process = subprocess.Popen(
                [*_ENDS_WITH_US, self._program, "-db", *files.arguments],
                cwd=self._folder,
                pass_fds=files.descriptors,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            )
            self._running = _Running(process, files)
            return self._running

    @contextmanager
    def _files(self) -> Iterator[_Files]:
        """The files of a process, all of them in memory: no copy of the key lies on a disk."""
        held, listener = self._watch.current, self._listener.fileno()
        with ExitStack() as opened:
            certificate = opened.enter_context(_in_memory("certificate", held.chain + held.key))
            passed = [listener, certificate]
            clients = None
            if held.client_ca:
                passed.append(opened.enter_context(_in_memory("client-ca", held.client_ca)))
                clients = ClientCertificates(_path(passed[-1]), self._client_required)
            text = configuration(listener, _path(certificate), clients, self._limits)
            passed.append(opened.enter_context(_in_memory("configuration", text.encode())))
            yield _Files(("-f", _path(passed[-1])), tuple(passed), _path(certificate), clients.ca if clients else None)

    def _keep_renewed(self) -> None:
        """Hand over new certificates; again, where it is just being started and may have read the old ones."""
        fresh: Certificates | None = None
        while not self._stopping.wait(_LOOK_SECONDS):
            fresh = self._watch.renewed() or fresh
            if fresh and self._renew(fresh):
                fresh = None

    def _renew(self, fresh: Certificates) -> bool:
        running = self._running
        if running is None:
            return False
        orders = [("cert", running.files.certificate, fresh.chain + fresh.key)]
        if running.files.client_ca and fresh.client_ca:
            orders.append(("ca-file", running.files.client_ca, fresh.client_ca))
        said = ""
        for kind, name, content in orders:
            said = self._tell(f"set ssl {kind} {name} <<\n{content.decode()}") and self._tell(
                f"commit ssl {kind} {name}"
            )
            if "Success!" not in said:
                self._tell(f"abort ssl {kind} {name}")
                break
        else:
            return True
        if said:
            log.error("proxy keeps its certificates", cause=_said(said))
        return bool(said)  # what it refuses now it would refuse again; what it did not hear is told again

    def _serves(self) -> bool:
        return bool(self._tell("show info"))

    def _tell(self, order: str) -> str:
        """Give an order over the admin socket; what it answers, "" where it does not."""
        with suppress(OSError), socket.socket(socket.AF_UNIX) as admin:
            admin.settimeout(_ANSWER_SECONDS)
            admin.connect(os.fspath(self._folder / ADMIN_SOCKET))
            admin.sendall(f"{order}\n".encode())
            admin.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: admin.recv(65_536), b"")).decode(errors="replace")
        return ""


@contextmanager
def _in_memory(name: str, content: bytes) -> Iterator[int]:
    """The descriptor of a file that lies on no disk and has no name."""
    descriptor = os.memfd_create(name)
    try:
        with os.fdopen(descriptor, "wb", closefd=False) as file:
            file.write(content)
        yield descriptor
    finally:
        os.close(descriptor)


def _path(descriptor: int) -> str:
    """How a process opens a file that it was handed."""
    return f"/dev/fd/{descriptor}"


def _signal(process: subprocess.Popen[str], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(number)


def _said(printed: str) -> str:
    """What matters of many lines: the alerts, else the last."""
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    return "; ".join([line for line in lines if "[ALERT]" in line] or lines[-1:])
