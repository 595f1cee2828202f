"""Time what is believed of one spot of which many people drew boxes, in ms of CPU a box.

python benchmarks/spans/boxes.py
"""

import random
import time

from backend.quality.boundaries import boundaries_of

COUNTS = (150, 300, 600, 1_200)


def drawn(count, draws):
    return {
        "none agrees with another": [(at % 30 * 3.2, at // 30 * 2.4, 3.0, 2.2) for at in range(count)],
        "nearly all agree": [(50 + 3 * draws.random(), 50 + 3 * draws.random(), 30.0, 30.0) for _ in range(count)],
        "each agrees with its neighbours": [(80 * at / count, 0.0, 20.0, 20.0) for at in range(count)],
    }


if __name__ == "__main__":
    for count in COUNTS:
        for name, boxes in drawn(count, random.Random(1)).items():
            began = time.process_time()
            boundaries_of(boxes)
            print(f"{count} boxes, {name}: {1000 * (time.process_time() - began) / count:.3f} ms a box")
