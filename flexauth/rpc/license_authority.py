"""The rows of LicenseAuthority."""

from __future__ import annotations

import json
from typing import Any

from flexauth import answers, requests
from flexauth.commands import Origin
from flexauth.rpc.method import Doors, Row, at_once, signed
from flexauth.rpc.wire import DENIAL, DEVICES, FACTS, enumerated, many, optional, page, parser, writer
from flexauth.v1 import license_authority_pb2 as pb
from flexauth.v1 import types_pb2

__all__ = ["ROWS"]

_checkout = parser(pb.CheckoutRequest, requests.Checkout, origin=enumerated("origin", Origin, Origin.INTERACTIVE))
_cap_use = writer(pb.CapUse, answers.CapUse)
_slices = many(lambda pair: types_pb2.Slice(pack=pair[0], tokens=pair[1]))


def _leased_if_wanted(doors: Doors, request: requests.Checkout, answer: Any) -> Any:
    return signed(doors, request, answer) if answer.granted and request.want_lease else answer


ROWS = {
    "Quote": Row(
        lambda received: requests.Quote(_checkout(received.checkout)),
        writer(pb.QuoteResponse, answers.QuoteAnswer, denial=DENIAL, slices=_slices, caps=many(_cap_use)),
    ),
    "Checkout": Row(
        _checkout,
        writer(pb.CheckoutResponse, answers.CheckoutAnswer, facts=optional(FACTS), denial=DENIAL),
        finish=_leased_if_wanted,
    ),
    "Heartbeat": Row(
        parser(pb.HeartbeatRequest, requests.Heartbeat),
        writer(pb.HeartbeatResponse, answers.HeartbeatAnswer, facts=FACTS, denial=DENIAL),
    ),
    "ReportResult": Row(
        parser(pb.ReportResultRequest, requests.ReportResult),
        writer(pb.ReportResultResponse, answers.ResultAnswer, facts=FACTS, denial=DENIAL),
    ),
    "Checkin": Row(
        parser(pb.CheckinRequest, requests.Checkin),
        writer(pb.CheckinResponse, answers.CheckinAnswer, facts=FACTS),
    ),
    "GetLease": Row(
        parser(pb.GetLeaseRequest, requests.Lease),
        writer(pb.GetLeaseResponse, answers.LeaseAnswer, facts=FACTS, denial=DENIAL),
        finish=signed,
    ),
    "GetKeys": Row(
        lambda received: received,
        lambda jwks: pb.GetKeysResponse(jwks=json.dumps(jwks)),
        ask=at_once(lambda doors, _: doors.signer.jwks()),
    ),
    "ReleaseDevice": Row(
        parser(pb.ReleaseDeviceRequest, requests.ReleaseDevice),
        writer(pb.ReleaseDeviceResponse, answers.DeviceList, devices=DEVICES),
    ),
    "ListMySessions": Row(
        parser(pb.ListMySessionsRequest, requests.ListSessions, team=lambda _: ""),
        page(pb.ListMySessionsResponse, "sessions", FACTS),
        blocks=True,
    ),
    "ListMyCharges": Row(
        parser(pb.ListMyChargesRequest, requests.ListCharges),
        page(pb.ListMyChargesResponse, "charges", writer(types_pb2.Charge, answers.Charge, slices=_slices)),
        blocks=True,
    ),
}
