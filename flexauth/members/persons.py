"""What admins do about persons: their devices (D1), a session of theirs, the audit log (L6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flexauth import commands, limits, requests
from flexauth.acts import Acts, Learn
from flexauth.answers import Page
from flexauth.answers_of.persons import AuditRow, EndedSession, UserDevice
from flexauth.commands import State
from flexauth.faults import NotFound
from flexauth.members.roll import ACCEPTED, Roll
from flexauth.pages import page_of, position
from flexauth.work import Turn, Work

__all__ = ["Persons"]

_RUNNING = (State.ACTIVE, State.IDLE)


class Persons:
    """`works` are the acts, `reads` the look-ups, by type of request."""

    def __init__(self, roll: Roll, acts: Acts) -> None:
        self._roll, self._directory, self._store = roll, roll.directory, roll.store
        self.works: dict[type, Callable[[Any], Work[Any]]] = {
            requests.ReleaseUserDevice: acts.act(UserDevice, self._release),
            requests.EndSession: acts.act(EndedSession, self._end),
        }
        self.reads: dict[type, Callable[[Any], Any]] = {
            requests.ListUserDevices: self._devices,
            requests.ListAudit: self._audit,
        }

    def _user(self, user: str, team: str) -> int:
        """A user, of the team where one is named. Faults `NotFound`, the same for one who has not accepted yet."""
        if not team:
            return self._directory.user_id(user)
        row = self._roll.find(self._directory.team_id(team), user)
        if row["invited_until"] != ACCEPTED:
            raise NotFound(kind="user", value=repr(user))
        return int(row["user"])

    # Devices ----------------------------------------------------------------------------------------------------------

    def _devices(self, request: requests.ListUserDevices) -> Page[UserDevice]:
        limit = request.page_size or limits.PAGE_DEFAULT
        product, device = position(request, 2)
        user = self._user(request.user, request.team)
        key = {"user": user, "after_product": product, "after_device": device, "limit": limit + 1}
        return page_of(
            self._store.select("user_devices_page", key),
            limit,
            lambda row: UserDevice(row["code"], row["text"], row["registered_at"]),
            lambda row: (row["product"], row["device"]),
        )

    def _release(self, turn: Turn, request: requests.ReleaseUserDevice) -> tuple[UserDevice, Learn]:
        user = self._user(request.user, request.team)
        product = self._directory.product(request.product).product
        registered = {self._directory.devices.get(d): (d, at) for d, at in turn.engine.devices(user, product)}
        if request.device not in registered:
            raise NotFound(kind="device", value=repr(request.device))
        device, at = registered[request.device]
        turn.engine.decide(turn.now, commands.ReleaseDevice(user, product, device))
        return UserDevice(request.product, request.device, at), lambda: None

    # Sessions ---------------------------------------------------------------------------------------------------------

    def _end(self, turn: Turn, request: requests.EndSession) -> tuple[EndedSession, Learn]:
        team = self._directory.team_id(request.team)
        session = requests.session_id("session", request.session)
        found = turn.engine.look(turn.now, session)
        if found.state is State.NONE or found.team != team:
            raise NotFound(kind="session", value=request.session)
        state, ended_at = found.state, found.ended_at
        if state in _RUNNING:
            turn.engine.decide(turn.now, commands.EndSession(session))
            state, ended_at = State.CLOSED, turn.now
        directory = self._directory
        answer = EndedSession(
            requests.session_text(session), state, request.team, directory.users.get(found.user),
            directory.product_code(found.product), directory.devices.get(found.device), ended_at,
        )  # fmt: skip
        return answer, lambda: None

    # Audit ------------------------------------------------------------------------------------------------------------

    def _audit(self, request: requests.ListAudit) -> Page[AuditRow]:
        limit = request.page_size or limits.PAGE_DEFAULT
        if request.team:
            self._directory.team_id(request.team)
        key = {
            "team": request.team, "actor": request.actor, "since": request.since,
            "until": request.until or limits.TIME_MAX + 1, "before": position(request, 1, 2**63 - 1)[0],
            "limit": limit + 1,
        }  # fmt: skip
        return page_of(
            self._store.select("audit_page", key), limit, lambda row: AuditRow(**row), lambda row: (row["seq"],)
        )
