"""Imports rosters: many members at once, all or nothing, without mail (A4); a sync removes who is not in the file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from flexauth import limits, requests
from flexauth.acts import Acts, Learn
from flexauth.answers_of.members import ImportReport, RowFault
from flexauth.assigned import EVERYTHING, NOTHING, Assigned
from flexauth.commands import DAY, IdKind
from flexauth.faults import AlreadyExists, Fault, InvalidArgument
from flexauth.members.invitations import Invitations, Invited, of_person
from flexauth.members.known import Known
from flexauth.members.roll import ACCEPTED, Roll, Row, too_many_teams
from flexauth.names import halves, name_digest
from flexauth.requests.members import MemberRow
from flexauth.requests.people import Person
from flexauth.roster import Listed, read_row
from flexauth.work import Turn, Work

__all__ = ["Imports"]

_KEPT_FOR = DAY


@dataclass(slots=True)
class _Plan:
    """What an import does: memberships to write, by user; people who are new; what is wrong. `blank`: a new row."""

    team: int
    now: int
    known: Known
    blank: Row
    faults: list[RowFault]
    members: dict[int, tuple[Row, Assigned]] = field(default_factory=dict)
    made: dict[int, int] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    named: set[int] = field(default_factory=set)


class Imports:
    """`works` are the acts, by type of request."""

    def __init__(self, roll: Roll, invitations: Invitations, acts: Acts) -> None:
        self._roll, self._invitations = roll, invitations
        self._directory, self._store = roll.directory, roll.store
        self._acts = acts
        self.works: dict[type, Callable[[Any], Work[Any]]] = {requests.ImportMembers: self._work}

    def _work(self, request: requests.ImportMembers) -> Work[ImportReport]:
        """What can be read of the rows without their turn is read before: a long file holds nobody up."""
        read = None if request.more else _read((*self._kept(request), *request.rows))

        def decide(turn: Turn, asked: requests.ImportMembers) -> tuple[ImportReport, Learn]:
            team = self._directory.team_id(asked.team)
            return self._import(turn, team, asked, *read) if read else (self._keep(turn, team, asked), lambda: None)

        act = self._acts.act(ImportReport, decide, told=lambda _, __, report: {"outcome": report.outcome})
        return act(request)

    def _import(
        self, turn: Turn, team: int, request: requests.ImportMembers, listed: list[Listed], faults: list[RowFault]
    ) -> tuple[ImportReport, Learn]:
        known = Known.of(self._store, team, listed)
        blank = self._invitations.row(team, Invited(0, "", "", ""), guest=False, now=turn.now)
        plan = _Plan(team, turn.now, known, blank, list(faults))
        writes = len(turn.writes)
        for one in listed:
            self._place(turn, one, plan, replaces=request.sync)
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

    def _kept(self, request: requests.ImportMembers) -> Iterator[MemberRow]:
        if request.upload:
            key = {"team": self._directory.team_id(request.team), "upload": request.upload}
            for row in self._store.select("roster_rows", key):
                yield MemberRow(**json.loads(row["cells"]))

    # Each row ---------------------------------------------------------------------------------------------------------

    def _place(self, turn: Turn, listed: Listed, plan: _Plan, *, replaces: bool) -> None:
        """Find or make the person of a row and plan their membership; what is wrong goes to the report."""
        column = "products"
        try:
            products = self._roll.products(listed.products, plan.now)
            column = "subject" if listed.subject else "email"
            who = self._person(turn, listed, plan.known)
            if who.user not in plan.known.members and plan.known.other_teams.get(who.user, 0) >= limits.TEAMS_PER_USER:
                raise too_many_teams(listed.called)
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
        there, before = plan.known.members.get(who.user), plan.known.what_is_assigned(who.user)
        after = EVERYTHING if listed.all_products else (NOTHING if replaces else before).plus(products)
        row = (there or _joins(plan, who)) | {"assigned_all": int(after.everything)}
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

    def _person(self, turn: Turn, listed: Listed, known: Known) -> Invited:
        """The user of a subject, made where there is none; else the one person of an e-mail address."""
        found = known.by_email.get(listed.email, [])
        if not listed.subject:
            return self._invitations.invited(turn, Person(listed.name, listed.email), found)
        if person := known.by_subject.get(listed.subject):
            return Invited(person["user"], listed.subject, person["display_name"], person["email"], bound=True)
        if self._directory.names.find(IdKind.USER, listed.subject):
            raise AlreadyExists(kind="user", value=repr(listed.subject))
        if any(person["subject"] is None for person in found):
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


def _joins(plan: _Plan, who: Invited) -> Row:
    """A new membership: who is new and has a subject belongs to the team at once, others once they accept."""
    row = plan.blank | of_person(who, guest=False)
    return row | {"invited_at": -1, "invited_until": ACCEPTED} if who.made and who.bound else row


def _read(rows: Iterable[MemberRow]) -> tuple[list[Listed], list[RowFault]]:
    """Rows that are well-formed and name nobody twice, and what is wrong with the others."""
    listed: list[Listed] = []
    faults: list[RowFault] = []
    seen: dict[str, int] = {}
    for row in rows:
        one = read_row(row)
        if isinstance(one, list):
            faults += one
            continue
        names = {name.lower() for name in (one.email, one.subject) if name}
        before = next((seen[name] for name in names if name in seen), 0)
        if before:
            column = "subject" if one.subject else "email"
            faults.append(RowFault(row.line, column, one.called, f"line {before} names the same person"))
            continue
        seen |= dict.fromkeys(names, row.line)
        listed.append(one)
    return listed, faults
