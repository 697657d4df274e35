"""What the reference holds: plain values, and the world with its rows to write. Knows no rule.

Shapes: a line's key is (team, user, product); every time is int64 microseconds, every amount whole tokens.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field

from flexauth.commands import (
    COLUMNS,
    NEVER,
    Entitlement,
    EntryKind,
    IdKind,
    Policy,
    ProductKind,
    Reason,
    State,
    UseEvent,
)

__all__ = [
    "CAPTURE",
    "FOREVER",
    "LEASE_END",
    "PACK_END",
    "Cap",
    "Capped",
    "Line",
    "LineKey",
    "Pack",
    "Rows",
    "Session",
    "Team",
    "World",
    "halves",
    "lease_end",
    "whole",
]

FOREVER = 2**62
#: Phases of one instant (T4); 1 is the commands.
PACK_END, CAPTURE, LEASE_END = 0, 2, 3
_OPEN = (State.ACTIVE, State.IDLE)
#: The order in which a batch must be written: holds leave before the ledger moves, and come after it.
_ORDER = (
    "hold_gone",
    "pack",
    "ledger",
    "cap_entry",
    "hold",
    "line",
    "free_use_gone",
    "free_use",
    "session",
    "device_name",
    "device_gone",
    "device",
    "use_log",
    "line_gone",
    "session_gone",
)

LineKey = tuple[int, int, int]
#: (cap, period) that a hold or charge counts in.
Capped = tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Pack:
    """Prepaid tokens (P1); `ended` once its free remainder was forfeited (P4)."""

    team: int
    pack: int
    size: int
    unit_price: int
    starts_at: int
    ends_at: int
    purchased_at: int
    remaining: int = 0
    parent: int = 0
    ended: int = 0
    held: int = 0

    def order(self) -> tuple[int, ...]:
        """P3."""
        return (self.ends_at, self.size, -self.unit_price, self.purchased_at, self.pack)

    def live(self, at: int) -> bool:
        return self.starts_at <= at and not self.ended


@dataclass(slots=True)
class Cap:
    """A cap (Q3); `used` is what counts by period."""

    cap: int
    team: int
    calendar: int
    tokens: int
    hard: int
    used: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class Session:
    """One running product of one user on one device; columns of table `session`.

    `metered`: its product is charged per result (C13), so it uses no line. It follows from the product.
    """

    session: int
    team: int
    user: int
    product: int
    device: int
    state: State
    entitlement: Entitlement
    granted: Entitlement
    tokens: int
    content: int
    origin: int
    idle_aware: int
    max_tokens: int
    rights_version: int
    entitled_until: int
    opened_at: int
    contact_at: int
    operated_at: int
    operations: int = 0
    deadline: int = NEVER
    absence: int = 0
    counter: int = 0
    ended_at: int = NEVER
    reported: int = 0
    reason: Reason = Reason.NONE
    asked_team: int = 0
    project: int = 0
    pool: int = 0
    seat_since: int = NEVER
    borrowed_until: int = NEVER
    waiting: int = 0
    ends_before_renewal: int = 0
    armed: int = FOREVER
    metered: bool = False

    @property
    def line(self) -> LineKey:
        return (self.team, self.user, self.product)

    @property
    def open(self) -> bool:
        return self.state in _OPEN

    @property
    def on_tokens(self) -> bool:
        """It uses its line (SPEC 3), or is idle there."""
        paid = self.entitlement in (Entitlement.TOKENS, Entitlement.PAID_WINDOW)
        return paid and not self.metered and not self.waiting


@dataclass(slots=True)
class Line:
    """State of a line (SPEC 3): W is `paid_until`, P is `pending_since`. The terms are those of the hold or window."""

    team: int
    user: int
    product: int
    paid_until: int = NEVER
    window_start: int = NEVER
    charge: int = 0
    pending_since: int = NEVER
    capture_at: int = NEVER
    rate: int = 0
    rate_version: int = 0
    policy_version: int = 0
    basis: int = 0
    session: int = 0
    used_until: int = NEVER
    units: int = 0
    advance_at: int = NEVER
    advance_rate: int = 0
    advance_rate_version: int = 0
    advance_policy_version: int = 0
    hold: list[tuple[Pack, int]] = field(default_factory=list)
    capped: Capped = ()
    advance: list[tuple[Pack, int]] = field(default_factory=list)
    advance_capped: Capped = ()
    hold_stored: bool = False
    free_uses: list[tuple[int, int]] = field(default_factory=list)
    sessions: dict[int, Session] = field(default_factory=dict)

    @property
    def key(self) -> LineKey:
        return (self.team, self.user, self.product)

    @property
    def at_rest(self) -> bool:
        """No session is remembered and no hold runs: only W and the free uses of C8 still matter (R7)."""
        return not self.sessions and self.pending_since == NEVER

    @property
    def came_in_advance(self) -> bool:
        """The window was held in advance and charged at W without contact (S4)."""
        return NEVER != self.advance_at == self.window_start

    def forget_terms(self) -> None:
        """What a late check-in would need is over with the last session."""
        self.charge = self.rate = self.rate_version = self.policy_version = self.basis = self.session = 0
        self.window_start = self.capture_at = self.used_until = self.advance_at = NEVER
        self.advance_rate = self.advance_rate_version = self.advance_policy_version = 0


@dataclass(slots=True)
class Team:
    """Packs, contracts as (effective_at, version, policy), and where the team's sequences stand.

    `credit` is the overdraft account (C10): a pack 0 of which what remains is never above 0.
    """

    credit: Pack
    ledger_seq: int = 0
    use_seq: int = 0
    rights_version: int = 0
    packs: list[Pack] = field(default_factory=list)
    policies: list[tuple[int, int, Policy]] = field(default_factory=list)

    @property
    def overdraft(self) -> int:
        """What the team owes."""
        return -self.credit.remaining


class Rows:
    """Effects as plain lists of rows."""

    def __init__(self, rows: dict[str, list[tuple[int, ...]]]) -> None:
        self._rows = {table: rows[table] for table in _ORDER if rows.get(table)}

    def tables(self) -> Iterable[str]:
        return self._rows

    def count(self, table: str) -> int:
        return len(self._rows.get(table, ()))

    def rows(self, table: str) -> Iterable[tuple[int, ...]]:
        return self._rows.get(table, [])

    def _ids(self, column: str) -> frozenset[int]:
        places = ((COLUMNS[t].index(column), r) for t, r in self._rows.items() if column in COLUMNS[t])
        return frozenset(row[place] for place, rows in places for row in rows if row[place] > 0)

    def teams(self) -> frozenset[int]:
        return self._ids("team")

    def users(self) -> frozenset[int]:
        return self._ids("user")


class World:
    """All live state, and the rows of the batch so far."""

    def __init__(self) -> None:
        self.now = 0
        self.absence = 0
        self.forfeits_suspended = False
        self.products: dict[int, ProductKind] = {}
        self.results: dict[int, tuple[int, int]] = {}
        self.rates: dict[int, list[tuple[int, int, int]]] = {}
        self.calendars: dict[int, list[int]] = {}
        self.caps: dict[int, Cap] = {}
        self.pools: dict[int, tuple[int, int]] = {}
        self.teams: dict[int, Team] = {}
        self.packs: dict[int, Pack] = {}
        self.lines: dict[LineKey, Line] = {}
        self.sessions: dict[int, Session] = {}
        self.running: dict[tuple[int, int], dict[int, Session]] = {}
        self.devices: dict[tuple[int, int], dict[int, int]] = {}
        self.device_ids: dict[int, int] = {}
        self.counters: dict[int, int] = {}
        self.timers: list[tuple[int, int, tuple[int, ...]]] = []
        self.deferred: list[tuple[int, int, tuple[int, ...]]] = []
        self.rights_version = 0
        self.refunded = False
        self.last_refund_batch = 0
        self.clear()

    def clear(self) -> None:
        """A new batch begins."""
        self.log_rows: dict[str, list[tuple[int, ...]]] = {
            table: [] for table in ("ledger", "cap_entry", "use_log", "device_name")
        }
        self.dirty: dict[str, set[int]] = {"pack": set(), "session": set()}
        self.gone_sessions: dict[int, int] = {}
        kinds = ("line", "hold", "free_use", "free_use_gone", "gone")
        self.dirty_lines: dict[str, set[LineKey]] = {kind: set() for kind in kinds}
        self.dirty_devices: set[tuple[int, int, int]] = set()

    def allocate(self, kind: IdKind) -> int:
        self.counters[kind] = self.counters.get(kind, 1) + 1
        return self.counters[kind] - 1

    def team(self, team: int) -> Team:
        known = self.teams.get(team)
        if known is None:
            known = self.teams[team] = Team(Pack(team, 0, 0, 0, 0, 0, 0))
        return known

    def change_rights(self, version: int, teams: Iterable[int]) -> None:
        """Sessions of these teams, or of all, resolve their rights anew at their next contact (E2)."""
        for team in teams:
            self.team(team).rights_version = version
        if not teams:
            self.rights_version = version

    def line(self, key: LineKey) -> Line:
        return self.lines.setdefault(key, Line(*key))

    def arm(self, at: int, phase: int, ident: tuple[int, ...]) -> None:
        heapq.heappush(self.timers, (at, phase, ident))

    def arm_lease(self, session: Session) -> None:
        """One timer a session: it is moved when it fires, and only an earlier deadline needs a new one."""
        ends = lease_end(self, session)
        if session.open and ends < session.armed:
            session.armed = ends
            self.arm(ends, LEASE_END, (session.session,))

    def touch(self, line: Line, *what: str) -> None:
        for kind in ("line", *what):
            self.dirty_lines[kind].add(line.key)

    def enter(
        self,
        kind: EntryKind,
        pack: Pack,
        tokens: int,
        effective_at: int,
        *,
        book: int = 0,
        line: Line | None = None,
        window: tuple[int, int] = (NEVER, NEVER),
        corrects: int = 0,
        transfer: int = 0,
        reason: int = 0,
    ) -> int:
        """Append a ledger entry (L1) and move the pack by it; gives its sequence.

        `book` is the team in whose ledger it is, if that is not the pack's.
        """
        book = book or pack.team
        team = self.team(book)
        team.ledger_seq += 1
        pack.remaining += tokens
        terms = (0, 0, 0, 0) if line is None else (line.rate, line.rate_version, line.policy_version, line.basis)
        user, product, session = (0, 0, 0) if line is None else (line.user, line.product, line.session)
        self.log_rows["ledger"].append(
            (
                book,
                team.ledger_seq,
                self.now,
                kind,
                effective_at,
                pack.pack,
                tokens,
                user,
                product,
                *halves(session),
                *window,
                *terms,
                corrects,
                transfer,
                reason,
            )
        )
        return team.ledger_seq

    def log(self, team: int, event: UseEvent, at: int, session: Session, code: int = 0) -> int:
        """Append a row to the use log (L7); gives its sequence. Team 0 keeps no log."""
        if not team:
            return 0
        seq = self.team(team).use_seq = self.team(team).use_seq + 1
        self.log_rows["use_log"].append(
            (
                team,
                seq,
                self.now,
                event,
                at,
                session.user,
                session.product,
                *halves(session.session),
                session.device,
                code,
                session.origin,
                session.operations,
            )
        )
        return seq


def lease_end(world: World, session: Session) -> int:
    """The deadline, later by the time that the authority was away since the last contact (S5)."""
    return session.deadline + world.absence - session.absence


def halves(session: int) -> tuple[int, int]:
    """A session id as two signed int64, as the rows hold it."""
    high, low = session >> 64, session & (2**64 - 1)
    return high - (high >> 63 << 64), low - (low >> 63 << 64)


def whole(high: int, low: int) -> int:
    """A session id from its two columns."""
    return (high % 2**64) << 64 | low % 2**64
