"""The rows of Packs."""

from __future__ import annotations

from flexauth.answers_of import packs as told
from flexauth.requests import packs as asked
from flexauth.rpc.method import Row
from flexauth.rpc.wire import PACK, many, page, parser, tuple_of, writer
from flexauth.v1 import packs_pb2 as pb

__all__ = ["ROWS"]

_ORDER = writer(pb.Order, told.Order, packs=many(PACK))

ROWS = {
    "CreateUnallocatedOrder": Row(
        parser(
            pb.CreateUnallocatedOrderRequest,
            asked.CreateUnallocatedOrder,
            packs=tuple_of("packs", parser(pb.PackSize, asked.PackSize)),
        ),
        lambda order: pb.CreateUnallocatedOrderResponse(order=_ORDER(order)),
    ),
    "AllocateOrder": Row(
        parser(pb.AllocateOrderRequest, asked.AllocateOrder),
        lambda order: pb.AllocateOrderResponse(order=_ORDER(order)),
    ),
    "CancelOrder": Row(
        parser(pb.CancelOrderRequest, asked.CancelOrder),
        lambda order: pb.CancelOrderResponse(order=_ORDER(order)),
    ),
    "ListOrders": Row(
        parser(pb.ListOrdersRequest, asked.ListOrders),
        page(pb.ListOrdersResponse, "orders", _ORDER),
        blocks=True,
    ),
    "CreateOpeningOrder": Row(
        parser(
            pb.CreateOpeningOrderRequest,
            asked.CreateOpeningOrder,
            packs=tuple_of("packs", parser(pb.OpeningPack, asked.OpeningPack)),
            windows=tuple_of("windows", parser(pb.OpeningWindow, asked.OpeningWindow)),
        ),
        lambda order: pb.CreateOpeningOrderResponse(order=_ORDER(order)),
    ),
    "MovePack": Row(
        parser(pb.MovePackRequest, asked.MovePack),
        writer(pb.MovePackResponse, told.MovedPack, pack=PACK),
    ),
    "SplitPack": Row(
        parser(pb.SplitPackRequest, asked.SplitPack),
        writer(pb.SplitPackResponse, told.MovedPack, pack=PACK),
    ),
    "ListLineage": Row(
        parser(pb.ListLineageRequest, asked.ListLineage),
        writer(
            pb.ListLineageResponse,
            told.Lineage,
            packs=many(writer(pb.PackKin, told.PackKin)),
            steps=many(writer(pb.PackStep, told.PackStep)),
        ),
        blocks=True,
    ),
    "RefundCharge": Row(
        parser(pb.RefundChargeRequest, asked.RefundCharge),
        writer(pb.RefundChargeResponse, told.RefundAnswer),
    ),
}
