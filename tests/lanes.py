"""How tests that run side by side are handed out: journeys wait for browsers while other tests keep a core busy."""

from collections.abc import Iterable

from xdist.scheduler.loadfile import LoadFileScheduling
from xdist.workermanage import WorkerController

JOURNEYS = "tests/journeys/"
#: The journeys that walk in the whole product, which starts once for all of them.
PRODUCT = f"{JOURNEYS}test_*.py"


def unit_of(nodeid: str) -> str:
    """Return what a test is handed out together with: its file, or all journeys in the product."""
    path = nodeid.split("::", 1)[0]
    is_in_product = path.startswith(JOURNEYS) and "/" not in path.removeprefix(JOURNEYS)
    return PRODUCT if is_in_product else path


def next_unit(waiting: Iterable[str], worker: int) -> str:
    """Return what a worker does next: every other one prefers journeys, from the first on; nobody idles."""
    units = list(waiting)
    prefers_journeys = worker % 2 == 0
    return next((unit for unit in units if unit.startswith(JOURNEYS) == prefers_journeys), units[0])


class Lanes(LoadFileScheduling):
    """Hands out tests file by file, to each worker those of its lane first."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        unit = next_unit(self.workqueue, int(node.gateway.id.removeprefix("gw")))
        self.workqueue.move_to_end(unit, last=False)
        super()._assign_work_unit(node)
