"""Orders all commands of a process and is the one writer (R1, R2, R5, R6). Knows no rule and no name.

Two threads. The sequencer takes whatever waits, stamps the time, decides, and hands the batch to the writer; while
that one commits, the next batch is decided. Nobody is answered before all batches decided before are stored.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import structlog

from flexauth import limits
from flexauth.clock import AuthorityTime, Clock
from flexauth.commands import NEVER, SECOND, Engine
from flexauth.committer import FLUSH_INTERVAL, Committer, Decided
from flexauth.faults import Broken, Fault, Overloaded, Stopping, StorageFull, StoreFailed
from flexauth.residence import load_again, load_all
from flexauth.store.port import Store, Write
from flexauth.work import Later, Turn, Work

__all__ = ["Sequencer"]

_SWEEP_BUDGET = 64
_CATCH_UP_SPAN = 60 * SECOND
_PROBE_EVERY = SECOND
_PROBE_SECONDS = 0.2
_log = structlog.get_logger()


class Sequencer:
    """The one door to the engine. `submit` may be called from any thread."""

    def __init__(
        self, make_engine: Callable[[], Engine], store: Store, clock: Clock, on_lost: Callable[[], None] = lambda: None
    ) -> None:
        self._on_lost = on_lost
        self._make_engine, self._store, self._clock = make_engine, store, clock
        meta = store.meta()
        doubted = bool(store.select("clock_doubted", {})[0]["doubted"])
        self.time = AuthorityTime(clock, meta.mark, doubted=doubted)
        now = self.time.now()
        self._committer = Committer(store, doubts_clock=not self.time.trusted and not doubted)
        self._absence = meta.absence + (now - meta.mark if meta.mark else 0)
        #: Device names of lost batches: their ids are given out, so the next batch brings their rows.
        self._names: list[tuple[int, ...]] = []
        self.engine = self._build(now)
        self._step_told = 0
        self._waiting: deque[Work[Any]] = deque()
        self._wake = threading.Condition()
        self._stopping = self._killed = self._finished = False
        self._troubled = False
        self._taken: list[Work[Any]] = []
        self._full_since: int | None = None
        self._probed_at = 0
        self._in_flight: Decided | None = None
        self._to_write: Decided | None = None
        self._handed = threading.Condition()
        self._writer = threading.Thread(target=self._write_forever, name="flexauth-writer", daemon=True)
        self._thread = threading.Thread(target=self._run, name="flexauth-sequencer", daemon=True)
        self._writer.start()
        self._thread.start()

    def _build(self, now: int) -> Engine:
        """An engine with all live state of the store; start and recovery are the same code."""
        engine = self._make_engine()
        engine.start(now, self._absence)
        load_all(engine, self._store)
        engine.suspend_forfeits(not self.time.trusted)
        self._names = []
        return engine

    @property
    def stopped(self) -> bool:
        """True once nothing is answered any more: closed, or its store is beyond help."""
        return not self._thread.is_alive()

    def submit(self, work: Work[Any]) -> None:
        """Queue a unit of work. Faults `Overloaded` and `Stopping`, before any effect."""
        with self._wake:
            if self._stopping:
                raise Stopping
            if len(self._waiting) >= limits.QUEUE_COMMANDS:
                raise Overloaded(what="the queue of commands", limit=limits.QUEUE_COMMANDS)
            self._waiting.append(work)
            self._wake.notify()

    def close(self, *, kill: bool = False) -> None:
        """Stop: decide and store what waits; or, killed, drop at once whatever is not stored."""
        with self._wake:
            self._stopping, self._killed = True, self._killed or kill
            self._wake.notify()
        self._thread.join()
        self._writer.join()

    # The sequencer's thread -------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._catch_up()
            while self._turn():
                pass
        except Exception:  # noqa: BLE001  # callers hear it, the process lives to say so
            _log.exception("sequencer_failed")
            self._killed = True
        finally:
            self._finish()

    def _finish(self) -> None:
        """Nobody is left without an answer, and the writer goes home."""
        with self._wake:
            self._stopping = True
            left, self._waiting = list(self._waiting), deque()
        self._fail(left, Stopping())
        batch, self._in_flight = self._in_flight, None
        if batch is not None:
            batch.done.wait()
            if batch.fault is not None:
                self._fail(batch.works, batch.fault)
        self._fail([work for work in self._taken if not work.future.done()], Stopping())
        with self._handed:
            self._finished = True
            self._handed.notify()

    def _catch_up(self) -> None:
        """What fell due while the authority was away runs first, in order of its time, in batches of bounded span."""
        now = self.time.now()
        while NEVER != (due := self.engine.next_due()) < now and not (self._killed or self._troubled):
            self.engine.advance(min(now, due + _CATCH_UP_SPAN))
            number = (self._in_flight.number if self._in_flight else self._committer.stored) + 1
            self._hand_over(Decided(number, now, self.engine.take_effects(number), [], [], self._take_names()))

    def _turn(self) -> bool:
        """Take, decide and hand over one batch; False at the end."""
        works = self._taken = self._take()
        if self._lost:
            self._await_writer()
        if self._killed:
            self._fail(works, Stopping())
            return False
        if not works and self._stopping:
            return self._last_batch()
        if self._full_since is not None:
            self._serve_while_full(works)
            if not works or self._clock.boot() - self._probed_at >= _PROBE_EVERY:
                self._has_space()
            return True
        if works and works[0].alone:
            self._drain()
        try:
            decided = self._decide(works)
        except Exception:  # noqa: BLE001  # a defect in deciding must not end the service
            self._mend(works)
            return True
        later = [work for work in works if isinstance(work.answer, Later)]
        if decided is not None:
            decided.works = [work for work in works if not isinstance(work.answer, Later)]
            self._hand_over(decided)
        else:
            self._troubled = False
        if later or (works and works[0].alone):
            self._drain()
        for work in later:
            self._read_history(work)
        return True

    def _take(self) -> list[Work[Any]]:
        """What waits, as one batch; sleeps until something waits or is due. An act that is alone comes alone."""
        with self._wake:
            if not self._waiting and not self._stopping and not self._lost:
                seconds = _PROBE_SECONDS if self._troubled else self._sleep_seconds()
                self._wake.wait(seconds)
            taken: list[Work[Any]] = []
            while self._waiting and len(taken) < limits.BATCH_COMMANDS:
                if taken and (taken[0].alone or self._waiting[0].alone):
                    break
                taken.append(self._waiting.popleft())
            return taken

    @property
    def _lost(self) -> bool:
        """The batch in flight was not stored, and its callers wait to hear it."""
        return self._in_flight is not None and self._in_flight.fault is not None

    def _sleep_seconds(self) -> float | None:
        due = self.engine.next_due()
        flush = self._committer.stored_at + FLUSH_INTERVAL
        at = flush if due == NEVER else min(due + 1, flush)
        return self._clock.sleep_seconds(self.time.boot_until(at))

    def _decide(self, works: list[Work[Any]]) -> Decided | None:
        """Decide a batch; None when there is nothing to store and nobody to answer."""
        turn = Turn(self.time.now(), self.engine, self._committer.stored)
        self._watch_clock()
        self.engine.advance(turn.now)
        for work in works:
            turn.history, turn.by, kept = work.history, work.by, len(turn.writes)
            try:
                work.answer, work.fault = work.decide(turn), None
            except Fault as fault:
                work.fault = fault
                del turn.writes[kept:]
        self.engine.sweep(turn.now, _SWEEP_BUDGET)
        number = (self._in_flight.number if self._in_flight else self._committer.stored) + 1
        decided = Decided(number, turn.now, self.engine.take_effects(number), works, turn.writes, self._take_names())
        return decided if works or self._committer.needs(decided) else None

    def _take_names(self) -> list[tuple[int, ...]]:
        names, self._names = self._names, []
        return names

    def _mend(self, works: list[Work[Any]]) -> None:
        """A defect showed while deciding: nothing of this batch is kept, and the state is built anew from the store."""
        error = uuid4().hex[:12]
        _log.exception("decision_failed", error=error)
        self._drain()
        self._troubled = True
        self._on_lost()
        self.engine = self._build(self.time.now())
        self._fail(works, Broken(error=error))

    def _watch_clock(self) -> None:
        """T2: a wall clock that steps is an event."""
        step = self.time.stepped_by
        if step and abs(step - self._step_told) > SECOND:
            _log.warning("CLOCK_STEP", stepped_by_seconds=step // SECOND, needs_confirmation=step > 24 * 3600 * SECOND)
        self._step_told = step

    def _hand_over(self, decided: Decided) -> None:
        """Give a batch to the writer once the one before is stored; a batch decided on one that failed, fails."""
        if not self._await_writer():
            self._undo(decided)
            return
        self._in_flight = decided
        with self._handed:
            self._to_write = decided
            self._handed.notify()

    def _await_writer(self) -> bool:
        """Wait for the batch in flight; False when it was not stored, and then the engine is mended."""
        batch, self._in_flight = self._in_flight, None
        if batch is None:
            return True
        batch.done.wait()
        if batch.fault is None:
            self._troubled = False
            return True
        self._undo(batch)
        return False

    def _drain(self) -> None:
        self._await_writer()

    def _undo(self, batch: Decided) -> None:
        """R2: what was not stored is not remembered; the teams that it touched are loaded again."""
        fault = batch.fault or self._follows()
        self._troubled = True
        if self._killed:
            self._fail(batch.works, fault)
            return
        try:
            self._forget(batch)
        except Exception:
            self._fail(batch.works, fault)
            raise
        if isinstance(fault, StorageFull):
            if self._full_since is None:
                self._full_since = batch.at
                _log.error("storage_full", cause=str(fault))
            self._serve_while_full(batch.works)
        else:
            self._fail(batch.works, fault)

    def _follows(self) -> Fault:
        """Why a batch is lost that was decided on a lost one."""
        if self._full_since is not None:
            return StorageFull(cause="no space is left")
        return StoreFailed(cause="the batch before it was not stored")

    def _forget(self, batch: Decided) -> None:
        later = self.engine.take_effects(batch.number)
        self._on_lost()
        if any(work.alone for work in batch.works):
            self.engine = self._build(batch.at)
            return
        self._names += [*batch.names, *batch.effects.rows("device_name"), *later.rows("device_name")]
        teams, users = batch.effects.teams() | later.teams(), batch.effects.users() | later.users()
        load_again(self.engine, self._store, teams, users)

    def _read_history(self, work: Work[Any]) -> None:
        """Everything decided is stored now: read what the work asked for and let it decide first."""
        assert isinstance(work.answer, Later)
        try:
            work.history, work.answer = work.answer.read(self._committer.stored), None
        except Fault as fault:
            work.fail(fault)
            return
        with self._wake:
            self._waiting.appendleft(work)

    def _fail(self, works: list[Work[Any]], fault: Fault) -> None:
        for work in works:
            work.fail(fault)

    def _last_batch(self) -> bool:
        """A clean stop stores the mark, so that the next start knows how long it was away."""
        self._drain()
        if self._full_since is not None and not self._has_space():
            return False
        number = self._committer.stored + 1
        decided = self._decide([]) or Decided(number, self.time.now(), self.engine.take_effects(number), [], [])
        decided.writes.append(Write("set_stopped", {}))
        self._hand_over(decided)
        self._drain()
        return False

    # Storage is full (R6) ---------------------------------------------------------------------------------------------

    def _serve_while_full(self, works: list[Work[Any]]) -> None:
        """Time stands still for what must be written; running sessions are answered."""
        stands = self._full_since if self._full_since is not None else self.time.now()
        waited = max(self.time.now() - stands, 0)
        for work in works:
            if work.while_full is None:
                work.fail(StorageFull(cause="no space is left"))
                continue
            try:
                work.answer, work.fault = work.while_full(self.engine, stands, waited), None
            except Fault as fault:
                work.fault = fault
            work.settle()

    def _has_space(self) -> bool:
        """Store the mark and nothing else; when that works, service resumes, and the time away counts as absence."""
        self._probed_at = self._clock.boot()
        stands = self._full_since or self.time.now()
        number = self._committer.stored + 1
        probe = Decided(number, stands, self.engine.take_effects(number), [], [], must=True)
        self._committer.commit(probe, self._absence)
        if probe.fault is not None:
            return False
        self._full_since, self._troubled = None, False
        self._absence += max(self.time.now() - stands, 0)
        self.engine.start(stands, self._absence)
        _log.info("storage_has_space")
        self._catch_up()
        return True

    # The writer's thread ----------------------------------------------------------------------------------------------

    def _write_forever(self) -> None:
        while True:
            with self._handed:
                while self._to_write is None and not self._finished:
                    self._handed.wait()
                batch, self._to_write = self._to_write, None
            if batch is None:
                return
            try:
                self._commit(batch)
            except Exception as error:  # noqa: BLE001  # the store cannot even be asked: nothing can be promised any more
                _log.exception("store_lost")
                batch.fault, self._killed = StoreFailed(cause=error), True
            if batch.fault is None:
                for work in batch.works:
                    work.settle()
            batch.done.set()
            with self._wake:
                self._wake.notify()

    def _commit(self, batch: Decided) -> None:
        """Store a batch and let its works learn it. Raises where nobody can say whether it is stored."""
        if self._killed:
            batch.fault = Stopping()
        elif self._committer.needs(batch):
            self._committer.commit(batch, self._absence)
        for work in batch.works:
            if batch.fault is None and work.stored is not None and work.fault is None:
                work.stored()
