"""What both engines do, and the rows that they write and load."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from flexauth.commands.decisions import Decision
from flexauth.commands.terms import IdKind
from flexauth.commands.values import Checkout, Command

__all__ = ["COLUMNS", "Effects", "Engine"]

#: Columns of every table that an engine writes and loads; all int64. A session id is two columns, high and low 64
#: bits as signed int64. One row format serves effects and loading, so start, take-over and recovery are the same.
#: State tables hold the row as it stands at the end of the batch; log tables (ledger, use_log) hold each new row.
#: A pack's row comes when it is new and when it has ended; its balance moves by ledger entries and holds alone.
#: `hold_gone` means all slices of the line's stored holds, `free_use_gone` all its stored free uses. A hold with
#: `advance` 1 is of the next window (S4, borrowing). Pack 0 in holds and ledger is the team's overdraft (C10).
#: `cap_entry` counts a hold or charge in a cap's period, or takes it back (negative); the store sums them to
#: `cap_use`, and to `capped` for the window or hold that a loaded line has. `team` 0 loads the version of all rights.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    table: tuple(columns.split())
    for table, columns in {
        "pack": "team pack size unit_price starts_at ends_at purchased_at remaining parent ended",
        "line": """
            team user product paid_until window_start charge pending_since capture_at rate
            rate_version policy_version basis session_hi session_lo used_until units
            advance_at advance_rate advance_rate_version advance_policy_version
        """,
        "hold": "team user product advance position pack tokens",
        "free_use": "team user product began_at ended_at",
        "session": """
            session_hi session_lo team user product device state entitlement granted tokens content
            origin idle_aware max_tokens rights_version entitled_until opened_at contact_at
            operated_at operations deadline absence counter ended_at reported reason
            asked_team project pool seat_since borrowed_until waiting ends_before_renewal
        """,
        "device": "user product device registered_at",
        "device_name": "device digest_hi digest_lo",
        "ledger": """
            team seq time kind effective_at pack tokens user product session_hi session_lo
            window_start window_end rate rate_version policy_version basis corrects transfer reason
        """,
        "cap_entry": "cap team user product window_start period tokens",
        "use_log": "team seq time event at user product session_hi session_lo device code origin operations",
        "hold_gone": "team user product",
        "line_gone": "team user product",
        "session_gone": "team session_hi session_lo",
        "device_gone": "user product device",
        "free_use_gone": "team user product",
        # Loaded only: where a team's sequences stand, and the next id of each IdKind.
        "team": "team ledger_seq use_seq overdraft rights_version",
        "counter": "kind next",
        "calendar": "calendar at",
        "cap": "cap team calendar tokens hard",
        "cap_use": "cap period used",
        "capped": "team user product window_start cap period tokens",
        "pool": "pool team seats",
        "product": "product kind result_tokens result_units",
        "rate": "product version valid_from rate",
        "policy": """
            team version effective_at grace grace_mode idle_after heartbeat_interval renewal_notice
            lease_max lease_margin late_checkin late_refunds late_refunds_period repeat_retention
            make_good window_policy calendar seat_linger end_before_renewal overdraft_limit consent
            consent_above origin_interactive origin_plugin_autoload origin_background
            origin_automation cross_team_subscription
        """,
    }.items()
}


class Effects(Protocol):
    """The rows that a batch of decisions wants written."""

    def tables(self) -> Iterable[str]:
        """Names of the tables with rows, in the order in which they must be written."""

    def count(self, table: str) -> int: ...

    def rows(self, table: str) -> Iterable[tuple[int, ...]]:
        """Rows of a table, columns as in `COLUMNS`."""

    def teams(self) -> frozenset[int]:
        """Teams whose state the batch changed."""

    def users(self) -> frozenset[int]:
        """Users whose devices or sessions the batch changed."""


class Engine(Protocol):
    """What both engines do. Time only goes forward: `now` never falls from call to call."""

    def advance(self, now: int) -> None:
        """Run what is due before a command at `now` (T4)."""

    def decide(self, now: int, command: Command) -> Decision:
        """Advance, check, apply."""

    def quote(self, now: int, command: Checkout) -> Decision:
        """Advance, check, stop there (Q1)."""

    def look(self, now: int, session: int) -> Decision:
        """The facts of a session as they stand; state NONE when there is none. Not a contact."""

    def balance(self, team: int) -> tuple[int, int]:
        """(available, held) in tokens (P2)."""

    def slices(self, team: int, tokens: int) -> list[tuple[int, int]]:
        """(pack, tokens) in the order of P3 that a hold of so many tokens would reserve now (Q1)."""

    def cap_used(self, cap: int, at: int) -> tuple[int, int]:
        """(tokens that count, the limit) of a cap in the period of an instant (Q3); (0, 0) when there is none."""

    def devices(self, user: int, product: int) -> list[tuple[int, int]]:
        """(device id, registered_at) in order of registration (D1)."""

    def allocate(self, kind: IdKind) -> int:
        """The next id of a kind."""

    def next_due(self) -> int:
        """When the earliest timer is due, NEVER when there is none."""

    def suspend_forfeits(self, suspended: bool) -> None:
        """T2: while the clock is not confirmed no pack ends."""

    def sweep(self, now: int, budget: int) -> None:
        """Forget at most `budget` lines and sessions that are nothing any more (R7)."""

    def take_effects(self, stored: int) -> Effects:
        """Effects since the last call. `stored` is the number of the batch that they will be stored as."""

    def load(self, table: str, rows: Iterable[tuple[int, ...]]) -> None:
        """Take rows from the store and arm their timers. Packs and lines come before holds and sessions."""

    def start(self, now: int, absence: int) -> None:
        """Before loading: the time, and how long the authority was away in all its life (S5)."""

    def drop(self, teams: frozenset[int], users: frozenset[int]) -> None:
        """Forget teams and the devices of users, to load them again (R2); no batch is unstored any more."""

    def dump(self, now: int) -> dict[str, list[tuple[int, ...]]]:
        """The live state as sorted rows: equal states have equal dumps (R4)."""
