"""Does one build of the widget cost less than another? Both in one browser, in an order that is drawn for each round.

`git worktree add ../before main`, then `python benchmarks/widget/turns.py ../before/widget/dist widget/dist`.
Without the throttle, times 4; "low" is the mean of the lower half, in which the neighbours of a busy machine are least.
About two seconds a visit.
"""

import argparse
import random
import statistics
import time
from pathlib import Path

from measure import THROTTLE, NotShown, cost_of
from stage import Stage, staged_beside

DRAWS = 400


def low(values: list[float]) -> float:
    """Return the mean of the lower half."""
    return statistics.fmean(sorted(values)[: max(1, len(values) // 2)])


def error_of(one: list[float], other: list[float]) -> float:
    """Return the standard error of the difference of two low means, by drawing rounds anew."""
    draws = [random.choices(range(len(one)), k=len(one)) for _ in range(DRAWS)]
    return statistics.stdev(low([one[at] for at in draw]) - low([other[at] for at in draw]) for draw in draws)


def visited(
    stages: list[Stage], variant: str, rounds: int, until: float
) -> tuple[list[str], list[list[float]], list[list[float]]]:
    """Return the names of what is visited, and for each the main thread's ms and those of layout and style, times 4."""
    ways = [(stages[0], "bare"), *((stage, variant) for stage in stages)]
    names = ["bare", *(f"build {at}" for at in range(1, len(ways)))]
    threads: list[list[float]] = [[] for _ in ways]
    layouts: list[list[float]] = [[] for _ in ways]
    for way in ways:
        cost_of(*way, throttle=1)  # what the servers and the disk keep is warm after this
    while len(threads[0]) < rounds and time.monotonic() < until:
        found = {}
        # A visit is cheaper after that of a page that leaves little behind: so no build always follows the same.
        for at in random.sample(range(len(ways)), len(ways)):
            try:
                found[at] = cost_of(*ways[at], throttle=1)
            except NotShown:
                break
        for at, cost in found.items() if len(found) == len(ways) else ():
            threads[at].append(cost.thread * THROTTLE)
            layouts[at].append(cost.layout * THROTTLE)
    return names, threads, layouts


def main() -> None:
    """Measure and print, beyond the bare page and beside the first build."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("builds", type=Path, nargs="+", help="folders like widget/dist; the first is compared with")
    parser.add_argument("--variant", default="duplicates", help="the page that is visited (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--most-minutes", type=float, default=5)
    given = parser.parse_args()
    until = time.monotonic() + given.most_minutes * 60
    with staged_beside(*(build.resolve() for build in given.builds)) as stages:
        names, threads, layouts = visited(stages, given.variant, given.rounds, until)
    bare, first, *_ = threads
    print(f"{len(bare)} rounds; ms times 4, low: beyond the bare page, beside build 1 with its error; layout beside it")
    for name, thread, layout in list(zip(names, threads, layouts, strict=True))[1:]:
        beside, error = low(thread) - low(first), error_of(thread, first)
        laid_out = low(layout) - low(layouts[1])
        print(f"{name:<9} {low(thread) - low(bare):6.1f} {beside:+6.1f} ± {error:.1f} {laid_out:+6.1f}")


if __name__ == "__main__":
    main()
