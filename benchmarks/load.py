"""Drives the load generator: builds it, writes its requests, reads what came of them. Knows no server."""

from __future__ import annotations

import os
import struct
import subprocess
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import ROOT, percentile

__all__ = ["Load", "Outcome", "generate"]

_SOURCE = ROOT / "benchmarks" / "loadgen.c"
_PROGRAM = ROOT / "build" / "benchmarks" / "loadgen"
_ANSWERED, _GRANTED, _HELD = 1, 2, 4


@dataclass(frozen=True)
class Load:
    """So many calls open at a time over so many connections; `rate` calls a second, 0: as many as are answered."""

    connections: int
    streams: int
    rate: float = 0


@dataclass(frozen=True)
class Outcome:
    """What came of a load. Latencies in milliseconds; `rate` leaves out the first and the last tenth of the answers."""

    answered: int
    granted: int
    held: int
    rate: float
    p50: float
    p99: float


def build() -> Path:
    """The generator, compiled where its source is newer."""
    if not _PROGRAM.exists() or _PROGRAM.stat().st_mtime < _SOURCE.stat().st_mtime:
        _PROGRAM.parent.mkdir(parents=True, exist_ok=True)
        command = [
            os.environ.get("CC", "cc"),
            "-std=gnu17",
            "-O2",
            "-Wall",
            "-Wextra",
            "-o",
            str(_PROGRAM),
            str(_SOURCE),
        ]
        subprocess.run(command, check=True)
    return _PROGRAM


def generate(port: int, path: str, key: str, messages: Iterable[bytes], load: Load, core: int) -> Outcome:
    """Send each message once to a method of a server on loopback, from one core. Raises where a call failed."""
    with TemporaryDirectory() as folder:
        requests, results = Path(folder, "requests"), Path(folder, "results")
        with requests.open("wb") as file:
            for message in messages:
                file.write(struct.pack("=I", len(message)) + message)
        command = [
            str(build()), str(port), path, f"Bearer {key}" if key else "", str(requests), str(results),
            str(load.connections), str(load.streams), str(load.rate),
        ]  # fmt: skip
        subprocess.run(command, check=True, preexec_fn=lambda: os.sched_setaffinity(0, {core}))
        return _outcome(array("I", results.read_bytes()))


def _outcome(found: array[int]) -> Outcome:
    done, latencies, flags = sorted(found[0::3]), found[1::3], found[2::3]
    count = len(flags)
    answered = sum(flag & _ANSWERED for flag in flags)
    if answered < count:
        raise RuntimeError(f"{count - answered} of {count} calls failed")
    low, high = count // 10, count - count // 10 - 1
    return Outcome(
        answered,
        granted=sum(bool(flag & _GRANTED) for flag in flags),
        held=sum(bool(flag & _HELD) for flag in flags),
        rate=(high - low) / max(done[high] - done[low], 1) * 1e6,
        p50=percentile(latencies, 0.5) / 1000,
        p99=percentile(latencies, 0.99) / 1000,
    )
