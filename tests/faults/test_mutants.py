"""The table of `make mutants` in short: every bug has its line and its test. The bugs themselves take minutes."""

import subprocess
import sys

import pytest

from tests.faults.bugs import MUTANTS
from tests.faults.mutant import Mutant
from tests.faults.mutants import mutated, occurrences
from tests.faults.report import ROOT


@pytest.mark.parametrize("mutant", MUTANTS, ids=[f"{mutant.file}: {mutant.rule}" for mutant in MUTANTS])
def test_the_line_of_a_bug_stands_once_in_its_file_and_its_test_is_there(mutant: Mutant) -> None:
    assert occurrences(mutant) == 1, mutant.line
    text = (ROOT / mutant.file).read_text()
    assert mutated(mutant, text) != text
    file, _, name = mutant.test.partition("::")
    assert f"def {name.partition('[')[0]}(" in (ROOT / file).read_text()


def test_each_named_test_with_its_parameters_is_collected() -> None:
    tests = dict.fromkeys(mutant.test for mutant in MUTANTS)
    collect = (sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *tests)
    done = subprocess.run(collect, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2_000:]


def test_there_are_enough_of_them() -> None:
    native = [mutant for mutant in MUTANTS if mutant.file.startswith("flexauth/_core")]
    assert len(MUTANTS) >= 44
    assert len(native) >= 10
    assert len({(mutant.file, mutant.line) for mutant in MUTANTS}) == len(MUTANTS)
