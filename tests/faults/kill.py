"""kill -9 of a serving authority at random moments under load, and a start on what it left.

Every answer is there, once; L2 and the chains hold; every export of before is a prefix of the ledger after.

    python -m tests.faults.kill --count 200 --seed 1
"""

from __future__ import annotations

import random
import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import grpc

from flexauth.store.sqlite import SqliteStore
from flexauth.store.verify import wrongs
from flexauth.v1 import reporting_pb2 as reporting
from tests.faults.customers import PACK, TEAM, Customer, furnish
from tests.faults.report import programme
from tests.faults.server import Process, Stubs, new_data

CUSTOMERS = 4
LONGEST_SECONDS = 0.4
_AT_START = 0.1
DATABASE = "flexauth.db"


class Export:
    """A ledger that is exported page by page while it grows."""

    def __init__(self) -> None:
        self.hashes: dict[int, bytes] = {}
        self._token = ""

    def live(self, stubs: Stubs, end: threading.Event) -> None:
        try:
            while not end.wait(0.01):
                self._page(stubs)
        except grpc.RpcError:
            return

    def _page(self, stubs: Stubs) -> None:
        page = stubs.reports.ListLedger(
            reporting.ListLedgerRequest(team=TEAM, page_size=1000, page_token=self._token), timeout=10
        )
        self.hashes.update((entry.seq, entry.hash) for entry in page.entries)
        self._token = page.next_page_token or self._token

    def differences(self, data: Path) -> list[str]:
        """Entries of the export that are not in the database as they were."""
        store = SqliteStore(data / DATABASE)
        try:
            key = {"team": 1, "after": 0, "limit": 10**9}
            found = {row["seq"]: row["hash"] for row in store.select("ledger_page", key)}
        finally:
            store.close()
        return [
            f"entry {seq} was exported and is not as it was"
            for seq in self.hashes
            if found.get(seq) != self.hashes[seq]
        ]


@contextmanager
def _all_at_once(server: Process, acts: Sequence[Callable[[Stubs], None]]) -> Iterator[None]:
    """Each act in a thread with a connection of its own; they have ended when the block has."""
    with ExitStack() as open_stubs:
        stubs = [open_stubs.enter_context(server.stubs()) for _ in acts]
        threads = [threading.Thread(target=act, args=(each,)) for act, each in zip(acts, stubs, strict=True)]
        for thread in threads:
            thread.start()
        yield
        for thread in threads:
            thread.join()


class Killing:
    """A data folder, its customers, and one cycle after another."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.lot = random.Random(seed)
        self.data = folder / "data"
        self.key = new_data(self.data)
        self.customers = [Customer(n, random.Random(f"{seed}/{n}")) for n in range(CUSTOMERS)]
        self.export = Export()
        self.wrong: list[str] = []
        self.seen: Counter[str] = Counter()
        with Process(self.data, self.key) as server:
            with server.wait().stubs() as stubs:
                furnish(stubs)
            server.stop()

    def cycle(self) -> None:
        """Start, check what was told before, work, kill, and look at what is on the disk."""
        if self.lot.random() < _AT_START:
            with Process(self.data, self.key) as starting:
                starting.serves.wait(self.lot.uniform(0.3, 1.2))
            self.seen["killed at its start"] += 1
        with Process(self.data, self.key) as server:
            server.wait()
            with _all_at_once(server, [customer.check for customer in self.customers]):
                pass
            self._balance(server)
            self._live_and_kill(server)
        self._look()

    def _all(self, server: Process, act: object) -> None:
        stubs = [server.stubs() for _ in self.customers]
        threads = [
            threading.Thread(target=act, args=pair)  # type: ignore[arg-type]
            for pair in zip(self.customers, stubs, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for each in stubs:
            each.channel.close()

    def _live_and_kill(self, server: Process) -> None:
        end = threading.Event()
        stubs = [server.stubs() for _ in range(CUSTOMERS + 1)]
        acts = [customer.live for customer in self.customers]
        threads = [
            threading.Thread(target=act, args=(each, end))
            for act, each in zip((*acts, self.export.live), stubs, strict=True)
        ]
        for thread in threads:
            thread.start()
        end.wait(self.lot.uniform(0.02, LONGEST_SECONDS))
        server.kill()
        end.set()
        for thread in threads:
            thread.join()
        for each in stubs:
            each.channel.close()
        self.seen["killed under load"] += 1

    def _look(self) -> None:
        """The files as the kill left them, in a copy: the server's own start must find them untouched."""
        with tempfile.TemporaryDirectory(dir=self.data.parent) as folder:
            copy = Path(folder, "copy")
            shutil.copytree(self.data, copy)
            store = SqliteStore(copy / DATABASE)
            try:
                self.wrong += wrongs(store._connection)
            finally:
                store.close()
            self.wrong += self.export.differences(copy)

    def _balance(self, server: Process) -> None:
        """What was bought is what the orders say, and L2 holds for it (P2)."""
        with server.stubs() as stubs:
            balance = stubs.reports.GetBalance(reporting.GetBalanceRequest(team=TEAM)).balance
        bought = PACK + 100 * sum(len(customer.orders) for customer in self.customers)
        if balance.purchased != bought:
            self.wrong.append(f"{balance.purchased} tokens are bought, the orders have {bought}")
        spent = balance.purchased - balance.consumed - balance.expired + balance.refunded
        if balance.available + balance.held != spent:
            self.wrong.append(f"L2: {balance.available} + {balance.held} tokens remain, {spent} should")

    def told(self) -> list[str]:
        return [*self.wrong, *(wrong for customer in self.customers for wrong in customer.wrong)]


def run(count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Kill `count` times; what was seen how often, and every wrong."""
    with tempfile.TemporaryDirectory() as folder:
        killing = Killing(Path(folder), seed)
        for number in range(count):
            killing.cycle()
            if killing.told():
                return killing.seen, [f"cycle {number}: {wrong}" for wrong in killing.told()]
        for customer in killing.customers:
            killing.seen += customer.seen
        killing.seen["entries exported"] = len(killing.export.hashes)
        return killing.seen, killing.told()


if __name__ == "__main__":
    programme("kill", run, count=200)
