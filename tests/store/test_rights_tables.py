"""Packs that move, overdraft, caps, pools and versions of rights: what the database keeps by itself, and refuses."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import apsw
import pytest

from flexauth.commands import DAY, HOUR, EntryKind
from flexauth.faults import StoreFailed
from flexauth.ledger import GENESIS, seal
from flexauth.store.database import Database
from flexauth.store.port import Write
from flexauth.store.sqlite import SqliteStore
from flexauth.store.statements import statement
from flexauth.store.verify import wrongs
from tests.store.books import PRODUCT, RATE, T0, Lines, batch, entry, name, pack_row, row, team_writes
from tests.store.test_invariants import Bad, Tables, everything

ORDER, CHARGE, REFUND, EXPIRY = EntryKind.ORDER, EntryKind.CHARGE, EntryKind.REFUND, EntryKind.EXPIRY
MOVE_OUT, MOVE_IN, SPLIT = EntryKind.MOVE_OUT, EntryKind.MOVE_IN, EntryKind.SPLIT
ADJUSTMENT, OVERDRAFT, SETTLEMENT = EntryKind.ADJUSTMENT, EntryKind.OVERDRAFT, EntryKind.SETTLEMENT
WINDOW = {"user": 1, "product": PRODUCT, "window_start": T0, "window_end": T0 + DAY, "rate": RATE}
CALENDAR, CAP, POOL = 4, 6, 9
COUNTED = {"cap": CAP, "team": 1, "user": 1, "product": PRODUCT, "window_start": T0, "period": T0 - HOUR}


@pytest.fixture
def two(store: Database, lines: Lines) -> Database:
    """Teams 1 and 2, pack 1 of 100 in team 1, and a cap and a pool in team 1."""
    cap = {"cap": CAP, "team": 1, "calendar": CALENDAR, "tokens": 20, "hard": 1, "gone": 0}
    store.commit(batch(store, writes=[
        *team_writes(2),
        *(Write("insert_calendar", {"calendar": CALENDAR, "at": T0 - HOUR + day * DAY}) for day in range(3)),
        Write("put_cap", cap),
        Write("put_pool", {"pool": POOL, "team": 1, "seats": 2}),
    ]))  # fmt: skip
    return store


def out(team: int, seq: int, tokens: int, pack: int = 1, transfer: int = 5) -> tuple[int, ...]:
    return entry(team, seq, MOVE_OUT, pack, -tokens, transfer=transfer)


def into(team: int, seq: int, tokens: int, pack: int = 1, transfer: int = 5) -> tuple[int, ...]:
    return entry(team, seq, MOVE_IN, pack, tokens, transfer=transfer)


def counted(tokens: int, **values: int) -> tuple[int, ...]:
    return row("cap_entry", **{**COUNTED, **values}, tokens=tokens)


def overdrawn(seq: int, tokens: int = 5, **values: int) -> tuple[int, ...]:
    return entry(1, seq, OVERDRAFT, 0, -tokens, **{**WINDOW, **values})


MOVED: Tables = {"ledger": [out(1, 2, 100), into(2, 1, 100)], "pack": [pack_row(2, 1, 100)]}
OWED: Tables = {"ledger": [entry(1, 2, CHARGE, 1, -2, **WINDOW), overdrawn(3)]}
SECOND = {"pack": [pack_row(1, 2, 95)], "ledger": [entry(1, 4, ORDER, 2, 100), entry(1, 5, SETTLEMENT, 2, -5)]}

REFUSED = [
    Bad("a pack changes its team without a MOVE_IN", "differs from its entries", {"pack": [pack_row(2, 1, 100)]}),
    Bad("what comes in never went out", "no such pack", {"ledger": [into(2, 1, 100)]}),
    Bad("a make-good of nothing", "same transfer", {"pack": [pack_row(1, 2, 9, size=9)], "ledger": [into(1, 2, 9, 2)]}),
    Bad("a part of a pack moves to another team", "no such pack", {"ledger": [out(1, 2, 60), into(2, 1, 60)]}),
    Bad("more comes in than went out", "under the same transfer", {"ledger": [out(1, 2, 100), into(2, 1, 99)]}),
    Bad("it comes in by another transfer", "same transfer", {"ledger": [out(1, 2, 100), into(2, 1, 100, transfer=6)]}),
    Bad("a team moves a pack of another", "no such pack", {"ledger": [out(2, 1, 100), into(2, 2, 100)]}),
    Bad("the old team charges a moved pack", "no such pack", {"ledger": [entry(1, 3, CHARGE, 1, -7, **WINDOW)]}, MOVED),
    Bad(
        "the old team holds a moved pack",
        "no such pack",
        {"hold": [row("hold", team=1, user=1, product=PRODUCT, pack=1, tokens=1)]},
        MOVED,
    ),
    Bad(
        "a pack moves with a hold on it",
        "holds are within what remains",
        MOVED,
        {"hold": [row("hold", team=1, user=1, product=PRODUCT, pack=1, tokens=1)]},
    ),
    Bad(
        "a pack that has ended moves",
        "no such pack",
        {"ledger": [out(1, 3, 1), into(2, 1, 1)]},
        {"ledger": [entry(1, 2, EXPIRY, 1, -99)], "pack": [pack_row(1, 1, 1, ended=1)]},
    ),
    Bad(
        "more is split off than goes out of the parent",
        "under the same transfer",
        {
            "pack": [pack_row(1, 2, 40, size=40, parent=1)],
            "ledger": [entry(1, 2, SPLIT, 1, -39, transfer=5), entry(1, 3, SPLIT, 2, 40, transfer=5)],
        },
    ),
    Bad("more is settled than is owed", "than is owed", {"ledger": [entry(1, 4, SETTLEMENT, 1, -6)]}, OWED),
    Bad("a settlement without a debt", "than is owed", {"ledger": [entry(1, 2, SETTLEMENT, 1, -1)]}),
    Bad("an overdraft of a pack", "without a pack", {"ledger": [entry(1, 2, OVERDRAFT, 1, -7, **WINDOW)]}),
    Bad("an overdraft of a window twice", "UNIQUE", {"ledger": [overdrawn(4, 1)]}, OWED),
    Bad(
        "an overdraft comes to more than the rate",
        "rate at most",
        {"ledger": [entry(1, 2, CHARGE, 1, -3, **WINDOW), overdrawn(3)]},
    ),
    Bad(
        "an overdraft in a window that overlaps",
        "never overlap",
        {"ledger": [overdrawn(4, window_start=T0 + HOUR, window_end=T0 + HOUR + DAY)]},
        OWED,
    ),
    Bad(
        "more of an overdraft is given back than was taken",
        "what its charge took|than is owed",
        {"ledger": [entry(1, 4, REFUND, 0, 6, **WINDOW)]},
        OWED,
    ),
    Bad(
        "a settled overdraft is given back as if it were owed",
        "than is owed",
        {"ledger": [entry(1, 6, REFUND, 0, 5, **WINDOW)]},
        {"ledger": [*OWED["ledger"], *SECOND["ledger"]], "pack": SECOND["pack"]},
    ),
    Bad(
        "a slice is given back to another pack",
        "what its charge took",
        {"ledger": [entry(1, 5, REFUND, 2, 2, **WINDOW)]},
        {"ledger": [*OWED["ledger"], entry(1, 4, ORDER, 2, 100)], "pack": [pack_row(1, 2, 100)]},
    ),
    Bad("a period of a cap below nothing", "than counts in it", {"cap_entry": [counted(7), counted(-8)]}),
    Bad(
        "a window takes back what another counts",
        "no more of a window",
        {"cap_entry": [counted(-7, window_start=T0 + DAY)]},
        {"cap_entry": [counted(7)]},
    ),
    Bad("a count of nothing", "CHECK", {"cap_entry": [counted(0)]}),
    Bad("a count in a cap that is not there", "FOREIGN KEY", {"cap_entry": [counted(7, cap=99)]}),
    Bad("the same advance hold twice", "UNIQUE", {
        "hold": [row("hold", team=1, user=1, product=PRODUCT, advance=1, pack=1, tokens=1)] * 2,
    }),
]  # fmt: skip


@pytest.mark.parametrize("bad", REFUSED, ids=lambda bad: bad.name)
def test_the_store_refuses(two: Database, bad: Bad) -> None:
    if bad.first is not None:
        two.commit(batch(two, bad.first))
    before = everything(two)
    with pytest.raises(StoreFailed, match=bad.says):
        two.commit(batch(two, bad.tables))
    assert everything(two) == before
    assert list(wrongs(two._connection)) == []


@pytest.mark.parametrize(("statement", "values", "says"), [
    ("put_cap", {"cap": CAP, "team": 2, "calendar": CALENDAR, "tokens": 1, "hard": 0, "gone": 0}, "never change"),
    ("put_cap", {"cap": 7, "team": 1, "calendar": 99, "tokens": 1, "hard": 0, "gone": 0}, "calendar is not there"),
    ("put_pool", {"pool": 1, "team": 1, "seats": -1}, "CHECK"),
    ("insert_calendar", {"calendar": CALENDAR, "at": T0 - HOUR}, "UNIQUE"),
    ("bump_rights", {"team": 1, "version": -1}, "goes forward"),
    ("bump_all_rights", {"version": -1}, "go forward"),
    ("insert_product", {
        "product": 5, "code": "R", **name("product", 5), "name": "R", "kind": 3, "idle_aware_from": None,
        "result_tokens": 0, "result_units": 0,
    }, "per result"),
])  # fmt: skip
def test_an_administrative_row_is_refused(two: Database, statement: str, values: dict[str, int], says: str) -> None:
    before = everything(two)
    with pytest.raises(StoreFailed, match=says):
        two.commit(batch(two, writes=[Write(statement, values)]))
    assert everything(two) == before


def accounts(store: Database) -> list[tuple[Any, ...]]:
    """(pack, team, remaining, consumed, moved out, refunded, adjusted) of every pack, and (0, team, owed)."""
    rows: list[tuple[Any, ...]] = store._connection.execute(
        "SELECT pack, team, remaining, consumed, moved_out, refunded, adjusted FROM account ORDER BY pack"
    ).fetchall()
    return [*rows, *store._connection.execute("SELECT 0, team, overdraft FROM team WHERE overdraft").fetchall()]


def test_a_pack_moves_whole_and_is_loaded_with_its_new_team(two: Database) -> None:
    two.commit(batch(two, {"ledger": [entry(1, 2, CHARGE, 1, -RATE, **WINDOW)]}))
    moved = pack_row(2, 1, 93)
    two.commit(batch(two, {"ledger": [out(1, 3, 93), into(2, 1, 93)], "pack": [moved]}))
    assert list(two.load_team(1)["pack"]) == []
    assert list(two.load_team(2)["pack"]) == [moved]
    assert accounts(two) == [(1, 2, 93, RATE, 0, 0, 0)]
    assert (12, 6) in list(two.load_world()["counter"])
    assert list(wrongs(two._connection)) == []


def test_a_pack_is_bought_moved_and_ends_in_one_batch(two: Database) -> None:
    """Its row says what it has come to, its entries how."""
    entries = [
        entry(1, 2, ORDER, 2, 100),
        out(1, 3, 100, pack=2),
        into(2, 1, 100, pack=2),
        entry(2, 2, EXPIRY, 2, -100),
    ]
    two.commit(batch(two, {"pack": [pack_row(2, 2, 0, ended=1)], "ledger": entries}))
    assert list(two.load_team(2)["pack"]) == [pack_row(2, 2, 0, ended=1)]
    assert list(wrongs(two._connection)) == []


def test_a_refund_follows_its_pack_into_another_team(two: Database) -> None:
    charged = {"ledger": [entry(1, 2, CHARGE, 1, -RATE, **WINDOW), out(1, 3, 93), into(2, 1, 93)]}
    two.commit(batch(two, {**charged, "pack": [pack_row(2, 1, 93)]}))
    back = [entry(1, 4, REFUND, 1, RATE, **WINDOW), out(1, 5, RATE, transfer=6), into(2, 2, RATE, transfer=6)]
    two.commit(batch(two, {"ledger": back}))
    assert accounts(two) == [(1, 2, 100, RATE, 0, RATE, 0)]
    assert list(wrongs(two._connection)) == []


def test_a_refund_that_stays_in_the_old_team_is_found(two: Database) -> None:
    charged = {"ledger": [entry(1, 2, CHARGE, 1, -RATE, **WINDOW), out(1, 3, 93), into(2, 1, 93)]}
    two.commit(batch(two, {**charged, "pack": [pack_row(2, 1, 93)]}))
    two.commit(batch(two, {"ledger": [entry(1, 4, REFUND, 1, RATE, **WINDOW)]}))
    assert [said for said in wrongs(two._connection) if "P5" in said]


def test_a_pack_is_split_and_a_wrong_order_cancelled(two: Database) -> None:
    split = [entry(1, 2, SPLIT, 1, -40, transfer=5), entry(1, 3, SPLIT, 2, 40, transfer=5)]
    two.commit(batch(two, {"pack": [pack_row(1, 2, 40, size=40, parent=1)], "ledger": split}))
    wrong = [entry(1, 4, ORDER, 3, 100), entry(1, 5, ADJUSTMENT, 3, -100)]
    two.commit(batch(two, {"pack": [pack_row(1, 3, 0, ended=1)], "ledger": wrong}))
    assert accounts(two) == [(1, 1, 60, 0, 40, 0, 0), (2, 1, 40, 0, 0, 0, 0), (3, 1, 0, 0, 0, 0, -100)]
    assert list(wrongs(two._connection)) == []


def test_a_later_order_settles_the_overdraft(two: Database) -> None:
    """C10: what is owed lessens the balance; a settlement counts as consumed of the pack that pays."""
    two.commit(batch(two, OWED))
    assert accounts(two) == [(1, 1, 98, 2, 0, 0, 0), (0, 1, 5)]
    assert list(two.load_team(1)["team"]) == [(1, 3, 0, 5, 0)]
    (balance,) = two.select("balance", {"team": 1, "now": T0})
    assert (balance["available"], balance["overdraft"]) == (93, 5)
    (charge,) = two.select("charge", {"team": 1, "user": 1, "product": PRODUCT, "window_start": T0})
    assert charge["tokens"] == RATE
    slices = two.select("slices_of_window", {"team": 1, "user": 1, "product": PRODUCT, "window_start": T0})
    assert [(part["pack"], part["tokens"]) for part in slices] == [(1, 2), (0, 5)]
    two.commit(batch(two, SECOND))
    assert accounts(two) == [(1, 1, 98, 2, 0, 0, 0), (2, 1, 95, 5, 0, 0, 0)]
    assert list(wrongs(two._connection)) == []


def test_a_settled_overdraft_is_given_back_as_a_make_good_pack(two: Database) -> None:
    """L5: what is no longer owed moves from the overdraft account into a pack."""
    two.commit(batch(two, {"ledger": [*OWED["ledger"], *SECOND["ledger"]], "pack": SECOND["pack"]}))
    back = [out(1, 6, 5, pack=0), entry(1, 7, REFUND, 0, 5, **WINDOW), into(1, 8, 5, pack=3)]
    two.commit(batch(two, {"ledger": back, "pack": [pack_row(1, 3, 5, size=5)]}))
    assert accounts(two) == [(1, 1, 98, 2, 0, 0, 0), (2, 1, 95, 5, 0, 0, 0), (3, 1, 5, 0, 0, 0, 0)]
    assert list(wrongs(two._connection)) == []


def test_a_hold_past_the_packs_lessens_the_balance(two: Database) -> None:
    held = [row("hold", team=1, user=1, product=PRODUCT, pack=0, tokens=3)]
    two.commit(batch(two, {"hold": held}))
    (balance,) = two.select("balance", {"team": 1, "now": T0})
    assert (balance["available"], balance["held"]) == (97, 3)
    two.commit(batch(two, {"hold_gone": [(1, 1, PRODUCT)]}))
    assert list(two.load_team(1)["hold"]) == []


def test_a_hold_of_the_next_window_is_released_with_the_present_one(two: Database) -> None:
    """S4, borrowing: with many slices each, or alone."""

    def slices(user: int, advance: int, count: int) -> list[tuple[int, ...]]:
        key = {"team": 1, "user": user, "product": PRODUCT, "advance": advance, "pack": 1, "tokens": 2}
        return [row("hold", **key, position=position) for position in range(count)]

    kept = slices(3, 0, 2) + slices(3, 1, 1)
    two.commit(batch(two, {"hold": [*slices(1, 0, 1), *slices(1, 1, 3), *slices(2, 1, 1), *kept]}))
    two.commit(batch(two, {"hold_gone": [(1, 1, PRODUCT), (1, 2, PRODUCT)]}))
    assert list(two.load_team(1)["hold"]) == kept
    assert list(wrongs(two._connection)) == []


def test_what_counts_in_a_cap_is_summed_by_period_and_loaded_for_holds(two: Database) -> None:
    key = {"team": 1, "user": 1, "product": PRODUCT}
    line = row("line", **key, paid_until=T0, window_start=T0 - DAY, pending_since=T0, advance_at=T0 + DAY)
    held = [row("hold", **key, advance=advance, pack=1, tokens=RATE) for advance in (0, 1)]
    counts = [counted(RATE, window_start=T0 - DAY), counted(RATE), counted(RATE, window_start=T0 + DAY, period=T0 + 1)]
    two.commit(batch(two, {"line": [line], "hold": held, "cap_entry": counts}))
    assert list(two.load_team(1)["cap"]) == [(CAP, 1, CALENDAR, 20, 1)]
    assert list(two.load_team(1)["pool"]) == [(POOL, 1, 2)]
    assert list(two.load_team(1)["cap_use"]) == [(CAP, T0 - HOUR, 14), (CAP, T0 + 1, 7)]
    assert list(two.load_team(1)["capped"]) == [
        row("capped", **key, window_start=T0, cap=CAP, period=T0 - HOUR, tokens=RATE),
        row("capped", **key, window_start=T0 + DAY, cap=CAP, period=T0 + 1, tokens=RATE),
    ]
    two.commit(batch(two, {"cap_entry": [counted(-RATE)], "hold_gone": [(1, 1, PRODUCT)]}))
    assert list(two.load_team(1)["cap_use"]) == [(CAP, T0 - HOUR, 7), (CAP, T0 + 1, 7)]
    assert list(two.load_team(1)["capped"]) == []
    found = two.select("caps_of_window", {**key, "window_start": T0 - DAY})
    assert found == [{"cap": CAP, "period": T0 - HOUR, "tokens": RATE}]


def test_only_the_last_periods_of_a_cap_are_loaded_and_none_of_one_that_ended(two: Database) -> None:
    counts = [counted(1, window_start=T0 + day, period=T0 + day) for day in range(45)]
    two.commit(batch(two, {"cap_entry": counts}))
    assert list(two.load_team(1)["cap_use"]) == [(CAP, T0 + day, 1) for day in range(5, 45)]
    gone = {"cap": CAP, "team": 1, "calendar": CALENDAR, "tokens": 20, "hard": 1, "gone": 1}
    two.commit(batch(two, {"cap_entry": [counted(-1, window_start=T0, period=T0)]}, writes=[Write("put_cap", gone)]))
    assert list(two.load_team(1)["cap"]) == list(two.load_team(1)["cap_use"]) == []


def test_the_versions_of_rights_are_loaded_as_rows_of_teams(two: Database) -> None:
    bumps = [Write("bump_rights", {"team": 2, "version": 8}), Write("bump_all_rights", {"version": 7})]
    two.commit(batch(two, writes=bumps))
    assert list(two.load_world()["team"]) == [(0, 0, 0, 0, 7)]
    assert list(two.load_team(2)["team"]) == [(2, 0, 0, 0, 8)]
    assert list(two.load_world()["calendar"]) == [(CALENDAR, T0 - HOUR + day * DAY) for day in range(3)]


def test_results_of_one_instant_are_charges_of_their_own(two: Database) -> None:
    """C13: a charge of a result has no length, and a report may come to several."""
    values = {"product": 5, "code": "R", **name("product", 5), "name": "R", "kind": 3, "idle_aware_from": None}
    two.commit(batch(two, writes=[Write("insert_product", {**values, "result_tokens": 2, "result_units": 10})]))
    result = {**WINDOW, "product": 5, "window_end": T0, "rate": 2}
    two.commit(batch(two, {"ledger": [entry(1, seq, CHARGE, 1, -4, **result) for seq in (2, 3)]}))
    assert (5, 3, 2, 10) in list(two.load_world()["product"])
    assert list(wrongs(two._connection)) == []


OLD_ROWS = f"""
INSERT INTO team VALUES (1, 'acme', 1, 1, 'Acme', 0);
INSERT INTO user VALUES (1, 'ann', 2, 2, 'Ann', '', 0, 0);
INSERT INTO product VALUES (1, 'ACD', 3, 3, 'AutoCAD', 1, NULL);
INSERT INTO pack VALUES (1, 1, 100, 0, 0, {T0 + DAY}, 0, 0, 0);
INSERT INTO line (team, user, product, paid_until, window_start, charge, pending_since, capture_at, rate, rate_version,
    policy_version, basis, session_hi, session_lo, used_until)
    VALUES (1, 1, 1, -1, -1, 0, {T0}, {T0}, 7, 1, 0, 1, 0, 5, 0);
