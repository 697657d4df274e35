"""Rosters: every wrong cell is told by line, column, value, remedy; all rows or none; a sync removes the absent."""

from typing import Any

import pytest

from flexauth import requests as ask
from flexauth.answers_of.members import ImportReport, MemberState
from flexauth.commands import DAY
from flexauth.faults import InvalidArgument
from flexauth.roster import rows_of
from tests.unit.conftest import Office, session

GOOD = """\
email,name,products,guest
bob@example.com,Bob Roe,ACD RVT,
cyd@example.com,"Roe, Cyd",ALL,yes
"""
BAD = """\
email,subject,name,products,guest
bob@example.com,,Bob,ACD,
nobody,,,ACD,
,,Dan,ACD,
eve@example.com,,Eve,NOPE,
fay@example.com,,Fay,ALL ACD,maybe
BOB@example.com,,Bob again,RVT,
"""


@pytest.fixture
def desk(acme: Office) -> Office:
    """Team acme with ann, who may run all; products ACD and RVT."""
    acme.ask(ask.CreateProduct("RVT", "Revit", rate=10))
    return acme


def imported(office: Office, text: str, **given: Any) -> ImportReport:
    return office.ask(ask.ImportMembers("acme", rows_of("roster.csv", text), **given))


def members(office: Office) -> dict[str, tuple[str, ...]]:
    """What each member is assigned."""
    found = office.ask(ask.ListMembers("acme")).items
    return {one.user: ("ALL",) if one.all_products else one.products for one in found}


def test_a_roster_invites_and_assigns_without_mail(desk: Office) -> None:
    report = imported(desk, GOOD)
    assert (report.done, report.invited, report.wrong) == (True, 2, 0)
    assert members(desk) == {"ann": ("ALL",), "bob@example.com": ("ACD", "RVT"), "cyd@example.com": ("ALL",)}
    cyd = desk.ask(ask.GetMember("acme", "cyd@example.com"))
    assert (cyd.display_name, cyd.guest, cyd.state) == ("Roe, Cyd", True, MemberState.INVITED)
    assert desk.store.select("outbox_after", {"after": 0, "limit": 9}) == []
    again = imported(desk, GOOD)
    assert (again.unchanged, again.invited, again.changed) == (2, 0, 0)


def test_wrong_rows_are_told_one_by_one_and_nothing_is_imported(desk: Office) -> None:
    report = imported(desk, BAD)
    assert (report.done, report.wrong) == (False, 5)
    told = {(fault.line, fault.column, fault.value) for fault in report.faults}
    assert told == {
        (3, "email", "nobody"), (4, "email", ""), (5, "products", "NOPE"), (6, "products", "ALL ACD"),
        (6, "guest", "maybe"), (7, "email", "bob@example.com"),
    }  # fmt: skip
    assert all(fault.remedy for fault in report.faults)
    assert members(desk) == {"ann": ("ALL",)}
    assert desk.ask(ask.ListAudit()).items[0].outcome == "refused"


def test_a_partial_import_takes_the_rows_that_are_right(desk: Office) -> None:
    report = imported(desk, BAD, partial=True)
    assert (report.done, report.wrong, report.invited) == (True, 5, 1)
    assert members(desk) == {"ann": ("ALL",), "bob@example.com": ("ACD",)}


def test_a_sync_says_whom_it_would_remove_and_then_does(desk: Office) -> None:
    imported(desk, GOOD)
    text = "subject,email,products\nann,,RVT\n,cyd@example.com,ACD\n"
    would = imported(desk, text, sync=True, validate_only=True)
    assert (would.removed_users, would.changed) == (("bob@example.com",), 2)
    assert "bob@example.com" in members(desk)
    assert imported(desk, text, sync=True) == would
    assert members(desk) == {"ann": ("RVT",), "cyd@example.com": ("ACD",)}


def test_a_sync_with_a_wrong_row_removes_nobody(desk: Office) -> None:
    report = imported(desk, "email\nnobody\n", sync=True)
    assert not report.done
    assert members(desk) == {"ann": ("ALL",)}
    with pytest.raises(InvalidArgument, match="mend the rows"):
        ask.ImportMembers("acme", rows_of("r", GOOD), sync=True, partial=True)


def test_a_large_roster_comes_in_parts_and_is_imported_as_one(desk: Office) -> None:
    rows = rows_of("roster.csv", GOOD)
    kept = desk.ask(ask.ImportMembers("acme", rows[:1], upload="u1", more=True))
    assert (kept.kept, kept.done) == (1, False)
    assert members(desk) == {"ann": ("ALL",)}
    desk.restart(kill=True)
    assert desk.ask(ask.ImportMembers("acme", rows[1:], upload="u1")).invited == 2
    assert desk.ask(ask.ImportMembers("acme", rows[1:], upload="u1")).unchanged == 1


def test_parts_whose_last_never_came_are_dropped_after_a_day(desk: Office) -> None:
    rows = rows_of("roster.csv", GOOD)
    desk.ask(ask.ImportMembers("acme", rows[:1], upload="u1", more=True))
    desk.at(DAY + 1)
    desk.ask(ask.ImportMembers("acme", rows[:1], upload="u2", more=True))
    assert desk.ask(ask.ImportMembers("acme", rows[1:], upload="u1")).invited == 1


def test_who_is_new_and_named_by_subject_belongs_at_once_and_a_user_of_others_is_invited(desk: Office) -> None:
    desk.ask(ask.CreateUser("gil", "Gil", "gil@example.com"))
    report = imported(desk, "subject,products\nnew,ACD\ngil,ACD\n")
    assert (report.added, report.invited) == (1, 1)
    assert desk.ask(ask.Checkout(session(1), "new", "ACD", "desk")).granted
    assert desk.ask(ask.GetMember("acme", "gil")).state is MemberState.INVITED
    assert desk.ask(ask.GetMember("acme", "gil")).display_name == ""


@pytest.mark.parametrize(
    "text", ["", "email\n", "name,products\nBob,ACD\n", "email,mail\na@b.co,x\n", "email,name\na@b.co\n", 'email\n"a\n']
)
def test_a_file_of_another_form_is_refused_as_a_whole(text: str) -> None:
    with pytest.raises(InvalidArgument, match=r"roster\.csv"):
        rows_of("roster.csv", text)
