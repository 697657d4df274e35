"""Every named statement that reads: it runs, and it finds its rows by key however long the history is."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from flexauth.commands import DAY, EntryKind
from flexauth.store.database import Database
from flexauth.store.statements import parse, statement, statements
from tests.store.books import PRODUCT, RATE, T0, Lines, batch, entry, pack_row, row

#: Tables of the catalogue and of contracts, which are read whole at the start; names that a caller may see.
SMALL = {
    "team", "product", "rate", "policy", "counter", "authority", "calendar", "product_floor", "launch",
    "suspended_device", "json_each", "collection", "price",
}  # fmt: skip
#: What a statement makes of its own, row by row.
MADE = {"up", "kin", "CONSTANT"}
#: What the ledger is called in statements.
HISTORY = {"ledger", "refund", "slice", "other"}
LAST = re.compile(r"SELECT max\(seq\) FROM ledger|ORDER BY seq DESC LIMIT 1")
READERS = [
    name
    for file in (
        "readers.sql",
        "directory.sql",
        "facts.sql",
        "packs.sql",
        "caps.sql",
        "entitlements.sql",
        "catalogue.sql",
    )
    for name, text in parse((files("flexauth.store") / file).read_text()).items()
    if text.startswith(("SELECT", "WITH"))
]
WINDOW = {"user": 1, "product": PRODUCT, "window_start": T0, "window_end": T0 + DAY, "rate": RATE}


def any_values(text: str) -> dict[str, int]:
    return dict.fromkeys(re.findall(r":([a-z_]+)", text), 1)


@pytest.mark.parametrize("name", [*READERS, *(name for name in statements() if name.startswith("load_"))])
def test_a_reader_searches_what_grows(store: Database, lines: Lines, name: str) -> None:
    """DESIGN 4: no step is more than O(log n) in users, sessions or history."""
    text = statement(name)
    store.select(name, any_values(text))
    plan = [str(row[3]) for row in store._connection.execute(f"EXPLAIN QUERY PLAN {text}", any_values(text))]
    scanned = {match[1] for step in plan if (match := re.match(r"SCAN (\w+)", step))}
    derived = {"charge", "other", "ledger"} if any("SEARCH ledger" in step for step in plan) else set()
    allowed = SMALL | {"device"} if name == "load_devices" else SMALL
    assert scanned - derived - MADE <= allowed, plan
    whole = [step for step in plan if step.endswith("USING PRIMARY KEY (team=?)") and step.split()[1] in HISTORY]
    assert not whole or LAST.search(text), "it reads the whole history of a team"


def test_a_charge_over_two_packs_is_one_charge(store: Database, lines: Lines) -> None:
    store.commit(batch(store, {"pack": [pack_row(1, 2, 100)], "ledger": [entry(1, 2, EntryKind.ORDER, 2, 100)]}))
    slices = [entry(1, 3, EntryKind.CHARGE, 1, -3, **WINDOW), entry(1, 4, EntryKind.CHARGE, 2, -4, **WINDOW)]
    store.commit(batch(store, {"ledger": slices}))
    key = {"team": 1, "user": 1, "product": PRODUCT}
    (charge,) = store.select("charge", {**key, "window_start": T0})
    (same,) = store.select("charges_of_team", {"team": 1, "after": 0, "limit": 9})
    assert (charge["tokens"], charge["refunded"], charge["seq"]) == (RATE, 0, 3)
    assert (same["tokens"], same["refunded"], same["seq"]) == (RATE, 0, 3)
    assert store.select("charges_of_team", {"team": 1, "after": 3, "limit": 9}) == []
    refund = entry(1, 5, EntryKind.REFUND, 1, 3, **WINDOW, corrects=3, reason=1)
    store.commit(batch(store, {"ledger": [refund]}))
    (charge,) = store.select("charge", {**key, "window_start": T0})
    assert (charge["tokens"], charge["refunded"]) == (RATE, 3)


def test_the_use_of_a_session_is_read_in_order(store: Database, lines: Lines) -> None:
    """L7: what a charge rests on."""
    store.commit(lines.next([2, 3], {}))
    idle = row("use_log", team=1, seq=3, event=2, user=2, product=PRODUCT, session_hi=1, session_lo=-2, time=T0, at=T0)
    store.commit(batch(store, {"use_log": [idle]}))
    rows = store.select("use_of_session", {"session_hi": 1, "session_lo": -2})
    assert [(use["seq"], use["event"], use["user"]) for use in rows] == [(1, 1, 2), (3, 2, 2)]


def test_a_statement_of_two_files_is_an_error() -> None:
    names = [
        name
        for file in files("flexauth.store").iterdir()
        if file.name.endswith(".sql")
        for name in parse(file.read_text())
    ]
    assert sorted(names) == sorted(statements())
    assert all("--" not in text and "\n" not in text for text in statements().values())
