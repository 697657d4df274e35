"""Runs every suite in a process of its own, two at a time, and prints what each took and one closing line.

A suite that died, hung or ran no test counts as one failure: the exit status is 0 only if everything passed.
"""

import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
REPORTS = ROOT / "build" / "suites"
SUITE_SECONDS = 420
LANES = 2

# The longest first, so that the two lanes end together.
PYTEST_SUITES = ("faults", "laws", "rpc", "client", "cli", "scenarios", "store", "unit", "house")

CHECKS: dict[str, Sequence[Sequence[str]]] = {
    "lint": (
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("cython-lint", "flexauth"),
        ("buf", "lint"),
        ("buf", "format", "--diff", "--exit-code"),
    ),
    "types": (("mypy",), ("python", "-m", "mypy.stubtest", "--concise", "flexauth._core")),
}


@dataclass(frozen=True)
class Result:
    """What one suite came to; `output` is what its programmes printed."""

    name: str
    passed: int
    failed: int
    skipped: int
    seconds: float
    output: str


def run(command: Sequence[str]) -> tuple[int, str]:
    """Run a programme of the environment; return its exit status and output, status 124 where it hung."""
    full = [str(BIN / command[0]), *command[1:]]
    try:
        done = subprocess.run(
            full,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SUITE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        printed = (error.stdout or b"").decode(errors="replace")  # bytes, whatever `text` says
        return 124, f"{printed}\n{' '.join(command)}: no end after {SUITE_SECONDS} s\n"
    return done.returncode, done.stdout


def check_suite(name: str) -> Result:
    """Run the checkers of `CHECKS[name]`, each counted as one test."""
    started = time.monotonic()
    ran = [run(command) for command in CHECKS[name]]
    failed = sum(status != 0 for status, _ in ran)
    output = "".join(printed for status, printed in ran if status != 0)
    return Result(name, len(ran) - failed, failed, 0, time.monotonic() - started, output)


def pytest_suite(name: str) -> Result:
    """Run tests/<name> under pytest and count by its report."""
    report = REPORTS / f"{name}.xml"
    report.unlink(missing_ok=True)
    started = time.monotonic()
    status, output = run(("python", "-m", "pytest", "-q", f"--junitxml={report}", f"tests/{name}"))
    seconds = time.monotonic() - started
    if not report.exists():
        return Result(name, 0, 1, 0, seconds, f"{output}\ntests/{name} ended with status {status} and no report\n")
    count = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    for suite in ET.parse(report).getroot().iter("testsuite"):
        for key in count:
            count[key] += int(suite.get(key, "0"))
    failed = count["failures"] + count["errors"]
    passed = count["tests"] - failed - count["skipped"]
    # Status 5 is "no test collected", others are pytest's own troubles: a suite never fails without being counted.
    return Result(name, passed, max(failed, int(status != 0)), count["skipped"], seconds, output)


def show(suite: Callable[[str], Result], name: str) -> Result:
    """Run a suite and print its output as it ends."""
    result = suite(name)
    verdict = "failed" if result.failed else "passed"
    print(f"== {result.name}: {verdict} in {result.seconds:.1f} s\n{result.output}", flush=True)
    return result


def chosen(names: Sequence[str]) -> list[tuple[str, Callable[[str], Result]]]:
    """Return the suites to run, all where none is named; exit on a name that is not a suite."""
    present = [name for name in PYTEST_SUITES if any((ROOT / "tests" / name).glob("test_*.py"))]
    suites: dict[str, Callable[[str], Result]] = dict.fromkeys(present, pytest_suite)
    suites |= dict.fromkeys(CHECKS, check_suite)
    unknown = [name for name in names if name not in suites]
    if unknown:
        sys.exit(f"no such suite: {', '.join(unknown)}; there are {', '.join(suites)}")
    return [(name, suite) for name, suite in suites.items() if not names or name in names]


def main() -> int:
    """Run the suites named on the command line, all by default."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    started = time.monotonic()
    with ThreadPoolExecutor(LANES) as lanes:
        runs = [lanes.submit(show, suite, name) for name, suite in chosen(sys.argv[1:])]
        results = [future.result() for future in runs]
    print(f"{'suite':<12}{'seconds':>8}{'passed':>8}{'failed':>8}{'skipped':>9}")
    for result in results:
        print(f"{result.name:<12}{result.seconds:>8.1f}{result.passed:>8}{result.failed:>8}{result.skipped:>9}")
    print(f"{'all':<12}{time.monotonic() - started:>8.1f}\n")
    passed, failed, skipped = (sum(getattr(r, key) for r in results) for key in ("passed", "failed", "skipped"))
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
