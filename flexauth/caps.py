"""Acts about caps (Q3): what they are about, their periods, and what counts in one from before it was made.

What a cap refuses, the engine decides.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from flexauth import answers, limits
from flexauth.acts import Acts, Learn
from flexauth.answers_of.entitlements import Cap
from flexauth.calendars import period_starts, zone_of
from flexauth.commands import COLUMNS, IdKind, PutCap
from flexauth.directory import Directory
from flexauth.etags import check_etag, etag_of
from flexauth.faults import AlreadyExists, NotFound
from flexauth.pages import page_of, position
from flexauth.periods import calendar_for
from flexauth.requests.entitlements import CapPeriod, CapSubject, CreateCap, EndCap, ListCaps, UpdateCap
from flexauth.store.port import Row, Store
from flexauth.work import Turn, Work

__all__ = ["Caps"]


class Caps:
    """`works` are the acts, and the list: what is used of a cap, the engine knows."""

    def __init__(self, store: Store, directory: Directory) -> None:
        self._store, self._directory = store, directory
        acts = Acts(store)
        self.works: dict[type, Callable[[Any], Work[Any]]] = {
            CreateCap: acts.act(Cap, self._create),
            UpdateCap: acts.act(Cap, self._update),
            EndCap: acts.act(Cap, self._end),
            ListCaps: lambda request: Work(lambda turn: self._list(turn, request)),
        }

    def _cap(self, row: Mapping[str, Any], used: int) -> Cap:
        return Cap(
            team=self._directory.team_name(row["team"]),
            name=row["name"],
            subject_kind=CapSubject(row["subject_kind"]),
            subject_name=self._subject_name(CapSubject(row["subject_kind"]), row["subject"]),
            per=CapPeriod[row["per"].upper()],
            tokens=row["tokens"],
            soft=not row["hard"],
            used=used,
            etag=etag_of(row),
        )

    def _subject(self, team: int, kind: CapSubject, name: str) -> int:
        """The id of whom a cap is about; each belongs to the team or to the catalogue."""
        match kind:
            case CapSubject.TEAM:
                return team
            case CapSubject.PRODUCT:
                return self._directory.product(name).product
            case CapSubject.USER:
                user = self._directory.user_id(name)
                if team not in self._directory.teams_of(user):
                    raise NotFound(kind="user", value=repr(name))
                return user
            case CapSubject.GROUP | CapSubject.PROJECT:
                word = kind.name.lower()
                rows = self._store.select(f"{word}_named", {"team": team, "name": name})
                if not rows:
                    raise NotFound(kind=word, value=repr(name))
                return int(rows[0]["id"])

    def _subject_name(self, kind: CapSubject, subject: int) -> str:
        match kind:
            case CapSubject.TEAM:
                return ""
            case CapSubject.PRODUCT:
                return self._directory.product_code(subject)
            case CapSubject.USER:
                return self._directory.users.get(subject)
            case CapSubject.PROJECT:
                return self._directory.projects.get(subject)
            case CapSubject.GROUP:
                return str(self._store.select("group_name", {"user_group": subject})[0]["name"])

    def _create(self, turn: Turn, request: CreateCap) -> tuple[Cap, Learn]:
        team = self._directory.team_id(request.team)
        if self._store.select("cap_named", {"team": team, "name": request.name}):
            raise AlreadyExists(kind="cap", value=repr(request.name))
        subject = self._subject(team, request.subject_kind, request.subject_name)
        calendar, starts = self._periods(turn, team, request)
        cap = turn.engine.allocate(IdKind.CAP)
        row = {
            "cap": cap, "team": team, "name": request.name, "subject_kind": int(request.subject_kind),
            "subject": subject, "per": request.per.name.lower(), "calendar": calendar, "tokens": request.tokens,
            "hard": int(not request.soft),
        }  # fmt: skip
        terms = ("cap", "team", "name", "subject_kind", "subject", "per")
        turn.write("put_cap", cap=cap, team=team, calendar=calendar, tokens=row["tokens"], hard=row["hard"], gone=0)
        turn.write("insert_cap_terms", **{name: row[name] for name in terms}, made_at=turn.now)
        charged, held = self._from_before(row, starts)
        used: Counter[int] = Counter()
        for counted in (*charged, *held):
            turn.write("count_in_cap", **counted)
            used[counted["period"]] += counted["tokens"]
        turn.engine.decide(
            turn.now,
            PutCap(cap, team, calendar, request.tokens, hard=not request.soft, used=tuple(sorted(used.items()))),
        )
        # As after a restart: a hold that is released is taken back from every cap that it counts in.
        turn.engine.load("capped", [tuple(counted[name] for name in COLUMNS["capped"]) for counted in held])
        return self._cap(row, used[_period(starts, turn.now)]), self._changed(turn, team)

    def _changed(self, turn: Turn, team: int) -> Learn:
        self._directory.rights_changed(turn, teams=(team,))
        return lambda: self._directory.forget_team(team)

    def _periods(self, turn: Turn, team: int, request: CreateCap) -> tuple[int, tuple[int, ...]]:
        """The calendar of a cap, and where its periods start from the present one on.

        Days, weeks and months are those of the team's time zone as it is now; a cap keeps its calendar.
        """
        per, zone, anchor = request.per.name.lower(), "UTC", 0
        if request.per is CapPeriod.PACK_YEAR:
            first = self._store.select("first_live_pack", {"team": team, "now": turn.now})[0]["starts_at"]
            anchor = request.anchor or first or turn.now
        else:
            zone = str(self._directory.contract(team, turn.now).values["time_zone"])
        calendar = calendar_for(turn, self._store, zone, per, anchor)
        rows = self._store.select("calendar_starts", {"calendar": calendar, "since": turn.now})
        stored = tuple(row["at"] for row in rows)
        starts = stored or period_starts(zone_of("time_zone", zone), per, anchor or turn.now)
        return calendar, starts[bisect_right(starts, turn.now) - 1 :]

    def _from_before(
        self, cap: Mapping[str, Any], starts: tuple[int, ...]
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """What counts in a new cap, as rows: charges of the present period, and holds (Q3)."""
        team, since = cap["team"], starts[0]
        about = {"team": team, "subject_kind": cap["subject_kind"], "subject": cap["subject"]}
        key = {**about, "since": since, "first": self._first_entry(team, since)}

        def counted(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
            return [
                {**row, "cap": cap["cap"], "team": team, "period": _period(starts, row["window_start"])}
                for row in rows
                if row["window_start"] >= since
            ]

        charged = self._store.select("charges_of_subject", key)
        return counted(charged), counted(self._store.select("holds_of_subject", about))

    def _first_entry(self, team: int, since: int) -> int:
        """The sequence of a team's first entry made at or after an instant; times of entries never fall (T2)."""
        low, high = 1, 1 + max((row["seq"] for row in self._store.select("stands", {"team": team})), default=0)
        while low < high:
            middle = (low + high) // 2
            if self._store.select("entry_time", {"team": team, "seq": middle})[0]["time"] < since:
                low = middle + 1
            else:
                high = middle
        return low

    def _found(self, request: UpdateCap | EndCap) -> Row:
        team = self._directory.team_id(request.team)
        rows = self._store.select("cap_named", {"team": team, "name": request.name})
        if not rows:
            raise NotFound(kind="cap", value=repr(request.name))
        check_etag(request.etag, rows[0], "cap", request.name)
        return rows[0]

    def _update(self, turn: Turn, request: UpdateCap) -> tuple[Cap, Learn]:
        row = dict(self._found(request))
        if "tokens" in request.update_mask:
            row["tokens"] = request.tokens
        if "soft" in request.update_mask:
            row["hard"] = int(not request.soft)
        return self._put(turn, row, gone=False), self._changed(turn, row["team"])

    def _end(self, turn: Turn, request: EndCap) -> tuple[Cap, Learn]:
        row = self._found(request)
        turn.write("end_cap_terms", cap=row["cap"], gone_at=turn.now)
        return self._put(turn, row, gone=True), self._changed(turn, row["team"])

    def _put(self, turn: Turn, row: Mapping[str, Any], *, gone: bool) -> Cap:
        used, _ = turn.engine.cap_used(row["cap"], turn.now)
        kept = {name: row[name] for name in ("cap", "team", "calendar", "tokens", "hard")}
        turn.write("put_cap", **kept, gone=int(gone))
        turn.engine.decide(
            turn.now, PutCap(row["cap"], row["team"], row["calendar"], row["tokens"], hard=bool(row["hard"]), gone=gone)
        )
        return self._cap(row, used)

    def _list(self, turn: Turn, request: ListCaps) -> answers.Page[Cap]:
        limit = request.page_size or limits.PAGE_DEFAULT
        key = {"team": self._directory.team_id(request.team), "after": position(request, 1)[0], "limit": limit + 1}
        return page_of(
            self._store.select("caps_page", key),
            limit,
            lambda row: self._cap(row, turn.engine.cap_used(row["cap"], turn.now)[0]),
            lambda row: (row["cap"],),
        )


def _period(starts: tuple[int, ...], at: int) -> int:
    return starts[bisect_right(starts, at) - 1]
