"""The table of permissions, cell by cell over real gRPC with TLS, with two teams.

Callers have roles in acme. About beta, and about what is nowhere, they hear the same.
"""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.message import Message

from flexauth import requests
from flexauth.access.naming import Kind, named_in
from flexauth.access.permissions import TABLE, Cell, Permission, permission_of
from flexauth.requests import Role, Scope
from flexauth.v1 import access_pb2 as access
from flexauth.v1 import administration_pb2 as admin
from flexauth.v1 import license_authority_pb2 as licence
from flexauth.v1 import packs_pb2 as packs
from flexauth.v1 import types_pb2 as pb
from tests.rpc.serving import Failure, session_id
from tests.rpc.sides import GHOST, MESSAGES, NAMED, Side, Sides, texts

#: What a call may end with that the caller may make: it was heard, and its content judged.
HEARD = {"OK", "INVALID_ARGUMENT", "ALREADY_EXISTS", "FAILED_PRECONDITION"}
#: What they would release, refund or remove is not there, whoever asks.
NOTHING_THERE = {
    "LicenseAuthority/ReleaseDevice": "UNKNOWN_DEVICE",
    "Packs/RefundCharge": "UNKNOWN_CHARGE",
    "Catalogue/RemoveLaunch": "UNKNOWN_LAUNCH",
}


def ended(said: Any) -> str:
    return said.code if isinstance(said, Failure) else "OK"


def names_a_side(message: Message) -> bool:
    return any(name.value for name in named_in(message))


def heard(name: str, said: Any) -> bool:
    return ended(said) in HEARD or said.reason == NOTHING_THERE.get(name)


def as_if_gone(said: Any, side: Side) -> str:
    """What was said, with the names of a side made those of the ghost."""
    text = said.message
    for of_side, of_ghost in (
        (side.session, GHOST.session), (side.api_key, GHOST.api_key), (f"pack {side.pack}", f"pack {GHOST.pack}"),
        (side.team, GHOST.team),
    ):  # fmt: skip
        text = text.replace(of_side, of_ghost)
    return f"{said.code} {said.reason} {text}"


CELLS = [
    pytest.param(name, role, id=f"{name}-{role.name.lower()}")
    for name, permission in TABLE.items()
    if name in NAMED and not permission.anyone
    for role in Role
]


@pytest.mark.parametrize(("name", "role"), CELLS)
def test_a_cell_of_the_table(sides: Sides, name: str, role: Role) -> None:
    method, cell = NAMED[name], TABLE[name].cells[role]
    message = MESSAGES[name]
    own = sides.call(method, message(sides.acme), role)
    if cell is Cell.NO:
        assert ended(own) == "PERMISSION_DENIED"
        assert role.name.lower() in own.message
        assert ended(sides.call(method, message(sides.beta), role)) == "PERMISSION_DENIED"
        return
    assert heard(name, own), own
    beta = sides.call(method, message(sides.beta), role)
    if cell is Cell.ALL:
        assert heard(name, beta), beta
        return
    if isinstance(own, Message):
        assert not sides.beta.marks & set(texts(own))
        assert not [text for text in texts(own) if "beta" in text]
    if names_a_side(message(sides.beta)):
        gone = sides.call(method, message(GHOST), role)
        assert ended(gone) == "NOT_FOUND", gone
        assert as_if_gone(beta, sides.beta) == as_if_gone(gone, GHOST)


@pytest.mark.parametrize("name", list(NAMED))
def test_without_a_credential_only_what_is_for_anyone_is_answered(sides: Sides, name: str) -> None:
    said = sides.call(NAMED[name], MESSAGES[name](sides.acme), None)
    if name == "Access/ClaimFirstAdmin":
        assert ended(said) == "UNAUTHENTICATED"  # of the code
    else:
        assert ended(said) == ("OK" if TABLE[name].anyone else "UNAUTHENTICATED")


def test_every_method_has_a_row_and_a_message_here() -> None:
    assert set(NAMED) == set(TABLE) - {"grpc/Inspect"}
    assert set(NAMED) == set(MESSAGES)


def test_a_method_without_a_row_does_not_start() -> None:
    with pytest.raises(TypeError, match="Reporting/Explain has no row in the table of permissions"):
        permission_of("flexauth.v1.Reporting", "Explain")


def test_by_default_nobody_may_do_anything() -> None:
    """A role that no row of a method names is one that it refuses: rows name all of them."""
    assert all(set(permission.cells) == set(Role) for permission in TABLE.values())
    assert {name for name, permission in TABLE.items() if permission.anyone} == {
        "LicenseAuthority/GetKeys",
        "Access/ClaimFirstAdmin",
        "Catalogue/ListIdleAware",
    }


