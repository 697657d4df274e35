"""The reference engine: timers and commands in the order of T4; loads and dumps state. Knows no clock, no storage."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import asdict, replace

from flexauth.commands import (
    NEVER,
    AddPacks,
    AdjustPack,
    ChangeRights,
    Checkin,
    Checkout,
    Command,
    Decision,
    EndSession,
    Heartbeat,
    IdKind,
    MovePack,
    OpenWindow,
    Outcome,
    ProductKind,
    PutCalendar,
    PutCap,
    PutPolicy,
    PutPool,
    PutProduct,
    PutRate,
    Reason,
    RefundWindow,
    ReleaseDevice,
    ReportResult,
    SplitPack,
    State,
)
from flexauth.reference import caps, contacts, contracts, facts, lines, orders, packs, refunds, results, sessions
from flexauth.reference.candidates import caps_of
from flexauth.reference.contacts import Heard, Stopped
from flexauth.reference.state import CAPTURE, LEASE_END, PACK_END, Rows, Session, World, halves, lease_end
from flexauth.reference.tables import LOADERS, row_of_line, row_of_pack, row_of_session, rows_of_holds

__all__ = ["Reference"]


class Reference:
    """Implements `commands.Engine`."""

    def __init__(self, *, jitter: bool = True) -> None:
        self._world = World()
        self._jitter = jitter

    def advance(self, now: int) -> None:
        world = self._world
        while world.timers and world.timers[0][:2] < (now, 1):
            at, phase, ident = heapq.heappop(world.timers)
            if phase == PACK_END and world.forfeits_suspended:
                world.deferred.append((at, phase, ident))
                continue
            world.now = max(world.now, at)
            self._fire(at, phase, ident)
        world.now = max(world.now, now)

    def _fire(self, at: int, phase: int, ident: tuple[int, ...]) -> None:
        """One due timer; one that its subject has outlived does nothing."""
        world = self._world
        if phase == PACK_END:
            pack = world.packs.get(ident[0])
            if pack is not None and not pack.ended:
                packs.expire_pack(world, pack)
        elif phase == CAPTURE:
            line = world.lines.get((ident[0], ident[1], ident[2]))
            if line is not None and line.pending_since != NEVER and line.capture_at == at:
                lines.capture(world, line, at)
            elif line is not None and line.advance and line.advance_at == at:
                lines.capture_advance(world, line)
        elif phase == LEASE_END:
            session = world.sessions.get(ident[0])
            if session is not None and session.open and session.armed == at:
                ends = lease_end(world, session)
                if ends <= at:
                    sessions.expire(world, session, ends)
                else:
                    session.armed = ends
                    world.arm(ends, LEASE_END, ident)

    def decide(self, now: int, command: Command) -> Decision:
        self.advance(now)
        if isinstance(command, Heartbeat):
            return self._heartbeat(command)
        if isinstance(command, Checkout):
            return self._checkout(command)
        if isinstance(command, Checkin):
            return self._checkin(command)
        if isinstance(command, ReleaseDevice):
            return self._release(command)
        if isinstance(command, EndSession):
            return self._end(command)
        if isinstance(command, ReportResult):
            return self._report(command)
        return self._set_up(command)

    def quote(self, now: int, command: Checkout) -> Decision:
        self.advance(now)
        return sessions.check_checkout(self._world, command)[0]

    def _facts(self, session: Session) -> Decision:
        return facts.facts(self._world, session, jitter=self._jitter)

    def _checkout(self, command: Checkout) -> Decision:
        world = self._world
        known = world.sessions.get(command.session)
        if known is not None:
            if known.content != command.content:
                return Decision(Outcome.CONFLICT)
            if known.open:
                contacts.contact(world, known, Heard(rights=command.rights, offline_until=command.offline_until))
            return replace(self._facts(known), entitlement=known.granted, tokens=known.tokens)
        decision, candidate = sessions.check_checkout(world, command)
        if decision.outcome is Outcome.DENIED:
            sessions.refuse(world, command, decision)
        if candidate is None:
            return decision
        session = sessions.checkout(world, command, decision, candidate)
        return replace(self._facts(session), tokens=decision.tokens, choice=decision.choice)

    def _heartbeat(self, command: Heartbeat) -> Decision:
        session = self._world.sessions.get(command.session)
        if session is None:
            return Decision(Outcome.UNKNOWN)
        if not session.open or command.counter <= session.counter:
            return self._facts(session)
        heard = Heard(command.operated_at, NEVER, command.rights, command.offline_until)
        if contacts.needs_rights(self._world, session, heard):
            return facts.lacking_rights(session)
        session.counter = command.counter
        if command.consent is not None:
            session.max_tokens = command.consent
        return self._contact(session, heard)

    def _contact(self, session: Session, heard: Heard) -> Decision:
        stopped = contacts.contact(self._world, session, heard)
        return replace(self._facts(session), **asdict(stopped))

    def _end(self, command: EndSession) -> Decision:
        session = self._world.sessions.get(command.session)
        if session is None:
            return Decision(Outcome.UNKNOWN)
        if session.open:
            sessions.end_by_admin(self._world, session)
        return self._facts(session)

    def _checkin(self, command: Checkin) -> Decision:
        world = self._world
        session = world.sessions.get(command.session)
        if session is None:
            return Decision(Outcome.UNKNOWN)
        late = session.state is State.EXPIRED and not session.reported
        if command.counter <= session.counter or not (session.open or late):
            return self._facts(session)
        ended_at = sessions.ended(world, session, command)
        if session.open and contacts.needs_rights(world, session, Heard(command.operated_at, ended_at, command.rights)):
            return facts.lacking_rights(session)
        outcome, refundable = sessions.check_checkin(world, session, command, ended_at)
        if outcome is not Outcome.GRANTED:
            line = world.lines[session.line]
            return Decision(
                outcome, team=session.team, user=session.user, product=session.product, pending_since=line.window_start
            )
        session.counter = command.counter
        refunded, stopped = sessions.checkin(world, session, command, ended_at, refundable)
        return replace(self._facts(session), tokens=refunded, **asdict(stopped))

    def _report(self, command: ReportResult) -> Decision:
        """C13: a contact, and then the results; nothing of them is taken from a session that is over."""
        world = self._world
        session = world.sessions.get(command.session)
        if session is None or world.products.get(session.product) is not ProductKind.PER_RESULT:
            return Decision(Outcome.UNKNOWN)
        stopped = Stopped()
        if session.open:
            heard = Heard(rights=command.rights, results=True)
            if contacts.needs_rights(world, session, heard):
                return facts.lacking_rights(session)
            stopped = contacts.contact(world, session, heard)
        if not session.open:
            return replace(self._facts(session), outcome=Outcome.DENIED, **asdict(stopped))
        refusal, tokens = results.report(world, session, command.units, caps_of(command.rights, session.team))
        line = world.lines.get(session.line)
        told = replace(self._facts(session), tokens=tokens, units=0 if line is None else line.units)
        return told if refusal.reason is Reason.NONE else replace(told, outcome=Outcome.DENIED, **refusal._asdict())

    def _release(self, command: ReleaseDevice) -> Decision:
        registered = self._world.devices.get((command.user, command.product), {})
        if command.device not in registered:
            return Decision(Outcome.UNKNOWN)
        del registered[command.device]
        self._world.dirty_devices.add((command.user, command.product, command.device))
        return Decision(Outcome.GRANTED, user=command.user, product=command.product, device=command.device)

    def _set_up(self, command: Command) -> Decision:
        world = self._world
        if isinstance(command, PutProduct):
            world.products[command.product] = command.kind
            world.results[command.product] = (command.result_tokens, command.result_units)
        elif isinstance(command, PutRate):
            rates = world.rates.setdefault(command.product, [])
            rates.append((command.valid_from, command.version, command.rate))
        elif isinstance(command, PutPolicy):
            row = (command.effective_at, command.version, command.policy)
            world.team(command.team).policies.append(row)
        elif isinstance(command, PutPool):
            world.pools[command.pool] = (command.team, command.seats)
        elif isinstance(command, ChangeRights):
            world.change_rights(command.version, command.teams)
        elif isinstance(command, PutCalendar):
            world.calendars[command.calendar] = list(command.starts)
        elif isinstance(command, PutCap):
            return caps.put_cap(world, command)
        else:
            return self._order(command)
        return Decision(Outcome.GRANTED)

    def _order(self, command: Command) -> Decision:
        if isinstance(command, AddPacks):
            return orders.add_packs(self._world, command)
        if isinstance(command, AdjustPack):
            return orders.adjust(self._world, command)
        if isinstance(command, MovePack):
            return orders.move(self._world, command)
        if isinstance(command, SplitPack):
            return orders.split(self._world, command)
        if isinstance(command, OpenWindow):
            return orders.open_window(self._world, command)
        if isinstance(command, RefundWindow):
            return refunds.refund_window(self._world, command)
        raise TypeError(f"{type(command).__name__} is not a command")

    def look(self, now: int, session: int) -> Decision:
        self.advance(now)
        known = self._world.sessions.get(session)
        return Decision(Outcome.UNKNOWN) if known is None else self._facts(known)

    def balance(self, team: int) -> tuple[int, int]:
        held = sum(p.held for p in self._world.team(team).packs) + self._world.team(team).credit.held
        return packs.available(self._world, team), held

    def slices(self, team: int, tokens: int) -> list[tuple[int, int]]:
        return [(pack.pack, part) for pack, part in packs.slices(self._world, team, tokens)]

    def cap_used(self, cap: int, at: int) -> tuple[int, int]:
        return caps.cap_used(self._world, cap, at)

    def devices(self, user: int, product: int) -> list[tuple[int, int]]:
        return list(self._world.devices.get((user, product), {}).items())

    def allocate(self, kind: IdKind) -> int:
        return self._world.allocate(kind)

    def next_due(self) -> int:
        return self._world.timers[0][0] if self._world.timers else NEVER

    def suspend_forfeits(self, suspended: bool) -> None:
        world = self._world
        world.forfeits_suspended = suspended
        if not suspended:
            for timer in world.deferred:
                heapq.heappush(world.timers, timer)
            world.deferred.clear()

    def sweep(self, now: int, budget: int) -> None:
        self.advance(now)
        world = self._world
        for session in list(world.sessions.values()):
            if budget and self._over(session, now):
                budget -= 1
                del world.sessions[session.session]
                world.gone_sessions[session.session] = session.team
                if session.line in world.lines:
                    world.lines[session.line].sessions.pop(session.session, None)
        for line in list(world.lines.values()):
            if budget and lines.nothing(line, now) and line.key not in world.dirty_lines["line"]:
                budget -= 1
                if line.free_uses:
                    world.dirty_lines["free_use_gone"].add(line.key)
                del world.lines[line.key]
                world.dirty_lines["gone"].add(line.key)

    def _over(self, session: Session, now: int) -> bool:
        """R7: late check-in and repeats are over, no hold stands in its name, and how it ended is stored."""
        if session.open or session.session in self._world.dirty["session"]:
            return False
        line = self._world.lines.get(session.line)
        if line is not None and line.pending_since != NEVER and line.session == session.session:
            return False
        _, policy = contracts.policy_at(self._world, session.team, now)
        return session.ended_at + max(policy.repeat_retention, policy.late_checkin) < now

    def take_effects(self, stored: int) -> Rows:
        world = self._world
        if world.refunded:
            world.last_refund_batch, world.refunded = stored, False
        rows = {**world.log_rows}
        rows["pack"] = [row_of_pack(world.packs[p]) for p in sorted(world.dirty["pack"])]
        rows["session"] = [row_of_session(world.sessions[s]) for s in sorted(world.dirty["session"])]
        gone = sorted(world.gone_sessions.items())
        rows["session_gone"] = [(team, *halves(s)) for s, team in gone if s not in world.sessions]
        touched = world.dirty_lines
        alive = {what: [world.lines[k] for k in sorted(keys) if k in world.lines] for what, keys in touched.items()}
        rows["line"] = [row_of_line(line) for line in alive["line"]]
        rows["line_gone"] = [key for key in sorted(touched["gone"]) if key not in world.lines]
        rows["hold_gone"] = [line.key for line in alive["hold"] if line.hold_stored]
        rows["hold"] = [row for line in alive["hold"] for row in rows_of_holds(line)]
        for line in alive["hold"]:
            line.hold_stored = bool(line.hold or line.advance)
        rows["free_use_gone"] = sorted({line.key for line in alive["free_use"]} | touched["free_use_gone"])
        rows["free_use"] = [(*line.key, *use) for line in alive["free_use"] for use in line.free_uses]
        known = sorted((u, p, d, world.devices.get((u, p), {}).get(d, NEVER)) for u, p, d in world.dirty_devices)
        rows["device"] = [row for row in known if row[3] != NEVER]
        rows["device_gone"] = [row[:3] for row in known if row[3] == NEVER]
        world.clear()
        return Rows(rows)

    def load(self, table: str, rows: Iterable[tuple[int, ...]]) -> None:
        for row in rows:
            LOADERS[table](self._world, *row)

    def start(self, now: int, absence: int) -> None:
        self._world.now, self._world.absence = now, absence

    def drop(self, teams: frozenset[int], users: frozenset[int]) -> None:
        world = self._world
        world.refunded, world.last_refund_batch = False, 0
        for key in [k for k in world.devices if k[0] in users]:
            del world.devices[key]
        for session in [s for s in world.sessions.values() if s.team in teams]:
            del world.sessions[session.session]
            world.dirty["session"].discard(session.session)
            world.running.get((session.user, session.product), {}).pop(session.session, None)
        for line in [key for key in world.lines if key[0] in teams]:
            del world.lines[line]
        for pool in [pool for pool, (team, _) in world.pools.items() if team in teams]:
            del world.pools[pool]
        for pack in [p for p in world.packs.values() if p.team in teams]:
            del world.packs[pack.pack]
            world.dirty["pack"].discard(pack.pack)
        for cap in [c for c in world.caps.values() if c.team in teams]:
            del world.caps[cap.cap]
        for team in teams:
            world.teams.pop(team, None)

    def dump(self, now: int) -> dict[str, list[tuple[int, ...]]]:
        world = self._world
        live = [line for line in world.lines.values() if not lines.nothing(line, now)]
        for line in live:
            if line.at_rest:
                line.forget_terms()
        return {
            "pack": sorted(row_of_pack(p) for p in world.packs.values()),
            "line": sorted(row_of_line(line) for line in live),
            "hold": sorted(row for line in live for row in rows_of_holds(line)),
            "free_use": sorted((*ln.key, *use) for ln in live for use in ln.free_uses),
            "pool": sorted((pool, *row) for pool, row in world.pools.items()),
            "session": sorted(row_of_session(s) for s in world.sessions.values()),
            "device": sorted((*key, *d) for key, devices in world.devices.items() for d in devices.items()),
            "team": sorted(
                (k, t.ledger_seq, t.use_seq, t.overdraft, t.rights_version)
                for k, t in world.teams.items()
                if t.ledger_seq or t.use_seq
            ),
            **caps.rows(world, now),
        }
