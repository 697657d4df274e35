"""Members of a team: assigned, defaulted, invited, suspended, grouped; by acts, with what a sign-in is answered."""

import pytest

from flexauth import requests as ask
from flexauth.answers_of.members import MemberState
from flexauth.commands import DAY, MINUTE, Reason, State
from flexauth.faults import AlreadyExists, InvalidArgument, NotAllowedNow, NotFound, Stale
from flexauth.requests import Plan
from tests.unit.conftest import START, Office, session

ANN, BOB = "ann@example.com", "bob"


class Desk:
    """Signs in, each time anew from one device, and tells what was answered."""

    def __init__(self, office: Office) -> None:
        self.office, self.number = office, 100

    def tries(self, user: str, product: str = "ACD", device: str = "desk") -> Reason:
        """Why the user may not run the product now; NONE: they may."""
        self.number += 1
        answer = self.office.ask(ask.Checkout(session(self.number), user, product, device))
        if answer.granted:
            self.office.ask(ask.Checkin(session(self.number), 1))
        return answer.denial.reason if answer.denial else Reason.NONE


@pytest.fixture
def desk(acme: Office) -> Desk:
    """Team acme, where ann may run all, and bob nothing; products ACD and RVT."""
    acme.ask(ask.CreateProduct("RVT", "Revit", rate=10))
    acme.ask(ask.CreateUser(BOB, "Bob Roe", "bob@example.com", (ask.Membership("acme"),)))
    return Desk(acme)


def outbox(office: Office) -> list[str]:
    return [row["kind"] for row in office.store.select("outbox_after", {"after": 0, "limit": 100})]


# Assignment ----------------------------------------------------------------------------------------------------------


def test_lists_add_up_and_a_list_withdrawn_from_all_leaves_all_but_these(desk: Desk) -> None:
    office = desk.office
    assert office.ask(ask.Assign("acme", BOB, products=("ACD",))).products == ("ACD",)
    assert office.ask(ask.Assign("acme", BOB, products=("RVT",))).products == ("ACD", "RVT")
    assert office.ask(ask.Unassign("acme", BOB, products=("ACD",))).products == ("RVT",)
    assert (desk.tries(BOB, "ACD"), desk.tries(BOB, "RVT")) == (Reason.NOT_ASSIGNED, Reason.NONE)

    office.ask(ask.Assign("acme", BOB, all_products=True))
    assert office.ask(ask.Unassign("acme", BOB, products=("RVT",))).withdrawn == ("RVT",)
    office.ask(ask.CreateProduct("NEW", rate=3))
    assert (desk.tries(BOB, "NEW"), desk.tries(BOB, "RVT")) == (Reason.NONE, Reason.NOT_ASSIGNED)
    office.restart(kill=True)
    assert (desk.tries(BOB, "NEW"), desk.tries(BOB, "RVT")) == (Reason.NONE, Reason.NOT_ASSIGNED)
    assert office.ask(ask.Unassign("acme", BOB, all_products=True)).withdrawn == ()
    assert desk.tries(BOB, "NEW") is Reason.NOT_ASSIGNED


def test_only_an_individual_assignment_is_told_to_the_user(desk: Desk) -> None:
    office = desk.office
    office.ask(ask.Assign("acme", BOB, products=("ACD",)))
    assert outbox(office) == ["ASSIGNED"]
    office.ask(ask.Assign("acme", BOB, products=("ACD",)))
    office.ask(ask.Unassign("acme", BOB, products=("ACD",)))
    office.ask(ask.SetDefaultAssignment("acme", ("ACD",)))
    office.ask(ask.ImportMembers("acme", (ask.MemberRow(2, email="cyd@example.com", products="ALL"),)))
    assert outbox(office) == ["ASSIGNED"]
    office.ask(ask.AssignUser(BOB, ask.Membership("acme", products=("RVT",))))
    assert outbox(office) == ["ASSIGNED", "ASSIGNED"]


def test_a_default_is_for_old_and_new_users_but_not_for_guests_nor_for_later_products(desk: Desk) -> None:
    office = desk.office
    office.ask(ask.CreateUser("gus", memberships=(ask.Membership("acme"),)))
    office.ask(ask.SetGuest("acme", "gus", guest=True))
    office.ask(ask.SetDefaultAssignment("acme", ("ACD", "RVT")))
    office.ask(ask.CreateUser("new", memberships=(ask.Membership("acme"),)))
    office.ask(ask.CreateProduct("INV", rate=1))
    assert [desk.tries(user) for user in (BOB, "new", "gus")] == [Reason.NONE, Reason.NONE, Reason.NOT_ASSIGNED]
    assert desk.tries(BOB, "INV") is Reason.NOT_ASSIGNED

    office.ask(ask.SetPolicy("acme", '{"guests_get_default": true}'))
    assert desk.tries("gus") is Reason.NONE
    office.ask(ask.SetDefaultAssignment("acme", ()))
    assert [desk.tries(user) for user in (BOB, "gus", "ann")] == [Reason.NOT_ASSIGNED, Reason.NOT_ASSIGNED, Reason.NONE]


