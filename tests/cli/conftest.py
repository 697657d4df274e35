"""A served authority for the commands: real gRPC on loopback, a clock that stands, and a runner of commands."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from flexauth.cli.main import app
from flexauth.clock import VirtualClock
from flexauth.config import Settings
from flexauth.serving import Service, open_service

MONDAY = int(datetime(2026, 3, 2, 8, tzinfo=UTC).timestamp()) * 1_000_000


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Commands find nothing of this machine: no server, no key, no data folder but an empty one."""
    for name in ("SERVER", "KEY", "TEAM", "USER", "DEVICE", "CONFIG", "LISTEN", "ENGINE", "DATA"):
        monkeypatch.delenv(f"FLEXAUTH_{name}", raising=False)
    monkeypatch.setenv("FLEXAUTH_TRACEBACK", "1")
    monkeypatch.chdir(tmp_path)


#: Made once: it takes longer than to run a command.
_command = cache(typer.main.get_command)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `flexauth` with arguments in this process."""
    monkeypatch.setattr("typer.testing._get_command", _command)

    def invoke(*arguments: str, **env: str) -> Ran:
        result = CliRunner().invoke(app, list(arguments), env=env)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert "Traceback" not in result.stderr
        return Ran(result.exit_code, result.stdout, result.stderr)

    return invoke


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(MONDAY)


@pytest.fixture
def service(tmp_path: Path, clock: VirtualClock) -> Iterator[Service]:
    """An authority in the folder `data`, as `flexauth serve --sample` leaves it, but empty."""
    opened = open_service(Settings(data=tmp_path / "data", listen="127.0.0.1:0"), with_credentials=True, clock=clock)
    yield opened
    opened.stop()


@pytest.fixture
def advance(service: Service, clock: VirtualClock) -> Callable[[int], None]:
    """Let so many seconds pass, and what is due happen."""

    def move(seconds: int) -> None:
        clock.advance_to(clock.boot() + seconds * 1_000_000)
        service.authority.tick()

    return move


@pytest.fixture
def studio(service: Service, run: Run) -> Service:
    """A team `studio` with 100 tokens, AutoCAD at 7, and ann who may run everything."""
    for words in (
        "team create studio --name Studio",
        "product create ACD --name AutoCAD --rate 7",
        "pack order studio 100 --price 3.00 --number first",
        "user create ann ALL --team studio --name Ann",
    ):
        assert run(*words.split()).status == 0, words
    return service