@pytest.mark.parametrize(
    "name", [name for name, permission in TABLE.items() if not permission.anyone and name in NAMED]
)
def test_nobody_but_a_vendor_spans_teams_and_only_users_and_devices_act_for_themselves(name: str) -> None:
    """Of what belongs to a team; a role given everywhere spans teams by its scope, not by the table."""
    cells, acme = TABLE[name].cells, Side("acme", 1, 1, "k", 1)
    assert cells[Role.VENDOR] is Cell.ALL
    others = {role: cell for role, cell in cells.items() if role is not Role.VENDOR}
    if names_a_side(MESSAGES[name](acme)):
        assert Cell.ALL not in others.values()
    assert {role for role, cell in others.items() if cell is Cell.OWN} <= {Role.USER, Role.DEVICE}
    assert not {role for role, cell in others.items() if cell is Cell.TEAM} & {Role.USER, Role.DEVICE}


# Users ---------------------------------------------------------------------------------------------------------------


def sign_in(**given: object) -> licence.CheckoutRequest:
    asked = {"session": session_id(50), "product": "ACD", "device": "acme-laptop"}
    return licence.CheckoutRequest(**{**asked, **given})  # type: ignore[arg-type]


def test_a_user_who_is_not_named_is_the_caller(sides: Sides) -> None:
    quote = licence.QuoteRequest(checkout=sign_in())
    assert sides.call(NAMED["LicenseAuthority/Quote"], quote, Role.USER).team == "acme"
    listed = sides.call(NAMED["LicenseAuthority/ListMySessions"], licence.ListMySessionsRequest(), Role.USER)
    assert {facts.user for facts in listed.sessions} == {sides.acme.user}
    found = sides.call(NAMED["Administration/GetUser"], admin.GetUserRequest(), Role.USER)
    assert found.user.subject == sides.acme.user


def test_a_user_acts_for_nobody_of_the_same_team(sides: Sides) -> None:
    quote = licence.QuoteRequest(checkout=sign_in(user="cara"))
    assert ended(sides.call(NAMED["LicenseAuthority/Quote"], quote, Role.USER)) == "NOT_FOUND"
    beat = licence.HeartbeatRequest(session=session_id(3), counter=2)
    assert ended(sides.call(NAMED["LicenseAuthority/Heartbeat"], beat, Role.USER)) == "NOT_FOUND"


def test_a_user_names_no_team_but_its_own(sides: Sides) -> None:
    for team in ("beta", "ghost"):
        said = sides.call(NAMED["LicenseAuthority/Quote"], licence.QuoteRequest(checkout=sign_in(team=team)), Role.USER)
        assert (ended(said), said.message) == ("NOT_FOUND", f"There is no team '{team}'.")


def test_a_user_of_two_teams_sees_both_and_each_team_sees_its_own(sides: Sides) -> None:
    cara = sides.key(Scope(Role.USER), name="cara", subject="cara")
    mine = licence.ListMySessionsRequest(user="cara")
    method = NAMED["LicenseAuthority/ListMySessions"]
    assert {facts.team for facts in sides.call(method, mine, cara).sessions} == {"acme", "beta"}
    for role in (Role.TEAM_ADMIN, Role.SERVICE, Role.SUPPORT):
        assert {facts.team for facts in sides.call(method, mine, role).sessions} == {"acme"}
    found = sides.call(NAMED["Administration/GetUser"], admin.GetUserRequest(subject="cara"), Role.TEAM_ADMIN)
    assert [membership.team for membership in found.user.memberships] == ["acme"]
    found = sides.call(NAMED["Administration/GetUser"], admin.GetUserRequest(subject="cara"), cara)
    assert [membership.team for membership in found.user.memberships] == ["acme", "beta"]


def test_a_user_who_is_an_admin_too_acts_as_both(sides: Sides) -> None:
    both = sides.key(Scope(Role.USER), Scope(Role.TEAM_ADMIN, "acme"), name="both", subject="cara")
    method = NAMED["LicenseAuthority/ListMySessions"]
    own = sides.call(method, licence.ListMySessionsRequest(), both)
    assert {facts.team for facts in own.sessions} == {"acme", "beta"}
    other = sides.call(method, licence.ListMySessionsRequest(user=sides.acme.user), both)
    assert {facts.team for facts in other.sessions} == {"acme"}
    assert ended(sides.call(method, licence.ListMySessionsRequest(user=sides.beta.user), both)) == "NOT_FOUND"


# Services and devices ------------------------------------------------------------------------------------------------


