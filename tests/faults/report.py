"""The face of a fault programme: options, a progress line, a result file, an exit status that says whether all held."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
ROOT = Path(__file__).resolve().parents[2]
WATCHED = ("flexauth/store", "flexauth/ledger.py", "tests/faults", ":!tests/faults/results", "tests/store")


def programme(name: str, run: Callable[[int, int], tuple[Counter[str], list[str]]], count: int) -> None:
    """Run with --count and --seed, write results/NAME.json, leave with 1 if anything was wrong."""
    options = argparse.ArgumentParser(prog=f"python -m tests.faults.{name}")
    options.add_argument("--count", type=int, default=count)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--no-result", action="store_true", help="leave the committed result file as it is")
    chosen = options.parse_args()
    started, stands_at = time.monotonic(), commit()
    seen, wrong = run(chosen.count, chosen.seed)
    result = {
        "programme": name,
        "commit": stands_at,
        "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "seed": chosen.seed,
        "count": chosen.count,
        "seconds": round(time.monotonic() - started, 1),
        "seen": dict(sorted(seen.items())),
        "wrong": wrong,
    }
    text = json.dumps(result, indent=2) + "\n"
    print(text, end="")
    if not chosen.no_result:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{name}.json").write_text(text)
    sys.exit(1 if wrong else 0)


def commit() -> str:
    git = ("git", "-C", str(ROOT))
    head = subprocess.run(
        (*git, "rev-parse", "--short", "HEAD"), capture_output=True, text=True, check=True
    ).stdout.strip()
    dirty = subprocess.run((*git, "status", "--porcelain", *WATCHED), capture_output=True, text=True, check=True).stdout
    return head + ("+" if dirty.strip() else "")
