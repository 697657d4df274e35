from flexauth.v1 import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Order(_message.Message):
    __slots__ = ("number", "team", "purchased_at", "packs", "tokens", "cancelled_at")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    PURCHASED_AT_FIELD_NUMBER: _ClassVar[int]
    PACKS_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    CANCELLED_AT_FIELD_NUMBER: _ClassVar[int]
    number: str
    team: str
    purchased_at: int
    packs: _containers.RepeatedCompositeFieldContainer[_types_pb2.Pack]
    tokens: int
    cancelled_at: int
    def __init__(self, number: _Optional[str] = ..., team: _Optional[str] = ..., purchased_at: _Optional[int] = ..., packs: _Optional[_Iterable[_Union[_types_pb2.Pack, _Mapping]]] = ..., tokens: _Optional[int] = ..., cancelled_at: _Optional[int] = ...) -> None: ...

class PackSize(_message.Message):
    __slots__ = ("size", "unit_price", "currency")
    SIZE_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    size: int
    unit_price: int
    currency: str
    def __init__(self, size: _Optional[int] = ..., unit_price: _Optional[int] = ..., currency: _Optional[str] = ...) -> None: ...

class CreateUnallocatedOrderRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "number", "packs", "purchased_at")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    PACKS_FIELD_NUMBER: _ClassVar[int]
    PURCHASED_AT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    number: str
    packs: _containers.RepeatedCompositeFieldContainer[PackSize]
    purchased_at: int
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., number: _Optional[str] = ..., packs: _Optional[_Iterable[_Union[PackSize, _Mapping]]] = ..., purchased_at: _Optional[int] = ...) -> None: ...

