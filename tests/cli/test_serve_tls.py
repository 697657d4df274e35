"""`flexauth serve --tls` as a process, on both engines: the printed commands work, and HAProxy ends with the server."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_serve import PROGRAM, Served, pasted, refused
from tests.rpc.authorities import Authority
from tests.rpc.fronts import need_haproxy, until


@pytest.fixture
def files() -> tuple[str, ...]:
    pair = Authority(Path("pki")).server()
    return "--tls", "--tls-certificate", str(pair.certificate), "--tls-key", str(pair.key)


@pytest.fixture
def started() -> Iterator[list[Served]]:
    """Processes to end."""
    served: list[Served] = []
    yield served
    for one in served:
        one.stop(signal.SIGKILL)


@pytest.mark.parametrize("engine", ["grpcio", "native"])
def test_the_sample_is_served_by_tls_and_the_printed_commands_work_as_they_stand(
    started: list[Served], files: tuple[str, ...], engine: str
) -> None:
    if engine == "native":
        need_haproxy()
    served = Served(*files, "--engine", engine, "--sample")
    started.append(served)
    assert served.address.startswith("https://127.0.0.1:")
    export, balance, *_ = served.tries
    assert "studio" in pasted([export, balance])
    assert served.stop() == 0
    events = [json.loads(line) for line in served.log.splitlines()]
    assert next(line["engine"] for line in events if line["event"] == "serving") == engine


def test_without_the_sample_the_printed_lines_tell_whom_to_trust(started: list[Served], files: tuple[str, ...]) -> None:
    served = Served(*files)
    started.append(served)
    assert f"FLEXAUTH_CA_FILE={Path('pki/server.pem').resolve()} FLEXAUTH_SERVER_NAME=localhost" in served.tries[0]
    assert "acme" in pasted(served.tries[:3])
    assert served.stop() == 0


def test_haproxy_ends_with_a_server_that_is_killed(started: list[Served], files: tuple[str, ...]) -> None:
    need_haproxy()
    served = Served(*files, "--engine", "native")
    started.append(served)
    served.process.kill()
    served.stop(signal.SIGKILL)
    pid = next(line["pid"] for line in map(json.loads, served.log.splitlines()) if line["event"] == "proxy serves")
    until(lambda: is_over(pid))
    again = Served(*files, "--engine", "native", "--listen", served.address.removeprefix("https://"))
    started.append(again)
    assert again.address == served.address
    assert again.stop() == 0


def is_over(pid: int) -> bool:
    """Whether a process has ended; one that nobody has waited for yet has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_what_is_at_odds_is_refused_before_anything_is_made() -> None:
    assert "nowhere.pem cannot be used for TLS" in refused(
        "--tls", "--tls-certificate", "nowhere.pem", "--tls-key", "nowhere.key"
    )
    assert not Path("data").exists()


def test_the_help_tells_of_every_tls_setting() -> None:
    said = pasted([f"COLUMNS=200 {PROGRAM} serve --help"])
    for option in ("--tls", "--tls-certificate", "--tls-key", "--tls-client-ca", "--tls-client", "--insecure"):
        assert option in said
