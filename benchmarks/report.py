"""Writes benchmarks/README.md of what was measured last: goals, figures with their peers, shares, remedies tried."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.measure import ROOT, Figure, Part, load_parts

__all__ = ["write_report"]

README = ROOT / "benchmarks" / "README.md"
REMEDIES = ROOT / "benchmarks" / "remedies.toml"

METHOD = """\
This file is written by `make bench`; a part that is run alone (`make bench PART=store`) renews its own section.

- A figure is the median of its rounds; ± is half of their range. The ratio is to the peer of the same run.
- In-process figures are pytest-benchmark's (`benchmarks/test_*.py`); those of the core are processor time of its
  thread, so that other work on the machine counts less. Batches have 4,096 commands; effects are taken after each.
- The mix is 60 % sign-ins on a new line (a hold), 30 % on a line with a paid window, 10 % denied (no tokens).
- Store: a SQLite file on disk, WAL, `synchronous = FULL`, with all constraints, triggers, sealed ledger entries and the
  use log. Every hold is captured 301 s later, in the next batch. The peer inserts as many rows into a plain table.
- End to end: the server is pinned to one core, the load generator (`benchmarks/loadgen.c`) to another; each request is
  its own message, made before. The peer is a handler on the same engine that reads the message and sends an
  answer of the usual size. A run fails unless the holds in the store are those that the answers spoke of.
- Where the load average is above the number of cores, the machine had other work: figures by the clock tell of that
  work too, those of the processor much less. So goals of a core of one's own are told as processor time as well.