class CreateUnallocatedOrderResponse(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: Order
    def __init__(self, order: _Optional[_Union[Order, _Mapping]] = ...) -> None: ...

class AllocateOrderRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team", "number")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    number: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ..., number: _Optional[str] = ...) -> None: ...

class AllocateOrderResponse(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: Order
    def __init__(self, order: _Optional[_Union[Order, _Mapping]] = ...) -> None: ...

class CancelOrderRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team", "number", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    number: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ..., number: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class CancelOrderResponse(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: Order
    def __init__(self, order: _Optional[_Union[Order, _Mapping]] = ...) -> None: ...

class ListOrdersRequest(_message.Message):
    __slots__ = ("team", "page_size", "page_token")
    TEAM_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    team: str
    page_size: int
    page_token: str
    def __init__(self, team: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListOrdersResponse(_message.Message):
    __slots__ = ("orders", "next_page_token")
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    orders: _containers.RepeatedCompositeFieldContainer[Order]
    next_page_token: str
    def __init__(self, orders: _Optional[_Iterable[_Union[Order, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class OpeningPack(_message.Message):
    __slots__ = ("size", "starts_at", "ends_at", "used", "unit_price", "currency")
    SIZE_FIELD_NUMBER: _ClassVar[int]
    STARTS_AT_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    USED_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    size: int
    starts_at: int
    ends_at: int
    used: int
    unit_price: int
    currency: str
    def __init__(self, size: _Optional[int] = ..., starts_at: _Optional[int] = ..., ends_at: _Optional[int] = ..., used: _Optional[int] = ..., unit_price: _Optional[int] = ..., currency: _Optional[str] = ...) -> None: ...

class OpeningWindow(_message.Message):
    __slots__ = ("user", "product", "window_start", "paid_until")
    USER_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_START_FIELD_NUMBER: _ClassVar[int]
    PAID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    user: str
    product: str
    window_start: int
    paid_until: int
    def __init__(self, user: _Optional[str] = ..., product: _Optional[str] = ..., window_start: _Optional[int] = ..., paid_until: _Optional[int] = ...) -> None: ...

class CreateOpeningOrderRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team", "number", "packs", "windows", "purchased_at")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    PACKS_FIELD_NUMBER: _ClassVar[int]
    WINDOWS_FIELD_NUMBER: _ClassVar[int]
    PURCHASED_AT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    number: str
    packs: _containers.RepeatedCompositeFieldContainer[OpeningPack]
    windows: _containers.RepeatedCompositeFieldContainer[OpeningWindow]
    purchased_at: int
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ..., number: _Optional[str] = ..., packs: _Optional[_Iterable[_Union[OpeningPack, _Mapping]]] = ..., windows: _Optional[_Iterable[_Union[OpeningWindow, _Mapping]]] = ..., purchased_at: _Optional[int] = ...) -> None: ...

class CreateOpeningOrderResponse(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: Order
    def __init__(self, order: _Optional[_Union[Order, _Mapping]] = ...) -> None: ...

class MovePackRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team", "pack", "to_team")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    PACK_FIELD_NUMBER: _ClassVar[int]
    TO_TEAM_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    pack: int
    to_team: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ..., pack: _Optional[int] = ..., to_team: _Optional[str] = ...) -> None: ...

class MovePackResponse(_message.Message):
    __slots__ = ("pack", "transfer")
    PACK_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_FIELD_NUMBER: _ClassVar[int]
    pack: _types_pb2.Pack
    transfer: int
    def __init__(self, pack: _Optional[_Union[_types_pb2.Pack, _Mapping]] = ..., transfer: _Optional[int] = ...) -> None: ...

class SplitPackRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team", "pack", "size", "to_team")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    PACK_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    TO_TEAM_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    pack: int
    size: int
    to_team: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ..., pack: _Optional[int] = ..., size: _Optional[int] = ..., to_team: _Optional[str] = ...) -> None: ...

class SplitPackResponse(_message.Message):
    __slots__ = ("pack", "transfer")
    PACK_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_FIELD_NUMBER: _ClassVar[int]
    pack: _types_pb2.Pack
    transfer: int
    def __init__(self, pack: _Optional[_Union[_types_pb2.Pack, _Mapping]] = ..., transfer: _Optional[int] = ...) -> None: ...

class ListLineageRequest(_message.Message):
    __slots__ = ("team", "pack")
    TEAM_FIELD_NUMBER: _ClassVar[int]
    PACK_FIELD_NUMBER: _ClassVar[int]
    team: str
    pack: int
    def __init__(self, team: _Optional[str] = ..., pack: _Optional[int] = ...) -> None: ...

class PackKin(_message.Message):
    __slots__ = ("pack", "parent", "team", "size", "remaining")
    PACK_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    REMAINING_FIELD_NUMBER: _ClassVar[int]
    pack: int
    parent: int
    team: str
    size: int
    remaining: int
    def __init__(self, pack: _Optional[int] = ..., parent: _Optional[int] = ..., team: _Optional[str] = ..., size: _Optional[int] = ..., remaining: _Optional[int] = ...) -> None: ...

class PackStep(_message.Message):
    __slots__ = ("time", "kind", "pack", "tokens", "transfer")
    TIME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PACK_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_FIELD_NUMBER: _ClassVar[int]
    time: int
    kind: _types_pb2.EntryKind
    pack: int
    tokens: int
    transfer: int
    def __init__(self, time: _Optional[int] = ..., kind: _Optional[_Union[_types_pb2.EntryKind, str]] = ..., pack: _Optional[int] = ..., tokens: _Optional[int] = ..., transfer: _Optional[int] = ...) -> None: ...

class ListLineageResponse(_message.Message):
    __slots__ = ("packs", "steps")
    PACKS_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    packs: _containers.RepeatedCompositeFieldContainer[PackKin]
    steps: _containers.RepeatedCompositeFieldContainer[PackStep]
    def __init__(self, packs: _Optional[_Iterable[_Union[PackKin, _Mapping]]] = ..., steps: _Optional[_Iterable[_Union[PackStep, _Mapping]]] = ...) -> None: ...

class RefundChargeRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "team", "user", "product", "window_start", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_START_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    team: str
    user: str
    product: str
    window_start: int
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., team: _Optional[str] = ..., user: _Optional[str] = ..., product: _Optional[str] = ..., window_start: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class RefundChargeResponse(_message.Message):
    __slots__ = ("tokens",)
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    tokens: int
    def __init__(self, tokens: _Optional[int] = ...) -> None: ...
