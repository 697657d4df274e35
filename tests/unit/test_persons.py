"""Persons: what is held about one is told whole; once erased, no name of theirs is anywhere, every chain is valid."""

import json
from typing import Any

import pytest

from flexauth import requests as ask
from flexauth.answers_of.persons import AuditRow
from flexauth.commands import DAY, MINUTE, Reason, State
from flexauth.faults import Conflict, InvalidArgument, NotFound
from flexauth.members.erasure import without
from flexauth.store.database import Database
from flexauth.store.verify import wrongs
from tests.unit.conftest import START, Office, session

SUBJECT, EMAIL, NAME, LAPTOP = "idp|Ännchen-7", "annchen@example.com", "Annchen Müller", "annchens-laptop"
WHO = ask.Actor(SUBJECT, "user", "10.0.0.9", SUBJECT, EMAIL)


@pytest.fixture
def lived(acme: Office) -> Office:
    """Somebody who was invited, signed in, worked, was charged, was in a group, and did acts of her own."""
    acme.ask(ask.Invite("acme", f"{NAME} <{EMAIL}>", all_products=True, request_id="invite"))
    acme.ask(ask.AcceptInvitations(SUBJECT, EMAIL))
    acme.ask(ask.Assign("acme", SUBJECT, all_products=True, request_id="assign"))
    acme.ask(ask.Unassign("acme", SUBJECT, products=("ACD",)))
    acme.ask(ask.Assign("acme", SUBJECT, products=("ACD",)))
    acme.ask(ask.CreateGroup("acme", "crew"))
    acme.ask(ask.AddGroupMembers("acme", "crew", (SUBJECT, "ann")))
    acme.ask(ask.Checkout(session(1), SUBJECT, "ACD", LAPTOP))
    acme.ask(ask.Checkout(session(2), "ann", "ACD", "shared"))
    acme.at(10 * MINUTE)
    acme.ask(ask.Checkin(session(1), 1))
    acme.ask(ask.Checkin(session(2), 1))
    acme.ask(ask.SuspendDevice("acme", LAPTOP))
    acme.ask(ask.ResumeDevice("acme", LAPTOP))
    acme.ask(ask.SuspendDevice("acme", LAPTOP))
    acme.ask(ask.ImportMembers("acme", (ask.MemberRow(2, NAME, EMAIL),), upload="u", more=True))
    acme.ask(ask.GrantRole(f"user:{SUBJECT}", ask.Scope(ask.Role.AUDITOR, "acme")))
    acme.ask(ask.CreateApiKey("hers", (ask.Scope(ask.Role.USER),), subject=SUBJECT))
    acme.authority.submit(ask.CreateProject("acme", "tower"), WHO).result(10)
    return acme


def exported(office: Office, page_size: int = 0) -> dict[str, list[dict[str, Any]]]:
    """Records by kind."""
    found: dict[str, list[dict[str, Any]]] = {}
    token = ""
    while True:
        page = office.ask(ask.ExportPerson(SUBJECT, page_size, token))
        for record in page.items:
            found.setdefault(record.kind, []).append(json.loads(record.values))
        if not (token := page.next_page_token):
            return found


def everything_stored(office: Office) -> str:
    """Every text and every blob of the database."""
    assert isinstance(office.store, Database)
    connection = office.store._connection
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    cells = (cell for table in tables for row in connection.execute(f"SELECT * FROM {table}") for cell in row)
    return "\n".join(cell if isinstance(cell, str) else cell.decode(errors="replace") for cell in cells
                     if isinstance(cell, (str, bytes)))  # fmt: skip


