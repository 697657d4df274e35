"""What a store does under the fault programmes: random batches, and what must be in the store after each of them."""

from __future__ import annotations

import copy
import random

from flexauth.faults import Fault
from flexauth.store.sqlite import SqliteStore
from flexauth.store.verify import wrongs
from tests.store.books import Lines

USERS = 12


class Work:
    """Batches of a team's lines, now and then with a change of its rights.

    `returned` is the last commit that returned, `begun` the last that was tried.
    """

    def __init__(self, lot: random.Random) -> None:
        self._lot = lot
        self._lines = Lines(users=USERS)
        self._states = {0: copy.deepcopy(self._lines)}
        self.begun = self.returned = 0

    def batch(self, store: SqliteStore) -> None:
        """Commit the next batch; a fault of the store leaves it begun and not returned."""
        lines = self._lines
        if lines.number == 0:
            batch = lines.opening()
        else:
            pending = lines.pending()
            ending = self._lot.sample(pending, self._lot.randint(0, len(pending)))
            free = [user for user in range(1, USERS + 1) if user not in pending or user in ending]
            signing_in = self._lot.sample(free, self._lot.randint(0, len(free)))
            ends = {user: self._lot.random() < 0.7 for user in ending}
            batch = lines.next(signing_in, ends, rights=self._lot.random() < 0.3)
        self.begun = batch.number
        self._states[self.begun] = copy.deepcopy(lines)
        store.commit(batch)
        self.returned = self.begun

    def settle(self, stored: int) -> None:
        """The store says what it has: go on from there (R2)."""
        self.returned = self.begun = stored
        self._lines = copy.deepcopy(self._states[stored])

    def differences(self, store: SqliteStore) -> list[str]:
        """What a store that was opened again has wrong; it may have the batch in flight or not."""
        found = store.meta().batch
        if found not in {self.returned, self.begun}:
            return [f"batch {found} is stored; {self.returned} had returned, {self.begun} had begun"]
        expected = self._states[found]
        wrong = list(wrongs(store._connection))
        if store.head(1) != expected.head:
            wrong.append(f"the head is {store.head(1)[0]}, it should be {expected.head[0]}")
        loaded = {table: sorted(rows) for table, rows in store.load_team(1).items()}
        wrong += [f"table {table} differs" for table, rows in expected.contents().items() if loaded[table] != rows]
        return wrong


def reopened(path: object, work: Work) -> tuple[int, list[str]]:
    """(last stored batch, what is wrong) of a database that is opened again."""
    try:
        store = SqliteStore(path)  # type: ignore[arg-type]
    except Fault as fault:
        return -1, [f"it does not open: {fault}"]
    try:
        return store.meta().batch, work.differences(store)
    finally:
        store.close()
