"""Shows a generated company's month on a terminal: as it passes, then what it came to."""

from __future__ import annotations

from datetime import UTC, datetime

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from flexauth.cli.inputs import time_text
from flexauth.cli.render import cell, console
from flexauth.commands import DAY, SECOND
from flexauth.demo.account import Account
from flexauth.demo.month import START
from flexauth.demo.run import run_demo
from flexauth.demo.story import Company
from flexauth.demo.story import Progress as Month

__all__ = ["WIDTH", "pages", "watch"]

Fact = tuple[str, str, str]
_BLOCKS = " ▁▂▃▄▅▆▇█"
WIDTH = 100


def watch(what: Company, store: str) -> Account:
    """Run with a bar that tells the day of the month and what has happened so far."""
    columns = (
        TextColumn("[bold]{task.fields[day]}"),
        BarColumn(bar_width=30),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("[dim]{task.fields[news]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=what.days * DAY, day="", news="")

        def report(month: Month) -> None:
            moment = datetime.fromtimestamp(month.at // SECOND, UTC)
            lived = month.lived.counts
            news = f"{lived['sign-ins']:,} sign-ins · {month.contacts:,} contacts · {lived['orders']} orders"
            bar.update(task, completed=month.at - START, day=f"{moment:%a %d %b %H:%M}", news=news)

        return run_demo(what, store, report)


def pages(account: Account, seconds: float) -> list[RenderableType]:
    """Everything there is to say, from the top of the screen down."""
    company, balance = account.company, account.balance
    first, last = (time_text(START + day * DAY)[:10] for day in (0, company.days - 1))
    title = Text.assemble(
        (f"{company.users:,} people, 12 products, {company.days} days", "bold"),
        f" from {first} to {last} (seed {company.seed}),\nlived in {seconds:.1f} s: {account.contacts:,} contacts"
        f" with the authority, {account.entries:,} ledger entries.",
    )
    sections = [
        _section("What was charged", _charged(account)),
        _section("What was not", _not_charged(account)),
        _section("What happened", _happened(account)),
    ]
    return [
        Text(),
        title,
        Text(),
        *sections,
        *_day(account),
        _days(account),
        _products(account),
        _packs(account),
        Panel(
            _proofs(account), title=f"The books of {balance.team}", title_align="left", box=box.ROUNDED, expand=False
        ),
    ]


def _section(title: str, lines: list[Fact]) -> RenderableType:
    grid = Table(box=None, show_header=True, header_style="bold cyan", pad_edge=False, padding=(0, 1))
    grid.add_column(justify="right", min_width=8)
    grid.add_column(title, min_width=36, no_wrap=True)
    grid.add_column(style="dim", min_width=50)
    for figure, what, note in lines:
        grid.add_row(Text(figure, style="bold"), what, note)
    return Group(grid, Text())


def _charged(account: Account) -> list[Fact]:
    currency = account.balance.packs[0].currency
    each = account.paid / 1_000_000 / max(account.windows, 1)
    lines = [
        (cell(account.windows), "windows of 24 hours charged", f"{account.sign_ins:,} sign-ins asked for them"),
        (cell(account.tokens), "tokens", f"{account.paid / 1_000_000:,.0f} {currency}, {each:.2f} a window"),
    ]
    if account.left_open_windows:
        note = f"{account.left_open_tokens:,} tokens: a version that is not idle-aware"
        lines.append((cell(account.left_open_windows), "of these windows for an empty chair", note))
    return lines


def _not_charged(account: Account) -> list[Fact]:
    return [
        (
            cell(account.in_paid_window),
            "sign-ins in a window already paid",
            "another version or device, or after a break",
        ),
        (cell(account.free), "free sign-ins", "ended within five minutes"),
        (cell(account.included), "sign-ins to included products", "they cost nothing"),
        (
            cell(account.idle_windows_avoided),
            "windows avoided by being idle",
            f"{account.idle_tokens_avoided:,} tokens: nights, week-ends",
        ),
        (
            cell(account.late_refunds),
            "windows refunded",
            f"{account.refunded_tokens:,} tokens: a look on the train, told later",
        ),
    ]


def _happened(account: Account) -> list[Fact]:
    hours = account.offline_minutes // 60
    lines = [
        (cell(account.offline_leases), "stretches offline on a lease", f"{hours:,} hours of work without network"),
        (cell(account.crashes), "crashes", "opened again in the same window"),
        (cell(account.take_overs), "take-overs", "from home, while it was open at work"),
    ]
    lines += [(cell(count), f"denied: {reason}", _REASONS.get(reason, "")) for reason, count in account.denials]
    if account.orders:
        lines.append((cell(account.orders), "orders booked after a denial", "within the hour"))
    return lines


_REASONS = {
    "INSUFFICIENT_TOKENS": "the balance did not cover the rate",
    "NO_LIVE_PACK": "no pack was live",
    "NOT_ASSIGNED": "a product that the person has no right to",
    "IN_USE_ELSEWHERE": "open on another device; asked again to take over",
    "DEVICE_LIMIT": "a fourth device",
}


def _day(account: Account) -> list[RenderableType]:
    """One person's day, by the clock."""
    if account.day is None:
        return []
    begins = datetime.fromtimestamp(account.day.begins_at // SECOND, UTC)
    grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1))
    grid.add_column(justify="right", min_width=8, style="bold")
    grid.add_column()
    for at, text in account.day.lines:
        grid.add_row(f"{datetime.fromtimestamp(at // SECOND, UTC):%H:%M}", text)
    title = f"{account.day.name}, {account.day.role}, on {begins:%A, %-d %B}"
    return [Text(title, style="bold cyan"), grid, Text()]


def _days(account: Account) -> RenderableType:
    """A bar for each day."""
    most = max(account.tokens_by_day, default=0) or 1
    bars = "".join(_BLOCKS[-(-tokens * (len(_BLOCKS) - 1) // most)] * 2 + " " for tokens in account.tokens_by_day)
    weeks = "".join(f"{'week ' + str(week + 1):<21}" for week in range(-(-len(account.tokens_by_day) // 7)))
    return Group(
        Text("Tokens by day, Monday to Sunday", style="bold cyan"), Text(bars), Text(weeks, style="dim"), Text()
    )


def _products(account: Account) -> RenderableType:
    grid = Table(box=box.SIMPLE_HEAD, title_justify="left", header_style="bold cyan", pad_edge=False)
    grid.add_column("Product")
    grid.add_column("")
    grid.add_column("windows", justify="right")
    grid.add_column("tokens", justify="right")
    grid.add_column("")
    most = max((each.tokens for each in account.products), default=0) or 1
    for each in account.products:
        bar = Text("█" * max(1, each.tokens * 40 // most), style="cyan")
        grid.add_row(each.product, each.name, cell(each.windows), cell(each.tokens), bar)
    return grid


def _packs(account: Account) -> RenderableType:
    grid = Table(box=box.SIMPLE_HEAD, header_style="bold cyan", pad_edge=False)
    for heading in ("Pack", "order", "ends"):
        grid.add_column(heading)
    for heading in ("size", "consumed", "refunded", "expired", "held", "left"):
        grid.add_column(heading, justify="right")
    balance = account.balance
    for pack in balance.packs:
        sums = (pack.size, pack.consumed, pack.refunded, pack.expired, pack.held, pack.remaining - pack.held)
        grid.add_row(str(pack.id), pack.order, time_text(pack.ends_at)[:10], *(cell(value) for value in sums))
    grid.add_section()
    total = (balance.purchased, balance.consumed, balance.refunded, balance.expired, balance.held, balance.available)
    grid.add_row("", "", "", *(Text(cell(value), style="bold") for value in total))
    return grid


def _proofs(account: Account) -> RenderableType:
    lines = [
        Text.assemble(
            ("✓ ", "bold green") if proof.holds else ("✗ ", "bold red"),
            proof.law,
            *(f"\n    {b}" for b in proof.broken[:5]),
        )
        for proof in account.proofs
    ]
    verdict = ("The books balance.", "bold green") if account.balanced else ("The books do not balance.", "bold red")
    return Group(*lines, Text.assemble(verdict, f" {account.entries:,} entries read back and recomputed."))
