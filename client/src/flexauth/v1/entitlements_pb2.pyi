from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CapSubject(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CAP_SUBJECT_UNSPECIFIED: _ClassVar[CapSubject]
    CAP_SUBJECT_USER: _ClassVar[CapSubject]
    CAP_SUBJECT_GROUP: _ClassVar[CapSubject]
    CAP_SUBJECT_PROJECT: _ClassVar[CapSubject]
    CAP_SUBJECT_PRODUCT: _ClassVar[CapSubject]
    CAP_SUBJECT_TEAM: _ClassVar[CapSubject]

class CapPeriod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CAP_PERIOD_UNSPECIFIED: _ClassVar[CapPeriod]
    CAP_PERIOD_DAY: _ClassVar[CapPeriod]
    CAP_PERIOD_WEEK: _ClassVar[CapPeriod]
    CAP_PERIOD_MONTH: _ClassVar[CapPeriod]
    CAP_PERIOD_PACK_YEAR: _ClassVar[CapPeriod]
CAP_SUBJECT_UNSPECIFIED: CapSubject
CAP_SUBJECT_USER: CapSubject
CAP_SUBJECT_GROUP: CapSubject
CAP_SUBJECT_PROJECT: CapSubject
CAP_SUBJECT_PRODUCT: CapSubject
CAP_SUBJECT_TEAM: CapSubject
CAP_PERIOD_UNSPECIFIED: CapPeriod
CAP_PERIOD_DAY: CapPeriod
CAP_PERIOD_WEEK: CapPeriod
CAP_PERIOD_MONTH: CapPeriod
CAP_PERIOD_PACK_YEAR: CapPeriod

class Subscription(_message.Message):
    __slots__ = ("id", "team", "user", "product", "collection", "starts_at", "ends_at", "etag")
    ID_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    STARTS_AT_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    id: int
    team: str
    user: str
    product: str
    collection: str
    starts_at: int
    ends_at: int
    etag: str
    def __init__(self, id: _Optional[int] = ..., team: _Optional[str] = ..., user: _Optional[str] = ..., product: _Optional[str] = ..., collection: _Optional[str] = ..., starts_at: _Optional[int] = ..., ends_at: _Optional[int] = ..., etag: _Optional[str] = ...) -> None: ...

class CreateSubscriptionRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team", "user", "product", "collection", "starts_at", "ends_at")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    STARTS_AT_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    user: str
    product: str
    collection: str
    starts_at: int
    ends_at: int
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ..., user: _Optional[str] = ..., product: _Optional[str] = ..., collection: _Optional[str] = ..., starts_at: _Optional[int] = ..., ends_at: _Optional[int] = ...) -> None: ...

class CreateSubscriptionResponse(_message.Message):
    __slots__ = ("subscription",)
    SUBSCRIPTION_FIELD_NUMBER: _ClassVar[int]
    subscription: Subscription
    def __init__(self, subscription: _Optional[_Union[Subscription, _Mapping]] = ...) -> None: ...

class UpdateSubscriptionRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team", "id", "ends_at", "update_mask", "etag")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    id: int
    ends_at: int
    update_mask: _field_mask_pb2.FieldMask
    etag: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ..., id: _Optional[int] = ..., ends_at: _Optional[int] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class UpdateSubscriptionResponse(_message.Message):
    __slots__ = ("subscription",)
    SUBSCRIPTION_FIELD_NUMBER: _ClassVar[int]
    subscription: Subscription
    def __init__(self, subscription: _Optional[_Union[Subscription, _Mapping]] = ...) -> None: ...

class EndSubscriptionRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team", "id", "etag")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    id: int
    etag: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ..., id: _Optional[int] = ..., etag: _Optional[str] = ...) -> None: ...

class EndSubscriptionResponse(_message.Message):
    __slots__ = ("subscription",)
    SUBSCRIPTION_FIELD_NUMBER: _ClassVar[int]
    subscription: Subscription
    def __init__(self, subscription: _Optional[_Union[Subscription, _Mapping]] = ...) -> None: ...

