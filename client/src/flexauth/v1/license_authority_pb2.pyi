from flexauth.v1 import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class QuoteRequest(_message.Message):
    __slots__ = ("checkout",)
    CHECKOUT_FIELD_NUMBER: _ClassVar[int]
    checkout: CheckoutRequest
    def __init__(self, checkout: _Optional[_Union[CheckoutRequest, _Mapping]] = ...) -> None: ...

class QuoteResponse(_message.Message):
    __slots__ = ("granted", "entitlement", "team", "tokens", "rate", "balance_after", "paid_until", "denial", "server_time", "slices", "caps", "choice")
    GRANTED_FIELD_NUMBER: _ClassVar[int]
    ENTITLEMENT_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    BALANCE_AFTER_FIELD_NUMBER: _ClassVar[int]
    PAID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    DENIAL_FIELD_NUMBER: _ClassVar[int]
    SERVER_TIME_FIELD_NUMBER: _ClassVar[int]
    SLICES_FIELD_NUMBER: _ClassVar[int]
    CAPS_FIELD_NUMBER: _ClassVar[int]
    CHOICE_FIELD_NUMBER: _ClassVar[int]
    granted: bool
    entitlement: _types_pb2.Entitlement
    team: str
    tokens: int
    rate: int
    balance_after: int
    paid_until: int
    denial: _types_pb2.Denial
    server_time: int
    slices: _containers.RepeatedCompositeFieldContainer[_types_pb2.Slice]
    caps: _containers.RepeatedCompositeFieldContainer[CapUse]
    choice: _types_pb2.Choice
    def __init__(self, granted: bool = ..., entitlement: _Optional[_Union[_types_pb2.Entitlement, str]] = ..., team: _Optional[str] = ..., tokens: _Optional[int] = ..., rate: _Optional[int] = ..., balance_after: _Optional[int] = ..., paid_until: _Optional[int] = ..., denial: _Optional[_Union[_types_pb2.Denial, _Mapping]] = ..., server_time: _Optional[int] = ..., slices: _Optional[_Iterable[_Union[_types_pb2.Slice, _Mapping]]] = ..., caps: _Optional[_Iterable[_Union[CapUse, _Mapping]]] = ..., choice: _Optional[_Union[_types_pb2.Choice, str]] = ...) -> None: ...

class CapUse(_message.Message):
    __slots__ = ("name", "used", "limit")
    NAME_FIELD_NUMBER: _ClassVar[int]
    USED_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    name: str
    used: int
    limit: int
    def __init__(self, name: _Optional[str] = ..., used: _Optional[int] = ..., limit: _Optional[int] = ...) -> None: ...

class CheckoutRequest(_message.Message):
    __slots__ = ("session", "user", "product", "device", "team", "version", "platform", "origin", "take_over", "max_tokens", "project", "want_lease", "device_key_thumbprint", "offline_until", "end_before_renewal", "origin_evidence")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PLATFORM_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    TAKE_OVER_FIELD_NUMBER: _ClassVar[int]
    MAX_TOKENS_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    WANT_LEASE_FIELD_NUMBER: _ClassVar[int]
    DEVICE_KEY_THUMBPRINT_FIELD_NUMBER: _ClassVar[int]
    OFFLINE_UNTIL_FIELD_NUMBER: _ClassVar[int]
    END_BEFORE_RENEWAL_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    session: str
    user: str
    product: str
    device: str
    team: str
    version: str
    platform: str
    origin: _types_pb2.Origin
    take_over: bool
    max_tokens: int
    project: str
    want_lease: bool
    device_key_thumbprint: str
    offline_until: int
    end_before_renewal: bool
    origin_evidence: str
    def __init__(self, session: _Optional[str] = ..., user: _Optional[str] = ..., product: _Optional[str] = ..., device: _Optional[str] = ..., team: _Optional[str] = ..., version: _Optional[str] = ..., platform: _Optional[str] = ..., origin: _Optional[_Union[_types_pb2.Origin, str]] = ..., take_over: bool = ..., max_tokens: _Optional[int] = ..., project: _Optional[str] = ..., want_lease: bool = ..., device_key_thumbprint: _Optional[str] = ..., offline_until: _Optional[int] = ..., end_before_renewal: bool = ..., origin_evidence: _Optional[str] = ...) -> None: ...