def test_a_default_is_changed_as_it_was_read(desk: Desk) -> None:
    read = desk.office.ask(ask.GetDefaultAssignment("acme"))
    desk.office.ask(ask.SetDefaultAssignment("acme", ("ACD",), etag=read.etag))
    with pytest.raises(Stale, match="acme"):
        desk.office.ask(ask.SetDefaultAssignment("acme", (), etag=read.etag))
    assert desk.office.ask(ask.GetDefaultAssignment("acme")).products == ("ACD",)


def test_a_user_of_another_team_is_not_there(desk: Desk) -> None:
    desk.office.ask(ask.CreateTeam("brio"))
    for act in (
        ask.Assign("brio", BOB, all_products=True), ask.RemoveMember("brio", BOB), ask.GetMember("brio", BOB),
        ask.SuspendUser(BOB, "brio"), ask.ListUserDevices(BOB, "brio"),
    ):  # fmt: skip
        with pytest.raises(NotFound, match="There is no user 'bob'"):
            desk.office.ask(act)


def test_a_member_who_is_removed_runs_nothing_and_is_in_no_group(desk: Desk) -> None:
    office = desk.office
    office.ask(ask.Assign("acme", BOB, all_products=True))
    office.ask(ask.CreateGroup("acme", "crew"))
    office.ask(ask.AddGroupMembers("acme", "crew", (BOB, "ann")))
    office.ask(ask.RemoveMember("acme", BOB))
    assert desk.tries(BOB) is Reason.NOT_ASSIGNED
    assert [one.user for one in office.ask(ask.ListGroupMembers("acme", "crew")).items] == ["ann"]
    assert [one.user for one in office.ask(ask.ListMembers("acme")).items] == ["ann"]


@pytest.mark.parametrize(
    ("takes", "reason"),
    [
        (ask.Unassign("acme", BOB, products=("RVT",)), Reason.NOT_ASSIGNED),
        (ask.Unassign("acme", BOB, all_products=True), Reason.NOT_ASSIGNED),
        (ask.AssignUser(BOB, ask.Membership("acme", products=("ACD",))), Reason.NOT_ASSIGNED),
        (ask.RemoveMember("acme", BOB), Reason.NOT_ASSIGNED),
        (ask.ImportMembers("acme", (ask.MemberRow(2, subject="ann"),), sync=True), Reason.NOT_ASSIGNED),
        (ask.SuspendUser(BOB), Reason.SUSPENDED),
        (ask.SuspendUser(BOB, "acme"), Reason.SUSPENDED),
        (ask.SuspendDevice("acme", "desk"), Reason.SUSPENDED),
        (ask.SuspendTeam("acme"), Reason.SUSPENDED),
    ],
)
def test_a_right_taken_away_ends_its_sessions_at_the_next_contact_and_keeps_the_charge(
    desk: Desk, takes: object, reason: Reason
) -> None:
    office = desk.office
    office.ask(ask.Assign("acme", BOB, products=("RVT",)))
    assert runs_until(office, BOB, "RVT", takes) is reason


@pytest.mark.parametrize("takes", [ask.SetDefaultAssignment("acme", ("RVT",)), ask.SetGuest("acme", BOB, guest=True)])
def test_a_default_taken_away_ends_the_sessions_that_ran_by_it(desk: Desk, takes: object) -> None:
    desk.office.ask(ask.SetDefaultAssignment("acme", ("ACD",)))
    assert runs_until(desk.office, BOB, "ACD", takes) is Reason.NOT_ASSIGNED


def runs_until(office: Office, user: str, product: str, takes: object) -> Reason:
    """Run a product inside its paid window until an act takes the right away; why the next contact ends it."""
    office.ask(ask.Checkout(session(1), user, product, "desk"))
    office.at(10 * MINUTE)
    assert office.ask(ask.Heartbeat(session(1), 1)).facts.state is State.ACTIVE
    paid = office.ask(ask.GetBalance("acme")).available
    office.ask(takes)
    answer = office.ask(ask.Heartbeat(session(1), 2))
    assert (answer.facts.state, answer.facts.ended_at) == (State.DENIED, START + 10 * MINUTE)
    assert office.ask(ask.GetBalance("acme")).available == paid < 100
    return Reason(answer.denial.reason)


# Invitations ---------------------------------------------------------------------------------------------------------


