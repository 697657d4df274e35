"""Imports rosters: many members at once, all or nothing, without mail (A4); a sync removes who is not in the file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from flexauth import limits, requests
from flexauth.acts import Acts, Learn
from flexauth.answers_of.members import ImportReport, RowFault
from flexauth.assigned import EVERYTHING, NOTHING, Assigned
from flexauth.commands import DAY, IdKind
from flexauth.faults import AlreadyExists, Fault, InvalidArgument
from flexauth.members.invitations import Invitations, Invited
from flexauth.members.roll import ACCEPTED, Roll, Row
from flexauth.names import halves, name_digest
from flexauth.requests.members import MemberRow
from flexauth.requests.people import Person
from flexauth.roster import Listed, read_row
from flexauth.work import Turn, Work

__all__ = ["Imports"]

_KEPT_FOR = DAY


@dataclass(slots=True)
class _Plan:
    """What an import does: memberships to write, by user; people who are new; what is wrong."""

    team: int
    now: int
    members: dict[int, tuple[Row, Assigned]] = field(default_factory=dict)
    made: dict[int, int] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    seen: dict[str, int] = field(default_factory=dict)
    named: set[int] = field(default_factory=set)
    faults: list[RowFault] = field(default_factory=list)


class Imports:
    """`works` are the acts, by type of request."""

    def __init__(self, roll: Roll, invitations: Invitations, acts: Acts) -> None:
        self._roll, self._invitations = roll, invitations
        self._directory, self._store = roll.directory, roll.store
        self.works: dict[type, Callable[[Any], Work[Any]]] = {
            requests.ImportMembers: acts.act(
                ImportReport, self._import, told=lambda _, __, report: {"outcome": report.outcome}
            ),
        }

    def _import(self, turn: Turn, request: requests.ImportMembers) -> tuple[ImportReport, Learn]:
        team = self._directory.team_id(request.team)
        if request.more:
            return self._keep(turn, team, request), lambda: None
        rows = (*self._kept(team, request.upload), *request.rows)
        plan = _Plan(team, turn.now)
        writes = len(turn.writes)
        for listed in self._listed(rows, plan):
            self._place(turn, listed, plan, replaces=request.sync)
        absent = self._absent(plan) if request.sync else []
        if plan.faults and not request.partial:
            del turn.writes[writes:]
            return self._report(plan, absent, done=False), lambda: None
        for row, assigned in plan.members.values():
            self._roll.write_member(turn, row, assigned)
        for row in absent:
            self._roll.remove(turn, team, row["user"])
        turn.write("drop_roster", team=team, upload=request.upload)
        if plan.members or absent:
            self._directory.rights_changed(turn, (team,))

        def learn() -> None:
            for digest, user in plan.made.items():
                self._directory.add_name(digest, user)
            self._directory.forget_team(team)
            for user in (*plan.members, *(row["user"] for row in absent)):
                self._directory.forget_user(user)

        return self._report(plan, absent, done=True), learn

    # Rows that come in parts ------------------------------------------------------------------------------------------

    def _keep(self, turn: Turn, team: int, request: requests.ImportMembers) -> ImportReport:
        size = self._store.select("roster_size", {"team": team, "upload": request.upload})[0]["rows"]
        if size + len(request.rows) > limits.ROSTER_ROWS:
            raise InvalidArgument(field="rows", value=size + len(request.rows), rule=f"at most {limits.ROSTER_ROWS}")
        turn.write("drop_old_rosters", before=turn.now - _KEPT_FOR)
        for row in request.rows:
            turn.write(
                "keep_roster_row", team=team, upload=request.upload, line=row.line,
                cells=json.dumps(asdict(row), ensure_ascii=False), kept_at=turn.now,
            )  # fmt: skip
        return ImportReport(done=False, kept=size + len(request.rows))

    def _kept(self, team: int, upload: str) -> Iterator[MemberRow]:
        for row in self._store.select("roster_rows", {"team": team, "upload": upload}):
            yield MemberRow(**json.loads(row["cells"]))

    # Each row ---------------------------------------------------------------------------------------------------------

    def _listed(self, rows: tuple[MemberRow, ...], plan: _Plan) -> Iterator[Listed]:
        """Rows that are well-formed and name nobody twice."""
        for row in rows:
            listed = read_row(row)
            if isinstance(listed, list):
                plan.faults += listed
                continue
            names = {name.lower() for name in (listed.email, listed.subject) if name}
            before = next((plan.seen[name] for name in names if name in plan.seen), 0)
            if before:
                column = "subject" if listed.subject else "email"
                plan.faults.append(RowFault(row.line, column, listed.called, f"line {before} names the same person"))
                continue
            plan.seen |= dict.fromkeys(names, row.line)
            yield listed

    def _place(self, turn: Turn, listed: Listed, plan: _Plan, *, replaces: bool) -> None:
        """Find or make the person of a row and plan their membership; what is wrong goes to the report."""
        column = "products"
        try:
            products = self._roll.products(listed.products, plan.now)
            column = "subject" if listed.subject else "email"
            who = self._person(turn, listed)
            if not who.made:
                self._roll.need_room(who.user, plan.team)
        except Fault as fault:
            value = " ".join(listed.products) if column == "products" else listed.called
            plan.faults.append(RowFault(listed.line, column, value, str(fault)))
            return
        if who.user in plan.named:
            plan.faults.append(RowFault(listed.line, column, listed.called, "another line names the same person"))
            return
        plan.named.add(who.user)
        if who.made:
            plan.made[who.made] = who.user
        there = None if who.made else self._roll.member(plan.team, who.user)
        before = self._roll.assigned(there) if there else NOTHING
        base = NOTHING if replaces else before
        after = EVERYTHING if listed.all_products else base.plus(products)
        row = (there or self._new(plan, who, guest=bool(listed.guest))) | {"assigned_all": int(after.everything)}
        if listed.guest is not None:
            row["guest"] = int(listed.guest)
        if there is None:
            plan.counts["added" if row["invited_until"] == ACCEPTED else "invited"] += 1
        elif after == before and row == there:
            plan.counts["unchanged"] += 1
            return
        else:
            plan.counts["changed"] += 1
        plan.members[who.user] = (row, after)

    def _new(self, plan: _Plan, who: Invited, *, guest: bool) -> Row:
        """A new membership: who is new and has a subject belongs to the team at once, others once they accept."""
        row = self._invitations.row(plan.team, who, guest=guest, now=plan.now)
        joins = who.made and who.bound
        return row | {"invited_at": -1, "invited_until": ACCEPTED} if joins else row

    def _person(self, turn: Turn, listed: Listed) -> Invited:
        """The user of a subject, made where there is none; else the one person of an e-mail address."""
        if not listed.subject:
            return self._invitations.invited(turn, Person(listed.name, listed.email))
        known = self._store.select("person_bound", {"subject": listed.subject})
        if known:
            return Invited(known[0]["user"], listed.subject, known[0]["display_name"], known[0]["email"], bound=True)
        if self._directory.names.find(IdKind.USER, listed.subject):
            raise AlreadyExists(kind="user", value=repr(listed.subject))
        if listed.email and self._store.select("person_invited", {"email": listed.email}):
            rule = "its e-mail address is invited: leave the subject empty, their first sign-in binds it (A4)"
            raise InvalidArgument(field="subject", value=repr(listed.subject), rule=rule)
        user, digest = turn.engine.allocate(IdKind.USER), name_digest(IdKind.USER, listed.subject)
        high, low = halves(digest)
        turn.write(
            "insert_user", user=user, subject=listed.subject, digest_hi=high, digest_lo=low,
            display_name=listed.name, email=listed.email, created_at=turn.now,
        )  # fmt: skip
        return Invited(user, listed.subject, listed.name, listed.email, made=digest, bound=True)

    # The whole --------------------------------------------------------------------------------------------------------

    def _absent(self, plan: _Plan) -> list[Row]:
        """Members whom the file does not name."""
        found: list[Row] = []
        after = 0
        while rows := self._roll.page(plan.team, after, limits.PAGE_MAX):
            found += [row for row in rows if row["user"] not in plan.named]
            after = rows[-1]["user"]
        return found

    @staticmethod
    def _report(plan: _Plan, absent: list[Row], *, done: bool) -> ImportReport:
        most = limits.ROSTER_FAULTS_TOLD
        faults = sorted(plan.faults, key=lambda fault: fault.line)
        return ImportReport(
            done=done,
            **plan.counts,
            removed=len(absent),
            wrong=len({fault.line for fault in faults}),
            faults=tuple(faults[:most]),
            removed_users=tuple(row["name"] for row in absent[:most]),
        )
