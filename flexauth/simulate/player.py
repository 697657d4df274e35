"""Plays a scenario: its timeline on a stage, and between events the clients of all sessions, as good clients behave.

At one instant the timeline's events come first, then the clients' own calls, in the order of sign-in. What clients do
while the authority is down is sent at its start, with the time of the act.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from flexauth import requests
from flexauth.commands import MINUTE
from flexauth.faults import Fault
from flexauth.limits import TIME_MAX
from flexauth.simulate import scenario as acts
from flexauth.simulate.checks import Books, Failure, answer_failures, state_failures
from flexauth.simulate.clerk import Clerk
from flexauth.simulate.clients import Answer, Client, PlainClient, SdkClient, sign_in
from flexauth.simulate.instants import offset_text
from flexauth.simulate.stage import Setting, Stage

__all__ = ["Outcome", "play"]

#: T2: how long a stepped wall clock must agree with the boot-time clock before it is followed.
_AGREED = 10 * MINUTE

Send = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a scenario; it held where nothing failed. `contacts` are the clients' own calls."""

    scenario: acts.Scenario
    contacts: int
    failures: tuple[Failure, ...]


def play(scenario: acts.Scenario, setting: Setting) -> Outcome:
    """Play a scenario from its start to its end; `SetUpRefused` where it cannot begin."""
    stage = Stage(setting, scenario.start)
    try:
        return _Play(scenario, setting, stage, scenario.start).run()
    finally:
        stage.close()


