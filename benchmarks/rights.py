"""What rights add to a checkout, and that it does not grow with users, teams or assignments.

`python -m benchmarks.rights [users ...]`, without numbers for 1,000, 100,000 and 1,000,000 users.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter_ns, time_ns

from benchmarks.measure import ROOT, Part
from benchmarks.world import Embedded, company_writes, device_digest, fund, member, session_id
from flexauth._core import Core
from flexauth.commands import Checkout, Rights
from flexauth.directory import Directory
from flexauth.store.port import Write
from flexauth.store.sqlite import SqliteStore

__all__ = ["main"]

USERS_A_TEAM, PRODUCTS, SAMPLE, ROUNDS, CHUNK = 1_000, 12, 500, 9, 50_000
_PRODUCT = 3


def assignments(people: Sequence[tuple[int, int]]) -> Iterator[Write]:
    """Each second user has a list of ten products instead of ALL."""
    for team, user in people:
        if user % 2:
            yield member(team, user, assigned_all=0)
            for product in range(1, 11):
                yield Write("insert_assignment", {"team": team, "user": user, "product": product})


def company(folder: Path, users: int, at: int) -> tuple[SqliteStore, Embedded]:
    """A store with so many users in teams of a thousand, and its engine."""
    store = SqliteStore(folder / f"{users}.db")
    embedded = Embedded(store, at)
    teams = max(users // USERS_A_TEAM, 1)
    fund(embedded.engine, range(1, teams + 1), PRODUCTS, at)
    embedded.commit(company_writes(teams, [], PRODUCTS, at))
    people = ((1 + user % teams, user) for user in range(1, users + 1))
    while chunk := list(islice(people, CHUNK)):
        embedded.commit(company_writes(0, chunk, 0, at))
        embedded.commit(assignments(chunk))
    return store, embedded


def each(work: Callable[[int], object], users: Sequence[int]) -> float:
    """Median microseconds of one call, over users."""
    spent = []
    for user in users:
        began = perf_counter_ns()
        work(user)
        spent.append(perf_counter_ns() - began)
    return median(spent) / 1_000


def sign_in(engine: Core, number: int, user: int, rights: Rights, at: int) -> None:
    engine.decide(
        at, Checkout(session_id(number, at), user, _PRODUCT, device_digest(user), number, 1, rights=rights)
    )  # fmt: skip


def measure(part: Part, folder: Path, users: int, at: int) -> None:
    store, embedded = company(folder, users, at)
    directory = Directory(store)
    sample = Random(7).sample(range(1, users + 1), SAMPLE)

    def rights(user: int) -> Rights:
        return directory.rights(user, _PRODUCT, 0, 0, "WS-1", at)

    def anew(user: int) -> None:
        directory.forget_user(user)
        rights(user)

    cold = [each(anew, sample) for _ in range(ROUNDS)]
    known = [each(rights, sample) for _ in range(ROUNDS)]
    told = f"{users:,} users, {max(users // USERS_A_TEAM, 1):,} teams"
    part.add(f"rights at hand, {told}", "µs", known)
    part.add(f"rights from the store, after a change, {told}", "µs", cold)
    made = {user: rights(user) for user in sample}
    numbers = iter(range(1, 10**9))
    without = [
        each(lambda user: sign_in(embedded.engine, next(numbers), user, made[user], at), sample)
        for _ in range(ROUNDS)
    ]  # fmt: skip
    with_them = [
        each(lambda user: sign_in(embedded.engine, next(numbers), user, rights(user), at), sample)
        for _ in range(ROUNDS)
    ]  # fmt: skip
    part.add(f"a decision with rights that were made before, {told}", "µs", without)
    part.add(f"a decision that asks for rights, {told}", "µs", with_them)
    added = [b - a for a, b in zip(without, with_them, strict=True)]
    part.add(f"what rights add to a decision, {told}", "µs", added)
    store.close()


def main() -> None:
    counts = [int(text) for text in sys.argv[1:]] or [1_000, 100_000, 1_000_000]
    part = Part("rights")
    at = time_ns() // 1_000
    (ROOT / "build").mkdir(exist_ok=True)
    with TemporaryDirectory(dir=ROOT / "build") as folder:
        for users in counts:
            measure(part, Path(folder), users, at)
    part.notes.append(
        f"Each is the median of {SAMPLE} users, drawn at random, in {ROUNDS} rounds; half of all users have a list of "
        "ten products, half have ALL. Rights at hand are a look-up; after a change that touches the user his facts "
        "are read from SQLite and his candidates compiled anew, once for each product."
    )
    part.save()


if __name__ == "__main__":
    main()
