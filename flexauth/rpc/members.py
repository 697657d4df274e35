"""The rows of Members, Groups and Persons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message

from flexauth import requests
from flexauth.answers_of import members as told
from flexauth.answers_of import persons as told_of_persons
from flexauth.requests import Plan
from flexauth.rpc.method import Row
from flexauth.rpc.wire import enumerated, many, page, parser, tuple_of, writer
from flexauth.v1 import groups_pb2, members_pb2, persons_pb2

__all__ = ["GROUPS", "MEMBERS", "PERSONS"]

_MEMBER = writer(members_pb2.Member, told.Member)
_DEFAULT = writer(members_pb2.DefaultAssignment, told.DefaultAssignment)
_STANDING = writer(members_pb2.TeamStanding, told.TeamStanding)
_SUSPENDED = writer(members_pb2.SuspendedDevice, told.SuspendedDevice)
_GROUP = writer(groups_pb2.Group, told.Group)
_PROJECT = writer(groups_pb2.Project, told.Project)
_USER_DEVICE = writer(persons_pb2.UserDevice, told_of_persons.UserDevice)
_plan = enumerated("plan", Plan, Plan.STANDARD)
_row = parser(members_pb2.MemberRow, requests.MemberRow)


def _row_of(
    module: Any, name: str, field: str, write: Callable[[Any], Message], *, reads: bool = False, **special: Any
) -> Row:
    """A method whose answer is one thing in a field of its response."""
    response = getattr(module, f"{name}Response")
    return Row(
        parser(getattr(module, f"{name}Request"), getattr(requests, name), **special),
        lambda answer: response(**{field: write(answer)}),
        blocks=reads,
    )


def _list_of(module: Any, name: str, field: str, write: Callable[[Any], Message]) -> Row:
    """A method that lists."""
    response = getattr(module, f"{name}Response")
    return Row(
        parser(getattr(module, f"{name}Request"), getattr(requests, name)), page(response, field, write), blocks=True
    )


def _plain_of(module: Any, name: str, kind: type[Any], **special: Any) -> Row:
    """A method whose response is the answer itself."""
    return Row(
        parser(getattr(module, f"{name}Request"), getattr(requests, name)),
        writer(getattr(module, f"{name}Response"), kind, **special),
    )


MEMBERS = {
    **{
        name: _row_of(members_pb2, name, "member", _MEMBER)
        for name in ("Invite", "ResendInvitation", "Assign", "Unassign", "SetGuest", "RemoveMember")
    },
    "GetMember": _row_of(members_pb2, "GetMember", "member", _MEMBER, reads=True),
    "ListMembers": _list_of(members_pb2, "ListMembers", "members", _MEMBER),
    "ImportMembers": Row(
        parser(members_pb2.ImportMembersRequest, requests.ImportMembers, rows=tuple_of("rows", _row)),
        writer(
            members_pb2.ImportMembersResponse,
            told.ImportReport,
            faults=many(writer(members_pb2.RowFault, told.RowFault)),
        ),
    ),
    "SetDefaultAssignment": _row_of(members_pb2, "SetDefaultAssignment", "default_assignment", _DEFAULT),
    "GetDefaultAssignment": _row_of(members_pb2, "GetDefaultAssignment", "default_assignment", _DEFAULT, reads=True),
    "GetTeamStanding": _row_of(members_pb2, "GetTeamStanding", "standing", _STANDING, reads=True),
    "SetPlan": _row_of(members_pb2, "SetPlan", "standing", _STANDING, plan=_plan),
    "SuspendTeam": _row_of(members_pb2, "SuspendTeam", "standing", _STANDING),
    "ResumeTeam": _row_of(members_pb2, "ResumeTeam", "standing", _STANDING),
    "SuspendUser": _plain_of(members_pb2, "SuspendUser", told.SuspendedUser),
    "ResumeUser": _plain_of(members_pb2, "ResumeUser", told.SuspendedUser),
    "SuspendDevice": _row_of(members_pb2, "SuspendDevice", "device", _SUSPENDED),
    "ResumeDevice": _row_of(members_pb2, "ResumeDevice", "device", _SUSPENDED),
    "ListSuspendedDevices": _list_of(members_pb2, "ListSuspendedDevices", "devices", _SUSPENDED),
}

GROUPS = {
    **{
        name: _row_of(groups_pb2, name, "group", _GROUP)
        for name in ("CreateGroup", "RenameGroup", "CloseGroup", "AddGroupMembers", "RemoveGroupMembers")
    },
    **{
        name: _row_of(groups_pb2, name, "project", _PROJECT)
        for name in ("CreateProject", "RenameProject", "CloseProject")
    },
    "ListGroups": _list_of(groups_pb2, "ListGroups", "groups", _GROUP),
    "ListGroupMembers": _list_of(
        groups_pb2, "ListGroupMembers", "members", writer(groups_pb2.GroupMember, told.GroupMember)
    ),
    "ListProjects": _list_of(groups_pb2, "ListProjects", "projects", _PROJECT),
}

PERSONS = {
    "ListUserDevices": _list_of(persons_pb2, "ListUserDevices", "devices", _USER_DEVICE),
    "ReleaseUserDevice": _row_of(persons_pb2, "ReleaseUserDevice", "device", _USER_DEVICE),
    "EndSession": _plain_of(persons_pb2, "EndSession", told_of_persons.EndedSession),
    "ListAudit": _list_of(persons_pb2, "ListAudit", "rows", writer(persons_pb2.AuditRow, told_of_persons.AuditRow)),
    "EraseUser": _plain_of(persons_pb2, "EraseUser", told_of_persons.Erasure),
    "ExportPerson": _list_of(
        persons_pb2, "ExportPerson", "records", writer(persons_pb2.PersonRecord, told_of_persons.PersonRecord)
    ),
}