def _session_id(scenario: acts.Scenario, name: str) -> str:
    """A UUIDv7 that is the same at every playing: the start's milliseconds, then a digest of file and session."""
    digest = int.from_bytes(sha256(f"{Path(scenario.file).name}/{name}".encode()).digest()[:10])
    number = (scenario.start // 1000) << 80 | digest
    return str(UUID(int=number & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62))


@dataclass(slots=True)
class _Play:
    scenario: acts.Scenario
    setting: Setting
    stage: Stage
    now: int
    clients: dict[str, Client] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    contacts: int = 0
    event: acts.Event | None = None
    up_at: int | None = None
    clerk: Clerk = field(init=False)
    follow_at: int | None = None
    ahead: int = 0
    mail: list[tuple[acts.Event, Send]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clerk = Clerk(self.stage, lambda name: _session_id(self.scenario, name))

    def run(self) -> Outcome:
        self.stage.start()
        self.clerk.set_up(self.scenario)
        for event in self.scenario.timeline:
            self._live_until(event.at)
            self.event = event
            self._perform(event)
        final = self.scenario.final
        if final is None:
            self._live_until(self.up_at or self.now)
        else:
            self._live_until(final.at + 1)
            self._perform(final)
        return Outcome(self.scenario, self.contacts, tuple(self.failures))

    def _live_until(self, limit: int) -> None:
        """Let happen what happens of itself before `limit`; a start of the authority also at `limit`."""
        while True:
            if self.up_at is not None:
                if self.up_at > limit:
                    return
                self._come_up(self.up_at)
            elif self.follow_at is not None and self.follow_at < min(limit, self._next_contact() + 1):
                self._follow_clock(self.follow_at)
            elif (due := self._next_contact()) < limit:
                self._move_to(max(due, self.now))
                self._call_who_is_due()
            else:
                return

    def _next_contact(self) -> int:
        return min((due for client in self.clients.values() if (due := client.due()) is not None), default=TIME_MAX)

    def _move_to(self, when: int) -> None:
        if when > self.now:
            self.now = when
            self.stage.advance_to(when)

    def _come_up(self, when: int) -> None:
        self.up_at = None
        self._move_to(when)
        self.stage.start()
        mail, self.mail = self.mail, []
        for event, send in mail:
            self._finish(event, send)
        self._call_who_is_due()
        self._call_if_time_jumped()

    def _call_who_is_due(self) -> None:
        """One contact of each client whose call is due."""
        for client in [c for c in self.clients.values() if (due := c.due()) is not None and due <= self.now]:
            self._contact(client)

    def _follow_clock(self, when: int) -> None:
        self.follow_at = None
        self._move_to(max(when, self.now))
        self._call_if_time_jumped()

    def _call_if_time_jumped(self) -> None:
        """SPEC 14: a forward step that is followed runs the timers, then one contact of each session in contact."""
        jumped, self.ahead = self.stage.ahead > self.ahead, self.stage.ahead
        if jumped:
            for client in list(self.clients.values()):
                self._contact(client)

    def _contact(self, client: Client) -> None:
        request = client.call(self.now) if client.due() is not None else None
        if request is None:
            return
        self.contacts += 1
        try:
            self._send(client, request)
        except Fault as fault:
            client.in_contact = False
            self._fail("heartbeat", "an answer", str(fault))
        if (due := client.due()) is not None and due <= self.now:
            client.in_contact = False
            self._fail("heartbeat_by", f"after {offset_text(self.now, self.scenario.start)}", "that instant or before")
        self._restart()

    def _fail(self, key: str, expected: str, got: str) -> None:
        """A failure outside of any expectation, told of the event that was played last."""
        number, line = (self.event.number, self.event.line) if self.event else (0, 1)
        self.failures.append(Failure(number, line, key, expected, got))

    def _restart(self) -> None:
        """`--restart-every-event`: from here on an authority that knows only what was stored."""
        if self.setting.restart_every_event and self.stage.is_up:
            self.stage.stop(kill=self.setting.restart_every_event == "kill")
            self.stage.start()
            self._call_if_time_jumped()

    def _perform(self, event: acts.Event) -> None:
        """Do what happens at once; what has to be sent goes now, or when the authority is up again."""
        self._move_to(event.at)
        send = self._begun(event.act)
        if self.stage.is_up:
            self._finish(event, send)
            self._restart()
        else:
            self.mail.append((event, send))

    def _finish(self, event: acts.Event, send: Send) -> None:
        try:
            answer = send()
        except Fault as fault:
            answer = fault
        self.stage.tick()
        start = self.scenario.start
        self.failures += answer_failures(event, answer, start)
        self.failures += state_failures(event, self.stage, self._books())

    def _books(self) -> Books:
        sessions = {name: (client.user, client.session) for name, client in self.clients.items()}
        users = tuple(sorted({client.user for client in self.clients.values() if client.was_granted}))
        return Books(self.scenario.start, users, sessions, self.clerk.pack_names)

    def _begun(self, act: acts.Act) -> Send:
        """Do the part of an act that needs no authority; return the part that does."""
        match act:
            case acts.Clock(step):
                self._step_wall(step)
                return _nothing
            case acts.Restart(down, kill):
                self.stage.stop(kill=kill)
                if down:
                    self.up_at = self.now + down
                else:
                    self.stage.start()
                    self._call_if_time_jumped()
                return _nothing
            case acts.Checkout() | acts.Quote():
                return self._signing_in(act)
            case acts.Expect():
                return _nothing
            case acts.Result(session, units, request_id):
                report = requests.ReportResult(self.clients[session].session, units, request_id)
                return lambda: self.stage.ask(report)
            case (
                acts.Checkin()
                | acts.Idle()
                | acts.Resume()
                | acts.Offline()
                | acts.Online()
                | acts.Crash()
                | acts.Consent()
                | acts.Borrow()
            ):
                return self._client_act(self.clients[act.session], act)
        return lambda: self.clerk.perform(act, self.now)

    def _step_wall(self, step: int) -> None:
        self.stage.step_wall(step)
        if self.stage.is_up:
            self.follow_at = self.now + _AGREED

    def _signing_in(self, act: acts.Checkout | acts.Quote) -> Send:
        if isinstance(act, acts.Quote):
            quote = requests.Quote(sign_in(_session_id(self.scenario, ""), act.signin))
            return lambda: self.stage.ask(quote)
        if act.session not in self.clients:
            kind = SdkClient if self.setting.via == "grpc" else PlainClient
            self.clients[act.session] = kind(_session_id(self.scenario, act.session), act.signin.user)
        client = self.clients[act.session]
        return self._posted(client, client.checkout(act.signin, self.now))

    def _client_act(self, client: Client, act: acts.Act) -> Send:
        """What the user does, and the call that it makes the client send at once."""
        match act:
            case _ if client.crashed:
                return _nothing
            case acts.Idle():
                client.stop_work(self.now)
            case acts.Resume():
                if client.resume_work(self.now):
                    return self._called(client)
            case acts.Offline():
                client.in_contact = False
            case acts.Online():
                client.in_contact = True
                return self._called(client)
            case acts.Crash():
                client.crashed, client.in_contact = True, False
            case acts.Consent(_, max_tokens):
                client.agree(max_tokens)
                return self._called(client)
            case acts.Borrow(_, until):
                client.borrow(until + client.offset if until else 0)
                return self._called(client)
            case acts.Checkin(_, ended_at):
                ended_at = ended_at or (0 if self.stage.is_up else self.now)
                return lambda: self._send(client, client.checkin(self.now, ended_at))
        return _nothing

    def _called(self, client: Client) -> Send:
        """A contact at once, where there is contact."""
        return self._posted(client, client.call(self.now) if client.in_contact else None)

    def _posted(self, client: Client, request: requests.Request | None) -> Send:
        return lambda: self._send(client, request)

    def _send(self, client: Client, request: requests.Request | None) -> object:
        """Send what there is to send, and let the client hear the answer; a fault goes to who asked."""
        if request is None:
            return None
        answer: Answer = self.stage.ask(request)
        client.told(request, answer, self.now)
        return answer


def _nothing() -> None:
    """Nothing to send."""
