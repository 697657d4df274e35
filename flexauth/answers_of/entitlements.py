"""Subscriptions, trials, network seats and caps, as callers are told of them. `etag`: send it with an update."""

from __future__ import annotations

from dataclasses import dataclass

from flexauth.requests.entitlements import CapPeriod, CapSubject

__all__ = ["Cap", "Pool", "Subscription", "Trial"]


@dataclass(frozen=True, slots=True)
class Subscription:
    """`ends_at` 0: open."""

    id: int
    team: str
    user: str
    product: str
    collection: str
    starts_at: int
    ends_at: int
    etag: str


@dataclass(frozen=True, slots=True)
class Trial:
    team: str
    user: str
    product: str
    starts_at: int
    ends_at: int
    etag: str


@dataclass(frozen=True, slots=True)
class Pool:
    """`taken`: users who sit in a seat."""

    team: str
    product: str
    collection: str
    seats: int
    taken: int
    etag: str


@dataclass(frozen=True, slots=True)
class Cap:
    """`used` counts charges and holds of the present period."""

    team: str
    name: str
    subject_kind: CapSubject
    subject_name: str
    per: CapPeriod
    tokens: int
    soft: bool
    used: int
    etag: str
