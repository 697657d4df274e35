"""What an admin hears by a name of another team that no cell of the table walks: pages, acts, groups, orders, caps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf.message import Message

from flexauth import requests
from flexauth.access.naming import named_in
from flexauth.access.permissions import TABLE, Cell
from flexauth.requests import Role, Scope
from flexauth.requests.entitlements import CapPeriod, CapSubject, CreateCap
from flexauth.v1 import administration_pb2 as admin
from flexauth.v1 import entitlements_pb2 as ent
from flexauth.v1 import groups_pb2 as grp
from flexauth.v1 import license_authority_pb2 as licence
from flexauth.v1 import members_pb2 as mem
from flexauth.v1 import packs_pb2 as pck
from flexauth.v1 import types_pb2 as pb
from tests.rpc.serving import Failure, session_id
from tests.rpc.sides import MESSAGES, NAMED, Side, Sides, texts

#: What beta has and acme has not, by kind; and the same kind that is nowhere.
SECRET, NOWHERE = "beta-secret", "nothing"
#: Of a user of acme: what a team that knows the subject alone must not learn.
PRIVATE = ("Private Name", "private@acme.example")


@pytest.fixture(scope="module")
def hidden(sides: Sides) -> Sides:
    """Beta has a group, a project, a cap and an order of a name of its own; a user of acme has a name and a mailbox."""
    ask = sides.ask
    ask(requests.CreateGroup("beta", SECRET))
    ask(requests.CreateProject("beta", SECRET))
    ask(CreateCap("beta", SECRET, CapSubject.TEAM, CapPeriod.MONTH, 400))
    ask(requests.CreateOrder("beta", (requests.PackTerms(100),), SECRET))
    everything = (requests.Membership("acme", all_products=True),)
    ask(requests.CreateUser("oidc-7f3a", *PRIVATE, everything))
    ask(requests.Checkout(session_id(70), "oidc-7f3a", "ACD", "private-laptop"))
    return sides


@pytest.fixture(scope="module")
def beta(hidden: Sides) -> str:
    """The key of an admin of beta alone."""
    return hidden.key(Scope(Role.TEAM_ADMIN, "beta"), name="beta-admin")


class Taken(Side):
    """The user of acme whom beta's roster names."""

    @property
    def user(self) -> str:
        return "oidc-7f3a"

    @property
    def device(self) -> str:
        return "private-laptop"


def found(said: Any) -> list[str]:
    """Every text that was said."""
    return list(texts(said)) if isinstance(said, Message) else [said.message]


def told(said: Any, name: str) -> str:
    """What was said, without the name that was asked for."""
    return f"{said.code} {said.reason} {said.message.replace(name, '')}" if isinstance(said, Failure) else f"OK {said}"


def sign_in(**given: Any) -> licence.CheckoutRequest:
    asked = {"session": session_id(71), "user": "acme-user", "product": "ACD", "device": "acme-laptop", "team": "acme"}
    return licence.CheckoutRequest(**{**asked, **given})


NAMES: dict[str, Callable[[str], Message]] = {
    "Groups/AddGroupMembers": lambda name: grp.AddGroupMembersRequest(team="acme", group=name, users=["acme-user"]),
    "Groups/RenameGroup": lambda name: grp.RenameGroupRequest(team="acme", name=name, new_name="other"),
    "Groups/CloseGroup": lambda name: grp.CloseGroupRequest(team="acme", name=name),
    "Groups/ListGroupMembers": lambda name: grp.ListGroupMembersRequest(team="acme", group=name),
    "Groups/RenameProject": lambda name: grp.RenameProjectRequest(team="acme", name=name, new_name="other"),
    "Groups/CloseProject": lambda name: grp.CloseProjectRequest(team="acme", name=name),
    "Entitlements/UpdateCap": lambda name: ent.UpdateCapRequest(team="acme", name=name, tokens=1),
    "Entitlements/EndCap": lambda name: ent.EndCapRequest(team="acme", name=name),
    "Packs/CancelOrder": lambda name: pck.CancelOrderRequest(team="acme", number=name, reason="twice"),
    "LicenseAuthority/Quote": lambda name: licence.QuoteRequest(checkout=sign_in(project=name)),
}


@pytest.mark.parametrize("method", NAMES)
def test_a_name_of_the_other_team_is_as_one_that_is_nowhere(hidden: Sides, method: str) -> None:
    for caller in (Role.TEAM_ADMIN, Role.VENDOR):
        said = [hidden.call(NAMED[method], NAMES[method](name), caller) for name in (SECRET, NOWHERE)]
        assert all(isinstance(one, Failure) for one in said), said
        assert told(said[0], SECRET) == told(said[1], NOWHERE)


@pytest.mark.parametrize("kind", [ent.CAP_SUBJECT_GROUP, ent.CAP_SUBJECT_PROJECT])
def test_a_cap_is_of_a_group_or_project_of_its_own_team(hidden: Sides, kind: Any) -> None:
    said = [
        hidden.call(
            NAMED["Entitlements/CreateCap"],
            ent.CreateCapRequest(team="acme", name="new", tokens=7, subject_kind=kind, subject_name=name),
            Role.TEAM_ADMIN,
        )
        for name in (SECRET, NOWHERE)
    ]
    assert said[0].code == "NOT_FOUND"
    assert told(said[0], SECRET) == told(said[1], NOWHERE)


