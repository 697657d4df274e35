"""Orders, refunds and the lineage of packs, as callers are told of them."""

from __future__ import annotations

from dataclasses import dataclass

from flexauth.answers import Pack
from flexauth.commands import EntryKind

__all__ = ["Lineage", "MovedPack", "Order", "PackKin", "PackStep", "RefundAnswer"]


@dataclass(frozen=True, slots=True)
class Order:
    """`team` "": no team has it yet. `tokens`: what was bought; `cancelled_at` 0: it stands.

    `packs` are those that the team still has, split ones too: of one that went, nothing is told.
    """

    number: str
    team: str
    purchased_at: int
    packs: tuple[Pack, ...]
    tokens: int
    cancelled_at: int = 0


@dataclass(frozen=True, slots=True)
class MovedPack:
    """A pack as it stands after a move or split; `pack` is the one that is new or went."""

    pack: Pack
    transfer: int


@dataclass(frozen=True, slots=True)
class PackKin:
    """A pack of a lineage; `parent` 0: it came by an order. `team` "": another team has it, its tokens are untold."""

    pack: int
    parent: int
    team: str
    size: int
    remaining: int


@dataclass(frozen=True, slots=True)
class PackStep:
    """A ledger entry by which tokens came to a pack or left it; entries of one `transfer` belong together."""

    time: int
    kind: EntryKind
    pack: int
    tokens: int
    transfer: int


@dataclass(frozen=True, slots=True)
class Lineage:
    packs: tuple[PackKin, ...]
    steps: tuple[PackStep, ...]


@dataclass(frozen=True, slots=True)
class RefundAnswer:
    tokens: int
