"""The rows of Catalogue."""

from __future__ import annotations

from flexauth import answers
from flexauth.answers_of import catalogue as told
from flexauth.requests import catalogue as asked
from flexauth.rpc.method import Row
from flexauth.rpc.wire import many, mask, page, parser, tuple_of, writer
from flexauth.v1 import catalogue_pb2 as pb
from flexauth.v1 import types_pb2

__all__ = ["ROWS"]

_LAUNCH = writer(pb.Launch, told.Launch)
_COLLECTION = writer(pb.Collection, told.Collection)
_ENTRY = writer(
    pb.ProductEntry,
    told.ProductEntry,
    product=writer(types_pb2.Product, answers.Product),
    floors=many(writer(pb.Floor, asked.Floor)),
    launches=many(_LAUNCH),
)
_IMPORT = writer(
    pb.Import, told.Import, steps=many(writer(pb.Step, told.Step)), bad=many(writer(pb.BadRow, told.BadRow))
)

ROWS = {
    "GetProduct": Row(
        parser(pb.GetProductRequest, asked.GetProduct),
        lambda entry: pb.GetProductResponse(entry=_ENTRY(entry)),
    ),
    "UpdateProduct": Row(
        parser(pb.UpdateProductRequest, asked.UpdateProduct, update_mask=mask),
        lambda entry: pb.UpdateProductResponse(entry=_ENTRY(entry)),
    ),
    "SetFloors": Row(
        parser(pb.SetFloorsRequest, asked.SetFloors, floors=tuple_of("floors", parser(pb.Floor, asked.Floor))),
        lambda entry: pb.SetFloorsResponse(entry=_ENTRY(entry)),
    ),
    "PutLaunch": Row(
        parser(pb.PutLaunchRequest, asked.PutLaunch),
        lambda launch: pb.PutLaunchResponse(launch=_LAUNCH(launch)),
    ),
    "RemoveLaunch": Row(
        parser(pb.RemoveLaunchRequest, asked.RemoveLaunch),
        lambda launch: pb.RemoveLaunchResponse(launch=_LAUNCH(launch)),
    ),
    "ListLaunches": Row(
        parser(pb.ListLaunchesRequest, asked.ListLaunches),
        page(pb.ListLaunchesResponse, "launches", _LAUNCH),
        blocks=True,
    ),
    "PutCollection": Row(
        parser(pb.PutCollectionRequest, asked.PutCollection),
        lambda collection: pb.PutCollectionResponse(collection=_COLLECTION(collection)),
    ),
    "RemoveCollection": Row(
        parser(pb.RemoveCollectionRequest, asked.RemoveCollection),
        lambda collection: pb.RemoveCollectionResponse(collection=_COLLECTION(collection)),
    ),
    "ListCollections": Row(
        parser(pb.ListCollectionsRequest, asked.ListCollections),
        page(pb.ListCollectionsResponse, "collections", _COLLECTION),
        blocks=True,
    ),
    "ListIdleAware": Row(
        parser(pb.ListIdleAwareRequest, asked.ListIdleAware),
        page(pb.ListIdleAwareResponse, "products", writer(pb.IdleAware, told.IdleAware)),
        blocks=True,
    ),
    "ImportRates": Row(
        parser(pb.ImportRatesRequest, asked.ImportRates),
        lambda done: pb.ImportRatesResponse(outcome=_IMPORT(done)),
    ),
    "ExportRates": Row(
        parser(pb.ExportRatesRequest, asked.ExportRates),
        writer(pb.ExportRatesResponse, told.Sheet),
        blocks=True,
    ),
    "ImportPrices": Row(
        parser(pb.ImportPricesRequest, asked.ImportPrices),
        lambda done: pb.ImportPricesResponse(outcome=_IMPORT(done)),
    ),
    "ExportPrices": Row(
        parser(pb.ExportPricesRequest, asked.ExportPrices),
        writer(pb.ExportPricesResponse, told.Sheet),
        blocks=True,
    ),
    "ListPrices": Row(
        parser(pb.ListPricesRequest, asked.ListPrices),
        writer(pb.ListPricesResponse, told.Prices, prices=many(writer(pb.Price, told.Price))),
    ),
}
