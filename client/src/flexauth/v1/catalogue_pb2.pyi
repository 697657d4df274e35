from flexauth.v1 import types_pb2 as _types_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PriceKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRICE_KIND_UNSPECIFIED: _ClassVar[PriceKind]
    PRICE_KIND_PACK: _ClassVar[PriceKind]
    PRICE_KIND_SEAT: _ClassVar[PriceKind]

class PriceTerm(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRICE_TERM_UNSPECIFIED: _ClassVar[PriceTerm]
    PRICE_TERM_MONTH: _ClassVar[PriceTerm]
    PRICE_TERM_YEAR: _ClassVar[PriceTerm]
PRICE_KIND_UNSPECIFIED: PriceKind
PRICE_KIND_PACK: PriceKind
PRICE_KIND_SEAT: PriceKind
PRICE_TERM_UNSPECIFIED: PriceTerm
PRICE_TERM_MONTH: PriceTerm
PRICE_TERM_YEAR: PriceTerm

class Floor(_message.Message):
    __slots__ = ("platform", "first_version")
    PLATFORM_FIELD_NUMBER: _ClassVar[int]
    FIRST_VERSION_FIELD_NUMBER: _ClassVar[int]
    platform: str
    first_version: str
    def __init__(self, platform: _Optional[str] = ..., first_version: _Optional[str] = ...) -> None: ...

class Launch(_message.Message):
    __slots__ = ("launch_code", "from_version", "product")
    LAUNCH_CODE_FIELD_NUMBER: _ClassVar[int]
    FROM_VERSION_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    launch_code: str
    from_version: str
    product: str
    def __init__(self, launch_code: _Optional[str] = ..., from_version: _Optional[str] = ..., product: _Optional[str] = ...) -> None: ...

class ProductEntry(_message.Message):
    __slots__ = ("product", "floors", "launches", "collections", "etag")
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    FLOORS_FIELD_NUMBER: _ClassVar[int]
    LAUNCHES_FIELD_NUMBER: _ClassVar[int]
    COLLECTIONS_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    product: _types_pb2.Product
    floors: _containers.RepeatedCompositeFieldContainer[Floor]
    launches: _containers.RepeatedCompositeFieldContainer[Launch]
    collections: _containers.RepeatedScalarFieldContainer[str]
    etag: str
    def __init__(self, product: _Optional[_Union[_types_pb2.Product, _Mapping]] = ..., floors: _Optional[_Iterable[_Union[Floor, _Mapping]]] = ..., launches: _Optional[_Iterable[_Union[Launch, _Mapping]]] = ..., collections: _Optional[_Iterable[str]] = ..., etag: _Optional[str] = ...) -> None: ...

class GetProductRequest(_message.Message):
    __slots__ = ("code",)
    CODE_FIELD_NUMBER: _ClassVar[int]
    code: str
    def __init__(self, code: _Optional[str] = ...) -> None: ...

class GetProductResponse(_message.Message):
    __slots__ = ("entry",)
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    entry: ProductEntry
    def __init__(self, entry: _Optional[_Union[ProductEntry, _Mapping]] = ...) -> None: ...

class UpdateProductRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "code", "update_mask", "name", "idle_aware_from", "host", "retired_at", "etag")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    IDLE_AWARE_FROM_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    RETIRED_AT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    code: str
    update_mask: _field_mask_pb2.FieldMask
    name: str
    idle_aware_from: str
    host: str
    retired_at: int
    etag: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., code: _Optional[str] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., name: _Optional[str] = ..., idle_aware_from: _Optional[str] = ..., host: _Optional[str] = ..., retired_at: _Optional[int] = ..., etag: _Optional[str] = ...) -> None: ...

class UpdateProductResponse(_message.Message):
    __slots__ = ("entry",)
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    entry: ProductEntry
    def __init__(self, entry: _Optional[_Union[ProductEntry, _Mapping]] = ...) -> None: ...

class SetFloorsRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "code", "floors", "etag")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    FLOORS_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    code: str
    floors: _containers.RepeatedCompositeFieldContainer[Floor]
    etag: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., code: _Optional[str] = ..., floors: _Optional[_Iterable[_Union[Floor, _Mapping]]] = ..., etag: _Optional[str] = ...) -> None: ...

class SetFloorsResponse(_message.Message):
    __slots__ = ("entry",)
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    entry: ProductEntry
    def __init__(self, entry: _Optional[_Union[ProductEntry, _Mapping]] = ...) -> None: ...

class PutLaunchRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "launch_code", "from_version", "product")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    LAUNCH_CODE_FIELD_NUMBER: _ClassVar[int]
    FROM_VERSION_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    launch_code: str
    from_version: str
    product: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., launch_code: _Optional[str] = ..., from_version: _Optional[str] = ..., product: _Optional[str] = ...) -> None: ...

class PutLaunchResponse(_message.Message):
    __slots__ = ("launch",)
    LAUNCH_FIELD_NUMBER: _ClassVar[int]
    launch: Launch
    def __init__(self, launch: _Optional[_Union[Launch, _Mapping]] = ...) -> None: ...

class RemoveLaunchRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "launch_code", "from_version")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    LAUNCH_CODE_FIELD_NUMBER: _ClassVar[int]
    FROM_VERSION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    launch_code: str
    from_version: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., launch_code: _Optional[str] = ..., from_version: _Optional[str] = ...) -> None: ...

class RemoveLaunchResponse(_message.Message):
    __slots__ = ("launch",)
    LAUNCH_FIELD_NUMBER: _ClassVar[int]
    launch: Launch
    def __init__(self, launch: _Optional[_Union[Launch, _Mapping]] = ...) -> None: ...

class ListLaunchesRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListLaunchesResponse(_message.Message):
    __slots__ = ("launches", "next_page_token")
    LAUNCHES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    launches: _containers.RepeatedCompositeFieldContainer[Launch]
    next_page_token: str
    def __init__(self, launches: _Optional[_Iterable[_Union[Launch, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Collection(_message.Message):
    __slots__ = ("code", "name", "products", "etag")
    CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    code: str
    name: str
    products: _containers.RepeatedScalarFieldContainer[str]
    etag: str
    def __init__(self, code: _Optional[str] = ..., name: _Optional[str] = ..., products: _Optional[_Iterable[str]] = ..., etag: _Optional[str] = ...) -> None: ...

class PutCollectionRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "code", "name", "products", "etag")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    code: str
    name: str
    products: _containers.RepeatedScalarFieldContainer[str]
    etag: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., code: _Optional[str] = ..., name: _Optional[str] = ..., products: _Optional[_Iterable[str]] = ..., etag: _Optional[str] = ...) -> None: ...

class PutCollectionResponse(_message.Message):
    __slots__ = ("collection",)
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    collection: Collection
    def __init__(self, collection: _Optional[_Union[Collection, _Mapping]] = ...) -> None: ...

class RemoveCollectionRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "code", "etag")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    code: str
    etag: str
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., code: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class RemoveCollectionResponse(_message.Message):
    __slots__ = ("collection",)
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    collection: Collection
    def __init__(self, collection: _Optional[_Union[Collection, _Mapping]] = ...) -> None: ...

class ListCollectionsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCollectionsResponse(_message.Message):
    __slots__ = ("collections", "next_page_token")
    COLLECTIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    collections: _containers.RepeatedCompositeFieldContainer[Collection]
    next_page_token: str
    def __init__(self, collections: _Optional[_Iterable[_Union[Collection, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class IdleAware(_message.Message):
    __slots__ = ("code", "name", "idle_aware_from")
    CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    IDLE_AWARE_FROM_FIELD_NUMBER: _ClassVar[int]
    code: str
    name: str
    idle_aware_from: str
    def __init__(self, code: _Optional[str] = ..., name: _Optional[str] = ..., idle_aware_from: _Optional[str] = ...) -> None: ...

class ListIdleAwareRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListIdleAwareResponse(_message.Message):
    __slots__ = ("products", "next_page_token")
    PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    products: _containers.RepeatedCompositeFieldContainer[IdleAware]
    next_page_token: str
    def __init__(self, products: _Optional[_Iterable[_Union[IdleAware, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class BadRow(_message.Message):
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

class Step(_message.Message):
    __slots__ = ("subject", "before", "after", "valid_from")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    VALID_FROM_FIELD_NUMBER: _ClassVar[int]
    subject: str
    before: str
    after: str
    valid_from: int
    def __init__(self, subject: _Optional[str] = ..., before: _Optional[str] = ..., after: _Optional[str] = ..., valid_from: _Optional[int] = ...) -> None: ...

class Import(_message.Message):
    __slots__ = ("rows", "steps", "bad")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    BAD_FIELD_NUMBER: _ClassVar[int]
    rows: int
    steps: _containers.RepeatedCompositeFieldContainer[Step]
    bad: _containers.RepeatedCompositeFieldContainer[BadRow]
    def __init__(self, rows: _Optional[int] = ..., steps: _Optional[_Iterable[_Union[Step, _Mapping]]] = ..., bad: _Optional[_Iterable[_Union[BadRow, _Mapping]]] = ...) -> None: ...

class ImportRatesRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "csv", "partial")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    CSV_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    csv: str
    partial: bool
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., csv: _Optional[str] = ..., partial: bool = ...) -> None: ...

class ImportRatesResponse(_message.Message):
    __slots__ = ("outcome",)
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    outcome: Import
    def __init__(self, outcome: _Optional[_Union[Import, _Mapping]] = ...) -> None: ...

class ExportRatesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ExportRatesResponse(_message.Message):
    __slots__ = ("csv",)
    CSV_FIELD_NUMBER: _ClassVar[int]
    csv: str
    def __init__(self, csv: _Optional[str] = ...) -> None: ...

class ImportPricesRequest(_message.Message):
    __slots__ = ("request_id", "validate_only", "csv", "partial")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    CSV_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    validate_only: bool
    csv: str
    partial: bool
    def __init__(self, request_id: _Optional[str] = ..., validate_only: bool = ..., csv: _Optional[str] = ..., partial: bool = ...) -> None: ...

class ImportPricesResponse(_message.Message):
    __slots__ = ("outcome",)
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    outcome: Import
    def __init__(self, outcome: _Optional[_Union[Import, _Mapping]] = ...) -> None: ...

class ExportPricesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ExportPricesResponse(_message.Message):
    __slots__ = ("csv",)
    CSV_FIELD_NUMBER: _ClassVar[int]
    csv: str
    def __init__(self, csv: _Optional[str] = ...) -> None: ...

class Price(_message.Message):
    __slots__ = ("kind", "size", "tier", "product", "term", "price", "currency", "valid_from", "note")
    KIND_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    TERM_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    VALID_FROM_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    kind: PriceKind
    size: int
    tier: str
    product: str
    term: PriceTerm
    price: int
    currency: str
    valid_from: int
    note: str
    def __init__(self, kind: _Optional[_Union[PriceKind, str]] = ..., size: _Optional[int] = ..., tier: _Optional[str] = ..., product: _Optional[str] = ..., term: _Optional[_Union[PriceTerm, str]] = ..., price: _Optional[int] = ..., currency: _Optional[str] = ..., valid_from: _Optional[int] = ..., note: _Optional[str] = ...) -> None: ...

class ListPricesRequest(_message.Message):
    __slots__ = ("at",)
    AT_FIELD_NUMBER: _ClassVar[int]
    at: int
    def __init__(self, at: _Optional[int] = ...) -> None: ...

class ListPricesResponse(_message.Message):
    __slots__ = ("prices",)
    PRICES_FIELD_NUMBER: _ClassVar[int]
    prices: _containers.RepeatedCompositeFieldContainer[Price]
    def __init__(self, prices: _Optional[_Iterable[_Union[Price, _Mapping]]] = ...) -> None: ...
