"""Runs any program under a session: sign in, run, keep the session, check in; the program ends with its session.

Owns the exit statuses of that, and the signals between here and the program. Knows nothing of command lines.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from enum import IntEnum
from types import FrameType
from typing import Any, Final

from flexauth_client.client import Client
from flexauth_client.errors import ConfigurationError, Denied, FlexauthError, Unavailable
from flexauth_client.machine import Ended, Ending, OfflineLimitSoon, RenewalSoon

__all__ = ["MEANINGS", "RunStatus", "run", "status_of"]

GRACE_SECONDS: Final = 10.0


class RunStatus(IntEnum):
    """What `run` itself ends with; everything else is the program's own status, 128 + n where signal n ended it.

    The numbers are those of sysexits.h and, for a program that does not start, of the shell.
    """

    UNAVAILABLE = 69
    REJECTED = 70
    SESSION_ENDED = 75
    DENIED = 77
    CONFIGURATION = 78
    NOT_EXECUTABLE = 126
    NOT_FOUND = 127


MEANINGS: Final[Mapping[RunStatus, str]] = {
    RunStatus.UNAVAILABLE: "the authority gives no answer and there is no valid lease; the program was not started",
    RunStatus.REJECTED: "the authority does not take the call: a wrong key or value; the program was not started",
    RunStatus.SESSION_ENDED: "the session ended while the program ran, and the program with it",
    RunStatus.DENIED: "the sign-in was denied; the program was not started",
    RunStatus.CONFIGURATION: "no server is named, or a setting is wrong; the program was not started",
    RunStatus.NOT_EXECUTABLE: "the program cannot be executed; nobody signed in",
    RunStatus.NOT_FOUND: "there is no such program; nobody signed in",
}


def status_of(error: FlexauthError) -> RunStatus:
    """The exit status for a session that did not begin."""
    if isinstance(error, Denied):
        return RunStatus.DENIED
    if isinstance(error, Unavailable):
        return RunStatus.UNAVAILABLE
    return RunStatus.CONFIGURATION if isinstance(error, ConfigurationError) else RunStatus.REJECTED


def run(
    client: Client,
    product: str,
    command: Sequence[str],
    *,
    tell: Callable[[str], None],
    grace_seconds: float = GRACE_SECONDS,
    **terms: Any,
) -> int:
    """Run `command` under a session of `product` and return the exit status, of the program or a `RunStatus`.

    `tell` gets the sentences that a person must read; `terms` are those of `Client.session`. When the session ends,
    the program gets SIGTERM and after `grace_seconds` SIGKILL (on Windows it is terminated at once). The program
    counts as in use while it runs. Raises what `Client.session` raises; `status_of` gives the status for it.
    """
    program = shutil.which(command[0])  # before the sign-in: a slip of the pen must not hold tokens
    if program is None:
        there = os.path.exists(command[0])  # noqa: PTH110  a name to look up, not a path yet
        tell(f"{command[0]} {'cannot be executed' if there else 'is not found'}; nothing was started.")
        return RunStatus.NOT_EXECUTABLE if there else RunStatus.NOT_FOUND
    running = _Running(tell, grace_seconds)
    with client.session(
        product,
        always_in_use=True,
        on_renewal_soon=running.renewal_soon,
        on_ending=running.ending,
        on_offline_limit_soon=running.offline_limit_soon,
        on_ended=running.session_ended,
        **terms,
    ):
        try:
            return running.run([program, *command[1:]])
        except OSError as error:
            tell(f"{command[0]} cannot be executed: {error.strerror}.")
            return RunStatus.NOT_EXECUTABLE


class _Running:
    """One program, and the end that its session may put to it from another thread."""

    def __init__(self, tell: Callable[[str], None], grace_seconds: float) -> None:
        self._tell = tell
        self._grace_seconds = grace_seconds
        self._lock = threading.Lock()  # of the two below
        self._program: subprocess.Popen[bytes] | None = None
        self._is_ended = False
        self._early = 0  # a signal that came before the program was there
        self._killer = threading.Timer(grace_seconds, self._signal, (getattr(signal, "SIGKILL", signal.SIGTERM),))
        self._killer.daemon = True
        # With a terminal the program stays in our group, so that its keys reach it; without one it leads a group of its
        # own, so that the end of the session reaches whatever it has started.
        self._own_group = os.name == "posix" and not (sys.stdin and sys.stdin.isatty())

    def run(self, command: Sequence[str]) -> int:
        """Run to the end."""
        with _forwarding(self._forward, keyboard=self._own_group):
            group = {"process_group": 0} if self._own_group else {}
            program = subprocess.Popen(command, **group)  # type: ignore[call-overload]
            with self._lock:
                self._program, already = program, self._is_ended
            if already:
                self._end()
            elif self._early:
                self._signal(self._early)
            status: int = program.wait()
        self._killer.cancel()
        if self._is_ended:
            return RunStatus.SESSION_ENDED
        return status if status >= 0 else 128 - status

    def session_ended(self, ended: Ended) -> None:
        why = str(ended.denial) if ended.denial else f"It is {ended.state.name}."
        self._tell(f"The session ended at {_clock(ended.at)}. {why} The program is being ended.")
        with self._lock:
            self._is_ended = True
            started = self._program is not None
        if started:
            self._end()

    def renewal_soon(self, notice: RenewalSoon) -> None:
        what = "has not been agreed to, and the program ends then" if notice.needs_consent else "is charged anew"
        self._tell(f"The paid time ends at {_clock(notice.at)}; going on after that {what}.")

    def ending(self, notice: Ending) -> None:
        self._tell(f"The session ends at {_clock(notice.at)}, before its paid time does, and the program with it.")

    def offline_limit_soon(self, notice: OfflineLimitSoon) -> None:
        self._tell(f"The licence authority is out of reach; without contact the program ends at {_clock(notice.at)}.")

    def _end(self) -> None:
        self._signal(signal.SIGTERM)
        self._killer.start()

    def _forward(self, number: int) -> None:
        self._early = number
        self._signal(number)

    def _signal(self, number: int) -> None:
        program = self._program
        if program is None or program.returncode is not None:
            return
        with suppress(ProcessLookupError):
            if self._own_group:
                os.killpg(program.pid, number)
            else:
                program.send_signal(number)


@contextmanager
def _forwarding(send: Callable[[int], None], *, keyboard: bool) -> Iterator[None]:
    """Hand what would end us on to the program: we end after it, with a check-in.

    Without `keyboard` its signals reach the program by themselves, and are its own to judge (as in system(3)).
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set handlers; elsewhere the caller's stand
        return

    def forward(number: int, _frame: FrameType | None) -> None:
        send(number)

    def leave(_number: int, _frame: FrameType | None) -> None:
        """A handler, because the program would inherit an ignored signal."""

    keys = forward if keyboard else leave
    handlers = {"SIGTERM": forward, "SIGHUP": forward, "SIGINT": keys, "SIGQUIT": keys}
    known = {getattr(signal, name): handler for name, handler in handlers.items() if hasattr(signal, name)}
    before = {number: signal.signal(number, handler) for number, handler in known.items()}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


def _clock(at: int) -> str:
    return f"{datetime.fromtimestamp(at // 1_000_000, UTC).astimezone():%H:%M}"
