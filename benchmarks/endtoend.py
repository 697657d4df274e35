"""End to end: durable Checkout and Heartbeat on each engine, beside an empty handler on the same engine.

The server has one core and the load the other. A figure is void, and the programme fails, unless the holds that the
store has are those that the answers spoke of. `python -m benchmarks.endtoend [seconds a round]`
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import time_ns
from typing import Any

from benchmarks.load import Load, Outcome, generate
from benchmarks.measure import ROOT, Part
from benchmarks.world import (
    DENIED,
    HELD,
    PAID,
    Embedded,
    company_writes,
    device_name,
    fund,
    mix,
    session_text,
    user_name,
)
from flexauth.commands import SECOND
from flexauth.store.sqlite import SqliteStore
from flexauth.v1 import license_authority_pb2 as pb

__all__ = ["main"]

SERVER_CORE, LOAD_CORE = 0, 1
TEAMS, USERS, PRODUCTS, POOR_USERS = 100, 15_000, 16, 2_000
PAID_PRODUCTS = 2
ROUNDS = 3
PATH = "/flexauth.v1.LicenseAuthority/"
MANY = Load(connections=8, streams=64)
ONE = Load(connections=1, streams=1)
_MINUTE = 60 * SECOND

Line = tuple[int, int, int]


@dataclass
class Company:
    """A database to copy, and its lines by what a checkout of them is answered; `take` gives each new line once."""

    path: Path
    new: Iterator[Line] = field(default_factory=lambda: iter(()))
    paid: Sequence[Line] = ()
    denied: Sequence[Line] = ()
    number: int = 0

    def requests(self, count: int) -> tuple[list[str], list[bytes], list[str]]:
        """What is expected of each request, its bytes, and its session."""
        return self.sign_ins(mix(count, list(islice(self.new, count * 6 // 10)), self.paid, self.denied, self.number))

    def introductions(self) -> tuple[list[str], list[bytes], list[str]]:
        """One sign-in of every user, on a line with a paid window or denied."""
        known = {line[1]: (PAID, line) for line in self.paid} | {line[1]: (DENIED, line) for line in self.denied}
        return self.sign_ins(list(known.values()))

    def sign_ins(self, chosen: Sequence[tuple[str, Line]]) -> tuple[list[str], list[bytes], list[str]]:
        at, sessions, messages = time_ns() // 1_000, [], []
        for _, (team, user, product) in chosen:
            self.number += 1
            sessions.append(session_text(self.number, at))
            request = pb.CheckoutRequest(
                session=sessions[-1], user=user_name(user), product=f"P{product:03d}", device=device_name(user),
                team=f"team{team:04d}", version="2026", platform="windows",
            )  # fmt: skip
            messages.append(request.SerializeToString())
        return [kind for kind, _ in chosen], messages, sessions


def make_company(path: Path) -> None:
    """The database: every user of the rich teams has paid windows on the first products."""
    store = SqliteStore(path)
    embedded = Embedded(store, time_ns() // 1_000 - 30 * _MINUTE)
    fund(embedded.engine, range(1, TEAMS + 1), PRODUCTS, embedded.at)
    fund(embedded.engine, [TEAMS + 1], 0, embedded.at, tokens=1)
    embedded.commit(company_writes(TEAMS + 1, [*rich_users(), *poor_users()], PRODUCTS, embedded.at))
    for product in range(1, PAID_PRODUCTS + 1):
        embedded.pay([(team, user, product) for team, user in rich_users()], product * 10**6)
    store.close()


def rich_users() -> list[tuple[int, int]]:
    return [(1 + user % TEAMS, user) for user in range(1, USERS + 1)]


def poor_users() -> list[tuple[int, int]]:
    return [(TEAMS + 1, user) for user in range(USERS + 1, USERS + POOR_USERS + 1)]


def copy_company(original: Path, folder: Path) -> Company:
    """A copy whose lines nobody has signed in on."""
    folder.mkdir()
    path = Path(shutil.copy(original, folder / "flexauth.db"))
    return Company(
        path,
        iter(
            [(team, user, product) for product in range(PAID_PRODUCTS + 1, PRODUCTS + 1) for team, user in rich_users()]
        ),
        [(team, user, product) for product in range(1, PAID_PRODUCTS + 1) for team, user in rich_users()],
        [(team, user, 1) for team, user in poor_users()],
    )


@dataclass
class Server:
    """A server that runs: its port and key, and `said` what it says at the end."""

    port: int
    key: str
    process: subprocess.Popen[str]
    said: dict[str, Any] = field(default_factory=dict)
    spent: float = 0.0  # processor microseconds a call of the last load

    def processor_seconds(self) -> float:
        """Processor time that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def load(self, method: str, messages: Sequence[bytes], load: Load) -> Outcome:
        before = self.processor_seconds()
        outcome = generate(self.port, PATH + method, self.key, messages, load, LOAD_CORE)
        self.spent = (self.processor_seconds() - before) / len(messages) * 1e6
        return outcome