def test_a_person_gets_everything_that_is_held_about_them(lived: Office) -> None:
    found = exported(lived)
    assert found["profile"][0]["subject"] == SUBJECT
    assert found["membership"][0] | {"team": "acme", "assigned": "ALL"} == found["membership"][0]
    assert [group["name"] for group in found["group"]] == ["crew"]
    assert [device["device"] for device in found["device"]] == [LAPTOP]
    assert [(one["session"], one["state"]) for one in found["session"]] == [(session(1), "CLOSED")]
    assert [(charge["tokens"], charge["window_start"]) for charge in found["charge"]] == [(7, "2026-03-02T08:00:00Z")]
    assert found["use"][0]["event"] == "BEGIN"
    assert {notice["kind"] for notice in found["notice"]} == {"INVITED", "ASSIGNED"}
    assert "CreateProject" in {act["act"] for act in found["act"]}
    assert "ann" not in {act["details"].get("user") for act in found["act"]}
    (joined,) = (act["details"]["users"] for act in found["act"] if act["act"] == "AddGroupMembers")
    assert joined == [SUBJECT]  # and nobody who joined with them
    assert exported(lived, 1) == found


def test_an_erased_person_is_named_nowhere_and_every_chain_is_valid(lived: Office) -> None:
    assert EMAIL in everything_stored(lived)
    heads = lived.store.head(1)
    would = lived.ask(ask.EraseUser(SUBJECT, validate_only=True))
    done = lived.ask(ask.EraseUser(SUBJECT))
    assert (done, done.devices, done.memberships) == (would, 1, 1)
    stored = everything_stored(lived).lower()
    for word in (SUBJECT, EMAIL, NAME, LAPTOP):
        assert word.lower() not in stored
        assert json.dumps(word)[1:-1].lower() not in stored
    assert "shared" in stored
    assert isinstance(lived.store, Database)
    assert (lived.store.head(1), list(wrongs(lived.store._connection))) == (heads, [])
    acts = lived.ask(ask.ListAudit()).items
    assert acts[0].details == json.dumps({"user": done.pseudonym})
    assert done.pseudonym in {act.actor for act in acts}


def test_a_device_stays_suspended_though_the_person_who_named_it_was_erased(lived: Office) -> None:
    lived.ask(ask.EraseUser(SUBJECT))
    lived.restart(kill=True)
    denial = lived.ask(ask.Checkout(session(8), "ann", "ACD", LAPTOP)).denial
    assert denial.reason is Reason.SUSPENDED
    assert [one.device for one in lived.ask(ask.ListSuspendedDevices("acme")).items] == [""]
    lived.ask(ask.ResumeDevice("acme", LAPTOP))
    assert lived.ask(ask.Checkout(session(8), "ann", "ACD", LAPTOP)).granted


def test_an_erased_person_is_never_found_again(lived: Office) -> None:
    lived.ask(ask.EraseUser(SUBJECT))
    for office in (lived, lived):
        for act in (ask.GetUser(SUBJECT), ask.GetMember("acme", EMAIL), ask.ExportPerson(SUBJECT),
                    ask.Checkout(session(9), SUBJECT, "ACD", LAPTOP)):  # fmt: skip
            with pytest.raises(NotFound):
                office.ask(act)
        assert office.ask(ask.AcceptInvitations(SUBJECT, EMAIL)).teams == ()
        lived.restart(kill=True)
    with pytest.raises(Conflict):
        lived.ask(ask.Invite("acme", f"{NAME} <{EMAIL}>", all_products=True, request_id="invite"))
    invited = lived.ask(ask.Invite("acme", EMAIL))
    lived.ask(ask.AcceptInvitations(SUBJECT, EMAIL))
    assert (invited.display_name, exported(lived).get("charge")) == ("", None)


def test_whoever_erases_themself_is_not_named_by_the_act(lived: Office) -> None:
    lived.authority.submit(ask.EraseUser(SUBJECT), WHO).result(10)
    assert SUBJECT not in everything_stored(lived)


def test_an_erasure_ends_what_runs(lived: Office) -> None:
    lived.at(20 * MINUTE)
    lived.ask(ask.ResumeDevice("acme", LAPTOP))
    lived.ask(ask.Checkout(session(3), SUBJECT, "ACD", LAPTOP))
    assert lived.ask(ask.EraseUser(SUBJECT)).sessions_ended == 1
    assert lived.ask(ask.Heartbeat(session(3), 1)).facts.state is State.CLOSED


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("ann", "x"), ("Ann", "x"), ("user:ann", "user:x"), ("Annie Lee <ann>", "x"), ("by ann, twice", "by x, twice"),
        ("ann-lee", "ann-lee"), ("ann@example.com", "ann@example.com"), ("joann", "joann"), ("b.ann", "b.ann"),
        ("a.lee@example.com", "x"), ("ann.", "x."),
    ],
)  # fmt: skip
def test_a_name_is_erased_as_a_word_and_never_out_of_another_name(text: str, left: str) -> None:
    told = {"a": [text, 7], "b": {"c": text}}
    assert without(told, {"ann", "a.lee@example.com"}, "x") == {"a": [left, 7], "b": {"c": left}}


