"""Commands about people, against a served authority: invited, assigned, imported, grouped, suspended, erased."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run

ANN = "Ann Lee <ann.lee@example.com>"


@pytest.fixture(autouse=True)
def revit(studio: object, run: Run) -> None:
    del studio
    assert run("product", "create", "RVT", "--rate", "10").status == 0


def test_a_person_is_invited_and_then_listed_as_invited(run: Run) -> None:
    invited = run("invite", ANN, "ACD", "--json").json
    assert (invited["user"], invited["state"], invited["products"]) == ("ann.lee@example.com", "INVITED", ["ACD"])
    assert invited["invited_until"] == "2026-03-09T08:00:00Z"
    assert "INVITED" in run("member", "list").out
    assert run("member", "resend", "ann.lee@example.com").status == 0
    wrong = run("invite", "Ann Lee ann@example.com")
    assert (wrong.status, "write it as" in wrong.err) == (2, True)


def test_products_are_assigned_withdrawn_and_tried_before(run: Run) -> None:
    def shown() -> str:
        return run("member", "show", "ann").out

    assert run("unassign", "ann", "RVT").status == 0
    assert "ALL but RVT" in shown()
    assert "ALL but RVT" not in run("unassign", "ann", "ALL", "--dry-run").out
    assert "ALL but RVT" in shown()
    run("unassign", "ann", "ALL")
    run("assign", "ann", "RVT")
    assert run("assign", "ann", "ACD", "--json").json["products"] == ["ACD", "RVT"]
    wrong = run("assign", "ann", "ALL", "RVT")
    assert (wrong.status, "leave no list to name" in wrong.err) == (2, True)
    assert "'NOPE'" in run("assign", "ann", "NOPE").err


def test_a_default_is_set_shown_and_cleared(run: Run) -> None:
    assert run("default", "set", "RVT", "ACD", "--json").json["products"] == ["ACD", "RVT"]
    assert "ACD, RVT" in run("default", "show").out
    assert run("default", "clear", "--json").json["products"] == []


def test_a_roster_is_imported_whole_or_its_wrong_rows_are_told(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_text("email,products\nbob@example.com,NOPE\ncyd@example.com,ALL\n")
    ran = run("member", "import", str(file))
    assert (ran.status, "nothing was imported" in ran.err) == (2, True)
    assert "NOPE" in ran.out
    assert "cyd" not in run("member", "list").out
    assert run("member", "import", str(file), "--partial", "--json").json["invited"] == 1
    assert "cyd@example.com" in run("member", "list").out


def test_a_roster_larger_than_a_message_is_imported_as_one_and_a_sync_removes(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    lines = [f"u{number}@example.com,Somebody with the number {number},RVT" for number in range(1_500)]
    file.write_text("\n".join(["email,name,products", *lines]))
    report = run("member", "import", str(file), "--json").json
    assert (report["done"], report["invited"]) == (True, 1_500)
    file.write_text("subject,products\nann,ALL\n")
    would = run("member", "sync", str(file), "--dry-run", "--json").json
    assert (would["removed"], would["unchanged"], len(would["removed_users"])) == (1_500, 1, 1_000)
    assert run("team", "list", "--json").json["teams"][0]["users"] == 1_501
    assert run("member", "sync", str(file)).status == 0
    assert run("team", "list", "--json").json["teams"][0]["users"] == 1


def test_groups_and_projects_are_made_filled_renamed_and_closed(run: Run) -> None:
    assert run("group", "create", "crew").status == 0
    assert run("group", "add", "crew", "ann", "--json").json["members"] == 1
    assert run("group", "rename", "crew", "staff").status == 0
    assert [one["user"] for one in run("group", "members", "staff", "--json").json["members"]] == ["ann"]
    assert run("group", "remove", "staff", "ann", "--json").json["members"] == 0
    assert run("group", "close", "staff").status == 0
    assert run("group", "list", "--json").json["groups"] == []
    assert run("project", "create", "tower").status == 0
    assert run("project", "rename", "tower", "bridge").status == 0
    assert "There is no project 'tower'" in run("project", "close", "tower").err
    assert run("project", "close", "bridge").status == 0
    assert [one["name"] for one in run("project", "list", "--closed", "--json").json["projects"]] == ["bridge"]


@pytest.mark.parametrize(
    "what", [("user", "ann"), ("user", "ann", "--team", "studio"), ("device", "x"), ("team", "studio")]
)
def test_what_is_suspended_is_resumed(run: Run, what: tuple[str, ...]) -> None:
    assert run("suspend", *what).status == 0
    assert run("resume", *what).status == 0


def test_suspensions_show_where_one_looks(run: Run) -> None:
    run("suspend", "user", "ann")
    run("suspend", "team", "studio")
    run("suspend", "device", "attic")
    assert "SUSPENDED" in run("member", "list").out
    assert run("team", "show", "--json").json["suspended"]
    assert "attic" in run("device", "suspended").out


def test_a_team_is_put_on_a_plan(run: Run) -> None:
    assert run("team", "set-plan", "studio", "enterprise", "--json").json["plan"] == "ENTERPRISE"
    assert run("team", "show", "--json").json["plan"] == "ENTERPRISE"
    assert "PREMIUM" in run("team", "set-plan", "studio", "gold").err


def test_a_device_is_listed_and_released(run: Run) -> None:
    run("session", "checkout", "ACD", "--user", "ann", "--device", "desk")
    assert run("device", "list", "ann", "--json").json["devices"][0]["device"] == "desk"
    assert run("device", "release", "ann", "ACD", "desk").status == 0
    assert "no device" in run("device", "list", "ann").out


def test_a_session_is_ended(run: Run) -> None:
    session = run("session", "checkout", "ACD", "--user", "ann", "--json").json["facts"]["session"]
    assert run("session", "end", session, "--json").json["state"] == "CLOSED"
    assert run("session", "list", "--json").json["sessions"][0]["state"] == "CLOSED"


def test_the_audit_log_is_listed_by_team_actor_and_time(run: Run, advance: Callable[[int], None]) -> None:
    advance(3_600)
    run("assign", "ann", "ACD")
    acts = run("audit", "--since", "2026-03-02T08:30:00Z", "--json").json["rows"]
    assert [(act["act"], act["at"], act["team"]) for act in acts] == [("Assign", "2026-03-02T09:00:00Z", "studio")]
    assert run("audit", "--until", "2026-03-02T08:30:00Z", "--team", "studio", "--json").json["rows"]
    assert run("audit", "--actor", "nobody").out.strip() == "No act."


def test_a_long_act_is_listed_in_short_and_told_in_full_as_json(run: Run) -> None:
    run("invite", f"{'Ann Lee ' * 12}<lee@studio.example>", "ACD")
    [line] = [line for line in run("audit").out.splitlines() if " Invite " in line]
    assert ("..." in line, "lee@studio.example" in line, len(line) < 250) == (True, False, True)
    [act] = [act for act in run("audit", "--json").json["rows"] if act["act"] == "Invite"]
    assert "lee@studio.example" in act["details"]


def test_a_person_is_exported_and_erased_only_when_one_says_so(run: Run) -> None:
    run("session", "checkout", "ACD", "--user", "ann", "--device", "desk")
    told = run("export", "--person", "ann").json
    assert (told["profile"][0]["subject"], told["session"][0]["device"]) == ("ann", "desk")
    refused = run("erase", "ann")
    assert (refused.status, "--yes" in refused.err) == (2, True)
    assert run("erase", "ann", "--dry-run", "--json").json["sessions_ended"] == 1
    assert run("member", "show", "ann").status == 0
    assert run("erase", "ann", "--yes", "--json").json["pseudonym"].startswith("erased-")
    assert run("user", "show", "ann").status == 2
    assert run("export", "--person", "ann").status == 2
