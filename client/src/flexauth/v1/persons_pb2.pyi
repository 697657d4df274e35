from flexauth.v1 import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class UserDevice(_message.Message):
    __slots__ = ("product", "device", "registered_at")
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    REGISTERED_AT_FIELD_NUMBER: _ClassVar[int]
    product: str
    device: str
    registered_at: int
    def __init__(self, product: _Optional[str] = ..., device: _Optional[str] = ..., registered_at: _Optional[int] = ...) -> None: ...

class ListUserDevicesRequest(_message.Message):
    __slots__ = ("user", "team", "page_size", "page_token")
    USER_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    user: str
    team: str
    page_size: int
    page_token: str
    def __init__(self, user: _Optional[str] = ..., team: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListUserDevicesResponse(_message.Message):
    __slots__ = ("devices", "next_page_token")
    DEVICES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    devices: _containers.RepeatedCompositeFieldContainer[UserDevice]
    next_page_token: str
    def __init__(self, devices: _Optional[_Iterable[_Union[UserDevice, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ReleaseUserDeviceRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "user", "product", "device", "team")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    user: str
    product: str
    device: str
    team: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., user: _Optional[str] = ..., product: _Optional[str] = ..., device: _Optional[str] = ..., team: _Optional[str] = ...) -> None: ...

class ReleaseUserDeviceResponse(_message.Message):
    __slots__ = ("device",)
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    device: UserDevice
    def __init__(self, device: _Optional[_Union[UserDevice, _Mapping]] = ...) -> None: ...

class EndSessionRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team", "session")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    SESSION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    session: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ..., session: _Optional[str] = ...) -> None: ...

class EndSessionResponse(_message.Message):
    __slots__ = ("session", "state", "team", "user", "product", "device", "ended_at")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    session: str
    state: _types_pb2.SessionState
    team: str
    user: str
    product: str
    device: str
    ended_at: int
    def __init__(self, session: _Optional[str] = ..., state: _Optional[_Union[_types_pb2.SessionState, str]] = ..., team: _Optional[str] = ..., user: _Optional[str] = ..., product: _Optional[str] = ..., device: _Optional[str] = ..., ended_at: _Optional[int] = ...) -> None: ...

class AuditRow(_message.Message):
    __slots__ = ("seq", "at", "actor", "role", "source", "team", "act", "details", "outcome")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    ACT_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    seq: int
    at: int
    actor: str
    role: str
    source: str
    team: str
    act: str
    details: str
    outcome: str
    def __init__(self, seq: _Optional[int] = ..., at: _Optional[int] = ..., actor: _Optional[str] = ..., role: _Optional[str] = ..., source: _Optional[str] = ..., team: _Optional[str] = ..., act: _Optional[str] = ..., details: _Optional[str] = ..., outcome: _Optional[str] = ...) -> None: ...

class ListAuditRequest(_message.Message):
    __slots__ = ("team", "actor", "since", "until", "page_size", "page_token")
    TEAM_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    team: str
    actor: str
    since: int
    until: int
    page_size: int
    page_token: str
    def __init__(self, team: _Optional[str] = ..., actor: _Optional[str] = ..., since: _Optional[int] = ..., until: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAuditResponse(_message.Message):
    __slots__ = ("rows", "next_page_token")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[AuditRow]
    next_page_token: str
    def __init__(self, rows: _Optional[_Iterable[_Union[AuditRow, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class EraseUserRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "user")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    user: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., user: _Optional[str] = ...) -> None: ...

class EraseUserResponse(_message.Message):
    __slots__ = ("pseudonym", "memberships", "sessions_ended", "devices", "audit_rows", "kept_answers", "notices")
    PSEUDONYM_FIELD_NUMBER: _ClassVar[int]
    MEMBERSHIPS_FIELD_NUMBER: _ClassVar[int]
    SESSIONS_ENDED_FIELD_NUMBER: _ClassVar[int]
    DEVICES_FIELD_NUMBER: _ClassVar[int]
    AUDIT_ROWS_FIELD_NUMBER: _ClassVar[int]
    KEPT_ANSWERS_FIELD_NUMBER: _ClassVar[int]
    NOTICES_FIELD_NUMBER: _ClassVar[int]
    pseudonym: str
    memberships: int
    sessions_ended: int
    devices: int
    audit_rows: int
    kept_answers: int
    notices: int
    def __init__(self, pseudonym: _Optional[str] = ..., memberships: _Optional[int] = ..., sessions_ended: _Optional[int] = ..., devices: _Optional[int] = ..., audit_rows: _Optional[int] = ..., kept_answers: _Optional[int] = ..., notices: _Optional[int] = ...) -> None: ...

class PersonRecord(_message.Message):
    __slots__ = ("kind", "values")
    KIND_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    kind: str
    values: str
    def __init__(self, kind: _Optional[str] = ..., values: _Optional[str] = ...) -> None: ...

class ExportPersonRequest(_message.Message):
    __slots__ = ("user", "page_size", "page_token")
    USER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    user: str
    page_size: int
    page_token: str
    def __init__(self, user: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ExportPersonResponse(_message.Message):
    __slots__ = ("records", "next_page_token")
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[PersonRecord]
    next_page_token: str
    def __init__(self, records: _Optional[_Iterable[_Union[PersonRecord, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
