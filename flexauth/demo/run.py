"""The whole demonstration: live the month, read the books back, prove them, give account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from flexauth.demo.account import Account, give_account
from flexauth.demo.books import prove, read_books
from flexauth.demo.company import TEAM
from flexauth.demo.story import Company, Progress, live

__all__ = ["run_demo"]


def run_demo(
    what: Company,
    store: str = "memory",
    report: Callable[[Progress], None] = lambda _: None,
    *,
    engine: Literal["core", "reference"] = "core",
) -> Account:
    """Run it on a store (`memory` or `sqlite:PATH`); `report` hears of every virtual hour. Nothing is left open."""
    authority, month = live(what, store, report, engine=engine)
    try:
        books = read_books(authority, TEAM, month.users)
    finally:
        authority.close()
    return give_account(what, month, books, prove(books))