- No test asserts a time. Files are on the machine's disk, not in memory.
"""


@dataclass(frozen=True)
class Goal:
    """What a figure must reach; `least` False: at most. Of the ratio to its peer where `ratio`."""

    part: str
    figure: str
    value: float
    least: bool = True
    ratio: bool = False


GOALS = (
    Goal("core", "decisions in batches, 1,000,000 lines", 5e6),
    Goal("core", "decisions in batches, 1,000,000 lines", 20, ratio=True),
    Goal("core", "decisions in batches, 10,000,000 lines", 2.5e6),
    Goal("core", "decisions one a call, 1,000,000 lines", 1e6),
    Goal("core", "bytes of a paid line, 1,000,000 lines", 64, least=False),
    Goal("core", "bytes of an open session", 200, least=False),
    Goal("store", "holds with their captures, 4096 a batch", 1e5),
    Goal("store", "holds with their captures through the sequencer, 4096 a batch", 1e5),
    Goal("store", "holds with their captures, 4096 a batch, processor", 10, least=False),
    Goal("endtoend", "native, Checkout", 30e3),
    Goal("endtoend", "native, Checkout, processor", 33.3, least=False),
    Goal("endtoend", "native, Heartbeat", 35e3),
    Goal("endtoend", "native, Checkout, p99 at half load", 25, least=False),
    Goal("endtoend", "grpcio, Checkout", 0.85, ratio=True),
    Goal("endtoend", "grpcio, Checkout, processor", 1.18, least=False, ratio=True),
    Goal("endtoend", "grpcio, Checkout, p50 of one caller beyond a commit", 1, least=False),
    Goal("endtoend", "native, Checkout, p50 of one caller beyond a commit", 1, least=False),
    Goal("rights", "what rights add to a decision, 1,000,000 users, 1,000 teams", 3, least=False),
    Goal("restart", "from the start of the process to the first answer", 15, least=False),
    Goal("restart", "processor until the first answer", 15, least=False),
)

TITLES = {
    "core": "Core",
    "store": "Store",
    "endtoend": "End to end",
    "shares": "What each part of a Checkout costs",
    "rights": "What rights add",
    "restart": "Restart",
}


def ratio_of(part: Part, figure: Figure) -> float | None:
    """The figure as a part of its peer."""
    peer = part.figure(figure.of) if figure.of else None
    return figure.median / peer.median if peer and peer.median else None


def number(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def goals(parts: dict[str, Part]) -> Iterator[str]:
    yield "| figure | measured | goal | of the goal |"
    yield "|---|---:|---:|---:|"
    for goal in GOALS:
        part = parts.get(goal.part)
        figure = part.figure(goal.figure) if part else None
        measured = None if part is None or figure is None else ratio_of(part, figure) if goal.ratio else figure.median
        name = f"{TITLES[goal.part]}: {goal.figure}{', to its peer' if goal.ratio else ''}"
        sign, unit = ("≥" if goal.least else "≤"), "" if goal.ratio or figure is None else f" {figure.unit}"
        if measured is None:
            yield f"| {name} | not measured | {sign} {number(goal.value)} | |"
            continue
        reached = measured / goal.value if goal.least else goal.value / measured if measured > 0 else 1.0
        told = "reached" if reached >= 1 else f"{reached:.0%}"
        yield f"| {name} | {number(measured)}{unit} | {sign} {number(goal.value)} | {told} |"


def section(part: Part) -> Iterator[str]:
    made = part.made
    yield f"## {TITLES[part.name]}"
    yield ""
    yield f"{made['date']}, commit {made['commit']}, load average {made['load average']} at the end. {made['machine']}."
    yield ""
    if part.figures:
        yield "| figure | median | ± | ratio | peer |"
        yield "|---|---:|---:|---:|---|"
    for figure in part.figures:
        ratio = ratio_of(part, figure)
        spread = f"{figure.spread:.0%}" if len(figure.rounds) > 1 else ""
        shown = "" if ratio is None else f"{ratio:.2f}" if ratio < 10 else f"{ratio:,.0f}"
        peer = figure.of if ratio is not None else ""
        yield f"| {figure.name} | {number(figure.median)} {figure.unit} | {spread} | {shown} | {peer} |"
    for note in part.notes:
        yield ""
        yield note
    for whole, spent in part.shares.items():
        yield ""
        yield from share_table(whole, spent)
    yield ""


def share_table(whole: str, spent: Sequence[tuple[str, float]]) -> Iterator[str]:
    total = sum(microseconds for _, microseconds in spent)
    yield f"| {whole} | µs | share |"
    yield "|---|---:|---:|"
    for name, microseconds in spent:
        yield f"| {name} | {microseconds:.2f} | {microseconds / total:.0%} |"
    yield f"| together | {total:.2f} | |"


def with_the_rest(parts: dict[str, Part]) -> None:
    """Tell the shares of a call on each engine: what the server spends beyond the parts is transport and threads."""
    shares, served = parts.get("shares"), parts.get("endtoend")
    if shares is None or served is None:
        return
    measured = dict(shares.shares)
    for engine in ("grpcio", "native"):
        whole, empty = (
            served.figure(f"{engine}, Checkout, processor"),
            served.figure(f"{engine}, empty Checkout, processor"),
        )
        size = served.figure(f"{engine}, checkouts in a commit")
        if whole is None or empty is None or size is None or not measured:
            continue
        known = measured[min(measured, key=lambda name: abs(int(name.split()[1]) - size.median))]
        rest = whole.median - empty.median - sum(spent for _, spent in known)
        told = [
            ("transport, as of an empty handler", empty.median),
            *known,
            ("threads, the interpreter's lock, the rest", rest),
        ]
        shares.shares[f"{engine}: a call of about {size.median:.0f} in a commit"] = told


def remedies() -> Iterator[str]:
    yield "## What was tried where a goal is not reached"
    yield ""
    for found in tomllib.loads(REMEDIES.read_text(encoding="utf-8"))["shortfall"]:
        yield f"**{found['goal']}** {found['profile']}"
        yield ""
        yield "| remedy | before | after | kept |"
        yield "|---|---:|---:|---|"
        for tried in found["tried"]:
            yield f"| {tried['what']} | {tried['before']} | {tried['after']} | {tried['kept']} |"
        yield ""


def write_report() -> None:
    """Write the README of all parts that have been measured."""
    parts = load_parts()
    with_the_rest(parts)
    lines = ["# Benchmarks", "", METHOD, "## Goals", "", *goals(parts), ""]
    for name in TITLES:
        if name in parts:
            lines += section(parts[name])
    lines += remedies()
    README.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    print(f"written: {README.relative_to(ROOT)}")