class ListSubscriptionsRequest(_message.Message):
    __slots__ = ("team", "user", "page_size", "page_token")
    TEAM_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    team: str
    user: str
    page_size: int
    page_token: str
    def __init__(self, team: _Optional[str] = ..., user: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSubscriptionsResponse(_message.Message):
    __slots__ = ("subscriptions", "next_page_token")
    SUBSCRIPTIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    subscriptions: _containers.RepeatedCompositeFieldContainer[Subscription]
    next_page_token: str
    def __init__(self, subscriptions: _Optional[_Iterable[_Union[Subscription, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Trial(_message.Message):
    __slots__ = ("team", "user", "product", "starts_at", "ends_at", "etag")
    TEAM_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    STARTS_AT_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    team: str
    user: str
    product: str
    starts_at: int
    ends_at: int
    etag: str
    def __init__(self, team: _Optional[str] = ..., user: _Optional[str] = ..., product: _Optional[str] = ..., starts_at: _Optional[int] = ..., ends_at: _Optional[int] = ..., etag: _Optional[str] = ...) -> None: ...

class CreateTrialRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team", "user", "product", "starts_at", "ends_at")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    STARTS_AT_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    user: str
    product: str
    starts_at: int
    ends_at: int
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ..., user: _Optional[str] = ..., product: _Optional[str] = ..., starts_at: _Optional[int] = ..., ends_at: _Optional[int] = ...) -> None: ...

class CreateTrialResponse(_message.Message):
    __slots__ = ("trial",)
    TRIAL_FIELD_NUMBER: _ClassVar[int]
    trial: Trial
    def __init__(self, trial: _Optional[_Union[Trial, _Mapping]] = ...) -> None: ...

class UpdateTrialRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team", "user", "product", "ends_at", "update_mask", "etag")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    user: str
    product: str
    ends_at: int
    update_mask: _field_mask_pb2.FieldMask
    etag: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ..., user: _Optional[str] = ..., product: _Optional[str] = ..., ends_at: _Optional[int] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class UpdateTrialResponse(_message.Message):
    __slots__ = ("trial",)
    TRIAL_FIELD_NUMBER: _ClassVar[int]
    trial: Trial
    def __init__(self, trial: _Optional[_Union[Trial, _Mapping]] = ...) -> None: ...

class EndTrialRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team", "user", "product", "etag")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    user: str
    product: str
    etag: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ..., user: _Optional[str] = ..., product: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class EndTrialResponse(_message.Message):
    __slots__ = ("trial",)
    TRIAL_FIELD_NUMBER: _ClassVar[int]
    trial: Trial
    def __init__(self, trial: _Optional[_Union[Trial, _Mapping]] = ...) -> None: ...

class ListTrialsRequest(_message.Message):
    __slots__ = ("team", "user", "page_size", "page_token")
    TEAM_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    team: str
    user: str
    page_size: int
    page_token: str
    def __init__(self, team: _Optional[str] = ..., user: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListTrialsResponse(_message.Message):
    __slots__ = ("trials", "next_page_token")
    TRIALS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    trials: _containers.RepeatedCompositeFieldContainer[Trial]
    next_page_token: str
    def __init__(self, trials: _Optional[_Iterable[_Union[Trial, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Pool(_message.Message):
    __slots__ = ("team", "product", "collection", "seats", "taken", "etag")
    TEAM_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    SEATS_FIELD_NUMBER: _ClassVar[int]
    TAKEN_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    team: str
    product: str
    collection: str
    seats: int
    taken: int
    etag: str
    def __init__(self, team: _Optional[str] = ..., product: _Optional[str] = ..., collection: _Optional[str] = ..., seats: _Optional[int] = ..., taken: _Optional[int] = ..., etag: _Optional[str] = ...) -> None: ...

class PutPoolRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team", "product", "collection", "seats", "etag")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    SEATS_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    product: str
    collection: str
    seats: int
    etag: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ..., product: _Optional[str] = ..., collection: _Optional[str] = ..., seats: _Optional[int] = ..., etag: _Optional[str] = ...) -> None: ...

class PutPoolResponse(_message.Message):
    __slots__ = ("pool",)
    POOL_FIELD_NUMBER: _ClassVar[int]
    pool: Pool
    def __init__(self, pool: _Optional[_Union[Pool, _Mapping]] = ...) -> None: ...

class ListPoolsRequest(_message.Message):
    __slots__ = ("team", "page_size", "page_token")
    TEAM_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    team: str
    page_size: int
    page_token: str
    def __init__(self, team: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPoolsResponse(_message.Message):
    __slots__ = ("pools", "next_page_token")
    POOLS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pools: _containers.RepeatedCompositeFieldContainer[Pool]
    next_page_token: str
    def __init__(self, pools: _Optional[_Iterable[_Union[Pool, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Cap(_message.Message):
    __slots__ = ("team", "name", "subject_kind", "subject_name", "per", "tokens", "soft", "used", "etag")
    TEAM_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_NAME_FIELD_NUMBER: _ClassVar[int]
    PER_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    SOFT_FIELD_NUMBER: _ClassVar[int]
    USED_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    team: str
    name: str
    subject_kind: CapSubject
    subject_name: str
    per: CapPeriod
    tokens: int
    soft: bool
    used: int
    etag: str
    def __init__(self, team: _Optional[str] = ..., name: _Optional[str] = ..., subject_kind: _Optional[_Union[CapSubject, str]] = ..., subject_name: _Optional[str] = ..., per: _Optional[_Union[CapPeriod, str]] = ..., tokens: _Optional[int] = ..., soft: bool = ..., used: _Optional[int] = ..., etag: _Optional[str] = ...) -> None: ...

class CreateCapRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team", "name", "subject_kind", "subject_name", "per", "tokens", "soft", "anchor")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_NAME_FIELD_NUMBER: _ClassVar[int]
    PER_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    SOFT_FIELD_NUMBER: _ClassVar[int]
    ANCHOR_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    name: str
    subject_kind: CapSubject
    subject_name: str
    per: CapPeriod
    tokens: int
    soft: bool
    anchor: int
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ..., name: _Optional[str] = ..., subject_kind: _Optional[_Union[CapSubject, str]] = ..., subject_name: _Optional[str] = ..., per: _Optional[_Union[CapPeriod, str]] = ..., tokens: _Optional[int] = ..., soft: bool = ..., anchor: _Optional[int] = ...) -> None: ...

class CreateCapResponse(_message.Message):
    __slots__ = ("cap",)
    CAP_FIELD_NUMBER: _ClassVar[int]
    cap: Cap
    def __init__(self, cap: _Optional[_Union[Cap, _Mapping]] = ...) -> None: ...

class UpdateCapRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team", "name", "tokens", "soft", "update_mask", "etag")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    SOFT_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    name: str
    tokens: int
    soft: bool
    update_mask: _field_mask_pb2.FieldMask
    etag: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ..., name: _Optional[str] = ..., tokens: _Optional[int] = ..., soft: bool = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class UpdateCapResponse(_message.Message):
    __slots__ = ("cap",)
    CAP_FIELD_NUMBER: _ClassVar[int]
    cap: Cap
    def __init__(self, cap: _Optional[_Union[Cap, _Mapping]] = ...) -> None: ...

class EndCapRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team", "name", "etag")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    name: str
    etag: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ..., name: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class EndCapResponse(_message.Message):
    __slots__ = ("cap",)
    CAP_FIELD_NUMBER: _ClassVar[int]
    cap: Cap
    def __init__(self, cap: _Optional[_Union[Cap, _Mapping]] = ...) -> None: ...

class ListCapsRequest(_message.Message):
    __slots__ = ("team", "page_size", "page_token")
    TEAM_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    team: str
    page_size: int
    page_token: str
    def __init__(self, team: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCapsResponse(_message.Message):
    __slots__ = ("caps", "next_page_token")
    CAPS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    caps: _containers.RepeatedCompositeFieldContainer[Cap]
    next_page_token: str
    def __init__(self, caps: _Optional[_Iterable[_Union[Cap, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
