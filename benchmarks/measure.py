"""What a benchmark hands to the report: figures of several rounds, where and when they were made. Measures nothing."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from flexauth.store.statements import parse

__all__ = ["RESULTS", "ROOT", "Figure", "Part", "benchmark_statement", "load_parts", "percentile", "stopwatch"]

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "build" / "benchmarks"


@dataclass
class Figure:
    """One value a round, in `unit`. `of` names the figure of the same run that it is a ratio of, "" for none."""

    name: str
    unit: str
    rounds: list[float]
    of: str = ""
    note: str = ""

    @property
    def median(self) -> float:
        return median(self.rounds)

    @property
    def spread(self) -> float:
        """Half of the range, as a part of the median."""
        return (max(self.rounds) - min(self.rounds)) / 2 / self.median if self.median else 0.0


@dataclass
class Part:
    """The figures of one programme, and the shares that it found: name of a whole to (name of a part, microseconds)."""

    name: str
    figures: list[Figure] = field(default_factory=list)
    shares: dict[str, list[tuple[str, float]]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    made: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, unit: str, rounds: Sequence[float], of: str = "", note: str = "") -> Figure:
        figure = Figure(name, unit, list(rounds), of, note)
        self.figures.append(figure)
        print(f"{self.name}: {name}: {figure.median:,.6g} {unit} (± {figure.spread:.0%}) {note}", flush=True)
        return figure

    def figure(self, name: str) -> Figure | None:
        return next((figure for figure in self.figures if figure.name == name), None)

    def save(self) -> None:
        """Keep the part for the report, with commit, date, machine and what else the machine did."""
        self.made = {
            "commit": _said("git", "rev-parse", "--short=10", "HEAD"),
            "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            "load average": ", ".join(f"{load:.1f}" for load in os.getloadavg()),
            "machine": _machine(),
        }
        RESULTS.mkdir(parents=True, exist_ok=True)
        (RESULTS / f"{self.name}.json").write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")


def load_parts() -> dict[str, Part]:
    """The parts that were measured last, by name."""
    found = {}
    for path in sorted(RESULTS.glob("*.json")):
        kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        figures = [Figure(**figure) for figure in kept.pop("figures")]
        found[path.stem] = Part(**kept, figures=figures)
    return found


@cache
def _statements() -> dict[str, str]:
    return parse((ROOT / "benchmarks" / "bench.sql").read_text(encoding="utf-8"))


def benchmark_statement(name: str) -> str:
    """A statement of `bench.sql`."""
    return _statements()[name]


def percentile(values: Sequence[float], part: float) -> float:
    """The smallest value that `part` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)]


@contextmanager
def stopwatch(into: list[float]) -> Iterator[None]:
    """Append the seconds that the block took."""
    began = perf_counter()
    yield
    into.append(perf_counter() - began)


def _said(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def _machine() -> str:
    cpu = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "?"
    )
    kilobytes = next(int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal"))
    system = f"Linux {platform.release()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores, {cpu}, {kilobytes >> 20} GiB, {system}"


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines()
