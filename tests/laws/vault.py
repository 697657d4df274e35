"""Books over a real store: what the engines wrote is in its tables, and what it loads is what the books say."""

from collections.abc import Iterator

from flexauth.commands import COLUMNS
from flexauth.store.memory import MemoryStore
from flexauth.store.port import Write
from tests.laws.books import Books, Row
from tests.store.books import batch, name, team_writes

_PLAIN = ("policy", "pack", "line", "hold", "free_use", "session")
_POLICY = COLUMNS["policy"]


class Vault(Books):
    """Every batch goes into the database as well; a row that it would refuse fails the history."""

    def __init__(self) -> None:
        super().__init__()
        self.store = MemoryStore()
        self._kept: dict[str, int] = dict.fromkeys(self.settings, 0)
        users = {1: range(1, 13)}
        self._commit({}, [write for team in (1, 2, 3) for write in team_writes(team, users.get(team, ()))])

    def take(self, rows: dict[str, list[Row]]) -> None:
        self._commit(rows, [*self._settings()])
        super().take(rows)

    def _commit(self, rows: dict[str, list[Row]], writes: list[Write]) -> None:
        self.store.commit(batch(self.store, rows, at=self.store.meta().mark, writes=writes))

    def _settings(self) -> Iterator[Write]:
        """What administration has put since the last batch."""
        for table, rows in self.settings.items():
            for row in rows[self._kept[table] :]:
                yield _setting(table, row)
            self._kept[table] = len(rows)
        for team, version in self.rights.items():
            bump = Write("bump_rights", {"team": team, "version": version})
            yield bump if team else Write("bump_all_rights", {"version": version})
        for cap, team, calendar, tokens, hard in self.caps.values():
            values = {"cap": cap, "team": team, "calendar": calendar, "tokens": tokens, "hard": hard, "gone": 0}
            yield Write("put_cap", values)

    def rows(self, teams: frozenset[int] | None = None, users: frozenset[int] | None = None) -> dict[str, list[Row]]:
        """What the store loads; it is what the books say."""
        rows = super().rows(teams, users)
        asked = (1, 2, 3) if teams is None else sorted(teams)
        loaded = [{table: [*found] for table, found in self.store.load_team(team).items()} for team in asked]
        for table in _PLAIN:
            found = [row for tables in loaded for row in tables[table]]
            assert sorted(found) == sorted(rows[table]), table
            rows[table] = found
        stands = {row[0]: row for tables in loaded for row in tables["team"]}
        assert all(stands[row[0]] == row for row in rows["team"] if row[0])
        counters = {row[0]: row[1] for row in self.store.load_world()["counter"]}
        assert all(counters[kind] == number for kind, number in rows["counter"])
        found = [*self.store.load_devices()] if users is None else self._devices(users)
        assert sorted(found) == sorted(rows["device"])
        return rows

    def _devices(self, users: frozenset[int]) -> list[Row]:
        return [row for user in users for row in self.store.load_user(user)["device"]]


def _setting(table: str, row: Row) -> Write:
    if table == "product":
        product, kind, tokens, units = row
        values = {"code": f"P{product}", **name("product", product), "name": "", "kind": kind, "idle_aware_from": None}
        return Write("insert_product", {"product": product, **values, "result_tokens": tokens, "result_units": units})
    if table == "rate":
        return Write("insert_rate", {**dict(zip(COLUMNS["rate"], row, strict=True)), "note": ""})
    if table == "policy":
        return Write("insert_policy", {**dict(zip(_POLICY, row, strict=True)), "given": "{}"})
    if table == "pool":
        return Write("put_pool", dict(zip(COLUMNS["pool"], row, strict=True)))
    return Write("insert_calendar", dict(zip(COLUMNS["calendar"], row, strict=True)))
