"""A store of plain dicts that takes an engine's effects and gives its rows back, and the laws that its ledger keeps."""

from collections import Counter, defaultdict

from flexauth.commands import COLUMNS, DAY, Entitlement, EntryKind, IdKind, PutCap, Reason, State, UseEvent
from tests.laws.accounts import Accounts

Row = tuple[int, ...]
LOGS = frozenset({"ledger", "cap_entry", "use_log", "device_name"})
KEYS = {"pack": (1,), "line": (0, 1, 2), "session": (0, 1), "device": (0, 1, 2), "device_name": (1, 2)}
GONE = {"line_gone": ("line", 0), "session_gone": ("session", 1), "device_gone": ("device", 0)}  # where the key begins
_ADVANCE_AT = COLUMNS["line"].index("advance_at")
SEVERAL = {"hold": "hold_gone", "free_use": "free_use_gone"}


class Books:
    """What was stored, by table and key; `tally` counts what happened."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[Row, Row]] = {table: {} for table in KEYS}
        self.several: dict[str, dict[Row, list[Row]]] = {table: {} for table in SEVERAL}
        self.settings: dict[str, list[Row]] = {
            "product": [], "rate": [], "policy": [], "calendar": [], "pool": [],
        }  # fmt: skip
        self.rights: dict[int, int] = {}  # versions by team, 0 for all
        self.caps: dict[int, Row] = {}
        self.cap_use: Counter[tuple[int, int]] = Counter()
        self.capped: Counter[Row] = Counter()
        self.accounts = Accounts()
        self.sequences: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        self.charges: dict[Row, list[Row]] = defaultdict(list)
        self.windows: dict[Row, dict[int, int]] = defaultdict(dict)
        self.next_ids = {IdKind.DEVICE: 1, IdKind.PACK: 1, IdKind.TRANSFER: 1}
        self.tally = self.accounts.tally
        self._seated: set[Row] = set()

    def take(self, rows: dict[str, list[Row]]) -> None:
        """Store a batch, in the order of its tables."""
        self._count(rows)
        for row in rows.get("ledger", ()):
            self._enter(dict(zip(COLUMNS["ledger"], row, strict=True)), row)
        last = max(self.accounts.transfers, default=0)
        self.next_ids[IdKind.TRANSFER] = max(self.next_ids[IdKind.TRANSFER], last + 1)
        for row in rows.get("cap_entry", ()):
            self._count_cap(*row)
        for row in rows.get("use_log", ()):
            assert row[1] == self.sequences[row[0]][1] + 1, "the use log has no gaps"
            self.sequences[row[0]][1] = row[1]
        for table, new in rows.items():
            if table in GONE:
                state, begins = GONE[table]
                for row in new:
                    self.tables[state].pop(row[begins:], None)
            elif table in SEVERAL.values():
                for key in new:
                    self.several[table.removesuffix("_gone")].pop(key, None)
            elif table in SEVERAL:
                for row in new:
                    self.several[table].setdefault(row[:3], []).append(row)
            elif table in KEYS:
                self.tables[table] |= {tuple(row[i] for i in KEYS[table]): row for row in new}
        for row in rows.get("device_name", ()):
            self.next_ids[IdKind.DEVICE] = max(self.next_ids[IdKind.DEVICE], row[0] + 1)
        for row in rows.get("pack", ()):
            self.next_ids[IdKind.PACK] = max(self.next_ids[IdKind.PACK], row[1] + 1)

    def put_cap(self, command: PutCap) -> None:
        """A cap's terms, and what counted before it was one; all that it counts in has been stored."""
        self.caps.pop(command.cap, None)
        if not command.gone:
            row = (command.cap, command.team, command.calendar, command.tokens, int(command.hard))
            self.caps[command.cap] = row
        if command.gone or command.used:
            self.cap_use = Counter({key: used for key, used in self.cap_use.items() if key[0] != command.cap})
            again = () if command.gone else command.used
            self.cap_use.update({(command.cap, period): used for period, used in again})

    def _count_cap(self, cap: int, team: int, user: int, product: int, start: int, period: int, tokens: int) -> None:
        self.cap_use[cap, period] += tokens
        self.capped[team, user, product, start, cap, period] += tokens
        _, _, calendar, limit, hard = self.caps[cap]
        if hard and tokens > 0:
            assert self.cap_use[cap, period] <= limit, "nothing passes a hard cap (Q3)"
        starts = [at for name, at in self.settings["calendar"] if name == calendar]
        assert period == max(at for at in starts if at <= start), "a charge counts where its window starts (Q3)"
        self.tally["cap takes back"] += tokens < 0

    def caps_of(self, line: Row, start: int) -> tuple[tuple[int, int], ...]:
        """(cap, period) that a charge of a line counts in."""
        return tuple((key[4], key[5]) for key, used in self.capped.items() if key[:4] == (*line, start) and used)

    def _enter(self, entry: dict[str, int], row: Row) -> None:
        team, line = entry["team"], (entry["team"], entry["user"], entry["product"])
        assert entry["seq"] == self.sequences[team][0] + 1, "the ledger has no gaps"
        self.sequences[team][0] = entry["seq"]
        self.accounts.enter(entry)
        start, end = entry["window_start"], entry["window_end"]
        if entry["kind"] in (EntryKind.CHARGE, EntryKind.OVERDRAFT):
            if start not in self.windows[line]:
                overlaps = [s for s, e in self.windows[line].items() if s < end and start < e]
                assert not overlaps, f"the windows of a line never overlap (C15): {line} {start} {overlaps}"
                self.windows[line][start] = end
                self.tally["calendar day"] += end - start not in (0, DAY)
                self.tally["results charged"] += start == end
                self.charges[*line, start] = []
            self.charges[*line, start].append(row)
        elif entry["kind"] == EntryKind.REFUND:
            self.windows[line].pop(start, None)
            self.tally["borrowed window not used"] += entry["reason"] == 2

    def _count(self, rows: dict[str, list[Row]]) -> None:
        """What the batch shows to have happened; the tables stand as before it."""
        lines = {row[:3]: row for row in rows.get("line", ())}
        ends = {row[1]: row[5] for row in (*self.tables["pack"].values(), *rows.get("pack", ()))}
        captured, advanced = set(), set()
        for team, _, time, kind, effective_at, pack, _, user, product, _, _, start, *_ in rows.get("ledger", ()):
            settled_at = {EntryKind.EXPIRY: effective_at, EntryKind.CHARGE: time}.get(EntryKind(kind), 0)
            self.tally["expiry under a hold"] += settled_at > ends.get(pack, time)
            if kind in (EntryKind.CHARGE, EntryKind.OVERDRAFT) and effective_at != start:
                captured.add((team, user, product, start))
            if kind == EntryKind.CHARGE and start in self._held_in_advance((team, user, product)):
                advanced.add((team, user, product, start))
        self.tally["capture"] += len(captured)
        self.tally["advance hold captured"] += len(advanced)
        self.tally["held in advance"] += sum(row[3] and not row[4] for row in rows.get("hold", ()))
        for team, _, _, event, at, user, product, high, low, _, code, _, _ in rows.get("use_log", ()):
            self._count_seat((high, low), event, code)
            line = lines.get((team, user, product), ())
            self.tally["void"] += event == UseEvent.FREE
            self.tally["renewal"] += event == UseEvent.RENEWED
            self.tally["take-over"] += event == UseEvent.END and code == State.SUPERSEDED
            self.tally["hand-over"] += event == UseEvent.HANDED_OVER
            self.tally["first operation"] += event == UseEvent.OPERATED
            self.tally["seat"] += event == UseEvent.BEGIN and code == Entitlement.SEAT
            self.tally["right withdrawn"] += event == UseEvent.REFUSED and code in (3, 11)
            self.tally["late refund"] += event == UseEvent.LATE and code == 1
            self.tally["soft cap"] += event == UseEvent.SOFT_CAP
            refused = event in (UseEvent.DENIED, UseEvent.REFUSED)
            self.tally["cap reached"] += refused and code == Reason.CAP_REACHED
            self.tally["no consent"] += refused and code == Reason.CONSENT_REQUIRED
            self.tally["renewal denied"] += event == UseEvent.REFUSED and at in line[3:4]
            self.tally["resume after W"] += event == UseEvent.RESUME and at in (*line[4:5], *line[6:7])

    def _held_in_advance(self, line: Row) -> Row:
        """The W from which tokens are held for a stored line (S4), if any."""
        held = any(row[3] for row in self.several["hold"].get(line, ()))
        return self.tables["line"][line][_ADVANCE_AT : _ADVANCE_AT + 1] if held else ()

    def _count_seat(self, session: Row, event: int, code: int) -> None:
        """A seat is lost when what comes after it is charged, or nothing does."""
        if event in (UseEvent.BEGIN, UseEvent.HANDED_OVER):
            self.tally["seat lost"] += session in self._seated and code > Entitlement.SEAT
            (self._seated.add if code == Entitlement.SEAT else self._seated.discard)(session)
        elif event in (UseEvent.REFUSED, UseEvent.END):
            self.tally["seat lost"] += session in self._seated and event == UseEvent.REFUSED
            self._seated.discard(session)

    def packs(self) -> list[Row]:
        """Rows of `pack` with the balance that the ledger gives them (R4)."""
        remaining = self.accounts.remaining
        return sorted((*row[:7], remaining[row[1]], *row[8:]) for row in self.tables["pack"].values())

    def balance(self, team: int, now: int) -> tuple[int, int]:
        """(available, held) by the ledger and the holds alone (P2, C10, L2)."""
        held: Counter[int] = Counter()
        for key, slices in self.several["hold"].items():
            for *_, pack, tokens in slices:
                held[pack] += tokens if pack or key[0] == team else 0
        mine = [row for row in self.packs() if row[0] == team]
        free = sum(row[7] - held[row[1]] for row in mine if row[4] <= now and not row[9])
        return free - self.accounts.owed[team] - held[0], sum(held[row[1]] for row in mine) + held[0]

    def rows(self, teams: frozenset[int] | None = None, users: frozenset[int] | None = None) -> dict[str, list[Row]]:
        """All that an engine loads, or that of some teams and the devices of some users (R2), in order of loading."""
        everything = teams is None or users is None
        teams, users = teams or frozenset(), users or frozenset()

        def of_team(rows: list[Row], place: int = 0) -> list[Row]:
            return [row for row in rows if everything or row[place] in teams]

        known = self.sequences.keys() | self.rights.keys()
        sequences = [
            (team, *self.sequences[team], self.accounts.owed[team], self.rights.get(team, 0)) for team in sorted(known)
        ]
        return {
            "counter": [(kind, number) for kind, number in self.next_ids.items()] if everything else [],
            "product": self.settings["product"] if everything else [],
            "rate": self.settings["rate"] if everything else [],
            "policy": of_team(self.settings["policy"]),
            "calendar": self.settings["calendar"] if everything else [],
            "pool": of_team(self.settings["pool"], 1),
            "cap": of_team([*self.caps.values()], 1),
            "cap_use": [
                (*key, used)
                for key, used in self.cap_use.items()
                if key[0] in self.caps and (everything or self.caps[key[0]][1] in teams)
            ],
            "team": of_team(sequences),
            "pack": of_team(self.packs()),
            "line": of_team([*self.tables["line"].values()]),
            "hold": of_team([row for rows in self.several["hold"].values() for row in rows]),
            "capped": of_team([(*key, used) for key, used in self.capped.items() if used]),
            "free_use": of_team([row for rows in self.several["free_use"].values() for row in rows]),
            "session": of_team([*self.tables["session"].values()], 2),
            "device": [row for row in self.tables["device"].values() if everything or row[0] in users],
            "device_name": [*self.tables["device_name"].values()] if everything else [],
        }

    def check(self) -> None:
        """L2 for every pack, P3 for every hold and charge, and windows of 24 h or to the end of a day (C9)."""
        self.accounts.check(self.tables["pack"])
        order: dict[int, Row] = {
            row[1]: (row[5], row[2], -row[3], row[6], row[1]) for row in self.tables["pack"].values()
        }
        order[0] = (2**63,)  # the overdraft comes after all packs (C10)
        holds = [[row for row in rows if row[3] == which] for rows in self.several["hold"].values() for which in (0, 1)]
        taken = [[row[5] for row in rows] for rows in holds]
        charged: dict[Row, list[int]] = defaultdict(list)  # results of one instant are charges of their own
        for line, rows in self.charges.items():
            for row in rows:
                charged[*line, row[16]].append(row[5])
        taken += charged.values()
        for packs in taken:
            places = [order[pack] for pack in packs]
            assert places == sorted(places), f"slices are taken in order of P3: {packs}"
        boundaries = {at for _, at in self.settings["calendar"]}
        windows = [window for windows in self.windows.values() for window in windows.items()]
        assert all(end - start in (0, DAY) or end in boundaries for start, end in windows)
