"""Storage full (R6): a served authority on a small tmpfs, which somebody else fills and later gives back.

Heartbeats go on, writes are UNAVAILABLE, due captures keep their time, service resumes by itself. Mounting needs root.

    python -m tests.faults.disk_full --count 5 --seed 1
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import grpc

from flexauth.store.sqlite import SqliteStore
from flexauth.store.verify import wrongs
from flexauth.v1 import administration_pb2 as admin
from flexauth.v1 import license_authority_pb2 as licence
from flexauth.v1 import reporting_pb2 as reporting
from flexauth.v1 import types_pb2 as pb
from tests.faults.report import programme
from tests.faults.server import Process, Stubs, new_data

SIZE = "24m"
TEAM, RATE, GRACE_SECONDS = "acme", 7, 1
RUNNING = 20
RESUMES_WITHIN = 15.0


def can_mount() -> bool:
    """Whether this process may mount a tmpfs."""
    try:
        with small_disk():
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


@contextmanager
def small_disk() -> Iterator[Path]:
    """A folder on a file system of SIZE."""
    with tempfile.TemporaryDirectory() as folder:
        mount = ("mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0700", "flexauth-faults", folder)
        subprocess.run(mount, check=True, capture_output=True)
        try:
            yield Path(folder)
        finally:
            subprocess.run(("umount", folder), check=True, capture_output=True)


def session_id(number: int) -> str:
    return str(UUID(int=(time.time_ns() // 10**6) << 80 | 7 << 76 | 2 << 62 | number))


class Full:
    """One disk, one server, and what it said while there was no space."""

    def __init__(self, folder: Path, lot: random.Random) -> None:
        self.folder, self.lot = folder, lot
        self.data, self.ballast = folder / "data", folder / "ballast"
        self.seen: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.running: list[str] = []
        self.counter = 0

    def _need(self, holds: object, what: str) -> None:
        if not holds:
            self.wrong.append(what)

    def furnish(self, stubs: Stubs) -> None:
        stubs.admin.CreateTeam(admin.CreateTeamRequest(name=TEAM))
        values = f'{{"grace": "{GRACE_SECONDS}s"}}'
        stubs.admin.SetPolicy(admin.SetPolicyRequest(team=TEAM, values=values))
        product = pb.Product(code="ACD", kind=pb.PRODUCT_KIND_DAILY, rate=RATE)
        stubs.admin.CreateProduct(admin.CreateProductRequest(product=product))
        terms = [admin.PackTerms(size=100_000, currency="USD")]
        stubs.admin.CreateOrder(admin.CreateOrderRequest(team=TEAM, packs=terms))
        for user in range(RUNNING):
            membership = pb.Membership(team=TEAM, all_products=True)
            stubs.admin.CreateUser(admin.CreateUserRequest(subject=f"user-{user}", memberships=[membership]))

    def sign_in(self, stubs: Stubs, number: int) -> licence.CheckoutResponse:
        request = licence.CheckoutRequest(
            session=session_id(number), user=f"user-{number % RUNNING}", product="ACD", device="desk", take_over=True
        )
        answer: licence.CheckoutResponse = stubs.licences.Checkout(request, timeout=10)
        return answer

    def fill(self) -> None:
        """Take all space that is left."""
        free = shutil.disk_usage(self.folder).free
        with self.ballast.open("ab", buffering=0) as file:
            while free > 0:
                try:
                    file.write(bytes(min(free, 4096)))
                except OSError:
                    return
                free = shutil.disk_usage(self.folder).free

    def until_full(self, stubs: Stubs) -> None:
        """Sign users in until the first call that finds no space."""
        filled_at = RUNNING + self.lot.randrange(40)
        for number in range(1, 5_000):
            try:
                answer = self.sign_in(stubs, number)
            except grpc.RpcError as error:
                self._need(_is_full(error), f"no space: {error.code().name} {error.details()}")
                self.seen["sign-ins until it was full"] += number - 1
                return
            self.running = [*self.running, answer.facts.session][-RUNNING:]
            if number == filled_at:
                self.fill()
        raise AssertionError("the disk did not fill up")

    def while_full(self, stubs: Stubs) -> None:
        """R6: heartbeats are answered, writes are not, captures wait."""
        taken = reporting.GetBalanceRequest(team=TEAM)
        before = stubs.reports.GetBalance(taken).balance
        ended = time.monotonic() + 1.5 * GRACE_SECONDS + self.lot.random()
        while time.monotonic() < ended:
            self.counter += 1
            for session in self.running:
                facts = stubs.licences.Heartbeat(
                    licence.HeartbeatRequest(session=session, counter=self.counter), timeout=10
                ).facts
                self.seen["heartbeats while it was full"] += 1
                if session == self.running[-1]:
                    self._need(facts.state == pb.SESSION_STATE_ACTIVE, "a running session does not go on")
            for call in (lambda: self.sign_in(stubs, 10**6), lambda: self._checkin(stubs), lambda: self._order(stubs)):
                self._refused(call)
        after = stubs.reports.GetBalance(taken).balance
        self._need(after == before, f"the balance moved while nothing could be stored: {before} to {after}")

    def _checkin(self, stubs: Stubs) -> object:
        return stubs.licences.Checkin(
            licence.CheckinRequest(session=self.running[-1], counter=self.counter + 1), timeout=10
        )

    @staticmethod
    def _order(stubs: Stubs) -> object:
        terms = [admin.PackTerms(size=100, currency="USD")]
        return stubs.admin.CreateOrder(admin.CreateOrderRequest(team=TEAM, packs=terms), timeout=10)

    def _refused(self, call: Callable[[], object]) -> None:
        try:
            call()
            self.wrong.append("a call that must write was answered")
        except grpc.RpcError as error:
            self._need(_is_full(error), f"while full: {error.code().name} {error.details()}")
            self.seen["calls refused while it was full"] += 1

    def resumes(self, stubs: Stubs, due: list[int]) -> None:
        """Space is given back: service resumes, and what waited has its own time."""
        self.ballast.unlink()
        given_back, waiting = time.monotonic(), threading.Event()
        while True:
            try:
                self.sign_in(stubs, 2 * 10**6)
                break
            except grpc.RpcError as error:
                self._need(_is_full(error), f"when there is space: {error.code().name} {error.details()}")
                if time.monotonic() - given_back > RESUMES_WITHIN:
                    self.wrong.append("service does not resume by itself")
                    return
                waiting.wait(0.05)
        self.seen["resumed"] += 1
        charged = {row.window_start: row for row in _charges(stubs)}
        for pending in due:
            entry = charged.get(pending)
            effective = pending + GRACE_SECONDS * 10**6
            self._need(
                entry is not None and entry.effective_at == effective, f"no capture at its time of P = {pending}"
            )
            self.seen["captures that waited"] += 1

    def pending(self, stubs: Stubs) -> list[int]:
        """P of every hold of a running session, stored before the disk was full."""
        charged = {row.window_start for row in _charges(stubs)}
        found = []
        for session in self.running:
            facts = stubs.licences.Heartbeat(licence.HeartbeatRequest(session=session, counter=1), timeout=10).facts
            if facts.pending_since and facts.pending_since not in charged:
                found.append(facts.pending_since)
        return found


def _charges(stubs: Stubs) -> list[pb.LedgerEntry]:
    entries: list[pb.LedgerEntry] = []
    token = ""
    while True:
        page = stubs.reports.ListLedger(reporting.ListLedgerRequest(team=TEAM, page_size=1000, page_token=token))
        entries += page.entries
        token = page.next_page_token
        if not token:
            return [entry for entry in entries if entry.kind == pb.ENTRY_KIND_CHARGE]


def _is_full(error: grpc.RpcError) -> bool:
    return error.code() is grpc.StatusCode.UNAVAILABLE and "storage of the authority is full" in (error.details() or "")


def _through(full: Full, server: Process) -> None:
    with server.wait().stubs() as stubs:
        full.furnish(stubs)
        full.until_full(stubs)
        due = full.pending(stubs)
        full.while_full(stubs)
        full.resumes(stubs, due)
    if server.stop() != os.EX_OK:
        full.wrong.append("it did not stop in order")


def fill_once(number: int, seed: int) -> tuple[Counter[str], list[str]]:
    """One disk that fills up and is freed; what was seen, and what was wrong."""
    with small_disk() as folder:
        full = Full(folder, random.Random(f"{seed}/{number}"))
        with Process(full.data, new_data(full.data)) as server:
            try:
                _through(full, server)
            except grpc.RpcError as error:
                full.wrong.append(f"{error.code().name}: {error.details()}")
        store = SqliteStore(full.data / "flexauth.db")
        full.wrong += wrongs(store._connection)
        store.close()
        return full.seen, full.wrong


def run(count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Fill `count` disks."""
    seen: Counter[str] = Counter()
    wrong: list[str] = []
    for number in range(count):
        found, bad = fill_once(number, seed)
        seen += found
        wrong += [f"disk {number}: {what}" for what in bad]
    return seen, wrong


if __name__ == "__main__":
    programme("disk_full", run, count=5)