class CheckoutResponse(_message.Message):
    __slots__ = ("granted", "facts", "tokens", "rate", "balance", "lease", "denial")
    GRANTED_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    BALANCE_FIELD_NUMBER: _ClassVar[int]
    LEASE_FIELD_NUMBER: _ClassVar[int]
    DENIAL_FIELD_NUMBER: _ClassVar[int]
    granted: bool
    facts: _types_pb2.SessionFacts
    tokens: int
    rate: int
    balance: int
    lease: str
    denial: _types_pb2.Denial
    def __init__(self, granted: bool = ..., facts: _Optional[_Union[_types_pb2.SessionFacts, _Mapping]] = ..., tokens: _Optional[int] = ..., rate: _Optional[int] = ..., balance: _Optional[int] = ..., lease: _Optional[str] = ..., denial: _Optional[_Union[_types_pb2.Denial, _Mapping]] = ...) -> None: ...

class HeartbeatRequest(_message.Message):
    __slots__ = ("session", "counter", "operated_at", "consent", "offline_until")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    COUNTER_FIELD_NUMBER: _ClassVar[int]
    OPERATED_AT_FIELD_NUMBER: _ClassVar[int]
    CONSENT_FIELD_NUMBER: _ClassVar[int]
    OFFLINE_UNTIL_FIELD_NUMBER: _ClassVar[int]
    session: str
    counter: int
    operated_at: int
    consent: int
    offline_until: int
    def __init__(self, session: _Optional[str] = ..., counter: _Optional[int] = ..., operated_at: _Optional[int] = ..., consent: _Optional[int] = ..., offline_until: _Optional[int] = ...) -> None: ...

class HeartbeatResponse(_message.Message):
    __slots__ = ("facts", "denial")
    FACTS_FIELD_NUMBER: _ClassVar[int]
    DENIAL_FIELD_NUMBER: _ClassVar[int]
    facts: _types_pb2.SessionFacts
    denial: _types_pb2.Denial
    def __init__(self, facts: _Optional[_Union[_types_pb2.SessionFacts, _Mapping]] = ..., denial: _Optional[_Union[_types_pb2.Denial, _Mapping]] = ...) -> None: ...

class CheckinRequest(_message.Message):
    __slots__ = ("session", "counter", "ended_at", "operated_at")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    COUNTER_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    OPERATED_AT_FIELD_NUMBER: _ClassVar[int]
    session: str
    counter: int
    ended_at: int
    operated_at: int
    def __init__(self, session: _Optional[str] = ..., counter: _Optional[int] = ..., ended_at: _Optional[int] = ..., operated_at: _Optional[int] = ...) -> None: ...

class CheckinResponse(_message.Message):
    __slots__ = ("facts", "refunded")
    FACTS_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_FIELD_NUMBER: _ClassVar[int]
    facts: _types_pb2.SessionFacts
    refunded: int
    def __init__(self, facts: _Optional[_Union[_types_pb2.SessionFacts, _Mapping]] = ..., refunded: _Optional[int] = ...) -> None: ...

class ReportResultRequest(_message.Message):
    __slots__ = ("session", "units", "request_id")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    session: str
    units: int
    request_id: str
    def __init__(self, session: _Optional[str] = ..., units: _Optional[int] = ..., request_id: _Optional[str] = ...) -> None: ...

