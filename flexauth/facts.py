"""Facts that rights are computed from: of users and teams, read from the store where they are not at hand.

An act that changes rights says so before it is stored and lets the facts be forgotten once it is. Decides nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Any

from flexauth import limits
from flexauth.commands import NEVER, ChangeRights, IdKind, Reason, Rights
from flexauth.contracts import Contracts
from flexauth.names import name_digest
from flexauth.requests.entitlements import CapSubject
from flexauth.rights import Asked, Membership, Right, TeamFacts, UserFacts, rights
from flexauth.store.port import Store
from flexauth.work import Turn

__all__ = ["Facts"]

_Key = tuple[int, int, int]


@dataclass(slots=True)
class _Known:
    """A user's facts, and the rights that were computed from them: by product, team and project, until a time."""

    facts: UserFacts
    epoch: int
    rights: dict[_Key, tuple[int, Rights]] = field(default_factory=dict)


class Facts:
    """`rights` for the sequencer's thread; a look-up where nothing has changed."""

    def __init__(self, store: Store, contracts: Contracts) -> None:
        self._store, self._contracts = store, contracts
        self._version = int(store.select("rights_version", {})[0]["version"])
        self._users: OrderedDict[int, _Known] = OrderedDict()
        self._teams: dict[int, tuple[int, TeamFacts]] = {}
        #: Raised when facts of a team or of the catalogue are forgotten: what was computed before is void.
        self._epoch = 0
        self._read_suspended()

    def _read_suspended(self) -> None:
        """Suspended devices are few: their teams by the digest of the device's name (A8)."""
        found: dict[int, set[int]] = {}
        for row in self._store.select("suspended_devices", {}):
            digest = row["digest_hi"] % 2**64 << 64 | row["digest_lo"] % 2**64
            found.setdefault(digest, set()).add(row["team"])
        self._suspended = {digest: frozenset(teams) for digest, teams in found.items()}

    # Rights -----------------------------------------------------------------------------------------------------------

    def rights(self, user: int, asked: Asked, now: int) -> Rights:
        """What the user may do with a product now (SPEC 5.4), of the present version."""
        known = self._known(user)
        if asked.device_suspended_in:
            return self._compute(known.facts, asked, now)[0]
        key = (asked.product, asked.team, asked.project)
        until, found = known.rights.get(key, (NEVER, None))
        if found is None or until <= now:
            found, until = self._compute(known.facts, asked, now)
            known.rights[key] = (until, found)
        if found.version == self._version:
            return found
        return Rights(self._version, found.candidates, found.refusal, found.barred)

    def _compute(self, user: UserFacts, asked: Asked, now: int) -> tuple[Rights, int]:
        teams, until = {}, []
        for member in user.memberships:
            ends, teams[member.team] = self._team(member.team, now)
            until.append(ends)
        found, ends = rights(user, teams, asked, now, self._version)
        return found, min([ends, *until])

    def suspended_in(self, device: str) -> frozenset[int]:
        """Teams in which a device is suspended."""
        return self._suspended.get(name_digest(IdKind.DEVICE, device), frozenset()) if self._suspended else frozenset()

    def user(self, user: int) -> UserFacts:
        """Memberships, subscriptions, trials and groups of a user."""
        return self._known(user).facts

    # Reading ----------------------------------------------------------------------------------------------------------

    def _known(self, user: int) -> _Known:
        known = self._users.get(user)
        if known is None:
            known = self._users[user] = _Known(self._read_user(user), self._epoch)
            if len(self._users) > limits.RIGHTS_CACHED_USERS:
                self._users.popitem(last=False)
        elif known.epoch != self._epoch:
            known.epoch, known.rights = self._epoch, {}
        return known

    def _read_user(self, user: int) -> UserFacts:
        def select(statement: str) -> list[dict[str, Any]]:
            return self._store.select(statement, {"user": user})

        assigned, excepted = _by_team(select("user_assignments")), _by_team(select("user_exceptions"))
        memberships = tuple(
            Membership(
                row["team"],
                bool(row["assigned_all"]),
                assigned.get(row["team"], frozenset()),
                excepted.get(row["team"], frozenset()),
                bool(row["guest"]),
                _barred(row),
            )
            for row in select("user_memberships")
        )
        suspended = select("user_suspended")
        return UserFacts(
            user,
            memberships,
            _rights_of(select("user_subscriptions")),
            _rights_of(select("user_trials")),
            frozenset(row["user_group"] for row in select("user_groups")),
            bool(suspended and suspended[0]["suspended"]),
        )

    def _team(self, team: int, now: int) -> tuple[int, TeamFacts]:
        """Facts of a team, and until when they hold: the next contract brings others."""
        known = self._teams.get(team)
        if known is None or known[0] <= now:
            known = self._teams[team] = (self._contracts.next_change(team, now), self._read_team(team, now))
        return known

    def _read_team(self, team: int, now: int) -> TeamFacts:
        key = {"team": team}
        values = self._contracts.at(team, now).values
        pools: dict[int, tuple[int, ...]] = {}
        for row in self._store.select("team_pools", key):
            pools[row["product"]] = (*pools.get(row["product"], ()), row["pool"])
        caps: dict[tuple[CapSubject, int], tuple[int, ...]] = {}
        for row in self._store.select("team_caps", key):
            subject = (CapSubject(row["subject_kind"]), row["subject"])
            caps[subject] = (*caps.get(subject, ()), row["cap"])
        scope = None if values["scope"] == "ALL" else frozenset(self._scope(values["scope"]))
        return TeamFacts(
            team,
            bool(self._store.select("team_suspended", key)[0]["suspended"]),
            frozenset(row["product"] for row in self._store.select("team_default", key)),
            values["guests_get_default"],
            scope,
            pools,
            caps,
        )

    def _scope(self, codes: list[str]) -> list[int]:
        rows = self._store.select("product_ids", {})
        ids = {row["code"]: row["product"] for row in rows}
        return [ids[code] for code in codes if code in ids]

    # Changes ----------------------------------------------------------------------------------------------------------

    def changed(self, turn: Turn, teams: tuple[int, ...] = ()) -> None:
        """Rights of these teams' sessions are to be resolved anew at their next contact; no teams: of all (E2).

        The version only goes forward, also when the batch is lost: then it names no change.
        """
        self._version += 1
        for team in teams:
            turn.write("bump_rights", version=self._version, team=team)
        if not teams:
            turn.write("bump_all_rights", version=self._version)
        turn.engine.decide(turn.now, ChangeRights(self._version, teams))

    def forget_user(self, user: int) -> None:
        """What is stored of the user is other than before."""
        self._users.pop(user, None)

    def forget_team(self, team: int) -> None:
        """What is stored of the team is other than before."""
        self._teams.pop(team, None)
        self._epoch += 1

    def forget_all(self) -> None:
        """The catalogue, or what many users have, is other than before."""
        self._teams.clear()
        self._users.clear()
        self._read_suspended()
        self._epoch += 1


def _by_team(rows: list[dict[str, Any]]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for row in rows:
        found.setdefault(row["team"], set()).add(row["product"])
    return {team: frozenset(products) for team, products in found.items()}


def _rights_of(rows: list[dict[str, Any]]) -> tuple[Right, ...]:
    """One row a product: those of one subscription become one right."""
    found: dict[int, Right] = {}
    for row in rows:
        one = Right(row["team"], frozenset([row["product"]]), row["starts_at"], row["ends_at"])
        known = found.get(row["id"])
        found[row["id"]] = one if known is None else replace(known, products=known.products | one.products)
    return tuple(found.values())


def _barred(row: dict[str, Any]) -> Reason:
    if row["suspended"]:
        return Reason.SUSPENDED
    return Reason.INVITATION_PENDING if row["invited_until"] != NEVER else Reason.NONE
