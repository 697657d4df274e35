from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MemberState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MEMBER_STATE_UNSPECIFIED: _ClassVar[MemberState]
    MEMBER_STATE_ACTIVE: _ClassVar[MemberState]
    MEMBER_STATE_INVITED: _ClassVar[MemberState]
    MEMBER_STATE_LAPSED: _ClassVar[MemberState]

class Plan(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PLAN_UNSPECIFIED: _ClassVar[Plan]
    PLAN_STANDARD: _ClassVar[Plan]
    PLAN_PREMIUM: _ClassVar[Plan]
    PLAN_ENTERPRISE: _ClassVar[Plan]
    PLAN_EDUCATION: _ClassVar[Plan]
MEMBER_STATE_UNSPECIFIED: MemberState
MEMBER_STATE_ACTIVE: MemberState
MEMBER_STATE_INVITED: MemberState
MEMBER_STATE_LAPSED: MemberState
PLAN_UNSPECIFIED: Plan
PLAN_STANDARD: Plan
PLAN_PREMIUM: Plan
PLAN_ENTERPRISE: Plan
PLAN_EDUCATION: Plan

class Member(_message.Message):
    __slots__ = ("team", "user", "display_name", "email", "state", "all_products", "products", "withdrawn", "guest", "suspended", "suspended_everywhere", "plan", "invited_at", "invited_until", "etag")
    TEAM_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ALL_PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWN_FIELD_NUMBER: _ClassVar[int]
    GUEST_FIELD_NUMBER: _ClassVar[int]
    SUSPENDED_FIELD_NUMBER: _ClassVar[int]
    SUSPENDED_EVERYWHERE_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    INVITED_AT_FIELD_NUMBER: _ClassVar[int]
    INVITED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    team: str
    user: str
    display_name: str
    email: str
    state: MemberState
    all_products: bool
    products: _containers.RepeatedScalarFieldContainer[str]
    withdrawn: _containers.RepeatedScalarFieldContainer[str]
    guest: bool
    suspended: bool
    suspended_everywhere: bool
    plan: Plan
    invited_at: int
    invited_until: int
    etag: str
    def __init__(self, team: _Optional[str] = ..., user: _Optional[str] = ..., display_name: _Optional[str] = ..., email: _Optional[str] = ..., state: _Optional[_Union[MemberState, str]] = ..., all_products: bool = ..., products: _Optional[_Iterable[str]] = ..., withdrawn: _Optional[_Iterable[str]] = ..., guest: bool = ..., suspended: bool = ..., suspended_everywhere: bool = ..., plan: _Optional[_Union[Plan, str]] = ..., invited_at: _Optional[int] = ..., invited_until: _Optional[int] = ..., etag: _Optional[str] = ...) -> None: ...

class InviteRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team", "person", "all_products", "products", "guest")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    ALL_PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    GUEST_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    person: str
    all_products: bool
    products: _containers.RepeatedScalarFieldContainer[str]
    guest: bool
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ..., person: _Optional[str] = ..., all_products: bool = ..., products: _Optional[_Iterable[str]] = ..., guest: bool = ...) -> None: ...

class InviteResponse(_message.Message):
    __slots__ = ("member",)
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    member: Member
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ...) -> None: ...

class ResendInvitationRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team", "user")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    user: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ..., user: _Optional[str] = ...) -> None: ...

class ResendInvitationResponse(_message.Message):
    __slots__ = ("member",)
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    member: Member
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ...) -> None: ...

class AssignRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team", "user", "all_products", "products")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    ALL_PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    user: str
    all_products: bool
    products: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ..., user: _Optional[str] = ..., all_products: bool = ..., products: _Optional[_Iterable[str]] = ...) -> None: ...

class AssignResponse(_message.Message):
    __slots__ = ("member",)
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    member: Member
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ...) -> None: ...

class UnassignRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team", "user", "all_products", "products")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    ALL_PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    user: str
    all_products: bool
    products: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ..., user: _Optional[str] = ..., all_products: bool = ..., products: _Optional[_Iterable[str]] = ...) -> None: ...

class UnassignResponse(_message.Message):
    __slots__ = ("member",)
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    member: Member
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ...) -> None: ...

class SetGuestRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team", "user", "guest")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    GUEST_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    user: str
    guest: bool
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ..., user: _Optional[str] = ..., guest: bool = ...) -> None: ...

class SetGuestResponse(_message.Message):
    __slots__ = ("member",)
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    member: Member
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ...) -> None: ...

class GetMemberRequest(_message.Message):
    __slots__ = ("team", "user")
    TEAM_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    team: str
    user: str
    def __init__(self, team: _Optional[str] = ..., user: _Optional[str] = ...) -> None: ...

class GetMemberResponse(_message.Message):
    __slots__ = ("member",)
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    member: Member
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ...) -> None: ...

