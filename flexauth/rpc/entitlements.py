"""The rows of Entitlements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flexauth.answers_of import entitlements as told
from flexauth.requests import entitlements as asked
from flexauth.rpc.method import Row
from flexauth.rpc.wire import enumerated, mask, page, parser, writer
from flexauth.v1 import entitlements_pb2 as pb

__all__ = ["ROWS"]

_SUBSCRIPTION = writer(pb.Subscription, told.Subscription)
_TRIAL = writer(pb.Trial, told.Trial)
_POOL = writer(pb.Pool, told.Pool)
_CAP = writer(pb.Cap, told.Cap)


def _one(message: Callable[..., Any], field: str, write: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: message(**{field: write(value)})


ROWS = {
    "CreateSubscription": Row(
        parser(pb.CreateSubscriptionRequest, asked.CreateSubscription),
        _one(pb.CreateSubscriptionResponse, "subscription", _SUBSCRIPTION),
    ),
    "UpdateSubscription": Row(
        parser(pb.UpdateSubscriptionRequest, asked.UpdateSubscription, update_mask=mask),
        _one(pb.UpdateSubscriptionResponse, "subscription", _SUBSCRIPTION),
    ),
    "EndSubscription": Row(
        parser(pb.EndSubscriptionRequest, asked.EndSubscription),
        _one(pb.EndSubscriptionResponse, "subscription", _SUBSCRIPTION),
    ),
    "ListSubscriptions": Row(
        parser(pb.ListSubscriptionsRequest, asked.ListSubscriptions),
        page(pb.ListSubscriptionsResponse, "subscriptions", _SUBSCRIPTION),
        blocks=True,
    ),
    "CreateTrial": Row(
        parser(pb.CreateTrialRequest, asked.CreateTrial),
        _one(pb.CreateTrialResponse, "trial", _TRIAL),
    ),
    "UpdateTrial": Row(
        parser(pb.UpdateTrialRequest, asked.UpdateTrial, update_mask=mask),
        _one(pb.UpdateTrialResponse, "trial", _TRIAL),
    ),
    "EndTrial": Row(parser(pb.EndTrialRequest, asked.EndTrial), _one(pb.EndTrialResponse, "trial", _TRIAL)),
    "ListTrials": Row(
        parser(pb.ListTrialsRequest, asked.ListTrials),
        page(pb.ListTrialsResponse, "trials", _TRIAL),
        blocks=True,
    ),
    "PutPool": Row(parser(pb.PutPoolRequest, asked.PutPool), _one(pb.PutPoolResponse, "pool", _POOL)),
    "ListPools": Row(
        parser(pb.ListPoolsRequest, asked.ListPools),
        page(pb.ListPoolsResponse, "pools", _POOL),
        blocks=True,
    ),
    "CreateCap": Row(
        parser(
            pb.CreateCapRequest,
            asked.CreateCap,
            subject_kind=enumerated("subject_kind", asked.CapSubject, asked.CapSubject.TEAM),
            per=enumerated("per", asked.CapPeriod, asked.CapPeriod.MONTH),
        ),
        _one(pb.CreateCapResponse, "cap", _CAP),
    ),
    "UpdateCap": Row(
        parser(pb.UpdateCapRequest, asked.UpdateCap, update_mask=mask),
        _one(pb.UpdateCapResponse, "cap", _CAP),
    ),
    "EndCap": Row(parser(pb.EndCapRequest, asked.EndCap), _one(pb.EndCapResponse, "cap", _CAP)),
    "ListCaps": Row(parser(pb.ListCapsRequest, asked.ListCaps), page(pb.ListCapsResponse, "caps", _CAP)),
}
