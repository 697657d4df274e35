"""The native core: live state, the charging automaton, pack order, holds, timers, effects.

`Core` is a `flexauth.commands.Engine`; what its methods mean is said there, and what they decide in
`flexauth.reference`. All raise MemoryError before any change when memory runs out.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Final, Self

from typing_extensions import disjoint_base

from flexauth.commands import Checkout, Command, Decision, IdKind

__all__ = ["ANSWER_WIDTH", "RECORD_WIDTH", "Core", "Effects", "IdTable"]

RECORD_WIDTH: Final = 24
ANSWER_WIDTH: Final = 28

@disjoint_base
class IdTable:
    """128-bit digests of names to positive int64 ids, in at most 32 bytes an entry."""

    def __new__(cls) -> Self: ...
    def __len__(self) -> int: ...
    @property
    def nbytes(self) -> int: ...
    def find(self, digest: int, /) -> int:
        """The id of a digest, 0 when there is none."""

    def put(self, digest: int, number: int, /) -> None:
        """Set the id of a digest; ValueError unless the id is positive, OverflowError past 128 bits."""

    def remove(self, digest: int, /) -> bool:
        """Whether there was one."""

@disjoint_base
class Effects:
    """The rows of one batch; `flexauth.commands.Effects`."""

    def tables(self) -> tuple[str, ...]: ...
    def count(self, table: str, /) -> int: ...
    def rows(self, table: str, /) -> Iterator[tuple[int, ...]]: ...
    def columns(self, table: str, /) -> tuple[memoryview, ...]:
        """A read-only view of int64 for each column, in the order of `COLUMNS`; nothing is copied."""

    def teams(self) -> frozenset[int]: ...
    def users(self) -> frozenset[int]: ...

@disjoint_base
class Core:
    """The native engine. It serves one thread at a time: RuntimeError while another one decides a batch."""

    def __new__(cls, *, jitter: bool = True) -> Self: ...
    @property
    def sizes(self) -> dict[str, tuple[int, int]]:
        """(items, bytes) of line, use, session, device and pack, hash slots and timers included."""

    def advance(self, now: int, /) -> None: ...
    def decide(self, now: int, command: Command, /) -> Decision: ...
    def decide_batch(self, records: object, out: object, /) -> None:
        """Decide n records in their order, without the GIL; the answers are those of `decide` one by one.

        `records` is a contiguous buffer of int64, n x `RECORD_WIDTH`; `out`, writable, has room for n x `ANSWER_WIDTH`.
        A 128-bit number is two columns, high and low. Columns of a record, by kind:

        1 Checkout   1, now, session (2), user, product, device_digest (2), content, team, refusal, take_over,
                     idle_aware, origin, devices_max, max_tokens, rights_version, candidate's entitlement (NONE: there
                     is no candidate), its team, its until, its pool, asked_team, project, end_before_renewal
        2 Heartbeat  2, now, session (2), counter, operated_at
        3 Checkin    3, now, session (2), counter, operated_at, ended_at

        An answer has the fields of `Decision` in their order, `elsewhere` as two columns. ValueError, before anything
        is decided, for wrong shapes and for a record that is no command. MemoryError tells how many were decided.
        """

    def quote(self, now: int, command: Checkout, /) -> Decision: ...
    def look(self, now: int, session: int, /) -> Decision: ...
    def balance(self, team: int, /) -> tuple[int, int]: ...
    def slices(self, team: int, tokens: int, /) -> list[tuple[int, int]]: ...
    def cap_used(self, cap: int, at: int, /) -> tuple[int, int]: ...
    def devices(self, user: int, product: int, /) -> list[tuple[int, int]]: ...
    def allocate(self, kind: IdKind, /) -> int: ...
    def next_due(self) -> int: ...
    def suspend_forfeits(self, suspended: bool, /) -> None: ...
    def sweep(self, now: int, budget: int, /) -> None:
        """Looks at no more than 8 lines and sessions for each that it may forget; the next sweep goes on from there."""

    def take_effects(self, stored: int, /) -> Effects: ...
    def load(self, table: str, rows: Iterable[Collection[int]], /) -> None: ...
    def start(self, now: int, absence: int, /) -> None: ...
    def drop(self, teams: frozenset[int], users: frozenset[int], /) -> None: ...
    def dump(self, now: int, /) -> dict[str, list[tuple[int, ...]]]: ...