def test_the_request_id_of_an_act_of_the_other_team_tells_nothing_of_that_act(hidden: Sides, beta: str) -> None:
    create = NAMED["Groups/CreateGroup"]
    act = grp.CreateGroupRequest(request_id="act-1", team="acme", name="acme-crew")
    assert hidden.call(create, act, Role.TEAM_ADMIN).group.name == "acme-crew"
    again = hidden.call(create, act, beta)
    assert (again.code, again.message) == ("NOT_FOUND", "There is no team 'acme'.")
    own = hidden.call(create, grp.CreateGroupRequest(request_id="act-1", team="beta", name="acme-crew"), beta)
    assert own.message == "request_id act-1 was used before with other content; use a new one."


def test_a_session_id_of_the_other_team_tells_nothing_of_that_session(hidden: Sides) -> None:
    said = hidden.call(NAMED["LicenseAuthority/Checkout"], sign_in(session=hidden.beta.session), Role.SERVICE)
    assert said.code == "INVALID_ARGUMENT"
    assert "beta" not in said.message


def admins(*kinds: str) -> list[str]:
    """Methods of these kinds that an admin calls for its team."""
    of_team = [name for name, row in TABLE.items() if row.cells and row.cells[Role.TEAM_ADMIN] is Cell.TEAM]
    return [name for name in of_team if name.partition("/")[2].startswith(kinds)]


def page(name: str, side: Side, token: str = "") -> Message:
    """The message of a list, for a page of one."""
    message = MESSAGES[name](side)
    for field, value in (("page_size", 1), ("page_token", token)):
        if field in message.DESCRIPTOR.fields_by_name:
            setattr(message, field, value)
    return message


def test_a_page_token_of_the_other_team_turns_no_page_of_it(hidden: Sides, beta: str) -> None:
    turned = []
    for name in admins("List"):
        first = hidden.call(NAMED[name], page(name, hidden.acme), Role.TEAM_ADMIN)
        token = getattr(first, "next_page_token", "")
        if not token:
            continue
        turned.append(name)
        said = hidden.call(NAMED[name], page(name, hidden.beta, token), beta)
        assert not [text for text in found(said) if "acme" in text], name
        if any(one.value for one in named_in(page(name, hidden.acme))):
            assert hidden.call(NAMED[name], page(name, hidden.acme, token), beta).code == "NOT_FOUND", name
    assert {"Administration/ListUsers", "Members/ListMembers", "Persons/ListAudit"} <= set(turned)


@pytest.fixture(scope="module")
def taken_in(hidden: Sides, beta: str) -> Side:
    """Beta's roster names a user of acme by subject; a stranger's subject with the same columns is taken in too."""
    rows = [mem.MemberRow(line=2, subject="oidc-7f3a", products="ACD")]
    said = hidden.call(NAMED["Members/ImportMembers"], mem.ImportMembersRequest(team="beta", rows=rows), beta)
    assert said.done, said

    return Taken("beta", 70, hidden.beta.pack, hidden.beta.api_key, hidden.beta.subscription)


@pytest.mark.parametrize("name", admins("Get", "List", "Export"))
def test_who_is_listed_by_subject_and_has_not_accepted_stays_a_stranger(
    hidden: Sides, beta: str, taken_in: Side, name: str
) -> None:
    said = hidden.call(NAMED[name], MESSAGES[name](taken_in), beta)
    assert not [text for text in found(said) if any(one in text for one in (*PRIVATE, taken_in.device, "acme"))]


def test_an_invitation_alone_gives_no_right_to_the_person(hidden: Sides, beta: str, taken_in: Side) -> None:
    """The person, and one who is nowhere, are the same to a team whose invitation was not accepted."""
    asked: dict[str, Callable[[str], Message]] = {
        "Administration/GetUser": lambda user: admin.GetUserRequest(subject=user),
        "LicenseAuthority/ListMySessions": lambda user: licence.ListMySessionsRequest(user=user),
        "LicenseAuthority/ListMyCharges": lambda user: licence.ListMyChargesRequest(user=user),
        "LicenseAuthority/ReleaseDevice": lambda user: licence.ReleaseDeviceRequest(
            user=user, product="ACD", device=taken_in.device
        ),
    }
    for name, message in asked.items():
        said = [hidden.call(NAMED[name], message(user), beta) for user in (taken_in.user, NOWHERE)]
        assert said[0].code == "NOT_FOUND", name
        assert told(said[0], taken_in.user) == told(said[1], NOWHERE)
    own = requests.ListUserDevices(taken_in.user, "acme")
    assert [device.device for device in hidden.ask(own).items] == [taken_in.device]


def test_assigning_or_grouping_an_invited_user_tells_no_name(hidden: Sides, beta: str, taken_in: Side) -> None:
    crew = grp.AddGroupMembersRequest(team="beta", group=SECRET, users=[taken_in.user])
    again = admin.AssignUserRequest(user=taken_in.user, membership=pb.Membership(team="beta", products=["ACD"]))
    calls: list[tuple[str, Message]] = [
        ("Groups/AddGroupMembers", crew),
        ("Groups/ListGroupMembers", grp.ListGroupMembersRequest(team="beta", group=SECRET)),
        ("Administration/AssignUser", again),
        ("Members/Assign", mem.AssignRequest(team="beta", user=taken_in.user, all_products=True)),
        ("Members/ResendInvitation", mem.ResendInvitationRequest(team="beta", user=taken_in.user)),
    ]
    for name, message in calls:
        said = hidden.call(NAMED[name], message, beta)
        assert isinstance(said, Message), said
        assert not [text for text in texts(said) if text in PRIVATE or "acme" in text], name
