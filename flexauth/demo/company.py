"""A generated company: people with roles, products, devices and habits. Pure and seeded; knows no authority."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from flexauth.rate_sheet import SheetRate

__all__ = ["IDLE_AWARE_FROM", "NEW_VERSION", "OLD_VERSION", "PRODUCTS", "TEAM", "Person", "Role", "people", "products"]

TEAM: Final = "meridian"
#: Six products that are charged by the day, and six that come with them.
PRODUCTS: Final = ("ACD", "RVT", "C3D", "INV", "NAVM", "3DSM", "CMR", "DTC", "DRV", "SHV", "DHA", "ITA")
IDLE_AWARE_FROM: Final = "2022"
NEW_VERSION: Final = "2026"
OLD_VERSION: Final = "2021"

FIRST_NAMES = (
    "Ada", "Amir", "Ana", "Anton", "Bea", "Bo", "Carla", "Chen", "Clara", "Dario", "Dina", "Ebba", "Elif", "Emil",
    "Erik", "Eva", "Femi", "Finn", "Freya", "Gala", "Georg", "Hana", "Hugo", "Ida", "Igor", "Ines", "Ivo", "Jana",
    "Jin", "Jonas", "Kai", "Karin", "Lars", "Lea", "Leo", "Lina", "Luca", "Maja", "Marc", "Mei", "Mila", "Milo",
    "Nadia", "Nils", "Nora", "Omar", "Otto", "Paula", "Per", "Priya", "Rafa", "Rana", "Rosa", "Sami", "Sara",
    "Sven", "Tara", "Theo", "Tom", "Uma", "Vera", "Viktor", "Wanda", "Yara", "Yuki", "Zoe",
)  # fmt: skip
LAST_NAMES = (
    "Abel", "Adler", "Bauer", "Berg", "Blom", "Brandt", "Costa", "Dahl", "Diaz", "Ekman", "Engel", "Falk",
    "Ferrari", "Fischer", "Garcia", "Graf", "Haas", "Hansen", "Hofer", "Holm", "Ito", "Jansen", "Kaya", "Keller",
    "Kim", "Koch", "Kowal", "Kumar", "Lang", "Larsen", "Lehmann", "Lind", "Lopez", "Maier", "Marino", "Meyer",
    "Mori", "Moreau", "Nagy", "Nilsen", "Novak", "Okafor", "Olsen", "Park", "Patel", "Petrov", "Popa", "Reyes",
    "Ricci", "Roth", "Rossi", "Sato", "Schmidt", "Silva", "Singh", "Sousa", "Stern", "Suzuki", "Tanaka", "Thoma",
    "Varga", "Vogel", "Wagner", "Weber", "Winter", "Wolf", "Yilmaz", "Zeller", "Ziegler",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Role:
    """What a kind of work uses: charged products with weights, included ones, and its share of the company."""

    name: str
    share: int
    charged: tuple[tuple[str, int], ...]
    included: tuple[str, ...]

    @property
    def products(self) -> tuple[str, ...]:
        return (*(code for code, _ in self.charged), *self.included)


ROLES = (
    Role("architect", 28, (("RVT", 6), ("ACD", 3), ("3DSM", 1)), ("CMR", "DTC")),
    Role("civil engineer", 18, (("C3D", 5), ("ACD", 4)), ("DTC", "DHA")),
    Role("mechanical designer", 18, (("INV", 6), ("ACD", 2)), ("ITA", "DRV")),
    Role("visualiser", 8, (("3DSM", 6), ("RVT", 2)), ("SHV", "DRV")),
    Role("site manager", 14, (("NAVM", 6), ("ACD", 1)), ("DTC", "SHV")),
    Role("draughtsperson", 14, (("ACD", 1),), ("DHA", "SHV")),
)


@dataclass(frozen=True, slots=True)
class Person:
    """`arrives` and `leaves` are minutes of the day; `presence` is the chance of a day with design work.

    `forgetful` is the chance to leave a product open in the evening. `old_version`: runs products that cannot tell
    idleness. `everything`: is assigned ALL products.
    """

    subject: str
    name: str
    role: Role
    arrives: int
    leaves: int
    presence: float
    forgetful: float
    commutes_by_train: bool
    old_version: bool
    everything: bool

    @property
    def version(self) -> str:
        return OLD_VERSION if self.old_version else NEW_VERSION

    @property
    def workstation(self) -> str:
        return f"ws-{self.subject.partition('@')[0]}"

    @property
    def laptop(self) -> str:
        return f"lt-{self.subject.partition('@')[0]}"


def products(sheet: Sequence[SheetRate]) -> tuple[SheetRate, ...]:
    """The company's twelve products with their latest rates, in the order of `PRODUCTS`."""
    latest = {rate.product: rate for rate in sheet}
    return tuple(latest[code] for code in PRODUCTS)


def people(count: int, rng: Random) -> tuple[Person, ...]:
    """So many people; the same for the same seed."""
    taken: dict[str, int] = {}
    return tuple(_person(rng, taken) for _ in range(count))


def _person(rng: Random, taken: dict[str, int]) -> Person:
    first, last = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
    local = f"{first}.{last}".lower()
    taken[local] = number = taken.get(local, 0) + 1
    arrives = int(rng.gauss(8 * 60 + 15, 35))
    return Person(
        subject=f"{local}{number if number > 1 else ''}@meridian.example",
        name=f"{first} {last}",
        role=rng.choices(ROLES, weights=[role.share for role in ROLES])[0],
        arrives=arrives,
        leaves=arrives + int(rng.gauss(9 * 60, 40)),
        presence=rng.choice((0.2, 0.35, 0.35, 0.5, 0.8)),
        forgetful=rng.choice((0.0, 0.02, 0.05, 0.15)),
        commutes_by_train=rng.random() < 0.15,
        old_version=rng.random() < 0.12,
        everything=rng.random() < 0.1,
    )
