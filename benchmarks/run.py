"""`make bench`: each part in a process of its own, then the report. `python -m benchmarks.run [PART ...]`

Parts: core, store, endtoend, shares, rights, restart. Without a name all of them, the restart with a million sessions.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from statistics import median
from typing import Any

from benchmarks.measure import RESULTS, ROOT, Part
from benchmarks.report import TITLES, write_report

__all__ = ["main"]

IN_PROCESS = ("core", "store")


def run(*command: str) -> None:
    subprocess.run([sys.executable, *command], cwd=ROOT, check=True)


def in_process(name: str) -> None:
    """A part that pytest-benchmark measures."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.pytest"
    run("-m", "pytest", f"benchmarks/test_{name}.py", "-q", "--benchmark-quiet", f"--benchmark-json={path}")
    made = json.loads(path.read_text(encoding="utf-8"))["benchmarks"]
    part = Part(name)
    (tell_core if name == "core" else tell_store)(part, made)
    part.save()


def named(made: Iterable[dict[str, Any]], test: str) -> list[tuple[list[float], dict[str, Any]]]:
    """Seconds of the rounds, and what the test told, of each case of a test."""
    return [(one["stats"]["data"], one["extra_info"]) for one in made if one["name"].partition("[")[0] == test]


def tell_core(part: Part, made: list[dict[str, Any]]) -> None:
    single = named(made, "test_one_command_a_call")
    for seconds, told in sorted(single, key=lambda one: one[1]["engine"], reverse=True):
        whose = "reference, " if told["engine"] == "Reference" else ""
        name = f"{whose}decisions one a call, {told['lines']:,} lines"
        of = "" if whose else f"reference, {name}"
        part.add(name, "/s", [told["decisions"] / s for s in seconds], of)
    for seconds, told in named(made, "test_core_batches"):
        name = f"decisions in batches, {told['lines']:,} lines"
        of = f"reference, decisions one a call, {min(told['lines'], 1_000_000):,} lines"
        part.add(name, "/s", [told["decisions"] / s for s in seconds], of)
    for _, told in named(made, "test_bytes_of_a_paid_line"):
        part.add(f"bytes of a paid line, {told['lines']:,} lines", "B", [told["bytes_each"]])
        part.add(f"bytes of a paid line, {told['lines']:,} lines, by the process", "B", [told["resident_each"]])
    for _, told in named(made, "test_bytes_of_an_open_session"):
        part.add("bytes of an open session", "B", [told["bytes_each"]["session"]])
        part.add("bytes of its line, in use with a hold", "B", [told["bytes_each"]["line"] + told["bytes_each"]["use"]])
        part.add("bytes of its device", "B", [told["bytes_each"]["device"]])
    for _, told in named(made, "test_another_thread_runs_beside_a_batch_of_a_million"):
        part.add("another Python thread, alone", "turns/s", [told["alone"]])
        part.add(
            "another Python thread, beside a batch of a million", "turns/s", [told["beside"]],
            "another Python thread, alone",
        )  # fmt: skip


def tell_store(part: Part, made: list[dict[str, Any]]) -> None:
    for seconds, told in named(made, "test_plain_inserts"):
        part.add(
            f"plain inserts of as many rows, {told['size']} a batch", "holds/s", [told["size"] / s for s in seconds]
        )
    for seconds, told in named(made, "test_holds_and_captures"):
        size = told["size"]
        of = f"plain inserts of as many rows, {size} a batch"
        part.add(f"holds with their captures, {size} a batch", "/s", [size / s for s in seconds], of)
        processor = [s / size * 1e6 for s in told["spans"].pop("processor")]
        part.add(f"holds with their captures, {size} a batch, processor", "µs each", processor)
        part.shares[f"a hold and its capture, {size} a batch"] = [
            (name, median(spent) / size * 1e6) for name, spent in told["spans"].items()
        ]
    for seconds, told in named(made, "test_through_the_sequencer"):
        name = f"holds with their captures through the sequencer, {told['size']} a batch"
        part.add(name, "/s", [told["holds"] / s for s in seconds])


def main() -> None:
    for name in sys.argv[1:] or TITLES:
        if name in IN_PROCESS:
            in_process(name)
        else:
            run("-m", f"benchmarks.{name}")
    write_report()


if __name__ == "__main__":
    main()
