"""A whole request of every method of Members, Groups and Persons, and what the authority answers to it."""

from __future__ import annotations

from typing import Any, Final

from google.protobuf.message import Message

from flexauth import answers
from flexauth.answers_of import members as team
from flexauth.answers_of import persons as person
from flexauth.v1 import groups_pb2 as grp
from flexauth.v1 import members_pb2 as mem
from flexauth.v1 import persons_pb2 as per

_PAGE: dict[str, Any] = {"page_size": 5, "page_token": "next"}
_ACT: dict[str, Any] = {"request_id": "r", "validate_only": True, "team": "acme"}
_OF_ANN: dict[str, Any] = {**_ACT, "user": "ann"}
_ANN = "Ann Lee <ann@example.com>"
_ROW = mem.MemberRow(line=2, name="Ann", email="ann@example.com", subject="ann", products="ACD RVT", guest="yes")
_ROWS: dict[str, Any] = {"request_id": "r", "team": "acme", "rows": [_ROW], "upload": "u"}
_NAMED: dict[str, Any] = {**_ACT, "name": "crew"}

#: A whole request of every method.
REQUESTS: Final[tuple[Message, ...]] = (
    mem.InviteRequest(**_ACT, person=_ANN, products=["ACD"], guest=True),
    mem.InviteRequest(**_ACT, person=_ANN, all_products=True, guest=True),
    mem.ResendInvitationRequest(**_OF_ANN),
    mem.AssignRequest(**_OF_ANN, products=["ACD"]),
    mem.AssignRequest(**_OF_ANN, all_products=True),
    mem.UnassignRequest(**_OF_ANN, products=["ACD"]),
    mem.UnassignRequest(**_OF_ANN, all_products=True),
    mem.SetGuestRequest(**_OF_ANN, guest=True),
    mem.GetMemberRequest(team="acme", user="ann"),
    mem.ListMembersRequest(team="acme", **_PAGE),
    mem.RemoveMemberRequest(**_OF_ANN, etag="e"),
    mem.ImportMembersRequest(**_ROWS, sync=True, validate_only=True),
    mem.ImportMembersRequest(**_ROWS, partial=True, validate_only=True),
    mem.ImportMembersRequest(**_ROWS, more=True),
    mem.SetDefaultAssignmentRequest(**_ACT, products=["ACD"], etag="e"),
    mem.GetDefaultAssignmentRequest(team="acme"),
    mem.GetTeamStandingRequest(team="acme"),
    mem.SetPlanRequest(**_ACT, plan=mem.PLAN_PREMIUM, etag="e"),
    mem.SuspendTeamRequest(**_ACT),
    mem.ResumeTeamRequest(**_ACT),
    mem.SuspendUserRequest(**_OF_ANN),
    mem.ResumeUserRequest(**_OF_ANN),
    mem.SuspendDeviceRequest(**_ACT, device="laptop"),
    mem.ResumeDeviceRequest(**_ACT, device="laptop"),
    mem.ListSuspendedDevicesRequest(team="acme", **_PAGE),
    grp.CreateGroupRequest(**_NAMED),
    grp.RenameGroupRequest(**_NAMED, new_name="staff", etag="e"),
    grp.CloseGroupRequest(**_NAMED, etag="e"),
    grp.ListGroupsRequest(team="acme", closed=True, **_PAGE),
    grp.AddGroupMembersRequest(**_ACT, group="crew", users=["ann"]),
    grp.RemoveGroupMembersRequest(**_ACT, group="crew", users=["ann"]),
    grp.ListGroupMembersRequest(team="acme", group="crew", **_PAGE),
    grp.CreateProjectRequest(**_NAMED),
    grp.RenameProjectRequest(**_NAMED, new_name="tower", etag="e"),
    grp.CloseProjectRequest(**_NAMED, etag="e"),
    grp.ListProjectsRequest(team="acme", closed=True, **_PAGE),
    per.ListUserDevicesRequest(user="ann", team="acme", **_PAGE),
    per.ReleaseUserDeviceRequest(**_OF_ANN, product="ACD", device="laptop"),
    per.EndSessionRequest(**_ACT, session="0190f5fe-7c00-7a00-8000-000000000001"),
    per.ListAuditRequest(team="acme", actor="ann", since=3, until=4, **_PAGE),
    per.EraseUserRequest(request_id="r", validate_only=True, user="ann"),
    per.ExportPersonRequest(user="ann", **_PAGE),
)

#: ALL products or a list; what an import may say of its rows depends on whether more are to come.
APART: Final = {
    *((f"{act}Request", field) for act in ("Invite", "Assign", "Unassign") for field in ("all_products", "products")),
    *(("ImportMembersRequest", field) for field in ("more", "sync", "partial", "validate_only")),
}

_MEMBER = ("Invite", "ResendInvitation", "Assign", "Unassign", "SetGuest", "GetMember", "RemoveMember")
_GROUP = ("CreateGroup", "RenameGroup", "CloseGroup", "AddGroupMembers", "RemoveGroupMembers")

ANSWERS: Final[dict[str, Any]] = {
    **dict.fromkeys(_MEMBER, team.Member),
    "ListMembers": answers.Page[team.Member],
    "ImportMembers": team.ImportReport,
    **dict.fromkeys(("SetDefaultAssignment", "GetDefaultAssignment"), team.DefaultAssignment),
    **dict.fromkeys(("GetTeamStanding", "SetPlan", "SuspendTeam", "ResumeTeam"), team.TeamStanding),
    **dict.fromkeys(("SuspendUser", "ResumeUser"), team.SuspendedUser),
    **dict.fromkeys(("SuspendDevice", "ResumeDevice"), team.SuspendedDevice),
    "ListSuspendedDevices": answers.Page[team.SuspendedDevice],
    **dict.fromkeys(_GROUP, team.Group),
    "ListGroups": answers.Page[team.Group],
    "ListGroupMembers": answers.Page[team.GroupMember],
    **dict.fromkeys(("CreateProject", "RenameProject", "CloseProject"), team.Project),
    "ListProjects": answers.Page[team.Project],
    "ListUserDevices": answers.Page[person.UserDevice],
    "ReleaseUserDevice": person.UserDevice,
    "EndSession": person.EndedSession,
    "ListAudit": answers.Page[person.AuditRow],
    "EraseUser": person.Erasure,
    "ExportPerson": answers.Page[person.PersonRecord],
}
