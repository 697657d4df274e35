"""The client's own thread on the real clock: it keeps sessions, wakes for what happens, and ends with the client."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from flexauth_client import Ended, State
from flexauth_client.client import WAIT_SECONDS_MAX
from flexauth_client.timing import SystemClock
from tests.client.world import MINUTE, START, Skipping, World, eventually

REPO = Path(__file__).resolve().parents[2]
#: Signs in, says the session's id, and waits to be killed.
PRODUCT = """
import sys
from pathlib import Path
from flexauth_client import Client
server, key, folder = sys.argv[1:]
session = Client(server, key=key, user="ann", device="laptop", state_folder=Path(folder)).session("ACD")
session.operation()
print(session.id, flush=True)
sys.stdin.readline()
"""


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "flexauth-client"]


def test_one_thread_keeps_all_sessions_and_ends_with_the_client(world: World) -> None:
    client = world.client(background=True, clock=SystemClock())
    assert threads() == []
    one, two = client.session("ACD"), client.session("AWARE")
    assert len(threads()) == 1
    client.close()
    assert threads() == []
    assert {world.state(one.id), world.state(two.id)} == {"CLOSED"}
    client.close()  # again: nothing


def test_what_was_due_in_a_suspend_is_done_when_the_client_is_woken(world: World) -> None:
    clock = Skipping()
    ends: list[Ended] = []
    client = world.client(background=True, clock=clock)
    session = client.session("ACD", on_ended=ends.append)
    world.take_over("ACD")
    world.skip(10 * MINUTE, clock, client)  # the heartbeat is overdue
    ended = session.wait_ended(20)
    assert ended is not None
    assert ended.state.name == "SUPERSEDED"
    eventually(lambda: ends == [ended])


def test_a_resumption_wakes_the_thread_at_once(world: World) -> None:
    clock = Skipping()
    client = world.client(background=True, clock=clock)
    session = client.session("AWARE")
    world.skip(16 * MINUTE, clock, client)
    eventually(lambda: world.state(session.id) == "IDLE")
    eventually(lambda: session.facts is not None and session.facts.state is State.IDLE)
    clock.skipped += MINUTE
    world.advance_to(17 * MINUTE)
    session.operation()  # nothing else wakes the thread before its longest wait is over
    eventually(lambda: world.state(session.id) == "ACTIVE", within_seconds=WAIT_SECONDS_MAX / 2)


def test_an_operation_costs_no_call_and_takes_no_lock(world: World) -> None:
    client = world.client()
    session = client.session("AWARE")
    (keeper,) = client._keepers
    counter = keeper.machine.memory.counter
    held = threading.Event()
    free = threading.Event()

    def hold() -> None:
        with keeper._lock, client._lock:
            held.set()
            free.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    for _ in range(1_000):
        session.operation()
    free.set()
    holder.join(10)
    assert keeper.machine.memory.counter == counter


def product(world: World) -> tuple[subprocess.Popen[str], str]:
    folder = str(world.folder / "ann" / "laptop")
    argv = [sys.executable, "-c", PRODUCT, world.cable.address, world.key, folder]
    process = subprocess.Popen(argv, cwd=REPO, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def test_after_kill_9_the_product_goes_on_with_its_session_online_and_offline(world: World) -> None:
    process, before = product(world)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    client = world.client(clock=SystemClock())
    assert client.session("ACD").id == before
    world.kill(client)
    world.offline()
    client = world.client(clock=SystemClock())
    assert client.session("ACD").id == before
    assert world.state(before) == "ACTIVE"


def test_two_living_processes_have_a_session_each(world: World) -> None:
    one, first = product(world)
    two, second = product(world)
    assert first != second
    kept = [json.loads(path.read_text()) for path in (world.folder / "ann" / "laptop").glob("*.json")]
    assert {record["memory"]["session"] for record in kept} == {first, second}
    for process in (one, two):
        process.communicate("\n", timeout=30)  # it ends without a `with`, and checks in nevertheless
    assert {world.state(first), world.state(second)} == {"CLOSED"}
    assert world.clock.boot() == START