# Devices, sessions, the audit log ------------------------------------------------------------------------------------


def test_an_admin_releases_a_device(lived: Office) -> None:
    (device,) = lived.ask(ask.ListUserDevices(SUBJECT, "acme")).items
    assert (device.product, device.device, device.registered_at) == ("ACD", LAPTOP, START)
    lived.ask(ask.ReleaseUserDevice(SUBJECT, "ACD", LAPTOP, "acme"))
    assert lived.ask(ask.ListUserDevices(SUBJECT)).items == ()
    with pytest.raises(NotFound, match="device"):
        lived.ask(ask.ReleaseUserDevice(SUBJECT, "ACD", LAPTOP, "acme"))


def test_a_team_sees_no_device_of_a_user_of_others_before_the_invitation_is_accepted(lived: Office) -> None:
    lived.ask(ask.CreateTeam("brio"))
    lived.ask(ask.Invite("brio", EMAIL))
    for act in (ask.ListUserDevices(SUBJECT, "brio"), ask.ReleaseUserDevice(SUBJECT, "ACD", LAPTOP, "brio")):
        with pytest.raises(NotFound, match="There is no user"):
            lived.ask(act)
    lived.ask(ask.AcceptInvitations(SUBJECT, EMAIL))
    assert [one.device for one in lived.ask(ask.ListUserDevices(SUBJECT, "brio")).items] == [LAPTOP]


def test_an_admin_ends_a_session_of_the_team_and_of_no_other(acme: Office) -> None:
    acme.ask(ask.CreateTeam("brio"))
    acme.ask(ask.Checkout(session(1), "ann", "ACD", "desk"))
    with pytest.raises(NotFound, match="session"):
        acme.ask(ask.EndSession("brio", session(1)))
    acme.at(4 * MINUTE)
    ended = acme.ask(ask.EndSession("acme", session(1)))
    assert (ended.state, ended.user, ended.ended_at) == (State.CLOSED, "ann", START + 4 * MINUTE)
    assert acme.ask(ask.GetBalance("acme")).available == 100  # within the first five minutes (C3)
    assert acme.ask(ask.Heartbeat(session(1), 1)).facts.state is State.CLOSED
    assert acme.ask(ask.EndSession("acme", session(1))) == ended


def test_the_audit_log_tells_who_did_what_when_and_from_where(acme: Office) -> None:
    acme.at(DAY)
    acme.authority.submit(ask.Assign("acme", "ann", products=("ACD",)), WHO).result(10)

    def told(**asked: Any) -> list[AuditRow]:
        return list(acme.ask(ask.ListAudit(**asked)).items)

    (act,) = told(actor=SUBJECT)
    assert (act.at, act.role, act.source, act.act, act.outcome) == (START + DAY, "user", "10.0.0.9", "Assign", "done")
    assert json.loads(act.details) | {"user": "ann", "products": ["ACD"]} == json.loads(act.details)
    assert told(since=START + DAY) == [act] == told(team="acme", since=START + 1)
    assert [row.act for row in told(until=START + DAY)][-1] == "CreateTeam"
    acme.ask(ask.Assign("acme", "ann", products=("ACD",), validate_only=True))
    assert told()[0] == act
    first = acme.ask(ask.ListAudit(page_size=1))
    assert first.items[0] == act
    assert acme.ask(ask.ListAudit(page_size=1, page_token=first.next_page_token)).items == tuple(told()[1:2])
    with pytest.raises(InvalidArgument, match="page_token"):
        acme.ask(ask.ListAudit(page_token="x"))