class ListMembersRequest(_message.Message):
    __slots__ = ("team", "page_size", "page_token")
    TEAM_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    team: str
    page_size: int
    page_token: str
    def __init__(self, team: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListMembersResponse(_message.Message):
    __slots__ = ("members", "next_page_token")
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[Member]
    next_page_token: str
    def __init__(self, members: _Optional[_Iterable[_Union[Member, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RemoveMemberRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team", "user", "etag")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    user: str
    etag: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ..., user: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class RemoveMemberResponse(_message.Message):
    __slots__ = ("member",)
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    member: Member
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ...) -> None: ...

class MemberRow(_message.Message):
    __slots__ = ("line", "name", "email", "subject", "products", "guest")
    LINE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    GUEST_FIELD_NUMBER: _ClassVar[int]
    line: int
    name: str
    email: str
    subject: str
    products: str
    guest: str
    def __init__(self, line: _Optional[int] = ..., name: _Optional[str] = ..., email: _Optional[str] = ..., subject: _Optional[str] = ..., products: _Optional[str] = ..., guest: _Optional[str] = ...) -> None: ...

class ImportMembersRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team", "rows", "upload", "more", "sync", "partial")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    UPLOAD_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    SYNC_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    rows: _containers.RepeatedCompositeFieldContainer[MemberRow]
    upload: str
    more: bool
    sync: bool
    partial: bool
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ..., rows: _Optional[_Iterable[_Union[MemberRow, _Mapping]]] = ..., upload: _Optional[str] = ..., more: bool = ..., sync: bool = ..., partial: bool = ...) -> None: ...

class RowFault(_message.Message):
    __slots__ = ("line", "column", "value", "remedy")
    LINE_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    REMEDY_FIELD_NUMBER: _ClassVar[int]
    line: int
    column: str
    value: str
    remedy: str
    def __init__(self, line: _Optional[int] = ..., column: _Optional[str] = ..., value: _Optional[str] = ..., remedy: _Optional[str] = ...) -> None: ...

class ImportMembersResponse(_message.Message):
    __slots__ = ("done", "kept", "invited", "added", "changed", "unchanged", "removed", "wrong", "faults", "removed_users")
    DONE_FIELD_NUMBER: _ClassVar[int]
    KEPT_FIELD_NUMBER: _ClassVar[int]
    INVITED_FIELD_NUMBER: _ClassVar[int]
    ADDED_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    UNCHANGED_FIELD_NUMBER: _ClassVar[int]
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    WRONG_FIELD_NUMBER: _ClassVar[int]
    FAULTS_FIELD_NUMBER: _ClassVar[int]
    REMOVED_USERS_FIELD_NUMBER: _ClassVar[int]
    done: bool
    kept: int
    invited: int
    added: int
    changed: int
    unchanged: int
    removed: int
    wrong: int
    faults: _containers.RepeatedCompositeFieldContainer[RowFault]
    removed_users: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, done: bool = ..., kept: _Optional[int] = ..., invited: _Optional[int] = ..., added: _Optional[int] = ..., changed: _Optional[int] = ..., unchanged: _Optional[int] = ..., removed: _Optional[int] = ..., wrong: _Optional[int] = ..., faults: _Optional[_Iterable[_Union[RowFault, _Mapping]]] = ..., removed_users: _Optional[_Iterable[str]] = ...) -> None: ...

class DefaultAssignment(_message.Message):
    __slots__ = ("team", "products", "etag")
    TEAM_FIELD_NUMBER: _ClassVar[int]
    PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    team: str
    products: _containers.RepeatedScalarFieldContainer[str]
    etag: str
    def __init__(self, team: _Optional[str] = ..., products: _Optional[_Iterable[str]] = ..., etag: _Optional[str] = ...) -> None: ...

class SetDefaultAssignmentRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team", "products", "etag")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    products: _containers.RepeatedScalarFieldContainer[str]
    etag: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ..., products: _Optional[_Iterable[str]] = ..., etag: _Optional[str] = ...) -> None: ...

class SetDefaultAssignmentResponse(_message.Message):
    __slots__ = ("default_assignment",)
    DEFAULT_ASSIGNMENT_FIELD_NUMBER: _ClassVar[int]
    default_assignment: DefaultAssignment
    def __init__(self, default_assignment: _Optional[_Union[DefaultAssignment, _Mapping]] = ...) -> None: ...

class GetDefaultAssignmentRequest(_message.Message):
    __slots__ = ("team",)
    TEAM_FIELD_NUMBER: _ClassVar[int]
    team: str
    def __init__(self, team: _Optional[str] = ...) -> None: ...

class GetDefaultAssignmentResponse(_message.Message):
    __slots__ = ("default_assignment",)
    DEFAULT_ASSIGNMENT_FIELD_NUMBER: _ClassVar[int]
    default_assignment: DefaultAssignment
    def __init__(self, default_assignment: _Optional[_Union[DefaultAssignment, _Mapping]] = ...) -> None: ...

class TeamStanding(_message.Message):
    __slots__ = ("team", "plan", "suspended", "etag")
    TEAM_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    SUSPENDED_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    team: str
    plan: Plan
    suspended: bool
    etag: str
    def __init__(self, team: _Optional[str] = ..., plan: _Optional[_Union[Plan, str]] = ..., suspended: bool = ..., etag: _Optional[str] = ...) -> None: ...

class GetTeamStandingRequest(_message.Message):
    __slots__ = ("team",)
    TEAM_FIELD_NUMBER: _ClassVar[int]
    team: str
    def __init__(self, team: _Optional[str] = ...) -> None: ...

class GetTeamStandingResponse(_message.Message):
    __slots__ = ("standing",)
    STANDING_FIELD_NUMBER: _ClassVar[int]
    standing: TeamStanding
    def __init__(self, standing: _Optional[_Union[TeamStanding, _Mapping]] = ...) -> None: ...

class SetPlanRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team", "plan", "etag")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    plan: Plan
    etag: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ..., plan: _Optional[_Union[Plan, str]] = ..., etag: _Optional[str] = ...) -> None: ...

