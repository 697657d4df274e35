"""Millions of random steps: `python -m tests.laws.run --steps N --seed S`. Prints what happened; stops at a difference."""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator

from tests.laws.life import Choices, Life
from tests.laws.plots import PLOTS

HISTORY = 400       # steps of one history


def live(life: Life, steps: int) -> None:
    """Random acts and plots, and the laws at the end."""
    while life.steps < steps:
        if life.choices.often(25):
            life.choices.of(PLOTS)(life)
        else:
            life.act()
    life.twins.store()
    life.twins.books.check()


def chances(seed: int) -> Iterator[int]:
    source = random.Random(seed)
    while True:
        yield from source.randbytes(4096)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    tally: Counter[str] = Counter()
    started = time.monotonic()
    for number, first in enumerate(range(0, chosen.steps, HISTORY)):
        seed = chosen.seed * 1_000_000 + number
        life = Life(Choices(chances(seed)))
        try:
            live(life, min(HISTORY, chosen.steps - first))
        except BaseException:
            print(f"history {number} of --seed {chosen.seed} fails", file=sys.stderr)
            raise
        tally += life.twins.books.tally
    print(f"{chosen.steps} steps in {time.monotonic() - started:.1f} s: core and reference are equal")
    for what, count in sorted(tally.items()):
        print(f"{count:>10} {what}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
