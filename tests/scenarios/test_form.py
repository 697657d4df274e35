"""A file that is not a scenario is refused whole, each error with file, line and field."""

from pathlib import Path

import pytest

from flexauth.simulate.form import WrongForm, read_scenario
from flexauth.simulate.instants import duration, instant, offset_text, signed_duration
from flexauth.simulate.scenario import Order

GOOD = """\
name: a story
about: [C2]
start: 2026-03-02T08:00:00Z
catalogue: {ACD: {rate: 7}, DRIVE: {included: true}}
teams:
  acme:
    packs: [{id: p1, size: 100, ends: +300d, price: "3.00"}]
    users: {ann: ALL, bob: [ACD]}
timeline:
  - {at: +0s, do: checkout, session: a, user: ann, product: ACD, expect: {granted: true}}
  - {at: +1h, do: checkin, session: a}
finally:
  at: +2h
  teams: {acme: {available: 93}}
"""

# What is replaced in GOOD, by what, and how the error begins behind the file's name.
WRONG = [
    ("name: a story\n", "", "1: scenario: the key 'name' is missing"),
    ("about: [C2]", "abuot: [C2]", "2: abuot: unknown key 'abuot'"),
    ("start: 2026-03-02T08:00:00Z", "start: +5m", "3: start: '+5m': the start is an instant"),
    (
        "start: 2026-03-02T08:00:00Z",
        "start: 2026-03-02T08:00:00+01:00",
        "3: start: '2026-03-02T08:00:00+01:00': a time is",
    ),
    ("start: 2026-03-02T08:00:00Z", "start: 2026-03-02", "3: start: '2026-03-02': a time is"),
    ("rate: 7", "rate: seven", "4: catalogue.ACD.rate: 'seven': it must be a whole number"),
    ("rate: 7", "rate: 0", "4: catalogue.ACD.rate: '0': it must be from 1"),
    ("rate: 7", "rate: 7.5", "4: catalogue.ACD.rate: '7.5': it must be a whole number"),
    ("included: true", "included: yes", "4: catalogue.DRIVE.included: 'yes': it must be true or false"),
    ("included: true", "included: true, rate: 3", "4: catalogue.DRIVE.rate: a product with included has no rate"),
    ("included: true", "per_result: {tokens: 1}", "4: catalogue.DRIVE.per_result: the key 'units' is missing"),
    (
        "included: true",
        "per_result: {tokens: 1, units: 9}, rate: 3",
        "4: catalogue.DRIVE.rate: a product with per_result",
    ),
    ("ACD: {rate: 7}", "-x: {rate: 7}", "4: catalogue.-x: code is '-x'"),
    ("  acme:\n", "  acme:\n    seats: {RVT: 2}\n", "7: teams.acme.seats.RVT: there is no product or collection 'RVT'"),
    (
        "  acme:\n",
        "  acme:\n    caps: [{id: c, user: ann, product: ACD, per: day, tokens: 7}]\n",
        "7: teams.acme.caps[1]: a cap is of one user, group, project or product",
    ),
    (
        "  acme:\n",
        "  acme:\n    caps: [{id: c, per: hour, tokens: 7}]\n",
        "7: teams.acme.caps[1].per: 'hour': it must be one of day, week, month, pack_year",
    ),
    ("  acme:\n", "  acme:\n    guests: [gus]\n", "7: teams.acme.guests[1]: there is no user of acme 'gus' yet"),
    (
        "  acme:\n",
        "  acme:\n    default_assignment: ALL\n",
        "7: teams.acme.default_assignment: 'ALL': a default assignment is a list",
    ),
    (
        "  acme:\n",
        "  acme:\n    trials: [{user: ann, product: ACD}]\n",
        "7: teams.acme.trials[1]: the key 'until' is missing",
    ),
    ("  acme:\n", "  acme:\n    policy: {grace: 1}\n", "7: teams.acme.policy.grace: policy grace is 1: a duration"),
    ("  acme:\n", "  acme:\n    policy: {grace: 25h}\n", "7: teams.acme.policy.grace: policy grace is '25h'"),
    (
        "  acme:\n",
        "  acme:\n    policy: {grace_mode: kind}\n",
        "7: teams.acme.policy.grace_mode: policy grace_mode is 'kind'",
    ),
    ("  acme:\n", "  acme:\n    policy: {consent: maybe}\n", "7: teams.acme.policy.consent: policy consent is 'maybe'"),
    (
        "  acme:\n",
        "  acme:\n    policy: {lease_max: 1h, heartbeat_interval: 2h}\n",
        "7: teams.acme.policy.heartbeat_interval: policy heartbeat_interval is '2h'",
    ),
    ("  acme:\n", "  acme:\n    policy: {greed: 1}\n", "7: teams.acme.policy.greed: unknown key 'greed'"),
    ("size: 100", "size: 0", "7: teams.acme.packs[1].size: '0': it must be from 1"),
    ("ends: +300d", "ends: -1h", "7: teams.acme.packs[1].ends: '-1h': a pack ends after it starts"),
    ("ends: +300d", "ends: 300 days", "7: teams.acme.packs[1].ends: '300 days': a time is"),
    ('price: "3.00"', 'price: "-3"', "7: teams.acme.packs[1].price: '-3': a price is"),
    ('price: "3.00"}', 'price: "3.00"}, {id: p1, size: 5}', "7: teams.acme.packs[2].id: the team acme has a pack 'p1'"),
    ("bob: [ACD]", "bob: [RVT]", "8: teams.acme.users.bob[1]: there is no product 'RVT' yet; there are ACD, DRIVE"),
    ("bob: [ACD]", "bob: SOME", "8: teams.acme.users.bob: 'SOME': it must be ALL or a list"),
    ("bob: [ACD]", "bob: [ACD], bob: ALL", "8: teams.acme.users.bob: the key stands twice"),
    ("do: checkout", "do: sing", "10: timeline[1].do: 'sing': it must be one of checkout, quote"),
    ("do: checkin, session: a", "do: move_pack, pack: p1, to: brio", "11: timeline[2].to: there is no team 'brio' yet"),
    ("do: checkin, session: a", "do: split_pack, pack: p1, size: 5", "11: timeline[2]: the key 'into' is missing"),
    (
        "do: checkin, session: a",
        "do: split_pack, pack: p1, size: 5, into: p1",
        "11: timeline[2].into: the team acme has",
    ),
    (
        "do: checkin, session: a",
        "do: unassign, team: acme, user: ann",
        "11: timeline[2]: the key 'products' is missing",
    ),
    ("do: checkin, session: a", "do: suspend", "11: timeline[2]: team is ''"),
    (
        "do: checkin, session: a",
        "do: result, session: a, units: 0, request_id: r",
        "11: timeline[2].units: '0': it must",
    ),
    (
        "do: checkin, session: a",
        "do: refund, charge: {line: acme/ann/RVT, window: [+0s, +24h]}, reason: wrong",
        "11: timeline[2].charge.line: 'acme/ann/RVT': a line is",
    ),
    ("do: checkout, ", "", "10: timeline[1]: the key 'do' is missing"),
    (
        "user: ann, product",
        "user: eve, product",
        "10: timeline[1].user: there is no user 'eve' yet; there are ann, bob",
    ),
    ("product: ACD, expect", "product: RVT, expect", "10: timeline[1].product: there is no product 'RVT'"),
    ("product: ACD, expect", "product: ACD, team: brio, expect", "10: timeline[1].team: there is no team 'brio'"),
    (
        "product: ACD, expect",
        "product: ACD, max_tokens: -1, expect",
        "10: timeline[1].max_tokens: '-1': it must be from 0",
    ),
    ("product: ACD, expect", "product: ACD, project: a b, expect", "10: timeline[1]: project is 'a b'"),
    (
        "product: ACD, expect",
        "product: ACD, origin: MAGIC, expect",
        "10: timeline[1].origin: 'MAGIC': it must be one of",
    ),
    ("product: ACD, expect", "product: ACD, devise: d, expect", "10: timeline[1].devise: unknown key 'devise'"),
    ("granted: true", "grunted: true", "10: timeline[1].expect.grunted: unknown key 'grunted'"),
    ("granted: true", "granted: maybe", "10: timeline[1].expect.granted: 'maybe': it must be true or false"),
    ("granted: true", "reason: WHIM", "10: timeline[1].expect.reason: 'WHIM': it must be one of INSUFFICIENT_TOKENS"),
    (
        "granted: true",
        "granted: true, reason: SUSPENDED",
        "10: timeline[1].expect.reason: what is granted has no reason",
    ),
    ("granted: true", "entitlement: GIFT", "10: timeline[1].expect.entitlement: 'GIFT': it must be one of SUBSCR"),
    ("granted: true", "notices: []", "10: timeline[1].expect.notices: notices is not played"),
    ("granted: true", "sessions: {b: CLOSED}", "10: timeline[1].expect.sessions.b: there is no session 'b' yet"),
    ("granted: true", "sessions: {a: DEAD}", "10: timeline[1].expect.sessions.a: 'DEAD': it must be one of ACTIVE"),
    (
        "granted: true",
        "teams: {acme: {packs: {p2: 1}}}",
        "10: timeline[1].expect.teams.acme.packs.p2: there is no pack 'p2'",
    ),
    ("granted: true", "charges: [{line: acme/ann}]", "10: timeline[1].expect.charges[1].line: 'acme/ann': a line is"),
    ("granted: true", "charges: [{window: [+1h]}]", "10: timeline[1].expect.charges[1].window: a list: a window is"),
    (
        "at: +1h, do: checkin, session: a",
        "at: +1h, do: checkin, session: z",
        "11: timeline[2].session: there is no session 'z'",
    ),
    ("at: +1h, do: checkin", "at: -1h, do: checkin", "11: timeline[2].at: '-1h': it is before the event above it"),
    ("at: +1h, do", "at: 1h, do", "11: timeline[2].at: '1h': a time is an instant in UTC"),
    (
        "do: checkin, session: a",
        "do: checkin, session: a, ended: +2h",
        "11: timeline[2].ended: '+2h': a session cannot end after",
    ),
    ("session: a}\n", "session: a, expect: {tokens: 0}}\n", "11: timeline[2].expect.tokens: this event has no answer"),
    ("do: checkin, session: a", "do: restart, down: long", "11: timeline[2].down: 'long': a duration is text"),
    ("do: checkin, session: a", "do: clock", "11: timeline[2]: the key 'step' is missing"),
    ("do: checkin, session: a", "do: order, team: acme, packs: []", "11: timeline[2].packs: packs is 0"),
    (
        "do: checkin, session: a",
        "do: set_rate, product: ACD, rate: 8, valid_from: +5m",
        "11: timeline[2].valid_from: '+5m'",
    ),
    ("do: checkin, session: a", "do: assign, team: acme, user: ann", "11: timeline[2]: the key 'products' is missing"),
    ("do: checkin, session: a", "do: expect", "11: timeline[2]: the key 'expect' is missing"),
    ("finally:\n  at: +2h\n", "finally:\n", "13: finally: the key 'at' is missing"),
    ("at: +2h", "at: +30m", "13: finally.at: '+30m': it is before the event above"),
    ("timeline:\n", "timeline: 5\nx:\n", "11: x: unknown key 'x'"),
    ("catalogue: {ACD: {rate: 7}, DRIVE: {included: true}}", "catalogue: [ACD]", "4: catalogue: a list: it must be a"),
    ("users: {ann: ALL", "users: {ann: ALL]", "8: file: it is not YAML"),
]