INSERT INTO use_log VALUES (1, 1, {T0}, 1, {T0}, 1, 1, 0, 5, 1, 6, 1, 0);
PRAGMA application_id = 1718384737;
UPDATE authority SET schema = 3;
"""


def test_a_database_of_schema_3_keeps_its_rows(tmp_path: Path) -> None:
    """DESIGN 1.10: tables that are made anew have the rows that they had, and the books are right."""
    path = tmp_path / "old.db"
    connection = apsw.Connection(str(path))
    scripts = sorted((files("flexauth.store") / "migrations").iterdir(), key=lambda file: file.name)[:3]
    for script in scripts:
        connection.execute(script.read_text())
    connection.execute(OLD_ROWS)
    window = {"user": 1, "product": 1, "window_start": T0 - DAY, "window_end": T0, "rate": RATE}
    sealed, heads = seal([entry(1, 1, ORDER, 1, 100), entry(1, 2, CHARGE, 1, -RATE, **window)], {1: (0, GENESIS)})
    connection.executemany(statement("insert_entry"), sealed)
    connection.execute(f"INSERT INTO hold VALUES (1, 1, 1, 0, 1, {RATE})")
    connection.close()
    store = SqliteStore(path)
    rows = {table: list(found) for table, found in store.load_team(1).items()}
    assert rows["hold"] == [row("hold", team=1, user=1, product=1, pack=1, tokens=RATE)]
    assert rows["team"] == [(1, 2, 1, 0, 0)]
    assert (rows["pack"][0][7], rows["line"][0][15:]) == (93, (0, -1, 0, 0, 0))
    assert list(store.load_world()["counter"])[3:6] == [(4, 1), (5, 2), (6, 1)]
    assert store.head(1) == heads[1]
    assert list(wrongs(store._connection)) == []
    store.close()