class ReportResultResponse(_message.Message):
    __slots__ = ("granted", "facts", "tokens", "balance", "units_left_over", "denial")
    GRANTED_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    BALANCE_FIELD_NUMBER: _ClassVar[int]
    UNITS_LEFT_OVER_FIELD_NUMBER: _ClassVar[int]
    DENIAL_FIELD_NUMBER: _ClassVar[int]
    granted: bool
    facts: _types_pb2.SessionFacts
    tokens: int
    balance: int
    units_left_over: int
    denial: _types_pb2.Denial
    def __init__(self, granted: bool = ..., facts: _Optional[_Union[_types_pb2.SessionFacts, _Mapping]] = ..., tokens: _Optional[int] = ..., balance: _Optional[int] = ..., units_left_over: _Optional[int] = ..., denial: _Optional[_Union[_types_pb2.Denial, _Mapping]] = ...) -> None: ...

class GetLeaseRequest(_message.Message):
    __slots__ = ("session", "counter", "operated_at", "device_key_thumbprint", "consent", "offline_until")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    COUNTER_FIELD_NUMBER: _ClassVar[int]
    OPERATED_AT_FIELD_NUMBER: _ClassVar[int]
    DEVICE_KEY_THUMBPRINT_FIELD_NUMBER: _ClassVar[int]
    CONSENT_FIELD_NUMBER: _ClassVar[int]
    OFFLINE_UNTIL_FIELD_NUMBER: _ClassVar[int]
    session: str
    counter: int
    operated_at: int
    device_key_thumbprint: str
    consent: int
    offline_until: int
    def __init__(self, session: _Optional[str] = ..., counter: _Optional[int] = ..., operated_at: _Optional[int] = ..., device_key_thumbprint: _Optional[str] = ..., consent: _Optional[int] = ..., offline_until: _Optional[int] = ...) -> None: ...

class GetLeaseResponse(_message.Message):
    __slots__ = ("facts", "lease", "denial")
    FACTS_FIELD_NUMBER: _ClassVar[int]
    LEASE_FIELD_NUMBER: _ClassVar[int]
    DENIAL_FIELD_NUMBER: _ClassVar[int]
    facts: _types_pb2.SessionFacts
    lease: str
    denial: _types_pb2.Denial
    def __init__(self, facts: _Optional[_Union[_types_pb2.SessionFacts, _Mapping]] = ..., lease: _Optional[str] = ..., denial: _Optional[_Union[_types_pb2.Denial, _Mapping]] = ...) -> None: ...

class GetKeysRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetKeysResponse(_message.Message):
    __slots__ = ("jwks",)
    JWKS_FIELD_NUMBER: _ClassVar[int]
    jwks: str
    def __init__(self, jwks: _Optional[str] = ...) -> None: ...

class ReleaseDeviceRequest(_message.Message):
    __slots__ = ("user", "product", "device")
    USER_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    user: str
    product: str
    device: str
    def __init__(self, user: _Optional[str] = ..., product: _Optional[str] = ..., device: _Optional[str] = ...) -> None: ...

class ReleaseDeviceResponse(_message.Message):
    __slots__ = ("devices",)
    DEVICES_FIELD_NUMBER: _ClassVar[int]
    devices: _containers.RepeatedCompositeFieldContainer[_types_pb2.Device]
    def __init__(self, devices: _Optional[_Iterable[_Union[_types_pb2.Device, _Mapping]]] = ...) -> None: ...

class ListMySessionsRequest(_message.Message):
    __slots__ = ("user", "page_size", "page_token")
    USER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    user: str
    page_size: int
    page_token: str
    def __init__(self, user: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListMySessionsResponse(_message.Message):
    __slots__ = ("sessions", "next_page_token")
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    sessions: _containers.RepeatedCompositeFieldContainer[_types_pb2.SessionFacts]
    next_page_token: str
    def __init__(self, sessions: _Optional[_Iterable[_Union[_types_pb2.SessionFacts, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListMyChargesRequest(_message.Message):
    __slots__ = ("user", "page_size", "page_token")
    USER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    user: str
    page_size: int
    page_token: str
    def __init__(self, user: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListMyChargesResponse(_message.Message):
    __slots__ = ("charges", "next_page_token")
    CHARGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    charges: _containers.RepeatedCompositeFieldContainer[_types_pb2.Charge]
    next_page_token: str
    def __init__(self, charges: _Optional[_Iterable[_Union[_types_pb2.Charge, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
