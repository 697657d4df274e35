"""Acts about orders (P0): without a team yet, allocated, cancelled, brought along. What packs do is the engine's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flexauth import answers, limits
from flexauth.acts import Acts, Learn
from flexauth.administration import year_later
from flexauth.answers_of.packs import Order
from flexauth.commands import AddPacks, AdjustPack, IdKind, NewPack, OpenWindow, Outcome, ProductKind
from flexauth.directory import Directory
from flexauth.faults import AlreadyExists, InvalidArgument, NotAllowedNow, NotFound
from flexauth.pages import page_of, position
from flexauth.policy import DEFAULTS
from flexauth.requests.packs import (
    AllocateOrder,
    CancelOrder,
    CreateOpeningOrder,
    CreateUnallocatedOrder,
    ListOrders,
    OpeningWindow,
)
from flexauth.store.port import Row, Store
from flexauth.work import Turn, Work

__all__ = ["Orders", "pack_answer"]


def pack_answer(row: Mapping[str, Any], team: str) -> answers.Pack:
    """A pack as it is stored, or as an act leaves it."""
    same = ("size", "unit_price", "currency", "starts_at", "ends_at", "purchased_at", "remaining", "held", "consumed")
    kept = {name: row[name] for name in (*same, "expired", "moved_out", "refunded")}
    return answers.Pack(id=row["pack"], team=team, order=row["number"], **kept)


def _new(size: int, unit_price: int, currency: str) -> dict[str, Any]:
    """What a pack has before it has an id and dates."""
    counts = dict.fromkeys(("held", "consumed", "expired", "moved_out", "refunded"), 0)
    return {"size": size, "unit_price": unit_price, "currency": currency, "remaining": size, **counts}


class Orders:
    """`works` are the acts, `reads` the look-ups, by type of request."""

    def __init__(self, store: Store, directory: Directory) -> None:
        self._store, self._directory = store, directory
        acts = Acts(store)
        self.works: dict[type, Callable[[Any], Work[Any]]] = {
            CreateUnallocatedOrder: acts.act(Order, self._create_unallocated),
            AllocateOrder: acts.act(Order, self._allocate),
            CancelOrder: acts.act(Order, self._cancel),
            CreateOpeningOrder: acts.act(Order, self._open),
        }
        self.reads: dict[type, Callable[[Any], Any]] = {ListOrders: self._list}

    def _order(self, row: Mapping[str, Any], packs: Sequence[Mapping[str, Any]]) -> Order:
        """A pack that went to another team is that team's to see; what was bought is told whole."""
        name = self._directory.team_name(row["team"]) if row.get("team") else ""
        mine = [pack for pack in packs if pack.get("team", row.get("team")) == row.get("team")]
        shown = tuple(pack_answer(pack, name) for pack in mine)
        tokens = sum(pack["size"] for pack in packs if not pack.get("parent"))
        return Order(row["number"], name, row["purchased_at"], shown, tokens, max(row.get("cancelled_at", 0), 0))

    # Orders that no team has yet ------------------------------------------------------------------------------------

    def _create_unallocated(self, turn: Turn, request: CreateUnallocatedOrder) -> tuple[Order, Learn]:
        if self._store.select("unallocated_named", {"number": request.number}):
            raise AlreadyExists(kind="order", value=repr(request.number))
        _enough(sum(pack.size for pack in request.packs), DEFAULTS["min_order_tokens"])
        purchased_at = _bought(request.purchased_at, turn.now)
        _year_left(purchased_at, turn.now)
        purchase = turn.engine.allocate(IdKind.ORDER)
        turn.write("insert_unallocated", purchase=purchase, number=request.number, purchased_at=purchased_at)
        for place, pack in enumerate(request.packs):
            turn.write(
                "insert_unallocated_pack", purchase=purchase, position=place, size=pack.size,
                unit_price=pack.unit_price, currency=pack.currency,
            )  # fmt: skip
        row = {"purchase": purchase, "number": request.number, "purchased_at": purchased_at}
        packs = [{"size": p.size, "unit_price": p.unit_price, "currency": p.currency} for p in request.packs]
        return self._waiting(row, packs), lambda: None

    def _waiting(self, row: Mapping[str, Any], packs: Sequence[Mapping[str, Any]]) -> Order:
        """An order without a team: its packs have dates and no ids."""
        at = row["purchased_at"]
        dates = {"starts_at": at, "ends_at": year_later(at), "purchased_at": at, "pack": 0, "number": row["number"]}
        return self._order(row, [{**_new(p["size"], p["unit_price"], p["currency"]), **dates} for p in packs])

    def _found_unallocated(self, number: str) -> Row:
        rows = self._store.select("unallocated_named", {"number": number})
        if not rows:
            raise NotFound(kind="order", value=f"{number!r} without a team")
        return rows[0]

    def _allocate(self, turn: Turn, request: AllocateOrder) -> tuple[Order, Learn]:
        team, found = self._directory.team_id(request.team), self._found_unallocated(request.number)
        self._refuse_known(team, request.number)
        purchase, at = found["purchase"], found["purchased_at"]
        _year_left(at, turn.now)
        rows = self._store.select("unallocated_packs", {"purchase": purchase})
        _enough(sum(row["size"] for row in rows), self._directory.contract(team, turn.now).values["min_order_tokens"])
        dates = {"starts_at": at, "ends_at": year_later(at), "used": 0}
        packs = [{**_new(row["size"], row["unit_price"], row["currency"]), **dates} for row in rows]
        turn.write("allocate", purchase=purchase, at=turn.now)
        return self._bring(turn, purchase, team, request.number, at, packs), lambda: None

    def _refuse_known(self, team: int, number: str) -> None:
        if self._store.select("purchase_named", {"team": team, "number": number}):
            raise AlreadyExists(kind="order", value=repr(number))

    def _bring(
        self, turn: Turn, purchase: int, team: int, number: str, purchased_at: int, packs: list[dict[str, Any]]
    ) -> Order:
        """The packs of an order come to a team (P1)."""
        turn.write("insert_purchase", purchase=purchase, team=team, number=number, purchased_at=purchased_at)
        new = []
        for pack in packs:
            pack |= {"pack": turn.engine.allocate(IdKind.PACK), "purchased_at": purchased_at, "number": number}
            turn.write("insert_purchase_pack", purchase=purchase, pack=pack["pack"], currency=pack["currency"])
            pack["remaining"] -= pack["used"]
            new.append(
                NewPack(
                    pack["pack"], pack["size"], pack["unit_price"], pack["starts_at"], pack["ends_at"], purchased_at,
                    pack["used"],
                )
            )  # fmt: skip
        if new:
            turn.engine.decide(turn.now, AddPacks(team, tuple(new)))
        return self._order({"number": number, "team": team, "purchased_at": purchased_at}, packs)

    # Cancellation -----------------------------------------------------------------------------------------------------

    def _cancel(self, turn: Turn, request: CancelOrder) -> tuple[Order, Learn]:
        if not request.team:
            found = self._found_unallocated(request.number)
            turn.write("cancel_unallocated", purchase=found["purchase"], at=turn.now)
            packs = self._store.select("unallocated_packs", {"purchase": found["purchase"]})
            return self._waiting({**found, "cancelled_at": turn.now}, packs), lambda: None
        team = self._directory.team_id(request.team)
        rows = self._store.select("purchase_named", {"team": team, "number": request.number})
        if not rows:
            raise NotFound(kind="order", value=repr(request.number))
        packs = self._store.select("packs_of_purchase", {"purchase": rows[0]["purchase"]})
        what = f"Cancelling order {request.number}"
        if rows[0]["cancelled_at"] >= 0:
            raise NotAllowedNow(what=what, why=f"it was cancelled at {rows[0]['cancelled_at']}")
        for pack in packs:
            if why := _touched(pack, team, turn.now):
                raise NotAllowedNow(what=what, why=f"of its pack {pack['pack']} {why} (P0)")
        turn.write("cancel_purchase", purchase=rows[0]["purchase"], at=turn.now)
        for pack in packs:
            decision = turn.engine.decide(turn.now, AdjustPack(pack["pack"]))
            assert decision.outcome is Outcome.GRANTED, f"pack {pack['pack']} is untouched and cannot be taken back"
        left = [{**pack, "remaining": 0} for pack in packs]
        return self._order({**rows[0], "cancelled_at": turn.now}, left), lambda: None

    # Moving in --------------------------------------------------------------------------------------------------------

    def _open(self, turn: Turn, request: CreateOpeningOrder) -> tuple[Order, Learn]:
        team = self._directory.team_id(request.team)
        self._refuse_known(team, request.number)
        purchased_at = _bought(request.purchased_at, turn.now)
        if request.packs:
            least = self._directory.contract(team, turn.now).values["min_order_tokens"]
            _enough(sum(pack.size for pack in request.packs), least)
        for pack in request.packs:
            if pack.ends_at <= turn.now:
                rule = f"a pack that has ended by now, {turn.now}, has nothing to bring"
                raise InvalidArgument(field="pack ends_at", value=pack.ends_at, rule=rule)
        windows = [self._window(turn, team, window) for window in request.windows]
        packs = [
            {
                **_new(pack.size, pack.unit_price, pack.currency),
                "starts_at": pack.starts_at, "ends_at": pack.ends_at, "used": pack.used, "consumed": pack.used,
            }
            for pack in request.packs
        ]  # fmt: skip
        order = self._bring(turn, turn.engine.allocate(IdKind.ORDER), team, request.number, purchased_at, packs)
        for window in windows:
            decision = turn.engine.decide(turn.now, window)
            assert decision.outcome is Outcome.GRANTED, f"{window} was free and cannot be opened"
        return order, lambda: None

    def _window(self, turn: Turn, team: int, window: OpeningWindow) -> OpenWindow:
        """A window that can be opened: of a line that is neither paid nor pending."""
        user, product = self._directory.user_id(window.user), self._directory.product(window.product)
        what = f"Opening a window of {window.product} for {window.user}"
        if team not in self._directory.teams_of(user):
            raise NotFound(kind="user", value=repr(window.user))
        if product.kind is not ProductKind.DAILY:
            rule = f"{window.product} is {product.kind.name.lower()}: it has no windows"
            raise InvalidArgument(field="window product", value=repr(window.product), rule=rule)
        if not window.window_start <= turn.now < window.paid_until:
            rule = f"a window that is paid holds now, {turn.now}"
            raise InvalidArgument(field="window window_start", value=window.window_start, rule=rule)
        for line in self._store.select("line_window", {"team": team, "user": user, "product": product.product}):
            if line["pending_since"] >= 0 or line["paid_until"] > turn.now:
                raise NotAllowedNow(what=what, why="the line is in use here, or is paid here already")
        return OpenWindow(team, user, product.product, window.window_start, window.paid_until)

    # Reading ----------------------------------------------------------------------------------------------------------

    def _list(self, request: ListOrders) -> answers.Page[Order]:
        limit = request.page_size or limits.PAGE_DEFAULT
        key = {"after": position(request, 1)[0], "limit": limit + 1}
        if not request.team:
            rows = self._store.select("unallocated_page", key)
            return page_of(rows, limit, self._unallocated, lambda row: (row["purchase"],))
        rows = self._store.select("purchases_page", {**key, "team": self._directory.team_id(request.team)})
        return page_of(rows, limit, self._purchase, lambda row: (row["purchase"],))

    def _unallocated(self, row: Row) -> Order:
        return self._waiting(row, self._store.select("unallocated_packs", {"purchase": row["purchase"]}))

    def _purchase(self, row: Row) -> Order:
        return self._order(row, self._store.select("packs_of_purchase", {"purchase": row["purchase"]}))


def _touched(pack: Row, team: int, now: int) -> str:
    """What has become of a pack that was bought, "" when nothing has."""
    if pack["team"] != team or pack["moved_out"]:
        return "tokens were moved or split off"
    if pack["ended"] or pack["ends_at"] <= now:
        return "nothing is left: it has ended"
    if pack["held"]:
        return f"{pack['held']} tokens are held"
    return "tokens are used" if pack["remaining"] != pack["size"] else ""


def _enough(tokens: int, least: int) -> None:
    if tokens < least:
        raise InvalidArgument(field="packs", value=tokens, rule=f"an order has at least {least} tokens (P1)")


def _bought(purchased_at: int, now: int) -> int:
    if purchased_at > now:
        raise InvalidArgument(field="purchased_at", value=purchased_at, rule=f"it must not be after now, {now}")
    return purchased_at or now


def _year_left(purchased_at: int, now: int) -> None:
    if year_later(purchased_at) <= now:
        rule = f"its packs would have ended before now, {now}: their year runs from the purchase (P0)"
        raise InvalidArgument(field="purchased_at", value=purchased_at, rule=rule)
