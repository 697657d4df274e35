"""What vendors and admins do: teams, orders, contracts. Every write goes through the sequencer.

An act is alone in its batch: all before it is stored, so it reads the store; the directory learns of it once stored.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

from flexauth import answers, commands, limits, requests
from flexauth.acts import Acts
from flexauth.commands import IdKind
from flexauth.directory import Directory
from flexauth.faults import AlreadyExists, InvalidArgument
from flexauth.names import halves, name_digest
from flexauth.pages import page_of, position
from flexauth.periods import calendar_for
from flexauth.policy import parse_policy, terms_of
from flexauth.sequencer import Sequencer
from flexauth.store.port import Store
from flexauth.work import Turn, Work

__all__ = ["Administration", "year_later"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def year_later(at: int) -> int:
    """The same UTC time on the same date a year later; 29 February gives 1 March (P1)."""
    when = _EPOCH + at * _MICROSECOND
    try:
        later = when.replace(year=when.year + 1)
    except ValueError:
        later = when.replace(year=when.year + 1, month=3, day=1)
    return (later - _EPOCH) // _MICROSECOND


def _pack_answer(pack: commands.NewPack, team: str, currency: str, order: str) -> answers.Pack:
    """A pack as its order made it."""
    return answers.Pack(
        pack.pack, team, pack.size, pack.unit_price, currency, pack.starts_at, pack.ends_at, pack.purchased_at,
        pack.size, 0, 0, 0, 0, 0, order,
    )  # fmt: skip


class Administration:
    """`works` are the acts, `reads` the look-ups, by type of request."""

    def __init__(self, store: Store, directory: Directory, sequencer: Sequencer) -> None:
        self._store, self._directory, self._sequencer = store, directory, sequencer
        acts = Acts(store)
        self.works: dict[type, Callable[[Any], Work[Any]]] = {
            requests.CreateTeam: acts.act(answers.Team, self._create_team),
            requests.CreateOrder: acts.act(answers.OrderAnswer, self._create_order),
            requests.SetPolicy: acts.act(answers.PolicyAnswer, self._set_policy),
            requests.ConfirmClock: lambda _: Work(self._confirm_clock),
            requests.GetPolicy: lambda request: Work(lambda turn: self._get_policy(request, turn.now)),
        }
        self.reads: dict[type, Callable[[Any], Any]] = {
            requests.ListTeams: self._list_teams,
        }

    # Teams ------------------------------------------------------------------------------------------------------------

    def _create_team(self, turn: Turn, request: requests.CreateTeam) -> tuple[answers.Team, Callable[[], None]]:
        digest = self._new_name(IdKind.TEAM, "team", request.name)
        team = turn.engine.allocate(IdKind.TEAM)
        high, low = halves(digest)
        turn.write(
            "insert_team", team=team, name=request.name, digest_hi=high, digest_lo=low,
            display_name=request.display_name, created_at=turn.now,
        )  # fmt: skip

        def learn() -> None:
            self._directory.add_name(digest, team)
            self._directory.add_team(team, request.name)

        return answers.Team(request.name, request.display_name, turn.now, 0), learn

    def _new_name(self, kind: IdKind, word: str, name: str) -> int:
        if self._directory.names.find(kind, name):
            raise AlreadyExists(kind=word, value=repr(name))
        return name_digest(kind, name)

    def _list_teams(self, request: requests.ListTeams) -> answers.Page[answers.Team]:
        limit = request.page_size or limits.PAGE_DEFAULT
        within = None if request.within is None else json.dumps(request.within)
        rows = self._store.select(
            "teams_page", {"after": position(request, 1)[0], "within": within, "limit": limit + 1}
        )
        return page_of(
            rows,
            limit,
            lambda row: answers.Team(row["name"], row["display_name"], row["created_at"], row["users"]),
            lambda row: (row["team"],),
        )

    # Orders and contracts ---------------------------------------------------------------------------------------------

    def _create_order(
        self, turn: Turn, request: requests.CreateOrder
    ) -> tuple[answers.OrderAnswer, Callable[[], None]]:
        team = self._directory.team_id(request.team)
        order = turn.engine.allocate(IdKind.ORDER)
        number = request.number or f"order-{order}"
        if self._store.select("order_by_number", {"number": number, "team": team}):
            raise AlreadyExists(kind="order", value=repr(number))
        least = self._directory.contract(team, turn.now).values["min_order_tokens"]
        total = sum(terms.size for terms in request.packs)
        if total < least:
            raise InvalidArgument(field="packs", value=total, rule=f"an order has at least {least} tokens (P1)")
        purchased_at = request.purchased_at or turn.now
        if purchased_at > turn.now:
            raise InvalidArgument(
                field="purchased_at", value=purchased_at, rule=f"it must not be after now, {turn.now}"
            )
        packs = tuple(self._new_pack(turn, terms, purchased_at) for terms in request.packs)
        turn.write("insert_purchase", purchase=order, team=team, number=number, purchased_at=purchased_at)
        for pack, terms in zip(packs, request.packs, strict=True):
            turn.write("insert_purchase_pack", purchase=order, pack=pack.pack, currency=terms.currency)
        turn.engine.decide(turn.now, commands.AddPacks(team, packs))
        answer = answers.OrderAnswer(
            number,
            tuple(
                _pack_answer(pack, request.team, terms.currency, number)
                for pack, terms in zip(packs, request.packs, strict=True)
            ),
        )
        return answer, lambda: None

    @staticmethod
    def _new_pack(turn: Turn, terms: requests.PackTerms, purchased_at: int) -> commands.NewPack:
        starts_at = terms.starts_at or turn.now
        ends_at = terms.ends_at or year_later(starts_at)
        for before, at, word in ((starts_at, ends_at, "starts_at"), (turn.now, ends_at, "now")):
            if at <= before:
                rule = f"a pack ends after {word}, {before} (P1)"
                raise InvalidArgument(field="pack ends_at", value=at, rule=rule)
        pack = turn.engine.allocate(IdKind.PACK)
        return commands.NewPack(pack, terms.size, terms.unit_price, starts_at, ends_at, purchased_at)

    def _set_policy(self, turn: Turn, request: requests.SetPolicy) -> tuple[answers.PolicyAnswer, Callable[[], None]]:
        team = self._directory.team_id(request.team)
        effective_at = self._not_past("effective_at", request.effective_at, turn.now)
        newest = self._directory.newest_contract(team)
        if newest.effective_at > effective_at:
            rule = f"a contract that begins later, at {newest.effective_at}, is already made"
            raise InvalidArgument(field="effective_at", value=effective_at, rule=rule)
        values = parse_policy(request.values, newest.values)
        if values["scope"] != "ALL":
            for code in values["scope"]:
                self._directory.product(code)
        calendar = 0
        if values["window_policy"] == "calendar_day":
            calendar = calendar_for(turn, self._store, values["time_zone"], "day")
        policy = terms_of(values, calendar)
        version, given = newest.version + 1, json.dumps(dict(values))
        terms = {field.name: int(getattr(policy, field.name)) for field in fields(policy)}
        turn.write("insert_policy", team=team, version=version, effective_at=effective_at, given=given, **terms)
        turn.engine.decide(turn.now, commands.PutPolicy(team, version, effective_at, policy))
        self._directory.rights_changed(turn, (team,))
        answer = answers.PolicyAnswer(version, effective_at, given)
        return answer, lambda: self._directory.add_contract(team, version, effective_at, given, calendar)

    @staticmethod
    def _not_past(field: str, at: int, now: int) -> int:
        if at and at < now:
            raise InvalidArgument(field=field, value=at, rule=f"it must not be before now, {now} (C14); 0 means now")
        return at or now

    def _get_policy(self, request: requests.GetPolicy, now: int) -> answers.PolicyAnswer:
        contract = self._directory.contract(self._directory.team_id(request.team), now)
        return answers.PolicyAnswer(contract.version, contract.effective_at, json.dumps(dict(contract.values)))

    def _confirm_clock(self, turn: Turn) -> answers.ClockAnswer:
        """T2: the operator vouches for the clock; packs that have ended meanwhile are forfeited now."""
        self._sequencer.time.confirm()
        turn.engine.suspend_forfeits(False)
        turn.write("trust_clock")
        return answers.ClockAnswer(turn.now)
