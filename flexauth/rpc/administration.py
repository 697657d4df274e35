"""The rows of Administration."""

from __future__ import annotations

from flexauth import answers, requests
from flexauth.commands import ProductKind
from flexauth.requests import check
from flexauth.rpc.method import Row, at_once
from flexauth.rpc.wire import FACTS, PACK, enumerated, many, membership, page, parser, tuple_of, writer
from flexauth.v1 import administration_pb2 as pb
from flexauth.v1 import types_pb2

__all__ = ["ROWS"]

_TEAM = writer(pb.Team, answers.Team)
_USER = writer(pb.User, answers.User, memberships=many(writer(types_pb2.Membership, requests.Membership)))
_PRODUCT = writer(types_pb2.Product, answers.Product)
_RATE = writer(types_pb2.Rate, answers.Rate)
_kind = enumerated("kind", ProductKind, ProductKind.DAILY)


def _product(received: pb.CreateProductRequest) -> requests.CreateProduct:
    sent = received.product
    return requests.CreateProduct(
        code=sent.code,
        name=sent.name,
        kind=_kind(sent),  # type: ignore[arg-type]
        rate=sent.rate,
        idle_aware_from=sent.idle_aware_from if sent.HasField("idle_aware_from") else None,
        result_tokens=sent.result_tokens,
        result_units=sent.result_units,
        host=sent.host,
        request_id=received.request_id,
        validate_only=received.validate_only,
    )


def _rate(received: pb.SetRateRequest) -> requests.SetRate:
    sent = received.rate
    return requests.SetRate(
        product=sent.product,
        rate=sent.tokens_per_24h,
        valid_from=sent.valid_from,
        note=sent.note,
        request_id=received.request_id,
        validate_only=received.validate_only,
    )


def _rotation(received: pb.RotateLeaseKeyRequest) -> str:
    check.request_id(received.request_id)
    return received.request_id


ROWS = {
    "CreateTeam": Row(
        parser(pb.CreateTeamRequest, requests.CreateTeam),
        lambda team: pb.CreateTeamResponse(team=_TEAM(team)),
    ),
    "ListTeams": Row(
        parser(pb.ListTeamsRequest, requests.ListTeams, within=lambda _: None),
        page(pb.ListTeamsResponse, "teams", _TEAM),
        blocks=True,
    ),
    "CreateUser": Row(
        parser(pb.CreateUserRequest, requests.CreateUser, memberships=tuple_of("memberships", membership)),
        lambda user: pb.CreateUserResponse(user=_USER(user)),
    ),
    "GetUser": Row(
        parser(pb.GetUserRequest, requests.GetUser),
        lambda user: pb.GetUserResponse(user=_USER(user)),
        blocks=True,
    ),
    "ListUsers": Row(
        parser(pb.ListUsersRequest, requests.ListUsers),
        page(pb.ListUsersResponse, "users", _USER),
        blocks=True,
    ),
    "AssignUser": Row(
        parser(pb.AssignUserRequest, requests.AssignUser, membership=lambda received: membership(received.membership)),
        lambda user: pb.AssignUserResponse(user=_USER(user)),
    ),
    "CreateProduct": Row(
        _product,
        lambda product: pb.CreateProductResponse(product=_PRODUCT(product)),
    ),
    "ListProducts": Row(
        parser(pb.ListProductsRequest, requests.ListProducts),
        page(pb.ListProductsResponse, "products", _PRODUCT),
        blocks=True,
    ),
    "SetRate": Row(
        _rate,
        lambda rate: pb.SetRateResponse(rate=_RATE(rate)),
    ),
    "ListRates": Row(
        parser(pb.ListRatesRequest, requests.ListRates),
        page(pb.ListRatesResponse, "rates", _RATE),
        blocks=True,
    ),
    "CreateOrder": Row(
        parser(
            pb.CreateOrderRequest,
            requests.CreateOrder,
            packs=tuple_of("packs", parser(pb.PackTerms, requests.PackTerms)),
        ),
        writer(pb.CreateOrderResponse, answers.OrderAnswer, packs=many(PACK)),
    ),
    "ListPacks": Row(
        parser(pb.ListPacksRequest, requests.ListPacks),
        page(pb.ListPacksResponse, "packs", PACK),
        blocks=True,
    ),
    "SetPolicy": Row(
        parser(pb.SetPolicyRequest, requests.SetPolicy),
        lambda policy: pb.SetPolicyResponse(version=policy.version, values=policy.values),
    ),
    "GetPolicy": Row(
        parser(pb.GetPolicyRequest, requests.GetPolicy),
        writer(pb.GetPolicyResponse, answers.PolicyAnswer),
        blocks=True,
    ),
    "ListSessions": Row(
        parser(pb.ListSessionsRequest, requests.ListSessions, user=lambda _: ""),
        page(pb.ListSessionsResponse, "sessions", FACTS),
        blocks=True,
    ),
    "ConfirmClock": Row(
        parser(pb.ConfirmClockRequest, requests.ConfirmClock),
        writer(pb.ConfirmClockResponse, answers.ClockAnswer),
    ),
    "RotateLeaseKey": Row(
        _rotation,
        lambda key_id: pb.RotateLeaseKeyResponse(key_id=key_id),
        ask=at_once(lambda doors, request_id: doors.signer.rotate(request_id=request_id)),
        blocks=True,
    ),
}