def test_the_first_sign_in_with_the_invited_address_binds_the_subject_for_ever(desk: Desk) -> None:
    office = desk.office
    invited = office.ask(ask.Invite("acme", "Ann Lee <Ann@Example.com>", products=("ACD",)))
    assert (invited.user, invited.display_name, invited.state) == (ANN, "Ann Lee", MemberState.INVITED)
    assert invited.invited_until == START + 7 * DAY
    assert outbox(office) == ["INVITED"]
    assert desk.tries(ANN) is Reason.INVITATION_PENDING

    assert office.ask(ask.AcceptInvitations("idp|1", "ANN@example.com")).teams == ("acme",)
    assert desk.tries("idp|1") is Reason.NONE
    assert office.ask(ask.GetMember("acme", "idp|1")).state is MemberState.ACTIVE
    for _ in range(2):
        for subject in ("idp|2", ANN):
            assert office.ask(ask.AcceptInvitations(subject, ANN)).teams == ()
            with pytest.raises(NotFound):
                office.ask(ask.GetUser(subject))
        office.restart(kill=True)
    office.ask(ask.Invite("acme", ANN, products=("RVT",)))
    assert office.ask(ask.GetMember("acme", "idp|1")).products == ("ACD", "RVT")


def test_a_guest_is_invited_as_one_and_stays_one(desk: Desk) -> None:
    office = desk.office
    office.ask(ask.SetDefaultAssignment("acme", ("ACD",)))
    office.ask(ask.Invite("acme", ANN))
    assert office.ask(ask.Invite("acme", ANN, products=("RVT",), guest=True)).guest
    office.ask(ask.Invite("acme", ANN))
    office.ask(ask.AcceptInvitations("idp|1", ANN))
    assert (desk.tries("idp|1", "ACD"), desk.tries("idp|1", "RVT")) == (Reason.NOT_ASSIGNED, Reason.NONE)


def test_an_invitation_lapses_and_can_be_sent_again(desk: Desk) -> None:
    office = desk.office
    office.ask(ask.SetPolicy("acme", '{"invitation_ttl": "2d"}'))
    office.ask(ask.Invite("acme", ANN, all_products=True))
    office.at(2 * DAY)
    assert office.ask(ask.GetMember("acme", ANN)).state is MemberState.LAPSED
    assert office.ask(ask.AcceptInvitations("idp|1", ANN)).teams == ()
    assert desk.tries(ANN) is Reason.INVITATION_PENDING

    assert office.ask(ask.ResendInvitation("acme", ANN)).state is MemberState.INVITED
    office.at(4 * DAY - 1)
    assert office.ask(ask.AcceptInvitations("idp|1", ANN)).teams == ("acme",)
    assert desk.tries("idp|1") is Reason.NONE
    with pytest.raises(NotAllowedNow):
        office.ask(ask.ResendInvitation("acme", "idp|1"))


def test_a_user_of_other_teams_accepts_by_the_address_and_tells_the_new_team_nothing_before(desk: Desk) -> None:
    office = desk.office
    office.ask(ask.CreateTeam("brio"))
    office.ask(ask.CreateOrder("brio", (ask.PackTerms(100),)))
    invited = office.ask(ask.Invite("brio", "bob@example.com", all_products=True))
    assert (invited.state, invited.display_name) == (MemberState.INVITED, "")
    assert office.ask(ask.AcceptInvitations(BOB, "other@example.com")).teams == ()
    assert office.ask(ask.AcceptInvitations(BOB, "bob@example.com")).teams == ("brio",)
    assert office.ask(ask.GetMember("brio", BOB)).display_name == "Bob Roe"
    assert desk.tries(BOB) is Reason.NONE


def test_whoever_was_invited_and_is_known_by_another_address_becomes_that_user(desk: Desk) -> None:
    office = desk.office
    office.ask(ask.CreateTeam("brio"))
    for team in ("acme", "brio"):
        office.ask(ask.Invite(team, "bob@home.example", products=("RVT",)))
    office.ask(ask.CreateGroup("brio", "crew"))
    office.ask(ask.AddGroupMembers("brio", "crew", ("bob@home.example",)))
    assert office.ask(ask.AcceptInvitations(BOB, "bob@home.example")).teams == ("acme", "brio")
    assert office.ask(ask.GetMember("acme", BOB)).products == ("RVT",)
    assert office.ask(ask.GetMember("brio", BOB)).state is MemberState.ACTIVE
    assert [one.user for one in office.ask(ask.ListGroupMembers("brio", "crew")).items] == [BOB]
    with pytest.raises(NotFound):
        office.ask(ask.GetMember("brio", "bob@home.example"))
    assert [one.user for one in office.ask(ask.ListMembers("brio")).items] == [BOB]


