"""Every field of every message has a part: none of a request is dropped, none of an answer stays empty."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields, is_dataclass
from enum import IntEnum
from itertools import count
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from flexauth import access, answers, commands, grants, requests
from flexauth.faults import InvalidArgument
from flexauth.rpc.table import METHODS, Method
from flexauth.rpc.wire import entry
from flexauth.v1 import access_pb2
from flexauth.v1 import administration_pb2 as admin
from flexauth.v1 import license_authority_pb2 as licence
from flexauth.v1 import reporting_pb2 as report
from flexauth.v1 import types_pb2 as pb
from tests.rpc import wire_people, wire_sales

SESSION = "0190f5fe-7c00-7a00-8000-000000000001"
CHECKOUT = licence.CheckoutRequest(
    session=SESSION, user="ann", product="ACD", device="laptop", team="acme", version="2024", platform="linux",
    origin=pb.ORIGIN_AUTOMATION, take_over=True, want_lease=True,
    device_key_thumbprint="thumb", max_tokens=7, project="hall", offline_until=9, end_before_renewal=True,
    origin_evidence="render queue",
)  # fmt: skip
PAGE: dict[str, Any] = {"page_size": 5, "page_token": "next"}
ACT: dict[str, Any] = {"request_id": "r", "validate_only": True}
PRODUCT = pb.Product(code="ACD", name="A", kind=pb.PRODUCT_KIND_DAILY, rate=7, idle_aware_from="2020", host="HST")
PER_RESULT = pb.Product(
    code="RND",
    name="R",
    kind=pb.PRODUCT_KIND_PER_RESULT,
    result_tokens=3,
    result_units=100,
    idle_aware_from="",
    host="HST",
)
ACME = pb.Membership(team="acme", products=["ACD"])
OF_ACME = access_pb2.Scope(role=access_pb2.ROLE_SERVICE, team="acme")
OF_A_DEVICE = access_pb2.Scope(role=access_pb2.ROLE_DEVICE, team="acme", device="laptop")
PROVIDER = access_pb2.IdentityProvider(
    name="idp", issuer="https://idp.example", jwks_uri="https://idp.example/keys", audiences=["flexauth"],
    algorithms=["ES256"], subject_prefix="idp:", email_domains=["acme.example"],
)  # fmt: skip

# A whole request of every method that has fields.
REQUESTS: tuple[Message, ...] = (
    access_pb2.CreateApiKeyRequest(request_id="r", name="ci", team="acme", scopes=[OF_ACME], expires_at=9),
    access_pb2.CreateApiKeyRequest(
        request_id="r", name="ann", scopes=[access_pb2.Scope(role=access_pb2.ROLE_USER)], subject="ann", expires_at=9
    ),
    access_pb2.ListApiKeysRequest(team="acme", **PAGE),
    access_pb2.RevokeApiKeyRequest(request_id="r", api_key="k"),
    access_pb2.ClaimFirstAdminRequest(code="c", name="n"),
    access_pb2.PutIdentityProviderRequest(request_id="r", provider=PROVIDER),
    access_pb2.ListIdentityProvidersRequest(**PAGE),
    access_pb2.DeleteIdentityProviderRequest(request_id="r", name="idp"),
    access_pb2.GrantRoleRequest(request_id="r", identity="certificate:dns:a.example", scope=OF_A_DEVICE),
    access_pb2.RevokeRoleRequest(request_id="r", identity="certificate:dns:a.example", scope=OF_A_DEVICE),
    access_pb2.ListRolesRequest(team="acme", **PAGE),
    licence.QuoteRequest(checkout=CHECKOUT),
    CHECKOUT,
    licence.HeartbeatRequest(session=SESSION, counter=3, operated_at=5, consent=7, offline_until=9),
    licence.ReportResultRequest(session=SESSION, units=100, request_id="r"),
    licence.CheckinRequest(session=SESSION, counter=3, ended_at=4, operated_at=5),
    licence.GetLeaseRequest(
        session=SESSION, counter=3, operated_at=5, device_key_thumbprint="thumb", consent=7, offline_until=9
    ),
    licence.ReleaseDeviceRequest(user="ann", product="ACD", device="laptop"),
    licence.ListMySessionsRequest(user="ann", **PAGE),
    licence.ListMyChargesRequest(user="ann", **PAGE),
    admin.CreateTeamRequest(**ACT, name="acme", display_name="Acme"),
    admin.ListTeamsRequest(**PAGE),
    admin.CreateUserRequest(**ACT, subject="ann", display_name="Ann", email="a@x.example", memberships=[ACME]),
    admin.GetUserRequest(subject="ann"),
    admin.ListUsersRequest(team="acme", **PAGE),
    admin.AssignUserRequest(**ACT, user="ann", membership=ACME),
    admin.CreateProductRequest(**ACT, product=PRODUCT),
    admin.CreateProductRequest(**ACT, product=PER_RESULT),
    admin.ListProductsRequest(**PAGE),
    admin.SetRateRequest(**ACT, rate=pb.Rate(product="ACD", tokens_per_24h=7, valid_from=9, note="dearer")),
    admin.ListRatesRequest(product="ACD", **PAGE),
    admin.CreateOrderRequest(
        **ACT, team="acme", number="o1", purchased_at=3,
        packs=[admin.PackTerms(size=100, unit_price=3, currency="EUR", starts_at=4, ends_at=5)],
    ),
    admin.ListPacksRequest(team="acme", **PAGE),
    admin.SetPolicyRequest(**ACT, team="acme", values="{}", effective_at=8),
    admin.GetPolicyRequest(team="acme"),
    admin.RotateLeaseKeyRequest(request_id="r"),
    admin.ListSessionsRequest(team="acme", **PAGE),
    report.GetBalanceRequest(team="acme"),
    report.ListLedgerRequest(team="acme", **PAGE),
    *wire_sales.REQUESTS,
    *wire_people.REQUESTS,
)  # fmt: skip
# What a caller may not set: the authority gives it.
GIVEN = {("Product", "rate_version"), ("Product", "retired_at"), ("Rate", "version")}
# ALL products leave no list to name.
LIST_INSTEAD = ("Membership", "all_products")
# A user's key has no team, only the role of a device has a device, and a product has a rate or costs by its results.
APART = (
    {
        ("Product", "rate"),
        ("Product", "result_tokens"),
        ("Product", "result_units"),
        ("CreateApiKeyRequest", "subject"),
        ("CreateApiKeyRequest", "team"),
        ("Scope", "team"),
        ("Scope", "device"),
    }
    | wire_sales.APART
    | wire_people.APART
)
# Absent means the first member, which these stand for in full.
SAME_WHEN_ABSENT = {("Product", "kind")}


def parse(message: Message) -> Any:
    method = next(m for m in METHODS if m.request.DESCRIPTOR is message.DESCRIPTOR)
    return method.row.parse(message)


def cleared(message: Message) -> Iterator[tuple[str, str, Message]]:
    """Yield copies of a message with one field cleared at any depth."""
    for field, value in message.ListFields():
        copy = type(message)()
        copy.CopyFrom(message)
        copy.ClearField(field.name)
        yield message.DESCRIPTOR.name, field.name, copy
        if field.type != FieldDescriptor.TYPE_MESSAGE:
            continue
        for owner, name, inner in cleared(value[0] if field.is_repeated else value):
            deep = type(message)()
            deep.CopyFrom(message)
            target = getattr(deep, field.name)
            (target[0] if field.is_repeated else target).CopyFrom(inner)
            yield owner, name, deep


@pytest.mark.parametrize("message", REQUESTS, ids=lambda m: m.DESCRIPTOR.name)
def test_no_field_of_a_request_is_dropped(message: Message) -> None:
    whole = parse(message)
    for owner, name, less in cleared(message):
        if (owner, name) in SAME_WHEN_ABSENT:
            continue
        with suppress(InvalidArgument):  # a field that must be there was read
            assert parse(less) != whole, f"{owner}.{name} makes no difference"


def unset(message: Message) -> Iterator[tuple[str, str]]:
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        if not (len(value) if field.is_repeated else message.HasField(field.name) if field.has_presence else value):
            yield message.DESCRIPTOR.name, field.name
        elif field.type == FieldDescriptor.TYPE_MESSAGE:
            yield from unset(value[0] if field.is_repeated else value)


@pytest.mark.parametrize("message", REQUESTS, ids=lambda m: m.DESCRIPTOR.name)
def test_the_requests_here_are_whole(message: Message) -> None:
    assert set(unset(message)) - GIVEN - APART - {LIST_INSTEAD} == set()


def test_every_method_with_fields_is_here() -> None:
    there = {message.DESCRIPTOR.name for message in REQUESTS}
    assert {m.request.DESCRIPTOR.name for m in METHODS if m.request.DESCRIPTOR.fields} == there


ANSWERS: dict[str, Any] = {
    "Quote": answers.QuoteAnswer,
    "Checkout": answers.CheckoutAnswer,
    "Heartbeat": answers.HeartbeatAnswer,
    "ReportResult": answers.ResultAnswer,
    "Checkin": answers.CheckinAnswer,
    "GetLease": answers.LeaseAnswer,
    "GetKeys": dict[str, str],
    "ReleaseDevice": answers.DeviceList,
    "ListMySessions": answers.Page[answers.SessionFacts],
    "ListMyCharges": answers.Page[answers.Charge],
    "CreateTeam": answers.Team,
    "ListTeams": answers.Page[answers.Team],
    "CreateUser": answers.User,
    "GetUser": answers.User,
    "ListUsers": answers.Page[answers.User],
    "AssignUser": answers.User,
    "CreateProduct": answers.Product,
    "ListProducts": answers.Page[answers.Product],
    "SetRate": answers.Rate,
    "ListRates": answers.Page[answers.Rate],
    "CreateOrder": answers.OrderAnswer,
    "ListPacks": answers.Page[answers.Pack],
    "SetPolicy": answers.PolicyAnswer,
    "GetPolicy": answers.PolicyAnswer,
    "ListSessions": answers.Page[answers.SessionFacts],
    "ConfirmClock": answers.ClockAnswer,
    "RotateLeaseKey": str,
    "GetBalance": answers.Balance,
    "ListLedger": answers.Page[answers.Entry],
    "CreateApiKey": access.NewApiKey,
    "ListApiKeys": answers.Page[access.ApiKey],
    "RevokeApiKey": access.ApiKey,
    "ClaimFirstAdmin": access.NewApiKey,
    "PutIdentityProvider": requests.IdentityProvider,
    "ListIdentityProviders": answers.Page[requests.IdentityProvider],
    "DeleteIdentityProvider": grants.Nothing,
    "GrantRole": grants.Granted,
    "RevokeRole": grants.Nothing,
    "ListRoles": answers.Page[grants.Granted],
    **wire_sales.ANSWERS,
    **wire_people.ANSWERS,
}


def filled(kind: Any, numbers: Iterator[int]) -> Any:
    """Make a value of a type of answers.py in which every leaf is set, each number and text another one."""
    if kind is answers.Entry:
        row = tuple(next(numbers) for _ in commands.COLUMNS["ledger"])
        return answers.Entry("acme", row, b"digest", b"hash")
    if kind is requests.Membership:
        return requests.Membership("acme", products=(f"P{next(numbers)}",))
    if kind is requests.Scope:
        return requests.Scope(requests.Role.DEVICE, f"t{next(numbers)}", f"d{next(numbers)}")
    if kind is requests.IdentityProvider:
        return requests.IdentityProvider("n", "i", "https://j", ("a",), ("ES256",), "p", ("e",))
    if get_origin(kind) is answers.Page:
        return answers.Page((filled(get_args(kind)[0], numbers),), "next")
    if get_origin(kind) is UnionType:
        return filled(next(a for a in get_args(kind) if a is not type(None)), numbers)
    if get_origin(kind) is tuple:
        inner = [a for a in get_args(kind) if a is not ...]
        return tuple(filled(a, numbers) for a in inner)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{f.name: filled(hints[f.name], numbers) for f in fields(kind)})  # type: ignore[operator]
    if get_origin(kind) is dict:
        return {"keys": f"k{next(numbers)}"}
    if issubclass(kind, IntEnum):
        return list(kind)[-1]
    return {bool: True, int: next(numbers), str: f"s{next(numbers)}", bytes: b"b"}[kind]


def leaves(value: Any) -> set[Any]:
    """Numbers and texts at any depth."""
    if isinstance(value, (tuple, list)):
        return {leaf for item in value for leaf in leaves(item)}
    if isinstance(value, Message):
        return {leaf for _, item in value.ListFields() for leaf in leaves(item)}
    if is_dataclass(value):
        return {leaf for f in fields(value) for leaf in leaves(getattr(value, f.name))}
    return leaves(list(value)) if not isinstance(value, (int, str, bytes)) else {value}


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)
def test_an_answer_fills_its_whole_message(method: Method) -> None:
    kind = ANSWERS[method.name]
    value = filled(kind, count(1000))
    message = method.row.answer(value)
    assert isinstance(message, answer_type(method))
    assert set(unset(message)) <= {LIST_INSTEAD}
    if kind is answers.PolicyAnswer and method.name == "SetPolicy":
        assert leaves(message) == {value.version, value.values}
    elif kind not in {answers.Page[answers.Entry], dict[str, str]}:
        assert leaves(message) == leaves(value) - {False}


def answer_type(method: Method) -> type[Message]:
    """The message that the .proto gives for a method."""
    file = method.request.DESCRIPTOR.file
    service = file.services_by_name[method.service.rpartition(".")[2]]
    made: type[Message] = GetMessageClass(service.methods_by_name[method.name].output_type)  # type: ignore[arg-type]
    return made


def test_an_entry_has_its_columns_by_name_and_no_time_that_is_not_there() -> None:
    row = dict.fromkeys(commands.COLUMNS["ledger"], 0) | {
        "team": 3, "seq": 9, "kind": commands.EntryKind.EXPIRY, "tokens": -7, "user": 4, "product": 5,
        "window_start": commands.NEVER, "window_end": commands.NEVER,
        "session_hi": 0x0190F5FE7C007A00, "session_lo": -0x7FFFFFFFFFFFFFFF,
    }  # fmt: skip
    written = entry(answers.Entry("acme", tuple(row.values()), b"d", b"h"))
    assert written == pb.LedgerEntry(
        team="acme", team_id=3, seq=9, kind=pb.ENTRY_KIND_EXPIRY, tokens=-7, user_id=4, product_id=5,
        session=SESSION, digest=b"d", hash=b"h",
    )  # fmt: skip


def test_an_entry_of_no_session_names_none() -> None:
    columns = tuple(0 for _ in commands.COLUMNS["ledger"])
    assert entry(answers.Entry("acme", columns, b"", b"")) == pb.LedgerEntry(team="acme")


ENUMS = (
    (pb.Entitlement, commands.Entitlement),
    (pb.SessionState, commands.State),
    (pb.DenialReason, commands.Reason),
    (pb.Origin, commands.Origin),
    (pb.ProductKind, commands.ProductKind),
    (pb.EntryKind, commands.EntryKind),
    (pb.Choice, commands.Choice),
)


@pytest.mark.parametrize(("wire", "ours"), ENUMS, ids=lambda kind: getattr(kind, "__name__", None))
def test_enums_have_the_same_names_and_numbers(wire: Any, ours: type[IntEnum]) -> None:
    prefix = f"{wire.keys()[0].removesuffix('UNSPECIFIED')}"
    there = {name.removeprefix(prefix): number for name, number in wire.items() if number}
    assert there == {member.name: member.value for member in ours if member}


def test_an_origin_that_is_none_is_a_fault_with_the_choice() -> None:
    strange = licence.CheckoutRequest()
    strange.CopyFrom(CHECKOUT)
    strange.origin = 9  # type: ignore[assignment]
    with pytest.raises(InvalidArgument, match=r"origin is 9: it must be one of INTERACTIVE \(1\), PLUGIN_AUTOLOAD"):
        parse(strange)


def test_no_limit_of_tokens_is_not_a_limit_of_zero() -> None:
    unlimited, nothing = licence.CheckoutRequest(), licence.CheckoutRequest()
    unlimited.CopyFrom(CHECKOUT)
    unlimited.ClearField("max_tokens")
    nothing.CopyFrom(CHECKOUT)
    nothing.max_tokens = 0
    assert parse(unlimited).max_tokens is None
    assert parse(nothing).max_tokens == 0
