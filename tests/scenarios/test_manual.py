"""The manual of the form names everything that the form has, and its example is one that plays."""

import re
from pathlib import Path

from flexauth.commands import Choice, Origin, State
from flexauth.simulate import cast, catalogue, expectations, form, office, verbs
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
            form.EVENT_KEYS,
            office.TEAM_KEYS,
            office.SUBSCRIPTION_KEYS,
            office.TRIAL_KEYS,
            office.CAP_KEYS,
            office.WINDOW_KEYS,
            catalogue.PRODUCT_KEYS,
            catalogue.PER_RESULT_KEYS,
            catalogue.LAUNCH_KEYS,
            cast.PACK_KEYS,
            expectations.ANSWER_KEYS,
            expectations.STATE_KEYS,
            expectations.TEAM_NUMBERS,
            expectations.CHARGE_KEYS,
            *(verb.keys for verb in verbs.VERBS.values()),
        ]
    )
    words = {*keys.split(), *verbs.VERBS, *(state.name for state in State if state)}
    words |= {origin.name for origin in Origin} | {choice.name for choice in Choice if choice}
    assert sorted(word for word in words if not re.search(rf"\b{word}\b", MANUAL)) == []


def test_it_names_no_word_that_is_refused() -> None:
    assert sorted(word for word in expectations.LATER if re.search(rf"`{word}\b", MANUAL)) == []