def test_an_address_that_several_have_or_that_is_a_subject_is_not_guessed_about(desk: Desk) -> None:
    desk.office.ask(ask.CreateUser("bob2", email="Bob@Example.com"))
    with pytest.raises(InvalidArgument, match="several users"):
        desk.office.ask(ask.Invite("acme", "bob@example.com"))
    desk.office.ask(ask.CreateUser("cyd@example.com"))
    with pytest.raises(AlreadyExists, match=r"cyd@example\.com"):
        desk.office.ask(ask.Invite("acme", "cyd@example.com"))


@pytest.mark.parametrize(
    "person", ["Ann", "Ann Lee ann@example.com", "Ann <ann>", "Ann <ann@example.com> Lee", "<>", "a b@c.de"]
)
def test_a_person_is_a_full_name_and_an_address(person: str) -> None:
    with pytest.raises(InvalidArgument, match="person is"):
        ask.Invite("acme", person)


# Plans, suspension ---------------------------------------------------------------------------------------------------


def test_a_plan_is_the_teams_and_standard_with_none(desk: Desk) -> None:
    office = desk.office
    assert office.ask(ask.GetTeamStanding("acme")).plan is Plan.STANDARD
    office.ask(ask.SetPlan("acme", Plan.EDUCATION))
    assert office.ask(ask.GetMember("acme", BOB)).plan is Plan.EDUCATION
    assert office.ask(ask.SetPlan("acme")).plan is Plan.STANDARD


@pytest.mark.parametrize(
    ("suspends", "lifts"),
    [
        (ask.SuspendUser("ann"), ask.ResumeUser("ann")),
        (ask.SuspendUser("ann", "acme"), ask.ResumeUser("ann", "acme")),
        (ask.SuspendDevice("acme", "desk"), ask.ResumeDevice("acme", "desk")),
        (ask.SuspendTeam("acme"), ask.ResumeTeam("acme")),
    ],
)
def test_what_is_suspended_is_refused_until_it_is_lifted(desk: Desk, suspends: object, lifts: object) -> None:
    assert desk.tries("ann") is Reason.NONE
    desk.office.ask(suspends)
    assert desk.tries("ann", "RVT") is Reason.SUSPENDED
    desk.office.restart(kill=True)
    assert desk.tries("ann") is Reason.SUSPENDED
    desk.office.ask(lifts)
    assert desk.tries("ann") is Reason.NONE


def test_a_device_is_suspended_for_a_team_alone_and_another_runs_on(desk: Desk) -> None:
    desk.office.ask(ask.SuspendDevice("acme", "desk"))
    assert desk.tries("ann", device="laptop") is Reason.NONE
    assert [one.device for one in desk.office.ask(ask.ListSuspendedDevices("acme")).items] == ["desk"]
    with pytest.raises(NotFound, match="laptop"):
        desk.office.ask(ask.ResumeDevice("acme", "laptop"))


# Groups, projects ----------------------------------------------------------------------------------------------------


def test_a_group_is_renamed_as_it_was_read_and_a_closed_one_frees_its_name(desk: Desk) -> None:
    office = desk.office
    first = office.ask(ask.CreateGroup("acme", "crew"))
    with pytest.raises(AlreadyExists, match="crew"):
        office.ask(ask.CreateGroup("acme", "crew"))
    office.ask(ask.RenameGroup("acme", "crew", "staff", first.etag))
    with pytest.raises(Stale):
        office.ask(ask.CloseGroup("acme", "staff", first.etag))
    assert office.ask(ask.AddGroupMembers("acme", "staff", (BOB, "ann"))).members == 2
    assert office.ask(ask.RemoveGroupMembers("acme", "staff", ("ann",))).members == 1
    office.ask(ask.CloseGroup("acme", "staff"))
    office.ask(ask.CreateGroup("acme", "staff"))
    assert [group.members for group in office.ask(ask.ListGroups("acme")).items] == [0]
    every = office.ask(ask.ListGroups("acme", closed=True)).items
    assert [(group.name, group.closed_at) for group in every] == [("staff", START), ("staff", 0)]


def test_a_project_is_made_renamed_and_closed(desk: Desk) -> None:
    office = desk.office
    office.ask(ask.CreateProject("acme", "tower"))
    office.ask(ask.RenameProject("acme", "tower", "bridge"))
    with pytest.raises(NotFound, match="tower"):
        office.ask(ask.CloseProject("acme", "tower"))
    office.ask(ask.CloseProject("acme", "bridge"))
    assert office.ask(ask.ListProjects("acme")).items == ()
    assert [one.name for one in office.ask(ask.ListProjects("acme", closed=True)).items] == ["bridge"]