class SetPlanResponse(_message.Message):
    __slots__ = ("standing",)
    STANDING_FIELD_NUMBER: _ClassVar[int]
    standing: TeamStanding
    def __init__(self, standing: _Optional[_Union[TeamStanding, _Mapping]] = ...) -> None: ...

class SuspendTeamRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ...) -> None: ...

class SuspendTeamResponse(_message.Message):
    __slots__ = ("standing",)
    STANDING_FIELD_NUMBER: _ClassVar[int]
    standing: TeamStanding
    def __init__(self, standing: _Optional[_Union[TeamStanding, _Mapping]] = ...) -> None: ...

class ResumeTeamRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ...) -> None: ...

class ResumeTeamResponse(_message.Message):
    __slots__ = ("standing",)
    STANDING_FIELD_NUMBER: _ClassVar[int]
    standing: TeamStanding
    def __init__(self, standing: _Optional[_Union[TeamStanding, _Mapping]] = ...) -> None: ...

class SuspendUserRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "user", "team")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    user: str
    team: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., user: _Optional[str] = ..., team: _Optional[str] = ...) -> None: ...

class SuspendUserResponse(_message.Message):
    __slots__ = ("user", "teams", "suspended")
    USER_FIELD_NUMBER: _ClassVar[int]
    TEAMS_FIELD_NUMBER: _ClassVar[int]
    SUSPENDED_FIELD_NUMBER: _ClassVar[int]
    user: str
    teams: _containers.RepeatedScalarFieldContainer[str]
    suspended: bool
    def __init__(self, user: _Optional[str] = ..., teams: _Optional[_Iterable[str]] = ..., suspended: bool = ...) -> None: ...

class ResumeUserRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "user", "team")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    user: str
    team: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., user: _Optional[str] = ..., team: _Optional[str] = ...) -> None: ...

class ResumeUserResponse(_message.Message):
    __slots__ = ("user", "teams", "suspended")
    USER_FIELD_NUMBER: _ClassVar[int]
    TEAMS_FIELD_NUMBER: _ClassVar[int]
    SUSPENDED_FIELD_NUMBER: _ClassVar[int]
    user: str
    teams: _containers.RepeatedScalarFieldContainer[str]
    suspended: bool
    def __init__(self, user: _Optional[str] = ..., teams: _Optional[_Iterable[str]] = ..., suspended: bool = ...) -> None: ...

class SuspendedDevice(_message.Message):
    __slots__ = ("device", "suspended_at")
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    SUSPENDED_AT_FIELD_NUMBER: _ClassVar[int]
    device: str
    suspended_at: int
    def __init__(self, device: _Optional[str] = ..., suspended_at: _Optional[int] = ...) -> None: ...

class SuspendDeviceRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team", "device")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    device: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ..., device: _Optional[str] = ...) -> None: ...

class SuspendDeviceResponse(_message.Message):
    __slots__ = ("device",)
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    device: SuspendedDevice
    def __init__(self, device: _Optional[_Union[SuspendedDevice, _Mapping]] = ...) -> None: ...

class ResumeDeviceRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team", "device")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    device: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ..., device: _Optional[str] = ...) -> None: ...

class ResumeDeviceResponse(_message.Message):
    __slots__ = ("device",)
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    device: SuspendedDevice
    def __init__(self, device: _Optional[_Union[SuspendedDevice, _Mapping]] = ...) -> None: ...

class ListSuspendedDevicesRequest(_message.Message):
    __slots__ = ("team", "page_size", "page_token")
    TEAM_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    team: str
    page_size: int
    page_token: str
    def __init__(self, team: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSuspendedDevicesResponse(_message.Message):
    __slots__ = ("devices", "next_page_token")
    DEVICES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    devices: _containers.RepeatedCompositeFieldContainer[SuspendedDevice]
    next_page_token: str
    def __init__(self, devices: _Optional[_Iterable[_Union[SuspendedDevice, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
