"""Acts about entitlements that cost no tokens: subscriptions, trials, pools of network seats (section 5).

Who may run what by them, `rights` decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flexauth import answers, limits
from flexauth.acts import Acts, Learn
from flexauth.answers_of.entitlements import Pool, Subscription, Trial
from flexauth.commands import NEVER, IdKind
from flexauth.commands import PutPool as Seats
from flexauth.directory import Directory
from flexauth.etags import check_etag, etag_of
from flexauth.faults import AlreadyExists, InvalidArgument, NotAllowedNow, NotFound
from flexauth.pages import page_of, position
from flexauth.requests.entitlements import (
    CreateSubscription,
    CreateTrial,
    EndSubscription,
    EndTrial,
    ListPools,
    ListSubscriptions,
    ListTrials,
    PutPool,
    UpdateSubscription,
    UpdateTrial,
)
from flexauth.store.port import Row, Store
from flexauth.work import Turn, Work

__all__ = ["Entitlements"]


class Entitlements:
    """`works` are the acts, `reads` the look-ups, by type of request."""

    def __init__(self, store: Store, directory: Directory) -> None:
        self._store, self._directory = store, directory
        acts = Acts(store)
        self.works: dict[type, Callable[[Any], Work[Any]]] = {
            CreateSubscription: acts.act(Subscription, self._create_subscription),
            UpdateSubscription: acts.act(Subscription, self._update_subscription),
            EndSubscription: acts.act(Subscription, self._end_subscription),
            CreateTrial: acts.act(Trial, self._create_trial),
            UpdateTrial: acts.act(Trial, self._update_trial),
            EndTrial: acts.act(Trial, self._end_trial),
            PutPool: acts.act(Pool, self._put_pool),
        }
        self.reads: dict[type, Callable[[Any], Any]] = {
            ListSubscriptions: self._list_subscriptions,
            ListTrials: self._list_trials,
            ListPools: self._list_pools,
        }

    def _one(self, statement: str, kind: str, value: object, **key: object) -> Row:
        rows = self._store.select(statement, key)
        if not rows:
            raise NotFound(kind=kind, value=repr(value))
        return rows[0]

    def _member(self, user: str, team: str) -> tuple[int, int]:
        """Ids of a user and of a team that the user belongs to; a stranger is told as one who is not there."""
        ident, of = self._directory.user_id(user), self._directory.team_id(team)
        if of not in self._directory.teams_of(ident):
            raise NotFound(kind="user", value=repr(user))
        return ident, of

    def _subject(self, product: str, collection: str) -> dict[str, int]:
        """Ids of the product or collection that was named, 0 for the other."""
        if product:
            return {"product": self._directory.product(product).product, "collection": 0}
        row = self._one("collection_named", "collection", collection, code=collection)
        return {"product": 0, "collection": row["collection"]}

    def _collection_code(self, collection: int) -> str:
        return str(self._store.select("collection_code", {"collection": collection})[0]["code"]) if collection else ""

    def _changed(self, turn: Turn, row: Mapping[str, Any]) -> Learn:
        """Sessions of the team hear of it at their next contact; what is known of the user is read anew."""
        self._directory.rights_changed(turn, teams=(row["team"],))
        return lambda: self._directory.forget_user(row["user"])

    # Subscriptions ----------------------------------------------------------------------------------------------------

    def _subscription(self, row: Mapping[str, Any]) -> Subscription:
        directory = self._directory
        return Subscription(
            id=row["subscription"],
            team=directory.team_name(row["team"]),
            user=directory.users.get(row["user"]),
            product=directory.product_code(row["product"]),
            collection=self._collection_code(row["collection"]),
            starts_at=row["starts_at"],
            ends_at=max(row["ends_at"], 0),
            etag=etag_of(row),
        )

    def _create_subscription(self, turn: Turn, request: CreateSubscription) -> tuple[Subscription, Learn]:
        user, team = self._member(request.user, request.team)
        starts_at = request.starts_at or turn.now
        row = {
            "subscription": self._store.select("last_subscription", {})[0]["id"] + 1,
            "team": team,
            "user": user,
            **self._subject(request.product, request.collection),
            "starts_at": starts_at,
            "ends_at": _end(request.ends_at, starts_at),
        }
        turn.write("insert_subscription", **row)
        return self._subscription(row), self._changed(turn, row)

    def _found_subscription(self, request: UpdateSubscription | EndSubscription) -> Row:
        team = self._directory.team_id(request.team)
        row = self._one("subscription_of_team", "subscription", request.id, subscription=request.id, team=team)
        check_etag(request.etag, row, "subscription", str(request.id))
        return row

    def _update_subscription(self, turn: Turn, request: UpdateSubscription) -> tuple[Subscription, Learn]:
        row = self._found_subscription(request)
        return self._until(turn, {**row, "ends_at": _end(request.ends_at, row["starts_at"])})

    def _end_subscription(self, turn: Turn, request: EndSubscription) -> tuple[Subscription, Learn]:
        row = self._found_subscription(request)
        _refuse_ended(f"Ending subscription {request.id}", row, turn.now)
        return self._until(turn, {**row, "ends_at": max(turn.now, row["starts_at"])})

    def _until(self, turn: Turn, row: Mapping[str, Any]) -> tuple[Subscription, Learn]:
        turn.write("end_subscription", subscription=row["subscription"], ends_at=row["ends_at"])
        return self._subscription(row), self._changed(turn, row)

    def _key(self, request: ListSubscriptions) -> dict[str, int]:
        user = self._directory.user_id(request.user) if request.user else 0
        limit = request.page_size or limits.PAGE_DEFAULT
        team = self._directory.team_id(request.team)
        return {"team": team, "user": user, "after": position(request, 1)[0], "limit": limit + 1}

    def _list_subscriptions(self, request: ListSubscriptions) -> answers.Page[Subscription]:
        key = self._key(request)
        rows = self._store.select("subscriptions_page", key)
        return page_of(rows, key["limit"] - 1, self._subscription, lambda row: (row["subscription"],))

    # Trials -----------------------------------------------------------------------------------------------------------

    def _trial(self, row: Mapping[str, Any]) -> Trial:
        return Trial(
            team=self._directory.team_name(row["team"]),
            user=self._directory.users.get(row["user"]),
            product=self._directory.product_code(row["product"]),
            starts_at=row["starts_at"],
            ends_at=row["ends_at"],
            etag=etag_of(row),
        )

    def _create_trial(self, turn: Turn, request: CreateTrial) -> tuple[Trial, Learn]:
        user, team = self._member(request.user, request.team)
        product = self._directory.product(request.product).product
        if self._store.select("trial_of", {"team": team, "user": user, "product": product}):
            raise AlreadyExists(kind="trial", value=f"of {request.product} for {request.user} in {request.team}")
        starts_at = request.starts_at or turn.now
        row = {
            "trial": self._store.select("last_trial", {})[0]["id"] + 1,
            "team": team,
            "user": user,
            "product": product,
            "starts_at": starts_at,
            "ends_at": _end(request.ends_at, starts_at),
        }
        turn.write("insert_trial", **row)
        return self._trial(row), self._changed(turn, row)

    def _found_trial(self, request: UpdateTrial | EndTrial) -> Row:
        directory = self._directory
        key = {
            "team": directory.team_id(request.team),
            "user": directory.user_id(request.user),
            "product": directory.product(request.product).product,
        }
        row = self._one("trial_of", "trial", f"{request.user} {request.product}", **key)
        check_etag(request.etag, row, "trial", f"{request.user} {request.product}")
        return row

    def _update_trial(self, turn: Turn, request: UpdateTrial) -> tuple[Trial, Learn]:
        row = self._found_trial(request)
        return self._try_until(turn, {**row, "ends_at": _end(request.ends_at, row["starts_at"])})

    def _end_trial(self, turn: Turn, request: EndTrial) -> tuple[Trial, Learn]:
        row = self._found_trial(request)
        _refuse_ended("Ending this trial", row, turn.now)
        return self._try_until(turn, {**row, "ends_at": max(turn.now, row["starts_at"])})

    def _try_until(self, turn: Turn, row: Mapping[str, Any]) -> tuple[Trial, Learn]:
        turn.write("end_trial", trial=row["trial"], ends_at=row["ends_at"])
        return self._trial(row), self._changed(turn, row)

    def _list_trials(self, request: ListTrials) -> answers.Page[Trial]:
        key = self._key(request)
        rows = self._store.select("trials_page", key)
        return page_of(rows, key["limit"] - 1, self._trial, lambda row: (row["trial"],))

    # Network seats ----------------------------------------------------------------------------------------------------

    def _pool(self, row: Mapping[str, Any]) -> Pool:
        return Pool(
            team=self._directory.team_name(row["team"]),
            product=self._directory.product_code(row["product"]),
            collection=self._collection_code(row["collection"]),
            seats=row["seats"],
            taken=row["taken"],
            etag=etag_of(_given(row)),
        )

    def _put_pool(self, turn: Turn, request: PutPool) -> tuple[Pool, Learn]:
        team, subject = self._directory.team_id(request.team), self._subject(request.product, request.collection)
        found = self._store.select("pool_of", {"team": team, **subject})
        name = request.product or request.collection
        if found:
            check_etag(request.etag, _given(found[0]), "pool", name)
            row = {**found[0], "seats": request.seats}
        else:
            if request.etag:
                raise NotFound(kind="pool", value=repr(name))
            pool = turn.engine.allocate(IdKind.POOL)
            row = {"pool": pool, "team": team, **subject, "seats": request.seats, "taken": 0}
            turn.write("insert_pool_terms", pool=pool, team=team, **subject)
        turn.write("put_pool", pool=row["pool"], team=team, seats=request.seats)
        turn.engine.decide(turn.now, Seats(row["pool"], team, request.seats))
        self._directory.rights_changed(turn, teams=(team,))
        return self._pool(row), lambda: self._directory.forget_team(team)

    def _list_pools(self, request: ListPools) -> answers.Page[Pool]:
        limit = request.page_size or limits.PAGE_DEFAULT
        key = {"team": self._directory.team_id(request.team), "after": position(request, 1)[0], "limit": limit + 1}
        return page_of(self._store.select("pools_page", key), limit, self._pool, lambda row: (row["pool"],))


def _given(row: Mapping[str, Any]) -> dict[str, Any]:
    """What administration gave a pool: a seat that is taken changes no pool."""
    return {name: row[name] for name in ("pool", "seats")}


def _end(ends_at: int, starts_at: int) -> int:
    """An end as it is stored; NEVER for an open one."""
    if ends_at and ends_at <= starts_at:
        raise InvalidArgument(field="ends_at", value=ends_at, rule=f"it must be after starts_at, {starts_at}")
    return ends_at or NEVER


def _refuse_ended(what: str, row: Mapping[str, Any], now: int) -> None:
    if NEVER != row["ends_at"] <= now:
        raise NotAllowedNow(what=what, why=f"it ended at {row['ends_at']}; update its ends_at to let it run again")