def test_a_service_spends_the_tokens_of_its_own_team_alone(sides: Sides) -> None:
    """Unnamed, the team of a user of two is the key's; named, it must be."""
    quote = NAMED["LicenseAuthority/Quote"]
    for _ in range(2):
        asked = licence.QuoteRequest(checkout=sign_in(user="cara"))
        assert sides.call(quote, asked, Role.SERVICE).team == "acme"
    asked = licence.QuoteRequest(checkout=sign_in(user="cara", team="beta"))
    assert ended(sides.call(quote, asked, Role.SERVICE)) == "NOT_FOUND"


def test_a_service_of_two_teams_names_the_one_that_pays(sides: Sides) -> None:
    key = sides.key(Scope(Role.SERVICE, "acme"), Scope(Role.SERVICE, "beta"), name="two")
    quote = NAMED["LicenseAuthority/Quote"]
    said = sides.call(quote, licence.QuoteRequest(checkout=sign_in(user="cara")), key)
    assert (ended(said), said.fields) == ("INVALID_ARGUMENT", ["team"])
    assert "acme, beta" in said.message
    named = licence.QuoteRequest(checkout=sign_in(user="cara", team="beta"))
    assert sides.call(quote, named, key).team == "beta"


def test_a_service_everywhere_acts_for_any_user(sides: Sides) -> None:
    key = sides.key(Scope(Role.SERVICE), name="everywhere")
    for side in (sides.acme, sides.beta):
        asked = licence.QuoteRequest(checkout=sign_in(user=side.user, device=side.device))
        assert sides.call(NAMED["LicenseAuthority/Quote"], asked, key).team == side.team


def test_a_device_acts_for_users_who_registered_it_and_for_nobody_else(sides: Sides) -> None:
    quote = NAMED["LicenseAuthority/Quote"]
    own = licence.QuoteRequest(checkout=sign_in(user=sides.acme.user))
    assert sides.call(quote, own, Role.DEVICE).team == "acme"
    for other in (sign_in(user="cara"), sign_in(user=sides.acme.user, device="another")):
        assert ended(sides.call(quote, licence.QuoteRequest(checkout=other), Role.DEVICE)) == "NOT_FOUND"
    sides.ask(requests.Checkout(session_id(60), "cara", "ACD", "acme-laptop", "acme"))
    assert sides.call(quote, licence.QuoteRequest(checkout=sign_in(user="cara")), Role.DEVICE).team == "acme"
    sides.ask(requests.Checkin(session_id(60), 1))


def test_a_device_keeps_the_sessions_that_run_on_it_alone(sides: Sides) -> None:
    sides.ask(requests.Checkout(session_id(61), "cara", "ACD", "cara-laptop", "acme"))
    beat = NAMED["LicenseAuthority/Heartbeat"]
    foreign = sides.call(beat, licence.HeartbeatRequest(session=session_id(61), counter=1), Role.DEVICE)
    gone = sides.call(beat, licence.HeartbeatRequest(session=GHOST.session, counter=1), Role.DEVICE)
    assert foreign.message.replace(session_id(61), GHOST.session) == gone.message
    sides.ask(requests.Checkin(session_id(61), 1))


def test_a_certificate_that_nobody_gave_a_role_is_no_credential(sides: Sides) -> None:
    assert ended(sides.call(NAMED["Administration/ListTeams"], admin.ListTeamsRequest(), None)) == "UNAUTHENTICATED"


# Several roles, and giving them --------------------------------------------------------------------------------------


def test_a_role_counts_where_it_was_given(sides: Sides) -> None:
    """An admin of acme who audits beta reads there and changes nothing; of other teams it knows nothing."""
    key = sides.key(Scope(Role.TEAM_ADMIN, "acme"), Scope(Role.AUDITOR, "beta"), name="admin-and-auditor")
    read = sides.call(NAMED["Reporting/ListLedger"], MESSAGES["Reporting/ListLedger"](sides.beta), key)
    assert ended(read) == "OK"
    create = NAMED["Access/CreateApiKey"]
    said = [sides.call(create, MESSAGES["Access/CreateApiKey"](side), key) for side in (sides.beta, GHOST)]
    assert [ended(one) for one in said] == ["PERMISSION_DENIED", "NOT_FOUND"]


