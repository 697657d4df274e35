"""The database takes whatever the engines decide, and gives it back: random histories over a real store."""

import random
from collections import Counter

from flexauth.store.verify import wrongs
from tests.laws import orders
from tests.laws.run import PLOTS, chances, live
from tests.laws.vault import Vault

HISTORIES = 30


def test_what_the_engines_write_the_store_takes_and_loads_again():
    """No trigger or constraint refuses a right batch; start and take-over find what was there; the books are whole."""
    tally: Counter[str] = Counter()
    for number in range(HISTORIES):
        source, vault = chances(random.Random(number).getrandbits(32)), Vault()
        life = live(source, books=vault, stories=(*PLOTS, *orders.PLOTS * 3))
        assert list(wrongs(vault.store._connection)) == []
        tally += life.twins.books.tally
        vault.store.close()
    assert min(tally[kind] for kind in ("move", "split", "overdraft", "settlement", "dispute upheld", "capture")) > 0
