"""The demonstration: the same month on both engines and in both stores, and books that are really checked."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from flexauth import ledger
from flexauth.answers import CheckoutAnswer, SessionFacts
from flexauth.commands import COLUMNS, DAY, Entitlement, State
from flexauth.demo.account import Account, give_account
from flexauth.demo.books import Books, prove, read_books
from flexauth.demo.client import NEVER, Client, Lived
from flexauth.demo.company import TEAM, people
from flexauth.demo.month import START, Sitting, Step
from flexauth.demo.run import run_demo
from flexauth.demo.story import Company, Progress, live
from flexauth.demo.unaware import Stay, windows_unaware
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


HOUR = 3_600_000_000
MINUTE = HOUR // 60
ANN = ("ann", "ACD")

STAYS = (
    ("299 s are free", [(0, 5 * MINUTE - 1)], 0),
    ("300 s are free", [(0, 5 * MINUTE)], 0),
    ("301 s are not", [(0, 5 * MINUTE + 1)], 1),
    ("a second sign-in in a paid window is free", [(0, HOUR), (2 * HOUR, 9 * HOUR)], 1),
    ("an end at W renews nothing", [(0, 24 * HOUR)], 1),
    ("use at W renews", [(0, 24 * HOUR + 1)], 2),
    ("a week-end is three renewals", [(0, 73 * HOUR)], 4),
    ("two devices are one use", [(0, 3 * MINUTE), (2 * MINUTE, 6 * MINUTE)], 1),
    ("two short looks are free", [(0, 4 * MINUTE), (5 * MINUTE, 9 * MINUTE)], 0),
    ("a look past W is free", [(0, HOUR), (25 * HOUR, 25 * HOUR + MINUTE)], 1),
)


@pytest.mark.parametrize(("spans", "windows"), [row[1:] for row in STAYS], ids=[row[0] for row in STAYS])
def test_windows_are_counted_anew_from_stays_alone(spans: list[tuple[int, int]], windows: int) -> None:
    stays = [Stay(ANN, idle_aware=False, begins_at=begins, ends_at=ends) for begins, ends in spans]
    assert windows_unaware(stays, until=100 * HOUR)[ANN] == windows


def test_a_stay_that_is_not_over_lasts_to_the_end_of_the_month() -> None:
    assert windows_unaware([Stay(ANN, idle_aware=False, begins_at=0)], until=49 * HOUR)[ANN] == 3


def test_a_charge_that_no_use_explains_is_seen(lived: tuple[Progress, Books]) -> None:
    month, books = lived
    strict = {stay.line for stay in month.lived.stays if not stay.idle_aware}
    extra = next(charge for charge in books.charges if (charge.user, charge.product) in strict)
    account = give_account(SMALL, month, replace(books, charges=(*books.charges, extra)), ())
    assert [proof.holds for proof in account.proofs] == [False]
    assert extra.user in account.proofs[0].broken[0]


def test_the_day_that_is_told_is_one_persons_in_order_with_its_charges(account: Account) -> None:
    assert account.day is not None
    times = [at for at, _ in account.day.lines]
    assert times == sorted(times)
    assert {at // (24 * HOUR) * 24 * HOUR for at in times} == {account.day.begins_at}
    assert any("tokens" in text for _, text in account.day.lines)


def test_without_network_a_client_whose_lease_is_over_asks_for_nothing_until_it_is_back() -> None:
    person = people(1, Random(1))[0]
    sitting = Sitting(person, "ACD", person.laptop, START)
    client = Client(sitting, "01900000-0000-7000-8000-000000000001", Lived())
    call = client.contact(START)
    assert call is not None
    facts = SessionFacts(
        session=client.machine.memory.session,
        state=State.ACTIVE,
        entitlement=Entitlement.TOKENS,
        team=TEAM,
        user=person.subject,
        product="ACD",
        device=person.laptop,
        heartbeat_by=START + 5 * MINUTE,
        lease_until=START + HOUR,
        paid_until=START + DAY,
        pending_since=START,
        idle_after=0,
        counter=0,
        opened_at=0,
        ended_at=0,
        server_time=START,
    )
    client.hear(call[0], CheckoutAnswer(True, facts, 7, 7, 93), START)
    client.step(Step.OFFLINE, START + MINUTE)
    assert client.wake_at(START + MINUTE) == START + HOUR
    assert client.wake_at(START + HOUR) == NEVER
