"""Data to start with: the published rate sheet and a small team. Owns the files and their form."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from flexauth.rate_sheet import SheetRate, parse_rate_sheet

__all__ = ["SamplePack", "SampleTeam", "SampleUser", "published_rates", "sample_team"]


@dataclass(frozen=True, slots=True)
class SampleUser:
    """`products` is ("ALL",) or codes."""

    subject: str
    name: str
    products: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SamplePack:
    """`unit_price` in millionths of a currency unit; the pack ends `days` after it was bought."""

    size: int
    unit_price: int
    days: int


@dataclass(frozen=True, slots=True)
class SampleTeam:
    """A team with users and packs; `idle_aware_from` says from which version on a product reports idleness."""

    name: str
    display_name: str
    users: tuple[SampleUser, ...]
    packs: tuple[SamplePack, ...]
    idle_aware_from: Mapping[str, str]


def published_rates() -> tuple[SheetRate, ...]:
    """The rates that resellers and the vendor have published."""
    return parse_rate_sheet("rate-sheet.csv", (files("flexauth.sample") / "rate-sheet.csv").read_text(encoding="utf-8"))


def sample_team() -> SampleTeam:
    """The small team of `flexauth serve --sample`."""
    values = tomllib.loads((files("flexauth.sample") / "team.toml").read_text(encoding="utf-8"))
    return SampleTeam(
        name=values["name"],
        display_name=values["display_name"],
        users=tuple(SampleUser(u["subject"], u["name"], tuple(u["products"])) for u in values["users"]),
        packs=tuple(SamplePack(**pack) for pack in values["packs"]),
        idle_aware_from=values["idle_aware_from"],
    )
