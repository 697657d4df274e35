"""A team's plan (A7), and suspension of users, devices and teams (A8): their sessions end at the next contact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flexauth import limits, requests
from flexauth.acts import Acts, Learn
from flexauth.answers import Page
from flexauth.answers_of.members import SuspendedDevice, SuspendedUser, TeamStanding
from flexauth.commands import IdKind
from flexauth.etags import check_etag, etag_of
from flexauth.faults import NotFound
from flexauth.members.roll import Roll
from flexauth.names import halves, name_digest
from flexauth.pages import page_of, position
from flexauth.requests.members import Plan
from flexauth.work import Turn, Work

__all__ = ["Suspension"]

_BEFORE_ALL = -(2**63)


class Suspension:
    """`works` are the acts, `reads` the look-ups, by type of request."""

    def __init__(self, roll: Roll, acts: Acts) -> None:
        self._roll, self._directory, self._store = roll, roll.directory, roll.store
        self.works: dict[type, Callable[[Any], Work[Any]]] = {
            requests.SetPlan: acts.act(TeamStanding, self._set_plan),
            requests.SuspendTeam: acts.act(TeamStanding, lambda turn, asked: self._team(turn, asked, suspended=True)),
            requests.ResumeTeam: acts.act(TeamStanding, lambda turn, asked: self._team(turn, asked, suspended=False)),
            requests.SuspendUser: acts.act(SuspendedUser, lambda turn, asked: self._user(turn, asked, suspended=True)),
            requests.ResumeUser: acts.act(SuspendedUser, lambda turn, asked: self._user(turn, asked, suspended=False)),
            requests.SuspendDevice: acts.act(SuspendedDevice, self._suspend_device),
            requests.ResumeDevice: acts.act(SuspendedDevice, self._resume_device),
        }
        self.reads: dict[type, Callable[[Any], Any]] = {
            requests.GetTeamStanding: lambda request: _standing(self._row(self._directory.team_id(request.team))),
            requests.ListSuspendedDevices: self._devices,
        }

    # Teams ------------------------------------------------------------------------------------------------------------

    def _row(self, team: int) -> dict[str, Any]:
        return self._store.select("team_standing", {"team": team})[0]

    def _set_plan(self, turn: Turn, request: requests.SetPlan) -> tuple[TeamStanding, Learn]:
        team = self._directory.team_id(request.team)
        row = self._row(team)
        check_etag(request.etag, row, "team", request.team)
        turn.write("set_plan", team=team, plan=int(request.plan))
        return _standing(row | {"plan": int(request.plan)}), lambda: None

    def _team(self, turn: Turn, request: requests.SuspendTeam, *, suspended: bool) -> tuple[TeamStanding, Learn]:
        team = self._directory.team_id(request.team)
        turn.write("set_team_suspended", team=team, suspended=int(suspended))
        self._directory.rights_changed(turn, (team,))
        answer = _standing(self._row(team) | {"suspended": int(suspended)})
        return answer, lambda: self._directory.forget_team(team)

    # Users ------------------------------------------------------------------------------------------------------------

    def _user(self, turn: Turn, request: requests.SuspendUser, *, suspended: bool) -> tuple[SuspendedUser, Learn]:
        user = self._directory.user_id(request.user)
        if request.team:
            teams = (self._directory.team_id(request.team),)
            self._roll.find(teams[0], request.user)
            turn.write("set_member_suspended", team=teams[0], user=user, suspended=int(suspended))
        else:
            teams = tuple(row["team"] for row in self._store.select("memberships_of", {"user": user}))
            turn.write("set_user_suspended", user=user, suspended=int(suspended))
        if teams:
            self._directory.rights_changed(turn, teams)
        names = tuple(self._directory.team_name(team) for team in teams)
        return SuspendedUser(request.user, names, suspended), lambda: self._directory.forget_user(user)

    # Devices ----------------------------------------------------------------------------------------------------------

    def _suspend_device(self, turn: Turn, request: requests.SuspendDevice) -> tuple[SuspendedDevice, Learn]:
        team = self._directory.team_id(request.team)
        high, low = halves(name_digest(IdKind.DEVICE, request.device))
        turn.write(
            "put_suspended_device", team=team, digest_hi=high, digest_lo=low, device=request.device,
            suspended_at=turn.now,
        )  # fmt: skip
        return SuspendedDevice(request.device, turn.now), self._changed(turn, team)

    def _resume_device(self, turn: Turn, request: requests.ResumeDevice) -> tuple[SuspendedDevice, Learn]:
        team = self._directory.team_id(request.team)
        high, low = halves(name_digest(IdKind.DEVICE, request.device))
        if not self._store.select("suspended_device", {"team": team, "digest_hi": high, "digest_lo": low}):
            raise NotFound(kind="suspended device", value=repr(request.device))
        turn.write("delete_suspended_device", team=team, digest_hi=high, digest_lo=low)
        return SuspendedDevice(request.device, 0), self._changed(turn, team)

    def _changed(self, turn: Turn, team: int) -> Learn:
        self._directory.rights_changed(turn, (team,))
        return self._directory.forget_all

    def _devices(self, request: requests.ListSuspendedDevices) -> Page[SuspendedDevice]:
        limit = request.page_size or limits.PAGE_DEFAULT
        high, low = position(request, 2, _BEFORE_ALL)
        key = {"team": self._directory.team_id(request.team), "after_hi": high, "after_lo": low, "limit": limit + 1}
        return page_of(
            self._store.select("suspended_devices_page", key),
            limit,
            lambda row: SuspendedDevice(row["device"], row["suspended_at"]),
            lambda row: (row["digest_hi"], row["digest_lo"]),
        )


def _standing(row: dict[str, Any]) -> TeamStanding:
    return TeamStanding(row["name"], Plan(row["plan"]), bool(row["suspended"]), etag_of(row))
