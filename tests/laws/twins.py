"""Core and reference side by side: every call goes to both, every answer is compared."""

import dataclasses

from flexauth._core import Core
from flexauth.commands import (
    ChangeRights,
    Checkout,
    Command,
    Decision,
    Effects,
    IdKind,
    Outcome,
    PutCalendar,
    PutCap,
    PutPolicy,
    PutPool,
    PutProduct,
    PutRate,
)
from flexauth.reference import Reference
from tests.laws.books import LOGS, Books, Row


def rows_of(effects: Effects) -> dict[str, list[Row]]:
    """The rows of a batch as plain ints; those of state tables, which have no order, are sorted."""
    tables = {table: [tuple(map(int, row)) for row in effects.rows(table)] for table in effects.tables()}
    assert all(effects.count(table) == len(rows) > 0 for table, rows in tables.items())
    return {table: rows if table in LOGS else sorted(rows) for table, rows in tables.items()}


def same(found: dict[str, list[Row]], wanted: dict[str, list[Row]], what: str) -> None:
    """Both have the same rows in the same tables; says which rows differ."""
    for table, rows in wanted.items():
        mine = found.get(table, [])
        if mine != rows:
            extra, missing = [row for row in mine if row not in rows], [row for row in rows if row not in mine]
            raise AssertionError(f"{what}: {table} has {extra} for {missing} among {len(rows)} rows")
    assert found.keys() == wanted.keys(), what