def errors(text: str, folder: Path) -> list[str]:
    file = folder / "story.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(WrongForm) as caught:
        read_scenario(str(file))
    return [str(error).removeprefix(f"{file}:") for error in caught.value.errors]


def test_a_right_one_is_read(tmp_path: Path) -> None:
    file = tmp_path / "story.yaml"
    file.write_text(GOOD, encoding="utf-8")
    scenario = read_scenario(str(file))
    assert [event.number for event in scenario.timeline] == [1, 2]
    assert scenario.final is not None
    assert scenario.final.at - scenario.start == duration("2h")
    orders = [act for part in scenario.opening for act in part.acts if isinstance(act, Order)]
    assert orders[0].packs[0].unit_price == 3_000_000


@pytest.mark.parametrize(("good", "wrong", "told"), WRONG, ids=[wrong[2].split(": ")[1] for wrong in WRONG])
def test_an_error_names_line_and_field(good: str, wrong: str, told: str, tmp_path: Path) -> None:
    assert good in GOOD
    assert errors(GOOD.replace(good, wrong, 1), tmp_path)[0].startswith(told)


def test_all_errors_are_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("rate: 7", "rate: 0").replace("size: 100", "size: x").replace("+1h", "soon").replace("+2h", "")
    lines = [error.split(":")[0] for error in errors(text, tmp_path)]
    assert lines == ["4", "7", "11", "13"]


