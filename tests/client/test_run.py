"""Running a program under a session: exit statuses, signals, and the end of the program with its session."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from flexauth import requests
from flexauth_client import (
    Client,
    ConfigurationError,
    Ended,
    InsufficientTokens,
    OfflineLimitSoon,
    Rejected,
    RenewalSoon,
    State,
    Unavailable,
)
from flexauth_client.run import MEANINGS, RunStatus, run, status_of
from flexauth_client.timing import SystemClock
from tests.client.world import MINUTE, START, Skipping, World

REPO = Path(__file__).resolve().parents[2]
#: Says that it is there and waits for a line; ends with 5 at SIGTERM.
WAITS = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))
print("there", flush=True)
sys.stdin.readline()
"""
#: As a user's shell would start it.
OUTER = """
import sys
from pathlib import Path
from flexauth_client import Client
from flexauth_client.run import run
server, key, folder, *command = sys.argv[1:]
client = Client(server, key=key, user="ann", device="laptop", state_folder=Path(folder))
with client:
    status = run(client, "ACD", command, tell=lambda text: print(text, file=sys.stderr), grace_seconds=5)
sys.exit(status)
"""


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def sessions(world: World) -> list[str]:
    return [facts.state.name for facts in world.ask(requests.ListSessions(user="ann")).items]


@pytest.fixture
def client(world: World) -> Client:
    """One with a thread, on the real clock."""
    return world.client(background=True, clock=SystemClock())


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.mark.parametrize(("code", "status"), [("", 0), ("raise SystemExit(3)", 3)])
def test_the_status_is_the_programs_and_the_session_is_closed(
    world: World, client: Client, told: list[str], code: str, status: int
) -> None:
    assert run(client, "ACD", python(code), tell=told.append) == status
    assert sessions(world) == ["CLOSED"]
    assert world.balance == (100, 0)
    assert told == []


def test_a_program_that_a_signal_ended_has_the_status_of_the_shell(client: Client, told: list[str]) -> None:
    code = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert run(client, "ACD", python(code), tell=told.append) == 128 + signal.SIGKILL


def test_a_program_that_is_not_there_holds_no_tokens(
    world: World, client: Client, told: list[str], tmp_path: Path
) -> None:
    (tmp_path / "plain").write_text("no program")
    assert run(client, "ACD", ["no-such-program"], tell=told.append) == RunStatus.NOT_FOUND
    assert run(client, "ACD", [str(tmp_path / "plain")], tell=told.append) == RunStatus.NOT_EXECUTABLE
    assert "no-such-program is not found" in told[0]
    assert "cannot be executed" in told[1]
    assert sessions(world) == []


def test_a_program_that_does_not_start_is_checked_in_at_once(
    world: World, client: Client, told: list[str], tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    broken.write_text("#!/no/such/interpreter\n")
    broken.chmod(0o755)
    assert run(client, "ACD", [str(broken)], tell=told.append) == RunStatus.NOT_EXECUTABLE
    assert sessions(world) == ["CLOSED"]


def test_a_denied_sign_in_starts_nothing(client: Client, told: list[str], tmp_path: Path) -> None:
    with pytest.raises(InsufficientTokens) as denied:
        run(client, "HUGE", python(f"open({str(tmp_path / 'ran')!r}, 'w')"), tell=told.append)
    assert status_of(denied.value) is RunStatus.DENIED
    assert not (tmp_path / "ran").exists()


def test_each_beginning_that_fails_has_its_status() -> None:
    assert status_of(Unavailable("x", server="y")) is RunStatus.UNAVAILABLE
    assert status_of(Rejected("x", status="NOT_FOUND")) is RunStatus.REJECTED
    assert status_of(ConfigurationError("x")) is RunStatus.CONFIGURATION
    assert set(MEANINGS) == set(RunStatus)


@pytest.mark.parametrize("obeys", [True, False])
def test_the_program_ends_with_its_session(world: World, told: list[str], tmp_path: Path, obeys: bool) -> None:
    """SIGTERM, and SIGKILL for one that does not hear it."""
    clock, pipe = Skipping(), tmp_path / "pipe"
    client = world.client(background=True, clock=clock)
    os.mkfifo(pipe)
    ignore = "" if obeys else "signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    code = f"import signal, threading\n{ignore}\nopen({str(pipe)!r}, 'w').write('there')\nthreading.Event().wait()"
    results: list[int] = []

    def run_it() -> None:
        results.append(run(client, "ACD", python(code), tell=told.append, grace_seconds=0.2))

    runner = threading.Thread(target=run_it)
    runner.start()
    assert pipe.read_text() == "there"
    world.take_over("ACD")
    world.skip(6 * MINUTE, clock, client)
    runner.join(30)
    assert results == [RunStatus.SESSION_ENDED]
    assert "SUPERSEDED" in told[0]
    assert sorted(sessions(world)) == ["ACTIVE", "SUPERSEDED"]


def test_the_person_is_told_what_is_coming(client: Client, told: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from flexauth_client.run import _Running

    monkeypatch.setenv("TZ", "UTC")
    running = _Running(told.append, 1.0)
    running.renewal_soon(RenewalSoon(START))
    running.offline_limit_soon(OfflineLimitSoon(START))
    running.session_ended(Ended(State.EXPIRED, START))
    assert ["paid time ends" in told[0], "out of reach" in told[1], "EXPIRED" in told[2]] == [True] * 3


def outer(world: World, *command: str, **given: Any) -> subprocess.Popen[str]:
    folder = str(world.folder / "ann" / "laptop")
    argv = [sys.executable, "-c", OUTER, world.cable.address, world.key, folder, *command]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(argv, cwd=REPO, text=True, **{**pipes, **given})


def test_a_signal_to_end_reaches_the_program_and_the_session_is_checked_in(world: World) -> None:
    process = outer(world, *python(WAITS))
    assert process.stdout is not None
    assert process.stdout.readline() == "there\n"
    process.send_signal(signal.SIGTERM)
    process.wait(30)  # with its input open: nothing but the signal ends it
    _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (5, "")
    assert sessions(world) == ["CLOSED"]


def test_after_kill_9_the_next_run_goes_on_with_the_session(world: World) -> None:
    process = outer(world, *python(WAITS))
    assert process.stdout is not None
    assert process.stdout.readline() == "there\n"
    process.kill()
    process.wait(30)
    process.communicate()  # the program hears the end of its input, and ends
    assert sessions(world) == ["ACTIVE"]
    again = outer(world, *python(WAITS))
    assert again.stdout is not None
    assert again.stdout.readline() == "there\n"
    assert sessions(world) == ["ACTIVE"]  # the same one
    _, errors = again.communicate("\n", timeout=30)
    assert (again.returncode, errors) == (0, "")
    assert sessions(world) == ["CLOSED"]
    assert world.balance == (100, 0)