@contextmanager
def served(engine: str, handler: str, *database: Path) -> Iterator[Server]:
    """A server on its core."""
    command = [sys.executable, "-m", "benchmarks.served", engine, handler, str(SERVER_CORE), *map(str, database)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        server = Server(process=process, **json.loads(line))
        yield server
        process.stdin.close()
        server.said.update(json.loads(process.stdout.readline()))
    finally:
        if not process.stdin.closed:
            process.stdin.close()
        process.wait(60)


def heartbeats(sessions: Sequence[str], counter: int) -> list[bytes]:
    return [pb.HeartbeatRequest(session=session, counter=counter).SerializeToString() for session in sessions]


def void_unless(holds: bool, what: str) -> None:  # the condition is the sentence's subject
    if not holds:
        raise SystemExit(f"the figures are void: {what}")


def measure_empty(part: Part, engine: str, company: Company, count: int) -> None:
    _, messages, sessions = company.requests(count)
    with served(engine, "empty") as server:
        server.load("Checkout", messages, MANY)
        for method, sent in (("Checkout", messages), ("Heartbeat", heartbeats(sessions, 1))):
            measured = [(server.load(method, sent, MANY).rate, server.spent) for _ in range(ROUNDS)]
            part.add(f"{engine}, empty {method}", "calls/s", [rate for rate, _ in measured])
            part.add(f"{engine}, empty {method}, processor", "µs a call", [spent for _, spent in measured])


def measure_authority(part: Part, engine: str, company: Company, count: int) -> None:
    """Every user is known before the clock runs; the store is compared with the answers at the end."""
    answers: list[Outcome] = []
    expected: list[str] = []
    running: list[str] = []

    def checkouts(size: int, load: Load, *, introduce: bool = False) -> Outcome:
        kinds, messages, sessions = company.introductions() if introduce else company.requests(size)
        outcome = server.load("Checkout", messages, load)
        expected.extend(kinds)
        running.extend(session for session, kind in zip(sessions, kinds, strict=True) if kind != DENIED)
        answers.append(outcome)
        return outcome

    with served(engine, "authority", company.path) as server:
        cold = checkouts(0, MANY, introduce=True)
        part.add(f"{engine}, Checkout, the first of each user since the start", "calls/s", [cold.rate])
        rounds, spent = [], []
        for _ in range(ROUNDS):
            rounds.append(checkouts(count, MANY))
            spent.append(server.spent)
        part.add(f"{engine}, Checkout", "calls/s", [one.rate for one in rounds], f"{engine}, empty Checkout")
        part.add(f"{engine}, Checkout, p99 at full load", "ms", [one.p99 for one in rounds])
        part.add(f"{engine}, Checkout, processor", "µs a call", spent, f"{engine}, empty Checkout, processor")
        paced = [checkouts(count, Load(8, 64, rate=0.5 * median(one.rate for one in rounds))) for _ in range(ROUNDS)]
        part.add(f"{engine}, Checkout, p50 at half load", "ms", [one.p50 for one in paced])
        part.add(f"{engine}, Checkout, p99 at half load", "ms", [one.p99 for one in paced])
        sent = running[-count:]
        beats = [
            (server.load("Heartbeat", heartbeats(sent, counter), MANY).rate, server.spent)
            for counter in range(1, ROUNDS + 1)
        ]
        part.add(f"{engine}, Heartbeat", "calls/s", [rate for rate, _ in beats], f"{engine}, empty Heartbeat")
        part.add(
            f"{engine}, Heartbeat, processor", "µs a call", [spent for _, spent in beats],
            f"{engine}, empty Heartbeat, processor",
        )  # fmt: skip
        alone = [checkouts(300, ONE) for _ in range(ROUNDS)]
    check(answers, expected, server.said)
    commits = [(seconds * 1e3, sessions) for seconds, sessions in server.said["commits"] if sessions]
    several = [sessions for _, sessions in commits if sessions > 1]
    part.add(f"{engine}, checkouts in a commit", "", [sum(several) / len(several)])
    single = [milliseconds for milliseconds, sessions in commits if sessions == 1][-600:]
    part.add(f"{engine}, commit of one checkout", "ms", [median(single[i::3]) for i in range(3)])
    part.add(f"{engine}, Checkout, p50 of one caller", "ms", [one.p50 for one in alone])
    part.add(f"{engine}, Checkout, p99 of one caller", "ms", [one.p99 for one in alone])
    beyond = [one.p50 - median(single) for one in alone]
    part.add(f"{engine}, Checkout, p50 of one caller beyond a commit", "ms", beyond)


def check(answers: Sequence[Outcome], expected: Sequence[str], said: dict[str, Any]) -> None:
    """The holds in the store are those of the answers, and these are those that the mix asks for."""
    held, granted = sum(one.held for one in answers), sum(one.granted for one in answers)
    void_unless(
        held == expected.count(HELD), f"{held} checkouts were answered with a hold, {expected.count(HELD)} should"
    )
    void_unless(granted - held == expected.count(PAID), f"{granted - held} checkouts fell into a paid window")
    void_unless(
        said["placed"] == held, f"{held} answers say that they hold tokens, the store has {said['placed']} holds"
    )
    void_unless(said["sessions"] == held, f"the store has {said['sessions']} sessions with tokens, not {held}")
    void_unless(said["granted"] == granted, f"the store has {said['granted']} sessions, {granted} were granted")


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 4.0
    part = Part("endtoend")
    with TemporaryDirectory(dir=ROOT / "build") as folder:
        original = Path(folder, "company.db")
        make_company(original)
        for engine, calls in (("grpcio", 3_000), ("native", 10_000)):
            company = copy_company(original, Path(folder, engine))
            measure_empty(part, engine, copy_company(original, Path(folder, f"{engine}-empty")), int(calls * seconds))
            measure_authority(part, engine, company, int(calls * seconds))
    part.notes.append(
        f"{USERS:,} users of {TEAMS} teams, {PRODUCTS} products; {MANY.connections} connections with {MANY.streams}"
        f" calls open on each, {ROUNDS} rounds of about {seconds:.0f} s after a first one that is not counted."
    )
    part.save()


if __name__ == "__main__":
    main()
