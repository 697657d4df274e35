"""The stores that one suite runs over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from flexauth.store.database import Database
from flexauth.store.memory import MemoryStore
from flexauth.store.sqlite import SqliteStore
from tests.store.books import Lines


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    opened = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "flexauth.db")
    yield opened
    opened.close()


@pytest.fixture
def lines(store: Database) -> Lines:
    """Team 1 is open: users 1 to 3, product 1 at 7 tokens, pack 1 of 100."""
    lines = Lines(users=3, size=100)
    store.commit(lines.opening())
    return lines
