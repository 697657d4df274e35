"""The demonstration: the same month on both engines and in both stores, and books that are really checked."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flexauth import ledger
from flexauth.commands import COLUMNS
from flexauth.demo.account import Account, give_account
from flexauth.demo.books import Books, prove, read_books
from flexauth.demo.company import TEAM
from flexauth.demo.run import run_demo
from flexauth.demo.story import Company, Progress, live
from tests.cli.conftest import Run

SMALL = Company(users=12, days=8, seed=6)


@pytest.fixture(scope="module")
def lived() -> tuple[Progress, Books]:
    """A small month that was lived, and its books."""
    authority, month = live(SMALL, "memory", lambda _: None)
    try:
        return month, read_books(authority, TEAM, month.users)
    finally:
        authority.close()


@pytest.fixture(scope="module")
def books(lived: tuple[Progress, Books]) -> Books:
    return lived[1]


@pytest.fixture(scope="module")
def account(lived: tuple[Progress, Books]) -> Account:
    month, books = lived
    return give_account(SMALL, month, books, prove(books))


def test_the_books_balance_and_everything_that_the_story_tells_of_happens(account: Account) -> None:
    assert account.balanced
    assert account.tokens == account.balance.consumed == sum(account.tokens_by_day)
    assert account.sign_ins > account.windows > 0
    for what in (
        "in_paid_window",
        "included",
        "free",
        "idle_windows_avoided",
        "offline_leases",
        "crashes",
        "take_overs",
    ):
        assert getattr(account, what) > 0, what


def test_the_reference_lives_the_same_month(account: Account) -> None:
    assert run_demo(SMALL, engine="reference") == account


def test_a_file_keeps_the_same_month(tmp_path: Path) -> None:
    few = replace(SMALL, users=3, days=2)
    assert run_demo(few, f"sqlite:{tmp_path / 'month.db'}") == run_demo(few)


def test_a_seed_is_a_month() -> None:
    few = Company(users=4, days=3, seed=6)
    assert run_demo(few) == run_demo(few)
    assert run_demo(few).tokens_by_day != run_demo(replace(few, seed=7)).tokens_by_day


def test_want_of_tokens_ends_in_an_order() -> None:
    """A company too busy for what it bought is denied, orders within the hour, and works on."""
    poor = run_demo(Company(users=5, days=28, seed=1))
    assert dict(poor.denials)["INSUFFICIENT_TOKENS"] > 0
    assert poor.orders > 0
    assert poor.balanced


def column(name: str) -> int:
    return COLUMNS["ledger"].index(name)


def with_entry(books: Books, index: int, name: str, change: Callable[[int], int]) -> Books:
    entries = list(books.entries)
    columns = list(entries[index].columns)
    columns[column(name)] = change(columns[column(name)])
    entries[index] = replace(entries[index], columns=tuple(columns))
    return replace(books, entries=tuple(entries))


def broken_laws(books: Books) -> set[str]:
    return {proof.law.rpartition("(")[2].rstrip(")") for proof in prove(books) if not proof.holds}


def first_charge(books: Books) -> int:
    return next(i for i, entry in enumerate(books.entries) if entry.columns[column("kind")] == 2)


def tampered() -> dict[str, tuple[Callable[[Books], Books], set[str]]]:
    def one_token_less(books: Books) -> Books:
        return with_entry(books, first_charge(books), "tokens", lambda tokens: tokens + 1)

    def one_second_later(books: Books) -> Books:
        return with_entry(books, first_charge(books), "time", lambda time: time + 1_000_000)

    def entry_left_out(books: Books) -> Books:
        return replace(books, entries=books.entries[:5] + books.entries[6:])

    def pack(books: Books, **changed: Any) -> Books:
        first, *rest = books.balance.packs
        return replace(books, balance=replace(books.balance, packs=(replace(first, **changed), *rest)))

    def charge_twice(books: Books) -> Books:
        again = books.entries[first_charge(books)]
        columns = list(again.columns)
        columns[column("window_start")] += 1
        return replace(books, entries=(*books.entries, replace(again, columns=tuple(columns))))

    def sealed_anew_with_a_gap(books: Books) -> Books:
        """Whoever could forge every hash still cannot hide that an entry is gone."""
        entries, previous = [], ledger.GENESIS
        for entry in books.entries[:5] + books.entries[6:]:
            previous = ledger.entry_hash(entry.columns, entry.digest or None, previous)
            entries.append(replace(entry, hash=previous))
        return replace(books, entries=tuple(entries))

    return {
        "an entry taken out of a chain that is forged anew": (sealed_anew_with_a_gap, {"L3", "R4", "L1"}),
        "a token less": (one_token_less, {"L3", "R4", "L1"}),
        "a second later": (one_second_later, {"L3"}),
        "an entry left out": (entry_left_out, {"L3", "R4", "L1"}),
        "a pack with more left": (lambda books: pack(books, remaining=1), {"R4", "L2"}),
        "a pack that consumed less": (lambda books: pack(books, consumed=1), {"L2"}),
        "a window charged twice": (charge_twice, {"L3", "R4", "L1", "C15"}),
    }


@pytest.mark.parametrize(("tamper", "laws"), tampered().values(), ids=tampered())
def test_tampered_books_do_not_balance(books: Books, tamper: Callable[[Books], Books], laws: set[str]) -> None:
    assert broken_laws(books) == set()
    assert broken_laws(tamper(books)) == laws


def test_the_command_tells_a_person_and_a_machine_the_same(run: Run) -> None:
    options = ("demo", "--users", "4", "--days", "2")
    told = run(*options, "--json").json
    assert told["balanced"] is True
    assert told["company"] == {"users": 4, "days": 2, "seed": 1}
    shown = run(*options).out
    assert "The books balance." in shown
    assert f"{told['tokens']:,}" in shown
    assert f"{told['sign_ins']:,} sign-ins" in shown


@pytest.mark.parametrize(("option", "value"), [("--store", "mongo:x"), ("--store", "sqlite:"), ("--users", "0")])
def test_a_wrong_option_is_named(run: Run, option: str, value: str) -> None:
    ran = run("demo", option, value)
    assert ran.status == 2
    assert value in ran.err