def test_nothing_is_expected_of_an_authority_that_is_down(tmp_path: Path) -> None:
    down = "do: restart, down: 10m}\n  - {at: +1h5m, do: expect, expect: {charges: []}"
    assert errors(GOOD.replace("do: checkin, session: a", down), tmp_path)[0].startswith(
        "12: timeline[3]: the authority is"
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "1: file: it is empty"),
        (b"name: a\nstart: \xff\n", "2: file: it is not UTF-8 text"),
        (b"- a\n- b\n", "1: scenario: a list: it must be a mapping"),
        (b"[" * 100_000, "1: file: it is nested too deeply"),
        (b"name: a\n--- \nname: b\n", "2: file: it is not YAML"),
        (b"# " + b"x" * 2_000_000, "1: file: it has more than 1048576 bytes"),
        (b"a: &a [*a, *a]\n", "1: a: unknown key"),
    ],
)
def test_what_is_no_document_is_refused(content: bytes, told: str, tmp_path: Path) -> None:
    file = tmp_path / "story.yaml"
    file.write_bytes(content)
    with pytest.raises(WrongForm) as caught:
        read_scenario(str(file))
    assert str(caught.value.errors[0]).removeprefix(f"{file}:").startswith(told)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongForm, match=r"gone.yaml:1: file: it cannot be read: No such file"):
        read_scenario(str(tmp_path / "gone.yaml"))


@pytest.mark.parametrize("text", ["+0s", "+5m", "+23h", "+99h3m4s5ms", "+5d4h", "-1h", "+7us"])
def test_an_offset_is_shown_as_it_is_written(text: str) -> None:
    start = instant("2026-03-02T08:00:00Z", None)
    when = start + 7 if text == "+7us" else instant(text, start)
    assert offset_text(when, start) == text


@pytest.mark.parametrize(("text", "microseconds"), [("-3h", -10_800_000_000), ("+1ms", 1_000), ("90m", 5_400_000_000)])
def test_a_step_has_a_sign(text: str, microseconds: int) -> None:
    assert signed_duration(text) == microseconds


@pytest.mark.parametrize("text", ["", "5", "5m3h", "1.5h", "5 m", "99999999999d", "-"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|longer"):
        duration(text)
