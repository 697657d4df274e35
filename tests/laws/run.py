"""Millions of random steps: `python -m tests.laws.run --steps N --seed S`. Prints what happened."""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator

from tests.laws import charging, entitlements, orders, plots
from tests.laws.books import Books
from tests.laws.life import Choices, HistoryEnds, Life

Stories = tuple[Callable[[Life], None], ...]
HISTORY_STEPS = 400
PLOTS: Stories = (*plots.PLOTS * 2, *charging.PLOTS, *orders.PLOTS, *entitlements.PLOTS)


def live(
    source: Iterator[int], steps: int = HISTORY_STEPS, books: Books | None = None, stories: Stories = PLOTS
) -> Life:
    """A history of random acts and plots, until the source ends; the laws are checked on the way and at the end."""
    life = Life(Choices(source), books)
    try:
        while life.steps < steps:
            if life.choices.often(40):
                life.choices.of(stories)(life)
            else:
                life.act()
    except HistoryEnds:
        pass
    life.twins.store()
    life.twins.books.check()
    return life


def chances(seed: int) -> Iterator[int]:
    source = random.Random(seed)
    while True:
        yield from source.randbytes(4096)


def shown(steps: int, seconds: float, tally: Counter[str]) -> str:
    counts = "".join(f"\n{count:>10,} {what}" for what, count in sorted(tally.items()))
    return f"{steps:,} steps in {seconds:.1f} s, core and reference are equal{counts}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    tally: Counter[str] = Counter()
    started, steps, number = time.monotonic(), 0, 0
    while steps < chosen.steps:
        try:
            life = live(chances(chosen.seed * 1_000_000 + number))
        except BaseException:
            print(f"history {number} of --seed {chosen.seed} fails", file=sys.stderr)
            raise
        tally += life.twins.books.tally
        steps, number = steps + life.steps, number + 1
    print(shown(steps, time.monotonic() - started, tally))
    return 0


if __name__ == "__main__":
    sys.exit(main())