class Twins:
    """Both engines over one set of books. Time is `now`; a step of it comes with each call."""

    def __init__(self, now: int, books: Books | None = None) -> None:
        self.now = now
        self.absence = 0
        self.batch = 0
        self.books = books or Books()
        self._begin()

    def _begin(self) -> None:
        self.core, self.reference = Core(), Reference()
        for engine in (self.core, self.reference):
            engine.start(self.now, self.absence)

    def decide(self, command: Command) -> Decision:
        decision, expected = (engine.decide(self.now, command) for engine in (self.core, self.reference))
        assert decision == expected, f"{command}\ncore      {decision}\nreference {expected}"
        if decision.team:
            self.same_balance(decision.team)
        self._keep(command)
        return decision

    def _keep(self, command: Command) -> None:
        """Settings are stored by the administration, not by effects."""
        if isinstance(command, PutProduct):
            self.books.settings["product"].append(
                (command.product, int(command.kind), command.result_tokens, command.result_units)
            )
        elif isinstance(command, PutRate):
            row = (command.product, command.version, command.valid_from, command.rate)
            self.books.settings["rate"].append(row)
        elif isinstance(command, PutPolicy):
            terms = tuple(map(int, dataclasses.astuple(command.policy)))
            self.books.settings["policy"].append((command.team, command.version, command.effective_at, *terms))
        elif isinstance(command, PutPool):
            self.books.settings["pool"].append((command.pool, command.team, command.seats))
        elif isinstance(command, ChangeRights):
            self.books.rights |= dict.fromkeys(command.teams or (0,), command.version)
        elif isinstance(command, PutCalendar):
            self.books.settings["calendar"] += [(command.calendar, at) for at in command.starts]
        elif isinstance(command, PutCap):
            self.books.put_cap(command)

    def quote(self, command: Checkout) -> Decision:
        """Q1: a quote changes nothing."""
        for engine in (self.core, self.reference):
            engine.advance(self.now)
        before = self._dump()
        decision, expected = (engine.quote(self.now, command) for engine in (self.core, self.reference))
        assert decision == expected
        assert self._dump() == before
        return decision

    def deny_changes_nothing(self, command: Command) -> Decision:
        """SPEC 10: a denial is recorded, and that is all."""
        self.core.advance(self.now)
        before = self._dump()
        decision = self.decide(command)
        if decision.outcome is not Outcome.GRANTED:
            after = self._dump()
            assert {table: rows for table, rows in after.items() if table != "team"} == {
                table: rows for table, rows in before.items() if table != "team"
            }
            assert [row[:2] for row in after["team"] if row[1]] == [row[:2] for row in before["team"] if row[1]]
        return decision

    def look(self, session: int) -> Decision:
        decision, expected = (engine.look(self.now, session) for engine in (self.core, self.reference))
        assert decision == expected
        return decision

    def allocate(self, kind: IdKind) -> int:
        number, expected = (engine.allocate(kind) for engine in (self.core, self.reference))
        assert number == expected
        return number

    def advance(self) -> None:
        for engine in (self.core, self.reference):
            engine.advance(self.now)
        assert self.core.next_due() == self.reference.next_due()

    def suspend_forfeits(self, suspended: bool) -> None:
        for engine in (self.core, self.reference):
            engine.suspend_forfeits(suspended)

    def sweep(self) -> None:
        for engine in (self.core, self.reference):
            engine.sweep(self.now, 10**9)

    def _dump(self) -> dict[str, list[Row]]:
        """The core's state; both are dumped, for what a line at rest no longer needs is forgotten by it."""
        self.reference.dump(self.now)
        return self.core.dump(self.now)

    def same_balance(self, team: int) -> None:
        assert self.core.balance(team) == self.reference.balance(team)
        assert self.core.slices(team, 9) == self.reference.slices(team, 9)

    def same_state(self) -> dict[str, list[Row]]:
        """Equal states have equal dumps (R4)."""
        dump, expected = (engine.dump(self.now) for engine in (self.core, self.reference))
        same(dump, expected, "the live state")
        return dump

    def take(self) -> dict[str, list[Row]]:
        """End the batch; its rows are not stored yet."""
        self.batch += 1
        effects, expected = (engine.take_effects(self.batch) for engine in (self.core, self.reference))
        assert [*effects.tables()] == [*expected.tables()]
        rows = rows_of(effects)
        same(rows, rows_of(expected), "effects")
        assert (effects.teams(), effects.users()) == (expected.teams(), expected.users())
        return rows

    def store(self) -> None:
        """End the batch and store it; what the books say is what the engines say."""
        self.advance()
        self.books.take(self.take())
        dump = self.same_state()
        assert dump["pack"] == self.books.packs(), "replay of the ledger gives every balance (R4)"
        for cap, period, used in dump["cap_use"]:
            assert used == self.books.cap_use[cap, period], "a cap counts what was entered (Q3)"
        for team in self.books.sequences:
            assert self.core.balance(team) == self.books.balance(team, self.now)

    def restart(self, down: int) -> None:
        """Stop, be away, start anew from the books."""
        self.store()
        before = self.same_state()
        self.books.tally["restart while pending"] += bool(self.books.several["hold"])
        self.absence += down
        self._begin()
        self._load(self.books.rows())
        same(self.same_state(), before, "a restart changes nothing (R3)")
        self.now += down

    def fail(self) -> None:
        """R2: a batch could not be stored; its teams and users are dropped and loaded again."""
        effects, expected = (engine.take_effects(self.batch + 1) for engine in (self.core, self.reference))
        teams, users = effects.teams(), effects.users()
        rows = rows_of(effects)
        same(rows, rows_of(expected), "effects")
        # Names that were given are kept, and written with the next batch.
        self.books.take({"device_name": rows.get("device_name", [])})
        for engine in (self.core, self.reference):
            engine.drop(teams, users)
        self._load(self.books.rows(teams, users))
        dump = self.same_state()
        rebuilt = Core()
        rebuilt.start(self.now, self.absence)
        for table, stored in self.books.rows().items():
            rebuilt.load(table, stored)
        same(dump, rebuilt.dump(self.now), "nothing that was not stored is remembered (R2)")

    def _load(self, tables: dict[str, list[Row]]) -> None:
        for engine in (self.core, self.reference):
            for table, rows in tables.items():
                engine.load(table, rows)
