"""Artefacts of trained versions on this machine's disk: where they lie, whether they are whole, and how they load."""

import hashlib
import logging
import shutil
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.utils import timezone
from earmark import suggesters as sdk
from earmark.errors import ChecksumMismatch, EarmarkError
from earmark.suggesters.artefact import CHECKSUMS
from earmark.suggesters.learned import LearnedReranker
from earmark.suggesters.neighbours import LookUp
from earmark.suggesters.pool import CandidatePool

from backend.projects.composed import Composed, Given
from backend.questions.models import Question
from backend.suggestions.models import TrainedVersion
from backend.suggestions.nearest import StoredVectors
from backend.suggestions.troubles import note_trouble

logger = logging.getLogger(__name__)

TRY_AGAIN_S = 60.0
"""How soon a broken artefact is tried again."""

Loaded = TypeVar("Loaded")
Labels = sdk.LinearLabels | sdk.StackedLabels | sdk.SequenceSpans
_broken: dict[tuple[int, str], float] = {}

live_versions = Composed(
    lambda: (
        TrainedVersion.objects.of(Given("project"))
        .filter(question=Given("question"), state=TrainedVersion.State.LIVE)
        .select_related("suggester")
    )
)


def live_version(question: Question) -> TrainedVersion | None:
    """Return the trained version of a question that is live."""
    return live_versions.first(project=question.project_id, question=question.pk)


def folder_of(trained: TrainedVersion) -> Path:
    """Return the folder in which a trained version's artefact lies; it is named by the artefact's checksum."""
    return home_of(trained) / trained.checksum


def home_of(trained: TrainedVersion) -> Path:
    """Return the folder in which all that was written of a trained version lies."""
    root = Path(settings.EARMARK_TRAINED_DIR)
    return root / str(trained.project_id) / str(trained.question_id) / str(trained.number)


def checksum_of(folder: Path) -> str:
    """Return the SHA-256 of an artefact's list of checksums, which stands for the whole of it. Raises OSError."""
    return hashlib.sha256((folder / CHECKSUMS).read_bytes()).hexdigest()


def load_trained(trained: TrainedVersion, pool: CandidatePool) -> LearnedReranker:
    """Return a learned order of pairs, on a pool. Raises EarmarkError or OSError where it is not what was trained."""
    _check(trained)
    return LearnedReranker.load(folder_of(trained), pool)


def load_labels(trained: TrainedVersion, look_up: LookUp | None = None) -> Labels:
    """Return a trained suggester of labels or spans; `look_up` tells what is settled of similar items. Raises alike."""
    _check(trained)
    if trained.name == sdk.SequenceSpans.name:
        return sdk.SequenceSpans.load(folder_of(trained))
    if trained.name == sdk.LinearLabels.name:
        return sdk.LinearLabels.load(folder_of(trained))
    return sdk.StackedLabels.load(folder_of(trained), look_up)


def write_artefact(trained: TrainedVersion, save: Callable[[Path], None]) -> str:
    """Put in place whole, or not at all, what `save` writes into a folder; return its checksum. Raises OSError.

    What the version's row names stays: the new one serves once the row names it, so that one may be rolled back.
    """
    beside = home_of(trained) / "written"
    shutil.rmtree(beside, ignore_errors=True)
    save(beside)
    checksum = checksum_of(beside)
    folder = home_of(trained) / checksum
    shutil.rmtree(folder, ignore_errors=True)  # of a try that came to nothing
    beside.rename(folder)
    return checksum


def clear_beside(trained: TrainedVersion) -> None:
    """Delete what was written of a trained version beside what its row, which the caller holds, names.

    Nothing is deleted where that is not there. Raises OSError.
    """
    folder = folder_of(trained)
    if folder.exists():
        for other in folder.parent.iterdir():
            if other != folder:
                shutil.rmtree(other)


def scrub_trained(trained: TrainedVersion, values: Collection[tuple[str, str]]) -> str:
    """Write an artefact anew without some values of fields, and return its checksum. Raises as `load_trained`."""
    reranker = load_trained(trained, CandidatePool())
    reranker.hybrid.pool.facets = reranker.hybrid.pool.facets.without(values)
    return write_artefact(trained, reranker.save)


def fault_of(trained: TrainedVersion) -> str:
    """Return what is wrong with a trained version's artefact on this machine; empty where it can be loaded."""
    try:
        if trained.name == LearnedReranker.name:
            load_trained(trained, CandidatePool())
        else:
            load_labels(trained)
    except (EarmarkError, OSError) as error:
        return f"{error} Restore {folder_of(trained)} from a backup, step back, or train again."
    return ""


def drift_of(trained: TrainedVersion) -> str:
    """Return that an order of pairs was trained with vectors of another embedder than serves now; else nothing."""
    if trained.name != LearnedReranker.name:
        return ""
    vectors = StoredVectors.of(trained.project_id)
    mine, serving = trained.embedder_version, vectors.embedder_version if vectors else ""
    if mine == serving:
        return ""
    return (
        f"{trained} was trained with {_vectors_named(mine)} and gets {_vectors_named(serving)} now, so its measures "
        "no longer hold; train again."
    )


def unless_broken(live: TrainedVersion, load: Callable[[], Loaded]) -> Loaded | None:
    """Return what `load` gives; None where it cannot, which log and overview tell, not more than once a minute."""
    if time.monotonic() - _broken.get((live.pk, live.checksum), float("-inf")) < TRY_AGAIN_S:
        return None
    try:
        return load()
    except (EarmarkError, OSError) as error:
        _broken[live.pk, live.checksum] = time.monotonic()
        logger.error("The trained version %s cannot be loaded and abstains: %s", live, error)
        note_trouble(live.project_id, live.name, f"{live}, which is live, cannot be loaded", now=timezone.now())
        return None


def forget_broken() -> None:
    """Try every artefact again at the next request."""
    _broken.clear()


def _check(trained: TrainedVersion) -> None:
    if checksum_of(folder_of(trained)) != trained.checksum:
        raise ChecksumMismatch(f"The artefact of {trained} is not what was trained.")


def _vectors_named(embedder_version: str) -> str:
    return f"vectors of the model {embedder_version[:12]}" if embedder_version else "no vectors"
