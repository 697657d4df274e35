"""Backup while serving, restore to an empty folder, and everything that is not believed."""

import os
from pathlib import Path

import pytest

from flexauth.config import Settings
from flexauth.serving import Service, open_service
from tests.cli.conftest import Run


@pytest.fixture
def copy(studio: Service, run: Run) -> Path:
    """A backup of the serving studio."""
    done = run("backup", "copy.db", "--json")
    assert done.status == 0, done.err
    assert done.json == {"backup": "copy.db", "checksum": "copy.db.sha256", "bytes": Path("copy.db").stat().st_size}
    return Path("copy.db")


def test_a_backup_taken_while_serving_is_restored_with_its_books(copy: Path, run: Run) -> None:
    before = run("ledger", "--json").json
    assert run("pack", "order", "studio", "100").status == 0
    assert run("restore", str(copy), "--data", "again").status == 0
    again = open_service(Settings(data=Path("again"), listen="127.0.0.1:0"), with_credentials=True)
    try:
        assert run("ledger", "--json", FLEXAUTH_DATA="again").json == before
        assert run("balance", "--json", FLEXAUTH_DATA="again").json["available"] == 100
    finally:
        again.stop()


def test_a_backup_overwrites_nothing(copy: Path, run: Run) -> None:
    before = copy.read_bytes()
    ran = run("backup", str(copy))
    assert ran.status == 2
    assert "it exists" in ran.err
    assert copy.read_bytes() == before


def test_a_damaged_backup_is_not_restored(copy: Path, run: Run) -> None:
    with copy.open("r+b") as file:
        file.seek(-100, os.SEEK_END)
        file.write(b"\xff")
    ran = run("restore", str(copy), "--data", "again")
    assert ran.status == 2
    assert "damaged" in ran.err
    assert not Path("again/flexauth.db").exists()


def test_a_database_is_not_restored_over_one_that_serves(copy: Path, run: Run) -> None:
    ran = run("restore", str(copy))
    assert ran.status == 3
    assert str(os.getpid()) in ran.err


def test_a_folder_without_a_database_and_a_backup_that_is_not_there_are_named(run: Run) -> None:
    for words, named in ((("backup", "x.db"), "data/flexauth.db"), (("restore", "x.db"), "x.db")):
        ran = run(*words)
        assert ran.status == 2
        assert named in ran.err
