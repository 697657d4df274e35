"""What a server refuses at its start, and when it ends by itself, as its operator meets it: one sentence, a status."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flexauth import committer
from flexauth.cli.exits import ExitStatus
from flexauth.config import Settings
from flexauth.faults import StoreFailed
from flexauth.serving import database_of, open_service
from flexauth.store.port import Batch
from flexauth.store.sqlite import SqliteStore
from flexauth.store.statements import statement
from flexauth.v1 import administration_pb2 as admin
from tests.faults.server import COMMAND, Process, Stubs, new_data
from tests.rpc.serving import failure


def refused(data: Path) -> subprocess.CompletedProcess[str]:
    """A start that must fail."""
    command = (*COMMAND, "--data", str(data))
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_the_second_server_of_one_file_refuses_and_names_the_first(tmp_path: Path) -> None:
    key = new_data(tmp_path)
    first = Process(tmp_path, key).wait()
    try:
        second = refused(tmp_path)
        assert second.returncode == ExitStatus.UNAVAILABLE
        assert f"process {first.pid} on" in second.stderr
        assert "stop that one first" in second.stderr
        assert "Traceback" not in second.stderr
        with first.stubs() as stubs:
            stubs.admin.CreateTeam(admin.CreateTeamRequest(name="acme"), timeout=10)
    finally:
        assert first.stop() == 0


def test_a_server_that_was_killed_leaves_no_lock(tmp_path: Path) -> None:
    key = new_data(tmp_path)
    Process(tmp_path, key).wait().kill()
    assert Process(tmp_path, key).wait().stop() == 0


def test_a_database_from_a_newer_schema_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    store = SqliteStore(database_of(Settings(data=tmp_path)))
    store._connection.execute(statement("set_schema"), {"schema": 99})
    store.close()
    before = database_of(Settings(data=tmp_path)).read_bytes()
    start = refused(tmp_path)
    assert start.returncode == ExitStatus.WRONG_INPUT
    assert "has schema 99" in start.stderr
    assert "start a newer flexauth" in start.stderr
    assert "Traceback" not in start.stderr
    assert database_of(Settings(data=tmp_path)).read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    content = b"not a database, but some text" * 100
    database_of(Settings(data=tmp_path)).write_bytes(content)
    start = refused(tmp_path)
    assert start.returncode == ExitStatus.FAILED
    assert "not a database" in start.stderr
    assert "Traceback" not in start.stderr
    assert database_of(Settings(data=tmp_path)).read_bytes() == content


def test_a_server_whose_store_is_lost_says_so_to_every_caller_and_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object) -> Any:
        raise StoreFailed(cause="the disk is gone")

    monkeypatch.setattr(committer, "_OPEN_SECONDS", 0)
    service = open_service(Settings(data=tmp_path, listen="127.0.0.1:0"), with_credentials=True)
    try:
        assert service.first_keys is not None
        commit: Callable[[SqliteStore, Batch], None] = lost
        monkeypatch.setattr(SqliteStore, "commit", commit)
        monkeypatch.setattr(SqliteStore, "stored_batch", lost)
        with Stubs(service.address, service.first_keys.admin) as stubs:
            for name in ("acme", "bolt"):
                said = failure(stubs.admin.CreateTeam, admin.CreateTeamRequest(name=name))
                assert said.code == "UNAVAILABLE", json.dumps(said.details, default=str)
        with pytest.raises(StoreFailed, match="see to its disk"):
            service.until(threading.Event())
    finally:
        service.stop()
