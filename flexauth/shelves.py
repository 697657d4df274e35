"""Acts about what stands beside the products: what launches are charged as, and collections (C11)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flexauth import answers, limits
from flexauth.acts import Acts, Learn
from flexauth.answers_of.catalogue import Collection, Launch
from flexauth.directory import Directory
from flexauth.etags import check_etag, etag_of
from flexauth.faults import NotAllowedNow, NotFound
from flexauth.pages import page_of, position
from flexauth.requests.catalogue import (
    ListCollections,
    ListLaunches,
    PutCollection,
    PutLaunch,
    RemoveCollection,
    RemoveLaunch,
)
from flexauth.store.port import Store
from flexauth.work import Turn, Work

__all__ = ["Shelves"]


class Shelves:
    """`works` are the acts, `reads` the look-ups, by type of request."""

    def __init__(self, store: Store, directory: Directory) -> None:
        self._store, self._directory = store, directory
        acts = Acts(store)
        self.works: dict[type, Callable[[Any], Work[Any]]] = {
            PutLaunch: acts.act(Launch, self._put_launch),
            RemoveLaunch: acts.act(Launch, self._remove_launch),
            PutCollection: acts.act(Collection, self._put_collection),
            RemoveCollection: acts.act(Collection, self._remove_collection),
        }
        self.reads: dict[type, Callable[[Any], Any]] = {
            ListLaunches: self._list_launches,
            ListCollections: self._list_collections,
        }

    # Launches ---------------------------------------------------------------------------------------------------------

    def _put_launch(self, turn: Turn, request: PutLaunch) -> tuple[Launch, Learn]:
        product = self._directory.product(request.product).product
        turn.write("put_launch", code=request.launch_code, from_version=request.from_version, product=product)
        return Launch(request.launch_code, request.from_version, request.product), self._directory.forget_all

    def _remove_launch(self, turn: Turn, request: RemoveLaunch) -> tuple[Launch, Learn]:
        key = {"code": request.launch_code, "from_version": request.from_version}
        rows = self._store.select("launch_at", key)
        if not rows:
            version = f" from version {request.from_version}" if request.from_version else ""
            raise NotFound(kind="launch", value=f"{request.launch_code!r}{version}")
        turn.write("delete_launch", **key)
        return self._launch(rows[0]), self._directory.forget_all

    def _launch(self, row: Mapping[str, Any]) -> Launch:
        return Launch(row["code"], row["from_version"], self._directory.product_code(row["product"]))

    def _list_launches(self, request: ListLaunches) -> answers.Page[Launch]:
        after, limit = position(request, 1)[0], request.page_size or limits.PAGE_DEFAULT
        rows = list(enumerate(self._store.select("launches_page", {"after": after, "limit": limit + 1}), after + 1))
        return page_of(rows, limit, lambda row: self._launch(row[1]), lambda row: (row[0],))

    # Collections ------------------------------------------------------------------------------------------------------

    def _products(self, collection: int) -> tuple[str, ...]:
        rows = self._store.select("collection_products", {"collection": collection})
        return tuple(row["code"] for row in rows)

    def _collection(self, row: Mapping[str, Any]) -> Collection:
        products = self._products(row["collection"])
        return Collection(row["code"], row["name"], products, etag_of(_kept(row, products)))

    def _put_collection(self, turn: Turn, request: PutCollection) -> tuple[Collection, Learn]:
        found = self._store.select("collection_named", {"code": request.code})
        if found:
            ident = found[0]["collection"]
            check_etag(request.etag, _kept(found[0], self._products(ident)), "collection", request.code)
        else:
            if request.etag:
                raise NotFound(kind="collection", value=repr(request.code))
            ident = self._store.select("last_collection", {})[0]["id"] + 1
        products = {code: self._directory.product(code).product for code in sorted(request.products)}
        row = {"collection": ident, "code": request.code, "name": request.name}
        turn.write("put_collection", **row)
        turn.write("empty_collection", collection=ident)
        for product in products.values():
            turn.write("insert_collection_product", collection=ident, product=product)
        self._directory.rights_changed(turn)
        answer = Collection(request.code, request.name, tuple(products), etag_of(_kept(row, tuple(products))))
        return answer, self._directory.forget_all

    def _remove_collection(self, turn: Turn, request: RemoveCollection) -> tuple[Collection, Learn]:
        rows = self._store.select("collection_named", {"code": request.code})
        if not rows:
            raise NotFound(kind="collection", value=repr(request.code))
        row = rows[0]
        check_etag(request.etag, _kept(row, self._products(row["collection"])), "collection", request.code)
        used = self._store.select("collection_used", {"collection": row["collection"], "now": turn.now})[0]["used"]
        if used:
            why = f"{used} subscriptions and pools are of it; end them first"
            raise NotAllowedNow(what=f"Removing collection {request.code}", why=why)
        answer = self._collection(row)
        turn.write("empty_collection", collection=row["collection"])
        turn.write("delete_collection", collection=row["collection"])
        return answer, self._directory.forget_all

    def _list_collections(self, request: ListCollections) -> answers.Page[Collection]:
        after, limit = position(request, 1)[0], request.page_size or limits.PAGE_DEFAULT
        rows = self._store.select("collections_page", {"after": after, "limit": limit + 1})
        return page_of(rows, limit, self._collection, lambda row: (row["collection"],))


def _kept(row: Mapping[str, Any], products: tuple[str, ...]) -> dict[str, Any]:
    """What an update of a collection changes."""
    return {"collection": row["collection"], "name": row["name"], "products": list(products)}
