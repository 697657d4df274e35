"""Invitations (A4): a person is known by an e-mail address until their first sign-in binds a subject, for ever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flexauth import requests
from flexauth.acts import Acts, Learn
from flexauth.answers_of.members import Accepted, Member
from flexauth.assigned import EVERYTHING, NOTHING, Assigned
from flexauth.commands import IdKind
from flexauth.faults import AlreadyExists, InvalidArgument, NotAllowedNow
from flexauth.members.roll import ACCEPTED, Roll, Row
from flexauth.names import halves, name_digest
from flexauth.policy import parse_duration
from flexauth.requests.people import Person, person
from flexauth.work import Turn, Work

__all__ = ["Invitations", "Invited", "of_person"]


@dataclass(frozen=True, slots=True)
class Invited:
    """Whom an invitation is for. `made`: the digest of a name that this turn gives out, 0: the person was known.

    `bound`: `name` is a subject.
    """

    user: int
    name: str
    display_name: str
    email: str
    made: int = 0
    bound: bool = False


def of_person(who: Invited, *, guest: bool) -> Row:
    """The part of a new membership's row that is the person's; a team learns no name of a user of others (A4)."""
    return {
        "user": who.user, "name": who.name, "display_name": "" if who.bound and not who.made else who.display_name,
        "email": who.email, "assigned_all": 0, "guest": int(guest), "suspended": 0, "suspended_everywhere": 0,
    }  # fmt: skip


class Invitations:
    """`works` are the acts, by type of request; `invited`, `row` and `until` serve imports too."""

    def __init__(self, roll: Roll, acts: Acts) -> None:
        self._roll, self._directory, self._store = roll, roll.directory, roll.store
        accept = acts.act(Accepted, self._accept)

        def accept_if_any(request: requests.AcceptInvitations) -> Work[Accepted]:
            """Most sign-ins have nothing to accept: these need no act."""
            if self._waits_for(request):
                return accept(request)
            return Work(lambda _: Accepted(request.subject))

        self.works: dict[type, Callable[[Any], Work[Any]]] = {
            requests.Invite: acts.act(Member, self._invite),
            requests.ResendInvitation: acts.act(Member, self._resend),
            requests.AcceptInvitations: accept_if_any,
        }

    def until(self, team: int, now: int) -> int:
        """When an invitation of now lapses."""
        given = self._directory.contract(team, now).values["invitation_ttl"]
        return now + parse_duration("policy invitation_ttl", given)

    def invited(self, turn: Turn, who: Person, found: list[dict[str, Any]]) -> Invited:
        """The one person of an e-mail address among those `found` by it, made where nobody has it.

        Faults `InvalidArgument` where several have it, and `AlreadyExists` where it is another user's subject.
        """
        if len(found) > 1:
            rule = "several users have this e-mail address; assign one of them by subject"
            raise InvalidArgument(field="person", value=repr(who.email), rule=rule)
        if found:
            known = found[0]
            name, bound = known["subject"] or known["email"], known["subject"] is not None
            return Invited(known["user"], name, known["display_name"], known["email"], bound=bound)
        if self._directory.names.find(IdKind.USER, who.email):
            raise AlreadyExists(kind="user", value=repr(who.email))
        user, digest = turn.engine.allocate(IdKind.USER), name_digest(IdKind.USER, who.email)
        high, low = halves(digest)
        turn.write(
            "insert_invited_user", user=user, digest_hi=high, digest_lo=low, display_name=who.name, email=who.email,
            created_at=turn.now,
        )  # fmt: skip
        return Invited(user, who.email, who.name, who.email, made=digest)

    def row(self, team: int, who: Invited, *, guest: bool, now: int) -> Row:
        """A new membership as `member_rows` would give it: invited now."""
        standing = self._store.select("team_standing", {"team": team})[0]
        times = {"invited_at": now, "invited_until": self.until(team, now)}
        return {
            "team": team,
            "team_name": standing["name"],
            "plan": standing["plan"],
            **of_person(who, guest=guest),
            **times,
        }

    # Invite, invite again ---------------------------------------------------------------------------------------------

    def _invite(self, turn: Turn, request: requests.Invite) -> tuple[Member, Learn]:
        team = self._directory.team_id(request.team)
        products = self._roll.products(request.products, turn.now)
        asked = person("person", request.person)
        who = self.invited(turn, asked, self._store.select("people_by_email", {"email": asked.email}))
        row, before = (None if who.made else self._roll.member(team, who.user)), NOTHING
        if row is None:
            self._roll.need_room(who.user, team)
            row = self.row(team, who, guest=request.guest, now=turn.now)
        else:
            before = self._roll.assigned(row)
        after = EVERYTHING if request.all_products else before.plus(products)
        changed = {"assigned_all": int(after.everything), "guest": int(request.guest or row["guest"])}
        return self._send(turn, row | changed, after, who.made)

    def _resend(self, turn: Turn, request: requests.ResendInvitation) -> tuple[Member, Learn]:
        row = self._roll.find(self._directory.team_id(request.team), request.user)
        if row["invited_until"] == ACCEPTED:
            raise NotAllowedNow(what=f"Inviting {request.user!r} again", why="they belong to the team already")
        return self._send(turn, row, self._roll.assigned(row))

    def _send(self, turn: Turn, row: Row, assigned: Assigned, made: int = 0) -> tuple[Member, Learn]:
        """Write the membership; who has not accepted yet is invited from now on, who has is told what is new."""
        waits = row["invited_until"] != ACCEPTED
        if waits:
            row = row | {"invited_at": turn.now, "invited_until": self.until(row["team"], turn.now)}
        self._roll.write_member(turn, row, assigned)
        answer = self._roll.answer(row, assigned, turn.now)
        if waits:
            self._roll.notify(turn, row, "INVITED", until=row["invited_until"])
        else:
            self._roll.notify(turn, row, "ASSIGNED", products="ALL" if assigned.everything else list(answer.products))
        self._directory.rights_changed(turn, (row["team"],))

        def learn() -> None:
            if made:
                self._directory.add_name(made, row["user"])
            self._directory.forget_user(row["user"])

        return answer, learn

    # Accept -----------------------------------------------------------------------------------------------------------

    def _waits_for(self, signed_in: requests.AcceptInvitations) -> bool:
        """Whether an invitation waits for this person, lapsed or not: what is stored says it."""
        people = self._store.select("person_invited", {"email": signed_in.email})
        people += self._store.select("person_bound", {"subject": signed_in.subject})
        return any(self._waiting(one["user"], 0) for one in people)

    def _waiting(self, user: int, now: int) -> list[dict[str, Any]]:
        """Memberships of a user whose invitations have not lapsed by now."""
        return [row for row in self._store.select("memberships_of", {"user": user}) if row["invited_until"] > now]

    def _accept(self, turn: Turn, request: requests.AcceptInvitations) -> tuple[Accepted, Learn]:
        invited = self._store.select("person_invited", {"email": request.email})
        bound = self._store.select("person_bound", {"subject": request.subject})
        learn: list[Learn] = []
        accepted: set[int] = set()
        if invited and self._waiting(invited[0]["user"], turn.now):
            user = invited[0]["user"]
            accepted.update(row["team"] for row in self._waiting(user, turn.now))
            if bound:
                learn.append(self._merge(turn, invited[0], bound[0]["user"]))
            else:
                learn.append(self._bind(turn, invited[0], request.subject))
                self._open(turn, user)
        if bound and bound[0]["email"].lower() in {request.email.lower(), ""}:
            accepted.update(self._open(turn, bound[0]["user"]))
            learn.append(lambda: self._directory.forget_user(bound[0]["user"]))
        if accepted:
            self._directory.rights_changed(turn, tuple(sorted(accepted)))
        teams = tuple(self._directory.team_name(team) for team in sorted(accepted))

        def learn_all() -> None:
            for one in learn:
                one()

        return Accepted(request.subject, teams), learn_all

    def _open(self, turn: Turn, user: int) -> list[int]:
        """Accept a user's own invitations that have not lapsed; their teams."""
        waiting = self._waiting(user, turn.now)
        for row in waiting:
            turn.write("accept_invitation", team=row["team"], user=user)
        return [row["team"] for row in waiting]

    def _bind(self, turn: Turn, invited: dict[str, Any], subject: str) -> Learn:
        """The person is known by the subject from now on, and no other subject ever is this person."""
        if self._directory.names.find(IdKind.USER, subject) not in {0, invited["user"]}:
            raise AlreadyExists(kind="user", value=repr(subject))
        digest, user = name_digest(IdKind.USER, subject), invited["user"]
        high, low = halves(digest)
        turn.write("bind_user", user=user, subject=subject, digest_hi=high, digest_lo=low)

        def learn() -> None:
            self._directory.names.remove(name_digest(IdKind.USER, invited["email"]))
            self._directory.add_name(digest, user)
            self._directory.users.put(user, subject)
            self._directory.forget_user(user)

        return learn

    def _merge(self, turn: Turn, invited: dict[str, Any], into: int) -> Learn:
        """Whoever was invited turns out to be a user who is known: what was given to the one is the other's."""
        user = invited["user"]
        for statement in ("merge_subscriptions", "merge_trials", "merge_groups", "merge_caps"):
            turn.write(statement, user=user, into=into)
        for row in self._store.select("memberships_of", {"user": user}):
            team, given = row["team"], self._roll.assigned(row | {"user": user})
            there = self._roll.member(team, into)
            if there is None:
                state = ACCEPTED if row["invited_until"] > turn.now else row["invited_until"]
                self._roll.write_member(turn, row | {"user": into, "invited_until": state}, given)
            else:
                both = EVERYTHING if given.everything else self._roll.assigned(there).plus(given.products)
                self._roll.write_member(turn, there | {"assigned_all": int(both.everything)}, both)
                if row["invited_until"] > turn.now:
                    turn.write("accept_invitation", team=team, user=into)
            self._roll.remove(turn, team, user)
        turn.write("erase_user", user=user, erased_at=turn.now)

        def learn() -> None:
            self._directory.names.remove(name_digest(IdKind.USER, invited["email"]))
            self._directory.users.forget(user)
            self._directory.forget_user(user)
            self._directory.forget_user(into)

        return learn
