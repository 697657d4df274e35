"""The test command runs every test there is, and .ci/run is the test command."""

from pathlib import Path

from tests.house.sources import ROOT, read, tracked
from tests.run_suites import PYTEST_SUITES


def test_every_suite_has_tests_and_every_test_has_a_suite() -> None:
    tests = {path.parts[1] for path in tracked(".py") if path.parts[0] == "tests" and path.name.startswith("test_")}
    assert tests == set(PYTEST_SUITES)


def test_the_ci_runs_the_test_command_of_the_readme() -> None:
    assert "\nmake test " in read(Path("README.md"))
    assert read(Path(".ci/run")).splitlines()[-1] == "make test"
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