def test_a_pack_moves_between_teams_of_one_admin_alone(sides: Sides) -> None:
    def move(key: str | Role, to_team: str) -> str:
        asked = packs.MovePackRequest(team="acme", pack=sides.acme.pack, to_team=to_team, validate_only=True)
        return ended(sides.call(NAMED["Packs/MovePack"], asked, key))

    both = sides.key(Scope(Role.TEAM_ADMIN, "acme"), Scope(Role.TEAM_ADMIN, "cellar"), name="both-ends")
    one = sides.key(Scope(Role.TEAM_ADMIN, "acme"), Scope(Role.AUDITOR, "cellar"), name="one-end")
    assert move(both, "cellar") in HEARD
    assert move(one, "cellar") == "PERMISSION_DENIED"
    assert [move(Role.TEAM_ADMIN, team) for team in ("beta", "ghost")] == ["NOT_FOUND", "NOT_FOUND"]


def test_a_list_of_teams_has_those_of_the_credential(sides: Sides) -> None:
    listed = sides.call(NAMED["Administration/ListTeams"], admin.ListTeamsRequest(), Role.TEAM_ADMIN)
    assert [team.name for team in listed.teams] == ["acme"]
    assert not listed.next_page_token
    first = sides.call(NAMED["Administration/ListTeams"], admin.ListTeamsRequest(page_size=1), Role.VENDOR)
    assert first.next_page_token


def test_an_unnamed_team_is_the_only_one_of_the_caller(sides: Sides) -> None:
    listed = sides.call(NAMED["Administration/ListUsers"], admin.ListUsersRequest(), Role.TEAM_ADMIN)
    assert {user.subject for user in listed.users} == {"acme-user", "cara"}
    listed = sides.call(NAMED["Access/ListApiKeys"], access.ListApiKeysRequest(), Role.AUDITOR)
    assert {key.team for key in listed.api_keys} == {"acme"}


@pytest.mark.parametrize(
    ("role", "team", "ends"),
    [
        (Role.TEAM_ADMIN, "acme", "OK"),
        (Role.BUYER, "acme", "OK"),
        (Role.SERVICE, "acme", "OK"),
        (Role.RESELLER, "acme", "PERMISSION_DENIED"),
        (Role.SUPPORT, "acme", "PERMISSION_DENIED"),
        (Role.VENDOR, "", "PERMISSION_DENIED"),
        (Role.SERVICE, "", "PERMISSION_DENIED"),
        (Role.TEAM_ADMIN, "", "PERMISSION_DENIED"),
        (Role.AUDITOR, "beta", "NOT_FOUND"),
        (Role.AUDITOR, "ghost", "NOT_FOUND"),
    ],
)
def test_an_admin_gives_what_it_may_and_no_more(sides: Sides, role: Role, team: str, ends: str) -> None:
    scope = access.Scope(role=role.value, team=team)  # type: ignore[arg-type]
    for name, message in (
        ("Access/GrantRole", access.GrantRoleRequest(identity="user:dan", scope=scope)),
        ("Access/RevokeRole", access.RevokeRoleRequest(identity="user:dan", scope=scope)),
    ):
        assert ended(sides.call(NAMED[name], message, Role.TEAM_ADMIN)) == ends


def test_an_admin_everywhere_makes_no_vendor(sides: Sides) -> None:
    key = sides.key(Scope(Role.TEAM_ADMIN), name="every-team")
    scope = access.Scope(role=access.ROLE_VENDOR)
    said = sides.call(NAMED["Access/GrantRole"], access.GrantRoleRequest(identity="user:dan", scope=scope), key)
    assert ended(said) == "PERMISSION_DENIED"
    made = access.CreateApiKeyRequest(name="v", scopes=[scope])
    assert ended(sides.call(NAMED["Access/CreateApiKey"], made, key)) == "PERMISSION_DENIED"


# The messages themselves ---------------------------------------------------------------------------------------------


def test_a_guard_finds_what_nested_messages_name() -> None:
    asked = admin.CreateUserRequest(memberships=[pb.Membership(team="a"), pb.Membership(team="b")])
    assert [(name.kind, name.value) for name in named_in(asked)] == [(Kind.TEAM, "a"), (Kind.TEAM, "b")]
    quote = licence.QuoteRequest(checkout=licence.CheckoutRequest(user="u", session="s"))
    assert {name.kind for name in named_in(quote) if name.value} == {Kind.USER}


def test_a_table_with_a_short_row_is_refused() -> None:
    from flexauth.access.permissions import _table

    head = " ".join(role.name.lower() for role in Role)
    with pytest.raises(ValueError, match="zip"):
        _table(f"  {head}\nService\n  Method all -\n")
    with pytest.raises(TypeError, match="two rows"):
        _table(f"  {head}\nService\n  Method anyone\n  Method anyone\n")
    assert _table(f"  {head}\nService\n  Method {'- ' * len(Role)}\n") == {
        "Service/Method": Permission("Service/Method", dict.fromkeys(Role, Cell.NO))
    }
