"""Seeded one-line bugs: each is put into a copy of the tree, and the test that is named for it must turn red there.

The working tree is never touched. A bug in the core is compiled in the copy, without optimisation.

    python -m tests.faults.mutants [--only WORD] [--jobs N]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from queue import SimpleQueue

from tests.faults.bugs import MUTANTS
from tests.faults.mutant import Mutant
from tests.faults.report import RESULTS, ROOT, commit

TEST_SECONDS = 180
_RESULT = RESULTS / "mutants.json"
_COPIED = ("flexauth", "client/src", "tests", "pyproject.toml", "setup.py", "docs")


class Verdict(Enum):
    RED = "red"
    GREEN = "still green"
    BROKEN = "does not run"


def occurrences(mutant: Mutant, root: Path = ROOT) -> int:
    """How often the line stands in its file."""
    return sum(line.strip() == mutant.line for line in (root / mutant.file).read_text().splitlines())


def mutated(mutant: Mutant, text: str) -> str:
    """The file with the bug in it."""
    lines = text.splitlines(keepends=True)
    return "".join(line.replace(mutant.line, mutant.becomes) if line.strip() == mutant.line else line for line in lines)


class Scratch:
    """A copy of the tree with a core of its own."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "tree"
        for name in _COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(
                    source, self.root / name, ignore=shutil.ignore_patterns("__pycache__", "*.so", "_core.c")
                )
            else:
                shutil.copy2(source, self.root / name)
        shared = ROOT.parent / "shared"
        if shared.is_dir():
            (folder / "shared").symlink_to(shared)
        setup = self.root / "setup.py"
        setup.write_text(setup.read_text().replace('"-O3"', '"-O0", "-g0"'))
        self._path = os.pathsep.join((str(self.root), str(self.root / "client" / "src")))
        self.build()

    def _run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            (sys.executable, *command),
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": self._path, **environment},
            capture_output=True,
            text=True,
            timeout=TEST_SECONDS,
            check=False,
        )

    def build(self) -> bool:
        """Compile the core; whether that worked."""
        self._remove_core()
        built = self._run("setup.py", "--quiet", "build_ext", "--inplace", "--force")
        where = self._run("-c", "import flexauth._core; print(flexauth._core.__file__)").stdout
        return built.returncode == 0 and where.startswith(str(self.root))

    def _remove_core(self) -> None:
        for made in (self.root / "flexauth").glob("_core*.so"):
            made.unlink()

    def test(self, *tests: str) -> tuple[Verdict, str]:
        """What the tests come to: red only if they ran and failed."""
        done = self._run("-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--timeout", "120", *tests)
        verdict = {0: Verdict.GREEN, 1: Verdict.RED}.get(done.returncode, Verdict.BROKEN)
        return verdict, (done.stdout + done.stderr)[-2_000:]

    def try_out(self, mutant: Mutant) -> tuple[Verdict, str]:
        """Put the bug in, run its test, take it out."""
        path = self.root / mutant.file
        whole = path.read_text()
        native = path.suffix in {".pxi", ".pyx", ".pxd"}
        path.write_text(mutated(mutant, whole))
        try:
            if native and not self.build():
                return Verdict.BROKEN, "the core does not compile"
            return self.test(mutant.test)
        except subprocess.TimeoutExpired:
            return Verdict.BROKEN, f"no end after {TEST_SECONDS} s"
        finally:
            path.write_text(whole)


def main() -> int:
    """Try every mutant, print a table, write the result file; 1 if a mutant lives."""
    options = argparse.ArgumentParser(prog="python -m tests.faults.mutants")
    options.add_argument(
        "--only", default="", help="only mutants of files whose name has this word; the others keep their rows"
    )
    options.add_argument("--jobs", type=int, default=2, help="how many copies are tried at a time")
    given = options.parse_args()
    only: str = given.only
    chosen = [mutant for mutant in MUTANTS if only in mutant.file]
    started, stands_at, rows = time.monotonic(), commit(), []
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(given.jobs) as pool:
        scratches = [*pool.map(Scratch, (Path(folder, str(number)) for number in range(given.jobs)))]
        verdict, output = scratches[0].test(*dict.fromkeys(mutant.test for mutant in chosen))
        if verdict is not Verdict.GREEN:
            print(output, file=sys.stderr)
            sys.exit("without any bug the tests are not green: nothing can be said")
        # Bugs of the core last: before them each copy has the core as it is.
        ordered = sorted(chosen, key=lambda mutant: mutant.file.startswith("flexauth/_core"))
        for mutant, (verdict, output) in zip(ordered, _try_all(ordered, scratches, pool), strict=True):
            rows.append({**asdict(mutant), "verdict": verdict.value})
            print(f"{verdict.value:<13} {mutant.file:<30} {mutant.rule}", flush=True)
            if verdict is not Verdict.RED:
                print(output)
    red = sum(row["verdict"] == Verdict.RED.value for row in rows)
    print(f"{red} of {len(rows)} red")
    if only:
        _write_again(rows, stands_at)
    else:
        _write(rows, stands_at, time.monotonic() - started)
    return int(red != len(rows))


def _try_all(
    ordered: list[Mutant], scratches: list[Scratch], pool: ThreadPoolExecutor
) -> Iterator[tuple[Verdict, str]]:
    """Each in a copy that is idle; they are begun in this order."""
    idle: SimpleQueue[Scratch] = SimpleQueue()
    for scratch in scratches:
        idle.put(scratch)

    def try_one(mutant: Mutant) -> tuple[Verdict, str]:
        scratch = idle.get()
        try:
            return scratch.try_out(mutant)
        finally:
            idle.put(scratch)

    return pool.map(try_one, ordered)


def _write(rows: list[dict[str, str]], stands_at: str, seconds: float) -> None:
    result = {
        "programme": "mutants",
        "commit": stands_at,
        "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "count": len(rows),
        "seconds": round(seconds, 1),
        "mutants": rows,
    }
    RESULTS.mkdir(exist_ok=True)
    _RESULT.write_text(json.dumps(result, indent=2) + "\n")


def _write_again(rows: list[dict[str, str]], stands_at: str) -> None:
    """Rows that were tried again; each names the commit that it was tried at."""
    result = json.loads(_RESULT.read_text())
    again = {(row["file"], row["line"]): {**row, "commit": stands_at} for row in rows}
    result["mutants"] = [again.get((row["file"], row["line"]), row) for row in result["mutants"]]
    _RESULT.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
