"""Bring an export of Label Studio in: items that are not known, answers of people, guesses of models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from earmark.client import Earmark
from earmark.errors import EarmarkError, NotFound, NotSendable
from earmark.label_studio.items import ItemNaming, Subject, subject_of
from earmark.label_studio.marks import CONTROLS, controls_of
from earmark.label_studio.people import digest, id_of
from earmark.label_studio.saying import Asking, Said, said_in
from earmark.label_studio.tasks import LeftOut, Task, read_tasks
from earmark.types import AnnotatorKind, Item, NewJudgement, Question, RecordResult

TASKS_A_CALL = 100
MOST_IDS = 20
"""Under how many ids an answer is tried: other projects of a server that took the same file have the first ones."""


@dataclass(frozen=True)
class LabelStudioOptions:
    """How an export answers a question; see `earmark import label-studio --help`.

    `control` is the `from_name` that asks it, needed where several could. `rename` are labels of theirs by ours.
    """

    question: str
    control: str = ""
    item_from: str = ""
    content_from: str = ""
    pictures_at: str = ""
    prefix: str = "label-studio-"
    annotators: AnnotatorKind = "colleague"
    rename: Mapping[str, str] = field(default_factory=dict)
    is_dry_run: bool = False


@dataclass
class LabelStudioReport:
    """What became of the tasks: all that a file says is counted here, or listed in `left_out`.

    `answers_count` and `guesses_count` are what was taken, of which `known_count` answers were there already.
    `beside` counts results that answer something else, by type and control.
    """

    tasks_count: int = 0
    created_count: int = 0
    matched_count: int = 0
    answers_count: int = 0
    known_count: int = 0
    guesses_count: int = 0
    unscored_count: int = 0
    skipped_count: int = 0
    empty_count: int = 0
    beside: Counter[str] = field(default_factory=Counter)
    left_out: list[LeftOut] = field(default_factory=list)


def import_label_studio(
    client: Earmark, path: Path | str, options: LabelStudioOptions, *, say: Callable[[str], None]
) -> LabelStudioReport:
    """Bring the tasks of a file in and report what became of all that they say; done again it changes nothing.

    Items that are known stay as they are. People's answers have the origin `imported`, predictions are pushed as
    suggestions. What cannot be taken is said, and kept in the report. In a dry run nothing is written. Raises
    FileNotUnderstood, EarmarkError for a question that is not asked or cannot be answered by the file, OSError.
    """
    tasks, left_out = read_tasks(path)
    question = _question(client, options.question)
    asking = Asking(
        question, _control(tasks, question, options.control), options.rename, options.prefix, options.annotators
    )
    bringing = _Bringing(client, asking, options, LabelStudioReport(tasks_count=len(tasks)), say)
    bringing.leave_out(left_out)
    for start in range(0, len(tasks), TASKS_A_CALL):
        try:
            bringing.bring(tasks[start : start + TASKS_A_CALL])
        except EarmarkError:
            say(f"stopped after {start:,} of {len(tasks):,} tasks; the same command goes on, and takes nothing twice")
            raise
        say(f"{min(start + TASKS_A_CALL, len(tasks)):,} of {len(tasks):,} tasks")
    return bringing.report


def _question(client: Earmark, id: str) -> Question:
    try:
        question = client.questions.get(id)
    except NotFound:
        raise EarmarkError(
            f"No question {id!r} is asked in this project; ask it first, with the labels of the file: "
            f'client.questions.create({id!r}, kind="span", labels=[…])'
        ) from None
    if question.kind not in CONTROLS:
        raise EarmarkError(
            f"The question {id!r} is of kind {question.kind}; Label Studio's are taken for {', '.join(CONTROLS)}."
        )
    return question


def _control(tasks: Sequence[Task], question: Question, named: str) -> str:
    """Return the `from_name` that asks a question; raises EarmarkError where none or several could."""
    told = [each for task in tasks for each in (*task.annotations, *task.predictions) if isinstance(each, Mapping)]
    results = [each["result"] for each in told if isinstance(each.get("result"), list)]
    fitting = set().union(*(controls_of(each, question.kind) for each in results))
    names = ", ".join(sorted(fitting)) or "none"
    wanted = " or ".join(CONTROLS[question.kind])
    if named and named not in fitting:
        raise EarmarkError(f"No {wanted} is called {named!r} in the file; there are: {names}.")
    if not named and len(fitting) > 1:
        raise EarmarkError(f"Several controls could answer {question.id!r}: {names}; say which with --control NAME.")
    if not fitting and any(results):
        raise EarmarkError(f"Nothing in the file answers a question of kind {question.kind}: there is no {wanted}.")
    return named or next(iter(fitting), "")


class _Bringing:
    """An import under way."""

    def __init__(
        self,
        client: Earmark,
        asking: Asking,
        options: LabelStudioOptions,
        report: LabelStudioReport,
        say: Callable[[str], None],
    ) -> None:
        self.client, self.asking, self.report, self._say = client, asking, report, say
        self._is_dry_run = options.is_dry_run
        self._met: set[str] = set()
        self._contents: dict[str, str] = {}
        self._naming = ItemNaming(
            asking.question, options.item_from, options.content_from, options.pictures_at, options.prefix
        )

    def leave_out(self, rows: Sequence[LeftOut]) -> None:
        """Say and keep what is not taken."""
        self.report.left_out += rows
        for row in rows:
            self._say(f"not taken: {row}")

    def bring(self, tasks: Sequence[Task]) -> None:
        """Take some tasks: first their items, then what is said of these."""
        subjects = self._registered([pair for task in tasks if (pair := self._subject(task))])
        said = [said_in(task, subject, self.asking) for task, subject in subjects]
        for each in said:
            self._count(each)
        self._record([pair for each in said for pair in each.answers])
        self._push(said)

    def _count(self, said: Said) -> None:
        self.leave_out(said.left_out)
        self.report.beside.update(said.beside)
        self.report.skipped_count += said.skipped_count
        self.report.empty_count += said.empty_count
        self.report.unscored_count += said.unscored_count

    def _subject(self, task: Task) -> tuple[Task, Subject] | None:
        try:
            return task, subject_of(task, self._naming)
        except ValueError as error:
            self.leave_out([LeftOut(str(task), str(error))])
            return None

    def _registered(self, subjects: Sequence[tuple[Task, Subject]]) -> list[tuple[Task, Subject]]:
        """Return the tasks whose items are there, once those that were not are registered."""
        known = {key: self._known(key) for key in {subject.item.id for _, subject in subjects}}
        fresh: dict[str, Subject] = {}
        taken = []
        for task, subject in subjects:
            there = known[subject.item.id] or (fresh[subject.item.id].item if subject.item.id in fresh else None)
            if there and subject.is_another_than(there):
                self.leave_out([LeftOut(str(task), _is_another(subject))])
                continue
            if subject.is_named_unasked and self._is_of_other_content(subject):
                self.leave_out([LeftOut(str(task), _has_two_contents(subject))])
                continue
            if there is None:
                fresh[subject.item.id] = subject
            taken.append((task, subject))
        matched = {key for key, item in known.items() if item is not None} - self._met
        self.report.matched_count += len(matched)
        self._met |= known.keys()
        refused = self._register([each.item for each in fresh.values()])
        self.leave_out([LeftOut(str(task), refused[s.item.id]) for task, s in taken if s.item.id in refused])
        return [(task, subject) for task, subject in taken if subject.item.id not in refused]

    def _is_of_other_content(self, subject: Subject) -> bool:
        content = digest(subject.content)
        return self._contents.setdefault(subject.item.id, content) != content

    def _known(self, key: str) -> Item | None:
        try:
            return self.client.items.get(key)
        except (NotFound, NotSendable):
            return None

    def _register(self, items: Sequence[Item]) -> dict[str, str]:
        """Register items and return why some are refused, by their ids."""
        if self._is_dry_run or not items:
            self.report.created_count += len(items)
            return {}
        told = self.client.items.upsert(items)
        self.report.created_count += told.created_count + told.updated_count + told.unchanged_count
        return {items[row.index].id: f"its item is refused: {row.detail or row.code}" for row in told.rejected}

    def _record(self, answers: Sequence[tuple[str, NewJudgement]]) -> None:
        if self._is_dry_run:
            self.report.answers_count += len(answers)
            return
        waiting = list(answers)
        for attempt in range(1, MOST_IDS + 1):
            results = self.client.judgements.record([answer for _, answer in waiting]) if waiting else []
            taken = [row for row in results if row.status != "bad"]
            self.report.answers_count += len(taken)
            self.report.known_count += sum(row.status == "dup" for row in taken)
            is_elsewhere = [_is_elsewhere(row) and attempt < MOST_IDS for row in results]
            self.leave_out(
                [
                    LeftOut(waiting[at][0], row.detail or row.code or "it is refused")
                    for at, row in enumerate(results)
                    if row.status == "bad" and not is_elsewhere[at]
                ]
            )
            waiting = [_under_another_id(*waiting[at]) for at, again in enumerate(is_elsewhere) if again]

    def _push(self, said: Sequence[Said]) -> None:
        guesses = [pair for each in said for pair in each.guesses]
        if self._is_dry_run or not guesses:
            self.report.guesses_count += len(guesses)
            return
        told = self.client.suggestions.push([guess for _, guess in guesses])
        self.report.guesses_count += told.accepted_count
        self.leave_out([LeftOut(guesses[row.index][0], row.detail or row.code) for row in told.rejected])


def _is_elsewhere(row: RecordResult) -> bool:
    return row.status == "bad" and row.code == "conflict"


def _under_another_id(where: str, answer: NewJudgement) -> tuple[str, NewJudgement]:
    return where, replace(answer, id=id_of(answer.judged_at, answer.id))


def _is_another(subject: Subject) -> str:
    return (
        f"the item {subject.item.id!r} is registered with other content, as from another Label Studio; "
        "give these a name of their own with --prefix, or your ids with --item-from FIELD"
    )


def _has_two_contents(subject: Subject) -> str:
    return (
        f"a task before it has other content and names the same item, {subject.item.id!r}; "
        "if `item` holds your items' ids, say so with --item-from item, else call that field otherwise in the file"
    )
