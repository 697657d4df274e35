"""The manual of the form names everything that the form has, and its example is one that plays."""

import re
from pathlib import Path

from flexauth.commands import Origin, State
from flexauth.simulate import cast, expectations, form, verbs
from flexauth.simulate.run import HELD, run
from flexauth.simulate.stage import Setting

MANUAL = (Path(__file__).resolve().parents[2] / "docs" / "scenarios.md").read_text(encoding="utf-8")
EXAMPLE = re.search(r"```yaml\n(.*?)```", MANUAL, re.DOTALL)


def test_its_example_holds(tmp_path: Path) -> None:
    assert EXAMPLE is not None
    file = tmp_path / "story.yaml"
    file.write_text(EXAMPLE[1], encoding="utf-8")
    status, text = run([str(file)], Setting())
    assert status == HELD, text


def test_it_names_every_word_of_the_form() -> None:
    keys = " ".join(
        [
            form.SCENARIO_KEYS,
            form.TEAM_KEYS,
            form.EVENT_KEYS,
            cast.PRODUCT_KEYS,
            cast.PACK_KEYS,
            expectations.ANSWER_KEYS,
            expectations.STATE_KEYS,
            expectations.TEAM_NUMBERS,
            expectations.CHARGE_KEYS,
            *(verb.keys for verb in verbs.VERBS.values()),
        ]
    )
    words = {*keys.split(), *verbs.VERBS, *(state.name for state in State if state)}
    words |= {origin.name for origin in Origin} - verbs.ORIGINS_LATER.keys()
    assert sorted(word for word in words if not re.search(rf"\b{word}\b", MANUAL)) == []


def test_it_names_no_word_that_is_refused() -> None:
    refused = {*verbs.VERBS_LATER, *verbs.SIGNIN_LATER, *form.TEAM_LATER, *cast.PRODUCT_LATER, *verbs.ORIGINS_LATER}
    assert sorted(word for word in refused if re.search(rf"`{word}\b", MANUAL)) == []
