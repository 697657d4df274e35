"""`flexauth serve` as a process: first start, the printed commands pasted, the end, the next start, what is refused."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PROGRAM = str(Path(sys.executable).with_name("flexauth"))
STATES = re.compile(r"flexauth serves on (\S+) from (\S+)")
SECONDS = 30

Start = Callable[..., "Served"]


class Served:
    """A serving process, once it has said how to use it."""

    def __init__(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [PROGRAM, "serve", *(() if "--listen" in options else ("--listen", "127.0.0.1:0")), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if "To try it" in "".join(lines) and line == "\n":
                break
        self.said = "".join(lines)
        self.log = ""

    @property
    def address(self) -> str:
        found = STATES.search(self.said)
        assert found, self.said
        return found[1]

    @property
    def tries(self) -> list[str]:
        """The lines to paste."""
        return [line.strip() for line in self.said.partition("To try it")[2].splitlines()[1:] if line.strip()]

    def stop(self, number: int = signal.SIGTERM) -> int:
        if self.process.returncode is None:
            self.process.send_signal(number)
            self.log += self.process.communicate(timeout=SECONDS)[1]
        return self.process.returncode


@pytest.fixture
def start() -> Iterator[Start]:
    served: list[Served] = []

    def begin(*options: str) -> Served:
        served.append(Served(*options))
        return served[-1]

    yield begin
    for one in served:
        one.stop(signal.SIGKILL)


def pasted(lines: list[str]) -> str:
    """What another shell, in another folder, prints for these lines."""
    done = subprocess.run(
        ["bash", "-euc", "\n".join(lines)], cwd="/", capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_sample_is_served_and_the_printed_commands_work_as_they_stand(start: Start) -> None:
    served = start("--sample")
    export, *tries = served.tries
    assert len(tries) == 3
    tries[-1] = tries[-1].replace("sleep 20", "true")
    said = pasted([export, *tries])
    assert "studio" in said
    assert "TOKENS" in said
    ledger = pasted([export, f"{PROGRAM} ledger --json"])
    assert [entry["kind"] for entry in json.loads(ledger)["entries"]] == ["ORDER", "ORDER"]
    assert served.stop() == 0


def test_the_one_time_code_gives_one_key_and_another_is_printed_where_the_keys_are_lost(start: Start) -> None:
    first = start()
    export, *_ = first.tries
    pasted([export])
    again = subprocess.run(
        ["bash", "-euc", export + "; [ -n $FLEXAUTH_KEY ]"], capture_output=True, text=True, check=False
    )
    assert "no valid credential" in again.stderr
    assert first.stop() == 0
    assert "flx_claim_" not in first.log
    second = start()
    assert "flx_claim_" not in second.said
    assert second.stop() == 0
    third = start("--claim")
    assert json.loads(pasted([third.tries[0], f"{PROGRAM} key list --json"]))["api_keys"][-1]["name"] == "first-admin"


def test_without_the_sample_the_printed_commands_set_up_a_team(start: Start) -> None:
    served = start()
    export, *tries = served.tries
    said = pasted([export, *tries, f"{PROGRAM} balance --json"])
    assert json.loads(said[said.index("{") :])["available"] == 500
    assert not Path("data/credentials.json").exists()
    assert served.stop(signal.SIGINT) == 0


def test_keys_are_shown_at_the_first_start_alone_and_the_sample_is_loaded_once(start: Start) -> None:
    first = start("--sample")
    assert first.said.count("flx_live_") == 2
    before = pasted([first.tries[0], f"{PROGRAM} balance --json"])
    assert first.stop() == 0
    second = start("--sample")
    assert "flx_live_" not in second.said
    assert pasted([second.tries[0], f"{PROGRAM} balance --json"]) == before


def test_files_with_keys_and_books_are_their_owners_alone(start: Start) -> None:
    start("--sample")
    assert stat.S_IMODE(Path("data").stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in Path("data").iterdir()}
    assert {"flexauth.db", "lease-keys.json", "credentials.json"} <= modes.keys()
    assert set(modes.values()) == {0o600}
    holding = [path.name for path in Path("data").iterdir() if b"flx_live_" in path.read_bytes()]
    assert holding == ["credentials.json"]


def test_a_killed_authority_serves_again_with_everything_that_it_answered(start: Start) -> None:
    first = start("--sample")
    session = pasted([first.tries[0], f"{PROGRAM} session checkout ACD --user ann@studio.example --json"])
    first.stop(signal.SIGKILL)
    second = start("--sample")
    listed = pasted([second.tries[0], f"{PROGRAM} session list --json"])
    assert [one["session"] for one in json.loads(listed)["sessions"]] == [json.loads(session)["facts"]["session"]]
    assert json.loads(pasted([second.tries[0], f"{PROGRAM} balance --json"]))["held"] == 7


def test_the_log_is_json_and_tells_the_start_and_the_end(start: Start) -> None:
    served = start("--engine", "native")
    assert served.stop() == 0
    lines = [json.loads(line) for line in served.log.splitlines()]
    assert [line["event"] for line in lines] == ["serving", "stopping", "stopped"]
    assert (lines[0]["address"], lines[0]["engine"]) == (served.address, "native")


def refused(*options: str, **env: str) -> str:
    done = subprocess.run(
        [PROGRAM, "serve", *options], capture_output=True, text=True, timeout=SECONDS, env=os.environ | env, check=False
    )
    assert done.returncode in {2, 3}, done
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    return f"{done.returncode} {done.stderr}"


def test_a_second_authority_on_the_same_data_is_refused_naming_the_first(start: Start) -> None:
    first = start()
    told = refused("--listen", "127.0.0.1:0")
    assert told.startswith("3 ")
    assert str(first.process.pid) in told
    assert "flexauth.db" in told


def test_an_address_that_is_taken_is_refused_by_name(start: Start) -> None:
    first = start()
    assert first.address in refused("--listen", first.address, "--data", "other")


def test_beyond_this_machine_it_serves_only_when_told_that_it_is_insecure(start: Start) -> None:
    told = refused("--listen", "0.0.0.0:0")
    assert "'0.0.0.0:0'" in told
    assert "--insecure" in told
    assert not Path("data").exists()
    assert start("--listen", "0.0.0.0:0", "--insecure").address.startswith("0.0.0.0:")


def test_a_wrong_setting_is_named_with_where_it_came_from() -> None:
    assert "FLEXAUTH_LISTEN is 'nope'" in refused(FLEXAUTH_LISTEN="nope")
