from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Entitlement(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ENTITLEMENT_UNSPECIFIED: _ClassVar[Entitlement]
    ENTITLEMENT_SUBSCRIPTION: _ClassVar[Entitlement]
    ENTITLEMENT_TRIAL: _ClassVar[Entitlement]
    ENTITLEMENT_SEAT: _ClassVar[Entitlement]
    ENTITLEMENT_INCLUDED: _ClassVar[Entitlement]
    ENTITLEMENT_PAID_WINDOW: _ClassVar[Entitlement]
    ENTITLEMENT_TOKENS: _ClassVar[Entitlement]

class SessionState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SESSION_STATE_UNSPECIFIED: _ClassVar[SessionState]
    SESSION_STATE_ACTIVE: _ClassVar[SessionState]
    SESSION_STATE_IDLE: _ClassVar[SessionState]
    SESSION_STATE_CLOSED: _ClassVar[SessionState]
    SESSION_STATE_EXPIRED: _ClassVar[SessionState]
    SESSION_STATE_DENIED: _ClassVar[SessionState]
    SESSION_STATE_SUPERSEDED: _ClassVar[SessionState]

class DenialReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DENIAL_REASON_UNSPECIFIED: _ClassVar[DenialReason]
    DENIAL_REASON_INSUFFICIENT_TOKENS: _ClassVar[DenialReason]
    DENIAL_REASON_NO_LIVE_PACK: _ClassVar[DenialReason]
    DENIAL_REASON_NOT_ASSIGNED: _ClassVar[DenialReason]
    DENIAL_REASON_OUT_OF_SCOPE: _ClassVar[DenialReason]
    DENIAL_REASON_UNSUPPORTED_VERSION: _ClassVar[DenialReason]
    DENIAL_REASON_DEVICE_LIMIT: _ClassVar[DenialReason]
    DENIAL_REASON_IN_USE_ELSEWHERE: _ClassVar[DenialReason]
    DENIAL_REASON_CONSENT_REQUIRED: _ClassVar[DenialReason]
    DENIAL_REASON_CAP_REACHED: _ClassVar[DenialReason]
    DENIAL_REASON_INVITATION_PENDING: _ClassVar[DenialReason]
    DENIAL_REASON_SUSPENDED: _ClassVar[DenialReason]

class Choice(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHOICE_UNSPECIFIED: _ClassVar[Choice]
    CHOICE_ONLY: _ClassVar[Choice]
    CHOICE_REQUESTED: _ClassVar[Choice]
    CHOICE_PAID: _ClassVar[Choice]
    CHOICE_ENDS_FIRST: _ClassVar[Choice]
    CHOICE_TEAM_ID: _ClassVar[Choice]

class Origin(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ORIGIN_UNSPECIFIED: _ClassVar[Origin]
    ORIGIN_INTERACTIVE: _ClassVar[Origin]
    ORIGIN_PLUGIN_AUTOLOAD: _ClassVar[Origin]
    ORIGIN_BACKGROUND: _ClassVar[Origin]
    ORIGIN_AUTOMATION: _ClassVar[Origin]

class ProductKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRODUCT_KIND_UNSPECIFIED: _ClassVar[ProductKind]
    PRODUCT_KIND_DAILY: _ClassVar[ProductKind]
    PRODUCT_KIND_INCLUDED: _ClassVar[ProductKind]
    PRODUCT_KIND_PER_RESULT: _ClassVar[ProductKind]

class EntryKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ENTRY_KIND_UNSPECIFIED: _ClassVar[EntryKind]
    ENTRY_KIND_ORDER: _ClassVar[EntryKind]
    ENTRY_KIND_CHARGE: _ClassVar[EntryKind]
    ENTRY_KIND_EXPIRY: _ClassVar[EntryKind]
    ENTRY_KIND_MOVE_OUT: _ClassVar[EntryKind]
    ENTRY_KIND_MOVE_IN: _ClassVar[EntryKind]
    ENTRY_KIND_SPLIT: _ClassVar[EntryKind]
    ENTRY_KIND_REFUND: _ClassVar[EntryKind]
    ENTRY_KIND_ADJUSTMENT: _ClassVar[EntryKind]
    ENTRY_KIND_OVERDRAFT: _ClassVar[EntryKind]
    ENTRY_KIND_SETTLEMENT: _ClassVar[EntryKind]
ENTITLEMENT_UNSPECIFIED: Entitlement
ENTITLEMENT_SUBSCRIPTION: Entitlement
ENTITLEMENT_TRIAL: Entitlement
ENTITLEMENT_SEAT: Entitlement
ENTITLEMENT_INCLUDED: Entitlement
ENTITLEMENT_PAID_WINDOW: Entitlement
ENTITLEMENT_TOKENS: Entitlement
SESSION_STATE_UNSPECIFIED: SessionState
SESSION_STATE_ACTIVE: SessionState
SESSION_STATE_IDLE: SessionState
SESSION_STATE_CLOSED: SessionState
SESSION_STATE_EXPIRED: SessionState
SESSION_STATE_DENIED: SessionState
SESSION_STATE_SUPERSEDED: SessionState
DENIAL_REASON_UNSPECIFIED: DenialReason
DENIAL_REASON_INSUFFICIENT_TOKENS: DenialReason
DENIAL_REASON_NO_LIVE_PACK: DenialReason
DENIAL_REASON_NOT_ASSIGNED: DenialReason
DENIAL_REASON_OUT_OF_SCOPE: DenialReason
DENIAL_REASON_UNSUPPORTED_VERSION: DenialReason
DENIAL_REASON_DEVICE_LIMIT: DenialReason
DENIAL_REASON_IN_USE_ELSEWHERE: DenialReason
DENIAL_REASON_CONSENT_REQUIRED: DenialReason
DENIAL_REASON_CAP_REACHED: DenialReason
DENIAL_REASON_INVITATION_PENDING: DenialReason
DENIAL_REASON_SUSPENDED: DenialReason
CHOICE_UNSPECIFIED: Choice
CHOICE_ONLY: Choice
CHOICE_REQUESTED: Choice
CHOICE_PAID: Choice
CHOICE_ENDS_FIRST: Choice
CHOICE_TEAM_ID: Choice
ORIGIN_UNSPECIFIED: Origin
ORIGIN_INTERACTIVE: Origin
ORIGIN_PLUGIN_AUTOLOAD: Origin
ORIGIN_BACKGROUND: Origin
ORIGIN_AUTOMATION: Origin
PRODUCT_KIND_UNSPECIFIED: ProductKind
PRODUCT_KIND_DAILY: ProductKind
PRODUCT_KIND_INCLUDED: ProductKind
PRODUCT_KIND_PER_RESULT: ProductKind
ENTRY_KIND_UNSPECIFIED: EntryKind
ENTRY_KIND_ORDER: EntryKind
ENTRY_KIND_CHARGE: EntryKind
ENTRY_KIND_EXPIRY: EntryKind
ENTRY_KIND_MOVE_OUT: EntryKind
ENTRY_KIND_MOVE_IN: EntryKind
ENTRY_KIND_SPLIT: EntryKind
ENTRY_KIND_REFUND: EntryKind
ENTRY_KIND_ADJUSTMENT: EntryKind
ENTRY_KIND_OVERDRAFT: EntryKind
ENTRY_KIND_SETTLEMENT: EntryKind

class Denial(_message.Message):
    __slots__ = ("reason", "message", "balance", "rate", "shortfall", "elsewhere_session", "elsewhere_device", "devices", "tokens", "cap", "team")
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    BALANCE_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    SHORTFALL_FIELD_NUMBER: _ClassVar[int]
    ELSEWHERE_SESSION_FIELD_NUMBER: _ClassVar[int]
    ELSEWHERE_DEVICE_FIELD_NUMBER: _ClassVar[int]
    DEVICES_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    CAP_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    reason: DenialReason
    message: str
    balance: int
    rate: int
    shortfall: int
    elsewhere_session: str
    elsewhere_device: str
    devices: _containers.RepeatedCompositeFieldContainer[Device]
    tokens: int
    cap: str
    team: str
    def __init__(self, reason: _Optional[_Union[DenialReason, str]] = ..., message: _Optional[str] = ..., balance: _Optional[int] = ..., rate: _Optional[int] = ..., shortfall: _Optional[int] = ..., elsewhere_session: _Optional[str] = ..., elsewhere_device: _Optional[str] = ..., devices: _Optional[_Iterable[_Union[Device, _Mapping]]] = ..., tokens: _Optional[int] = ..., cap: _Optional[str] = ..., team: _Optional[str] = ...) -> None: ...

class Device(_message.Message):
    __slots__ = ("name", "registered_at")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REGISTERED_AT_FIELD_NUMBER: _ClassVar[int]
    name: str
    registered_at: int
    def __init__(self, name: _Optional[str] = ..., registered_at: _Optional[int] = ...) -> None: ...

class SessionFacts(_message.Message):
    __slots__ = ("session", "state", "entitlement", "team", "user", "product", "device", "heartbeat_by", "lease_until", "paid_until", "pending_since", "idle_after", "counter", "ended_at", "server_time", "opened_at", "renewal_notice_at", "end_at", "entitled_until", "project", "choice", "outage_grace", "renewal_needs_consent")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ENTITLEMENT_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_BY_FIELD_NUMBER: _ClassVar[int]
    LEASE_UNTIL_FIELD_NUMBER: _ClassVar[int]
    PAID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    PENDING_SINCE_FIELD_NUMBER: _ClassVar[int]
    IDLE_AFTER_FIELD_NUMBER: _ClassVar[int]
    COUNTER_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    SERVER_TIME_FIELD_NUMBER: _ClassVar[int]
    OPENED_AT_FIELD_NUMBER: _ClassVar[int]
    RENEWAL_NOTICE_AT_FIELD_NUMBER: _ClassVar[int]
    END_AT_FIELD_NUMBER: _ClassVar[int]
    ENTITLED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    CHOICE_FIELD_NUMBER: _ClassVar[int]
    OUTAGE_GRACE_FIELD_NUMBER: _ClassVar[int]
    RENEWAL_NEEDS_CONSENT_FIELD_NUMBER: _ClassVar[int]
    session: str
    state: SessionState
    entitlement: Entitlement
    team: str
    user: str
    product: str
    device: str
    heartbeat_by: int
    lease_until: int
    paid_until: int
    pending_since: int
    idle_after: int
    counter: int
    ended_at: int
    server_time: int
    opened_at: int
    renewal_notice_at: int
    end_at: int
    entitled_until: int
    project: str
    choice: Choice
    outage_grace: int
    renewal_needs_consent: bool
    def __init__(self, session: _Optional[str] = ..., state: _Optional[_Union[SessionState, str]] = ..., entitlement: _Optional[_Union[Entitlement, str]] = ..., team: _Optional[str] = ..., user: _Optional[str] = ..., product: _Optional[str] = ..., device: _Optional[str] = ..., heartbeat_by: _Optional[int] = ..., lease_until: _Optional[int] = ..., paid_until: _Optional[int] = ..., pending_since: _Optional[int] = ..., idle_after: _Optional[int] = ..., counter: _Optional[int] = ..., ended_at: _Optional[int] = ..., server_time: _Optional[int] = ..., opened_at: _Optional[int] = ..., renewal_notice_at: _Optional[int] = ..., end_at: _Optional[int] = ..., entitled_until: _Optional[int] = ..., project: _Optional[str] = ..., choice: _Optional[_Union[Choice, str]] = ..., outage_grace: _Optional[int] = ..., renewal_needs_consent: bool = ...) -> None: ...

class Balance(_message.Message):
    __slots__ = ("team", "available", "held", "purchased", "consumed", "expired", "refunded", "as_of", "packs", "overdraft")
    TEAM_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    HELD_FIELD_NUMBER: _ClassVar[int]
    PURCHASED_FIELD_NUMBER: _ClassVar[int]
    CONSUMED_FIELD_NUMBER: _ClassVar[int]
    EXPIRED_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    PACKS_FIELD_NUMBER: _ClassVar[int]
    OVERDRAFT_FIELD_NUMBER: _ClassVar[int]
    team: str
    available: int
    held: int
    purchased: int
    consumed: int
    expired: int
    refunded: int
    as_of: int
    packs: _containers.RepeatedCompositeFieldContainer[Pack]
    overdraft: int
    def __init__(self, team: _Optional[str] = ..., available: _Optional[int] = ..., held: _Optional[int] = ..., purchased: _Optional[int] = ..., consumed: _Optional[int] = ..., expired: _Optional[int] = ..., refunded: _Optional[int] = ..., as_of: _Optional[int] = ..., packs: _Optional[_Iterable[_Union[Pack, _Mapping]]] = ..., overdraft: _Optional[int] = ...) -> None: ...

class Pack(_message.Message):
    __slots__ = ("id", "team", "size", "unit_price", "currency", "starts_at", "ends_at", "purchased_at", "remaining", "held", "consumed", "expired", "moved_out", "refunded", "order")
    ID_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    STARTS_AT_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    PURCHASED_AT_FIELD_NUMBER: _ClassVar[int]
    REMAINING_FIELD_NUMBER: _ClassVar[int]
    HELD_FIELD_NUMBER: _ClassVar[int]
    CONSUMED_FIELD_NUMBER: _ClassVar[int]
    EXPIRED_FIELD_NUMBER: _ClassVar[int]
    MOVED_OUT_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    id: int
    team: str
    size: int
    unit_price: int
    currency: str
    starts_at: int
    ends_at: int
    purchased_at: int
    remaining: int
    held: int
    consumed: int
    expired: int
    moved_out: int
    refunded: int
    order: str
    def __init__(self, id: _Optional[int] = ..., team: _Optional[str] = ..., size: _Optional[int] = ..., unit_price: _Optional[int] = ..., currency: _Optional[str] = ..., starts_at: _Optional[int] = ..., ends_at: _Optional[int] = ..., purchased_at: _Optional[int] = ..., remaining: _Optional[int] = ..., held: _Optional[int] = ..., consumed: _Optional[int] = ..., expired: _Optional[int] = ..., moved_out: _Optional[int] = ..., refunded: _Optional[int] = ..., order: _Optional[str] = ...) -> None: ...

class Product(_message.Message):
    __slots__ = ("code", "name", "kind", "idle_aware_from", "rate", "rate_version", "result_tokens", "result_units", "host", "retired_at")
    CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    IDLE_AWARE_FROM_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    RATE_VERSION_FIELD_NUMBER: _ClassVar[int]
    RESULT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    RESULT_UNITS_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    RETIRED_AT_FIELD_NUMBER: _ClassVar[int]
    code: str
    name: str
    kind: ProductKind
    idle_aware_from: str
    rate: int
    rate_version: int
    result_tokens: int
    result_units: int
    host: str
    retired_at: int
    def __init__(self, code: _Optional[str] = ..., name: _Optional[str] = ..., kind: _Optional[_Union[ProductKind, str]] = ..., idle_aware_from: _Optional[str] = ..., rate: _Optional[int] = ..., rate_version: _Optional[int] = ..., result_tokens: _Optional[int] = ..., result_units: _Optional[int] = ..., host: _Optional[str] = ..., retired_at: _Optional[int] = ...) -> None: ...

class Rate(_message.Message):
    __slots__ = ("product", "version", "valid_from", "tokens_per_24h", "note")
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    VALID_FROM_FIELD_NUMBER: _ClassVar[int]
    TOKENS_PER_24H_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    product: str
    version: int
    valid_from: int
    tokens_per_24h: int
    note: str
    def __init__(self, product: _Optional[str] = ..., version: _Optional[int] = ..., valid_from: _Optional[int] = ..., tokens_per_24h: _Optional[int] = ..., note: _Optional[str] = ...) -> None: ...

class Membership(_message.Message):
    __slots__ = ("team", "all_products", "products")
    TEAM_FIELD_NUMBER: _ClassVar[int]
    ALL_PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    team: str
    all_products: bool
    products: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, team: _Optional[str] = ..., all_products: bool = ..., products: _Optional[_Iterable[str]] = ...) -> None: ...

class Charge(_message.Message):
    __slots__ = ("team", "user", "product", "window_start", "window_end", "tokens", "refunded", "seq", "rate", "rate_version", "policy_version", "session", "slices")
    TEAM_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_START_FIELD_NUMBER: _ClassVar[int]
    WINDOW_END_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    RATE_VERSION_FIELD_NUMBER: _ClassVar[int]
    POLICY_VERSION_FIELD_NUMBER: _ClassVar[int]
    SESSION_FIELD_NUMBER: _ClassVar[int]
    SLICES_FIELD_NUMBER: _ClassVar[int]
    team: str
    user: str
    product: str
    window_start: int
    window_end: int
    tokens: int
    refunded: int
    seq: int
    rate: int
    rate_version: int
    policy_version: int
    session: str
    slices: _containers.RepeatedCompositeFieldContainer[Slice]
    def __init__(self, team: _Optional[str] = ..., user: _Optional[str] = ..., product: _Optional[str] = ..., window_start: _Optional[int] = ..., window_end: _Optional[int] = ..., tokens: _Optional[int] = ..., refunded: _Optional[int] = ..., seq: _Optional[int] = ..., rate: _Optional[int] = ..., rate_version: _Optional[int] = ..., policy_version: _Optional[int] = ..., session: _Optional[str] = ..., slices: _Optional[_Iterable[_Union[Slice, _Mapping]]] = ...) -> None: ...

class Slice(_message.Message):
    __slots__ = ("pack", "tokens")
    PACK_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    pack: int
    tokens: int
    def __init__(self, pack: _Optional[int] = ..., tokens: _Optional[int] = ...) -> None: ...

class LedgerEntry(_message.Message):
    __slots__ = ("team", "seq", "time", "kind", "effective_at", "pack", "tokens", "user_id", "product_id", "session", "window_start", "window_end", "rate", "rate_version", "policy_version", "basis", "corrects", "transfer", "reason", "digest", "hash", "team_id")
    TEAM_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_AT_FIELD_NUMBER: _ClassVar[int]
    PACK_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_FIELD_NUMBER: _ClassVar[int]
    WINDOW_START_FIELD_NUMBER: _ClassVar[int]
    WINDOW_END_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    RATE_VERSION_FIELD_NUMBER: _ClassVar[int]
    POLICY_VERSION_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    CORRECTS_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    TEAM_ID_FIELD_NUMBER: _ClassVar[int]
    team: str
    seq: int
    time: int
    kind: EntryKind
    effective_at: int
    pack: int
    tokens: int
    user_id: int
    product_id: int
    session: str
    window_start: int
    window_end: int
    rate: int
    rate_version: int
    policy_version: int
    basis: int
    corrects: int
    transfer: int
    reason: int
    digest: bytes
    hash: bytes
    team_id: int
    def __init__(self, team: _Optional[str] = ..., seq: _Optional[int] = ..., time: _Optional[int] = ..., kind: _Optional[_Union[EntryKind, str]] = ..., effective_at: _Optional[int] = ..., pack: _Optional[int] = ..., tokens: _Optional[int] = ..., user_id: _Optional[int] = ..., product_id: _Optional[int] = ..., session: _Optional[str] = ..., window_start: _Optional[int] = ..., window_end: _Optional[int] = ..., rate: _Optional[int] = ..., rate_version: _Optional[int] = ..., policy_version: _Optional[int] = ..., basis: _Optional[int] = ..., corrects: _Optional[int] = ..., transfer: _Optional[int] = ..., reason: _Optional[int] = ..., digest: _Optional[bytes] = ..., hash: _Optional[bytes] = ..., team_id: _Optional[int] = ...) -> None: ...
