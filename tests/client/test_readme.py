"""The README of the client: its examples run, its tables are true."""

import re
from pathlib import Path

import pytest

from flexauth_client.run import MEANINGS
from flexauth_client.settings import FIELDS, machine_file
from tests.client.world import World

README = (Path(__file__).resolve().parents[2] / "client" / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("example", range(len(EXAMPLES)))
def test_an_example_runs(world: World, monkeypatch: pytest.MonkeyPatch, example: int, tmp_path: Path) -> None:
    monkeypatch.setenv("FLEXAUTH_SERVER", world.cable.address)
    monkeypatch.setenv("FLEXAUTH_KEY", world.key)
    monkeypatch.setenv("LOGNAME", "ann")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    exec(compile(EXAMPLES[example], f"example {example}", "exec"), {"__name__": "example"})
    assert world.balance == (100, 0)
    assert not list(tmp_path.rglob("*.json"))  # checked in


def test_the_examples_sign_in() -> None:
    assert len(EXAMPLES) == 5
    assert sum("client.session(" in example for example in EXAMPLES) == 4  # one is of who signs in


def test_every_exit_status_is_told_in_the_words_of_the_program() -> None:
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", README, re.MULTILINE)
    assert [(int(number), meaning) for number, meaning in rows] == [
        (status.value, meaning) for status, meaning in MEANINGS.items()
    ]


def test_every_setting_is_told_with_its_three_places() -> None:
    rows = re.findall(r"^\| [^|]+ \| `(\w+)` \| `(\w+)` \| `(\w+)` \|$", README, re.MULTILINE)
    assert rows == [(name, f"FLEXAUTH_{name.upper()}", name) for name in FIELDS]
    for system in ("linux", "darwin"):
        assert f"`{machine_file({}, system)}`" in README
