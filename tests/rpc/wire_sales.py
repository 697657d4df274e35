"""A whole request of every method of Entitlements, Packs and Catalogue, and what the authority answers to it."""

from __future__ import annotations

from typing import Any, Final

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from flexauth import answers
from flexauth.answers_of import catalogue as shelf
from flexauth.answers_of import entitlements as rights
from flexauth.answers_of import packs as stock
from flexauth.v1 import catalogue_pb2 as cat
from flexauth.v1 import entitlements_pb2 as ent
from flexauth.v1 import packs_pb2 as pck

_PAGE: dict[str, Any] = {"page_size": 5, "page_token": "next"}
_ACT: dict[str, Any] = {"request_id": "r", "validate_only": True}
_UNTIL = FieldMask(paths=["ends_at"])
_OPENING = pck.OpeningPack(size=100, starts_at=4, ends_at=9, used=7, unit_price=3, currency="EUR")
_WINDOW = pck.OpeningWindow(user="ann", product="ACD", window_start=4, paid_until=9)
_SIZE = pck.PackSize(size=100, unit_price=3, currency="EUR")
_OF_ANN: dict[str, Any] = {"team": "acme", "user": "ann", "product": "ACD"}

#: A whole request of every method.
REQUESTS: Final[tuple[Message, ...]] = (
    ent.CreateSubscriptionRequest(**_ACT, **_OF_ANN, starts_at=3, ends_at=9),
    ent.CreateSubscriptionRequest(**_ACT, team="acme", user="ann", collection="AEC", starts_at=3, ends_at=9),
    ent.UpdateSubscriptionRequest(**_ACT, team="acme", id=3, ends_at=9, update_mask=_UNTIL, etag="e"),
    ent.EndSubscriptionRequest(**_ACT, team="acme", id=3, etag="e"),
    ent.ListSubscriptionsRequest(team="acme", user="ann", **_PAGE),
    ent.CreateTrialRequest(**_ACT, **_OF_ANN, starts_at=3, ends_at=9),
    ent.UpdateTrialRequest(**_ACT, **_OF_ANN, ends_at=9, update_mask=_UNTIL, etag="e"),
    ent.EndTrialRequest(**_ACT, **_OF_ANN, etag="e"),
    ent.ListTrialsRequest(team="acme", user="ann", **_PAGE),
    ent.PutPoolRequest(**_ACT, team="acme", product="ACD", seats=3, etag="e"),
    ent.PutPoolRequest(**_ACT, team="acme", collection="AEC", seats=3, etag="e"),
    ent.ListPoolsRequest(team="acme", **_PAGE),
    ent.CreateCapRequest(
        **_ACT, team="acme", name="cap", subject_kind=ent.CAP_SUBJECT_GROUP, subject_name="crew",
        per=ent.CAP_PERIOD_PACK_YEAR, tokens=7, soft=True, anchor=4,
    ),
    ent.UpdateCapRequest(
        **_ACT, team="acme", name="cap", tokens=7, soft=True, update_mask=FieldMask(paths=["soft"]), etag="e"
    ),
    ent.EndCapRequest(**_ACT, team="acme", name="cap", etag="e"),
    ent.ListCapsRequest(team="acme", **_PAGE),
    pck.CreateUnallocatedOrderRequest(**_ACT, number="o1", packs=[_SIZE], purchased_at=3),
    pck.AllocateOrderRequest(**_ACT, team="acme", number="o1"),
    pck.CancelOrderRequest(**_ACT, team="acme", number="o1", reason="twice"),
    pck.ListOrdersRequest(team="acme", **_PAGE),
    pck.CreateOpeningOrderRequest(
        **_ACT, team="acme", number="o1", packs=[_OPENING], windows=[_WINDOW], purchased_at=3
    ),
    pck.MovePackRequest(**_ACT, team="acme", pack=3, to_team="beta"),
    pck.SplitPackRequest(**_ACT, team="acme", pack=3, size=4, to_team="beta"),
    pck.ListLineageRequest(team="acme", pack=3),
    pck.RefundChargeRequest(**_ACT, **_OF_ANN, window_start=3, reason="nobody was there"),
    cat.GetProductRequest(code="ACD"),
    cat.UpdateProductRequest(
        **_ACT, code="ACD", update_mask=FieldMask(paths=["name"]), name="A", idle_aware_from="2025", host="HST",
        retired_at=9, etag="e",
    ),
    cat.SetFloorsRequest(**_ACT, code="ACD", floors=[cat.Floor(platform="linux", first_version="2020")], etag="e"),
    cat.PutLaunchRequest(**_ACT, launch_code="ACA", from_version="2019", product="ACD"),
    cat.RemoveLaunchRequest(**_ACT, launch_code="ACA", from_version="2019"),
    cat.ListLaunchesRequest(**_PAGE),
    cat.PutCollectionRequest(**_ACT, code="AEC", name="Building", products=["ACD"], etag="e"),
    cat.RemoveCollectionRequest(**_ACT, code="AEC", etag="e"),
    cat.ListCollectionsRequest(**_PAGE),
    cat.ListIdleAwareRequest(**_PAGE),
    cat.ImportRatesRequest(**_ACT, csv="x", partial=True),
    cat.ImportPricesRequest(**_ACT, csv="x", partial=True),
    cat.ListPricesRequest(at=3),
)  # fmt: skip
#: Either a product or a collection.
APART: Final = {
    (f"{request}Request", field) for request in ("CreateSubscription", "PutPool") for field in ("product", "collection")
}

#: What the authority answers to each method.
ANSWERS: Final[dict[str, Any]] = {
    **dict.fromkeys(("CreateSubscription", "UpdateSubscription", "EndSubscription"), rights.Subscription),
    "ListSubscriptions": answers.Page[rights.Subscription],
    **dict.fromkeys(("CreateTrial", "UpdateTrial", "EndTrial"), rights.Trial),
    "ListTrials": answers.Page[rights.Trial],
    "PutPool": rights.Pool,
    "ListPools": answers.Page[rights.Pool],
    **dict.fromkeys(("CreateCap", "UpdateCap", "EndCap"), rights.Cap),
    "ListCaps": answers.Page[rights.Cap],
    **dict.fromkeys(("CreateUnallocatedOrder", "AllocateOrder", "CancelOrder", "CreateOpeningOrder"), stock.Order),
    "ListOrders": answers.Page[stock.Order],
    **dict.fromkeys(("MovePack", "SplitPack"), stock.MovedPack),
    "ListLineage": stock.Lineage,
    "RefundCharge": stock.RefundAnswer,
    **dict.fromkeys(("GetProduct", "UpdateProduct", "SetFloors"), shelf.ProductEntry),
    **dict.fromkeys(("PutLaunch", "RemoveLaunch"), shelf.Launch),
    "ListLaunches": answers.Page[shelf.Launch],
    **dict.fromkeys(("PutCollection", "RemoveCollection"), shelf.Collection),
    "ListCollections": answers.Page[shelf.Collection],
    "ListIdleAware": answers.Page[shelf.IdleAware],
    **dict.fromkeys(("ImportRates", "ImportPrices"), shelf.Import),
    **dict.fromkeys(("ExportRates", "ExportPrices"), shelf.Sheet),
    "ListPrices": shelf.Prices,
}
