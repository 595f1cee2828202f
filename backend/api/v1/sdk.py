"""The wire of servers, /v1: what hosts register, push, log and read."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from earmark.errors import AnchorUnusable
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from backend.annotators.actions.people import meet_annotator
from backend.annotators.models import Annotator
from backend.api.v1 import lists
from backend.api.v1 import serializers as wire
from backend.api.v1.doors import ServerDoor
from backend.api.v1.lists import listing, page_schema
from backend.api.v1.problems import Conflict, Forbidden, Problem, Unknown, _flat
from backend.api.v1.shapes import (
    QUESTION_FIELDS,
    dataset_row,
    exposure_row,
    item_row,
    judgement_row,
    label_row,
    question_row,
    suggestion_row,
    version_row,
)
from backend.api.v1.widget import take_events
from backend.datasets.actions.freeze import ask_for_version, path_of_file, register_dataset
from backend.datasets.models import Dataset, DatasetVersion
from backend.judgements.actions.show import HostSlot, log_shown, show_suggestions
from backend.judgements.actions.spots import kept_anchor, lock_spots, spot_told
from backend.judgements.actions.tell import record_judgement
from backend.judgements.errors import JudgementError
from backend.judgements.models import Exposure, Judgement, LiveJudgement
from backend.projects.ids import uuid7
from backend.quality.models import ConsensusLabel
from backend.questions.actions.ask import ask_question, update_question
from backend.questions.actions.items import NewItem, register_items, remove_item
from backend.questions.actions.labels import label_of
from backend.questions.actions.units import unit_of_item, unit_of_pair, unit_of_tag
from backend.questions.errors import LabelsImpossible, PolicyImpossible, QuestionError, WeightsImpossible
from backend.questions.models import Item, Question, Unit
from backend.questions.spots import candidate_id
from backend.questions.units import SPOTS
from backend.suggestions.actions.push import NewSuggestion, push_suggestions
from backend.suggestions.models import Suggester, Suggestion
from backend.suggestions.retrieval import Guess, suggester_row
from backend.suggestions.spots import resolved_guess


def _rejected(index: int, key: object, error: Exception, code: str = "invalid") -> dict[str, Any]:
    detail = str(error)
    if isinstance(error, ValidationError):
        detail = "; ".join(f"{fault['field']}: {fault['detail']}" for fault in _flat(error.detail))
    return {"index": index, "id": str(key or "")[:200], "code": code, "detail": detail}


class ItemsView(ServerDoor):
    """The host's items."""

    @listing("id", "kind", operation_id="items_list", responses=page_schema("Item", wire.ItemRow), filters=False)
    def get(self, request: Request) -> Response:
        """List items that are there."""
        return lists.page_of(request, Item.objects.of(self.project).present(), lists.ItemFilters, item_row)

    @extend_schema(request=wire.BulkItems, responses=wire.ItemsResult, operation_id="items_upsert")
    def post(self, request: Request) -> Response:
        """Register up to 1,000 items by their ids; a bad one is rejected alone."""
        good: list[NewItem] = []
        rejected = []
        for index, row in enumerate(self.body(wire.BulkItems, request)["items"]):
            serializer = wire.ItemBody(data=row)
            try:
                serializer.is_valid(raise_exception=True)
            except ValidationError as error:
                rejected.append(_rejected(index, row.get("id"), error))
                continue
            facts = dict(serializer.validated_data)
            good.append(NewItem(key=facts.pop("id"), **facts))
        done = register_items(project_id=self.project.pk, items=good, now=self.now)
        return Response(
            {
                "created_count": done.created_count,
                "updated_count": done.updated_count,
                "unchanged_count": done.unchanged_count,
                "rejected": rejected,
            }
        )


class ItemView(ServerDoor):
    """One item."""

    @extend_schema(responses=wire.ItemRow, operation_id="items_get")
    def get(self, request: Request, item: str) -> Response:
        """Return an item."""
        return Response(item_row(self.item(item)))

    @extend_schema(responses={204: None}, operation_id="items_remove")
    def delete(self, request: Request, item: str) -> Response:
        """Take an item out of all that is suggested."""
        remove_item(item=self.item(item), now=self.now)
        return Response(status=204)


class QuestionsView(ServerDoor):
    """The project's questions."""

    @listing(operation_id="questions_list", responses=page_schema("Question", wire.QuestionRow), filters=False)
    def get(self, request: Request) -> Response:
        """List questions."""
        return lists.page_of(request, Question.objects.of(self.project), lists.PlainFilters, question_row)

    @extend_schema(request=wire.QuestionBody, responses=wire.QuestionRow, operation_id="questions_create")
    def post(self, request: Request) -> Response:
        """Ask a new question, or return the one that has this id and these policies."""
        body = self.body(wire.QuestionBody, request)
        slug = body.pop("id")
        known = Question.objects.of(self.project).filter(slug=slug).first()
        if known is None:
            try:
                return Response(question_row(ask_question(project_id=self.project.pk, slug=slug, **body)), status=201)
            except (PolicyImpossible, LabelsImpossible, WeightsImpossible) as error:
                raise Problem(str(error), code="invalid") from error
        differs = [name for name in QUESTION_FIELDS if name in body and body[name] != getattr(known, name)]
        if differs:
            raise Conflict(f"Question {slug!r} exists with another {', '.join(differs)}; change it with PATCH.")
        return Response(question_row(known))


class QuestionView(ServerDoor):
    """One question."""

    @extend_schema(responses=wire.QuestionRow, operation_id="questions_get")
    def get(self, request: Request, question: str) -> Response:
        """Return a question."""
        return Response(question_row(self.question(question)))

    @extend_schema(request=wire.QuestionBody, responses=wire.QuestionRow, operation_id="questions_update")
    def patch(self, request: Request, question: str) -> Response:
        """Change a question's words and policies; its kind stays."""
        found = self.question(question)
        serializer = wire.QuestionBody(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        body = dict(serializer.validated_data)
        body.pop("id", None)
        if body.pop("kind", found.kind) != found.kind:
            raise Problem("The kind of a question does not change; ask a new one.", code="invalid")
        try:
            return Response(question_row(update_question(question=found, **body)))
        except (PolicyImpossible, LabelsImpossible, WeightsImpossible) as error:
            raise Problem(str(error), code="invalid") from error


class SuggestionsView(ServerDoor):
    """What the host's own suggesters guess."""

    @listing(
        "question",
        "item",
        operation_id="suggestions_list",
        responses=page_schema("Suggestion", wire.SuggestionRow),
        filters=False,
    )
    def get(self, request: Request) -> Response:
        """List pushed guesses."""
        rows = Suggestion.objects.of(self.project).select_related("question", "item", "candidate", "suggester")
        return lists.page_of(request, rows, lists.SuggestionFilters, suggestion_row)

    @extend_schema(request=wire.BulkSuggestions, responses=wire.SuggestionsResult, operation_id="suggestions_push")
    def post(self, request: Request) -> Response:
        """Push up to 1,000 guesses; a bad one is rejected alone."""
        rows = self.body(wire.BulkSuggestions, request)["suggestions"]
        named = {str(row.get(key)) for row in rows for key in ("item", "candidate")}
        items = {item.key: item for item in Item.objects.of(self.project).present().filter(key__in=named)}
        questions = {question.slug: question for question in Question.objects.of(self.project)}
        good, rejected = [], []
        for index, row in enumerate(rows):
            serializer = wire.SuggestionBody(data=row)
            try:
                serializer.is_valid(raise_exception=True)
                good.append(self._suggestion(serializer.validated_data, items, questions))
            except (ValidationError, KeyError, ValueError, QuestionError, AnchorUnusable) as error:
                rejected.append(_rejected(index, row.get("item"), error))
        push_suggestions(project_id=self.project.pk, suggestions=good, now=self.now)
        return Response({"accepted_count": len(good), "rejected": rejected})

    def _suggestion(self, row: dict[str, Any], items: dict[str, Item], questions: dict[str, Question]) -> NewSuggestion:
        if row["question"] not in questions:
            raise ValueError(f"No question {row['question']!r} is asked in this project.")
        question = questions[row["question"]]
        is_pair = question.kind == Question.Kind.PAIR
        missing = [row[key] for key in ("item", "candidate")[: 1 + is_pair] if row[key] not in items]
        if missing:
            raise ValueError(f"No item {missing[0]!r} is registered in this project.")
        if is_pair and row["item"] == row["candidate"]:
            raise ValueError("An item is no candidate for itself.")
        item = items[row["item"]]
        label_or_item: Item | str
        anchor = _anchor_given(question, row)
        if anchor:
            anchor, label = resolved_guess(anchor, row["candidate"], question, item)
            label_or_item = candidate_id(anchor, label)
        elif is_pair:
            label_or_item = items[row["candidate"]]
        else:
            label_or_item = label_of(question=question, given=row["candidate"], now=self.now)
        return NewSuggestion(
            question=question,
            item=item,
            candidate=label_or_item,
            anchor=anchor,
            score=row["score"],
            reasons=tuple(row["reasons"]),
            suggester=_suggester(self.project.pk, row["suggester"]),
        )


def _anchor_given(question: Question, row: dict[str, Any]) -> dict[str, Any] | None:
    """Return the anchor of a row; raises ValidationError where a spot has none, or another kind has one."""
    anchor: dict[str, Any] | None = row.get("anchor")
    if bool(anchor) != (question.kind in SPOTS):
        wanted = "needs an anchor, which says where the label holds" if question.kind in SPOTS else "takes no anchor"
        raise ValidationError({"anchor": f"A question of kind {question.kind} {wanted}."})
    return anchor


def _suggester(project_id: int, named: dict[str, str]) -> Suggester:
    return suggester_row(project_id, named["name"], named["version"], is_pushed=True)


class ExposuresView(ServerDoor):
    """Shown lists."""

    @listing(
        "question",
        "item",
        "annotator",
        operation_id="exposures_list",
        responses=page_schema("Exposure", wire.ExposureRow),
        filters=False,
    )
    def get(self, request: Request) -> Response:
        """List what was shown."""
        rows = Exposure.objects.of(self.project).select_related("question", "item", "annotator")
        return lists.page_of(request, rows, lists.ExposureFilters, exposure_row)

    @extend_schema(request=wire.ExposureBody, responses={201: wire.ExposureRow}, operation_id="exposures_record")
    def post(self, request: Request) -> Response:
        """Pick a list and log it as shown, or log the list that the host showed."""
        body = self.body(wire.ExposureBody, request)
        question, item = self.question(body["question"]), self.item(body["item"])
        annotator = self._annotator(body["annotator"])
        if annotator.has_opted_out:
            raise Forbidden("This person wants none of it; show them nothing and log nothing.", code="opted_out")
        if "shown" in body:
            exposure = log_shown(
                exposure_id=body.get("id") or uuid7(now=self.now),
                annotator=annotator,
                question=question,
                item=item,
                shown=[self._slot(question, item, row) for row in body["shown"]],
                now=self.now,
            )
        else:
            exposure = self._picked(body, annotator, question, item)
        return Response(exposure_row(exposure), status=201)

    def _picked(self, body: dict[str, Any], annotator: Annotator, question: Question, item: Item) -> Exposure:
        """Return the list of an earlier try under the same id, or pick one."""
        known = Exposure.objects.of(self.project).filter(pk=body["id"]).first() if "id" in body else None
        if known is not None:
            if (known.annotator_id, known.question_id, known.item_id) != (annotator.pk, question.pk, item.pk):
                raise Conflict("This exposure id is taken by another list; make a new UUIDv7.")
            return known
        return show_suggestions(
            annotator=annotator,
            question=question,
            item=item,
            channel=Exposure.Channel.SDK,
            now=self.now,
            exposure_id=body.get("id"),
        )

    def _annotator(self, named: dict[str, str]) -> Annotator:
        return meet_annotator(project_id=self.project.pk, subject=named["id"], kind=named["kind"], now=self.now)

    def _slot(self, question: Question, item: Item, row: dict[str, Any]) -> HostSlot:
        suggester = _suggester(self.project.pk, row["suggester"]) if row["suggester"] else None
        given = _anchor_given(question, row)
        if given:
            anchor, label = _resolved(given, row["candidate"], question, item)
            guess = Guess.of_spot(anchor, label, row["score"], suggester=suggester)
        elif question.kind == Question.Kind.PAIR:
            guess = Guess.of_item(self.item(row["candidate"]), row["score"], suggester=suggester)
        else:
            label = label_of(question=question, given=row["candidate"], now=self.now)
            guess = Guess.of_label(label, row["score"], suggester=suggester)
        return HostSlot(guess, row["propensity"])


def _resolved(anchor: dict[str, Any], *about: Any) -> tuple[dict[str, Any], str]:
    try:
        return resolved_guess(anchor, *about)
    except AnchorUnusable as error:
        raise ValidationError({"anchor": str(error)}) from None


def _exposure(door: ServerDoor, key: Any) -> Exposure:
    rows = Exposure.objects.of(door.project).select_related("question", "item", "annotator")
    found = rows.filter(pk=key).first()
    if found is None:
        raise Unknown
    return found


class ExposureView(ServerDoor):
    """One shown list."""

    @extend_schema(responses=wire.ExposureRow, operation_id="exposures_get")
    def get(self, request: Request, exposure: Any) -> Response:
        """Return a shown list with what became of each place."""
        return Response(exposure_row(_exposure(self, exposure)))


class ExposureEventsView(ServerDoor):
    """What happened to one shown list."""

    @extend_schema(request=wire.ExposureEvents, responses=wire.ResultsOnly, operation_id="exposures_events")
    def post(self, request: Request, exposure: Any) -> Response:
        """Record events under the rules that hold for the browser's."""
        body = self.body(wire.ExposureEvents, request)
        found = _exposure(self, exposure)
        return Response({"results": take_events(found.annotator, body["events"], now=self.now, exposure=found.pk)})


class JudgementsView(ServerDoor):
    """Answers."""

    @listing(
        "question", "item", "annotator", "origin", "value", "is_live", "since",
        operation_id="judgements_list", responses=page_schema("Judgement", wire.JudgementRow), filters=False,
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """List answers, live ones and all others."""
        live = LiveJudgement.objects.filter(project=self.project, judgement=OuterRef("pk"))
        rows: QuerySet[Judgement] = (
            Judgement.objects.of(self.project)
            .annotate(is_live=Exists(live))
            .select_related("question", "item", "annotator", "unit__item", "unit__other", "slot")
        )
        return lists.page_of(request, rows, lists.JudgementFilters, judgement_row)

    @extend_schema(request=wire.BulkJudgements, responses=wire.JudgementsResult, operation_id="judgements_record")
    def post(self, request: Request) -> Response:
        """Record up to 1,000 answers that no list of ours led to; a bad one is refused alone."""
        rows = self.body(wire.BulkJudgements, request)["judgements"]
        self._lock_spots(rows)
        return Response({"results": [self._take(index, row) for index, row in enumerate(rows)]})

    def _lock_spots(self, rows: list[dict[str, Any]]) -> None:
        """Lock the spots of all items that these answers may mark, in one order, before any annotator."""
        asked = dict(Question.objects.of(self.project).filter(kind__in=SPOTS).values_list("slug", "pk"))
        named = [(str(row.get("question")), str(row.get("item"))) for row in rows]
        keys = {key for slug, key in named if slug in asked}
        items = dict(Item.objects.of(self.project).filter(key__in=keys).values_list("key", "pk")) if keys else {}
        lock_spots((asked[slug], items[key]) for slug, key in named if slug in asked and key in items)

    def _take(self, index: int, row: dict[str, Any]) -> dict[str, Any]:
        facts = {"index": index, "id": None, "status": "bad", "code": None, "detail": None}
        serializer = wire.JudgementBody(data=row)
        try:
            serializer.is_valid(raise_exception=True)
            verdict = self._record(serializer.validated_data)
        except (ValidationError, JudgementError, QuestionError, AnchorUnusable) as error:
            told = _rejected(index, row.get("id"), error)
            return facts | {"code": "invalid", "detail": told["detail"], "id": told["id"] or None}
        return facts | {"id": str(verdict.id), "status": verdict.status, "code": verdict.code}

    def _record(self, body: dict[str, Any]) -> Any:
        question, item = self.question(body["question"]), self.item(body["item"])
        annotator = meet_annotator(
            project_id=self.project.pk,
            subject=body["annotator"]["id"],
            kind=body["annotator"]["kind"],
            now=self.now,
        )
        anchor = self._anchor(question, item, body)
        return record_judgement(
            judgement_id=body.get("id") or uuid7(now=self.now),
            annotator=annotator,
            unit=self._unit(annotator, question, item, body, anchor),
            anchor=anchor,
            item=item,
            value=body["answer"]["value"],
            origin=body["origin"],
            judged_at=body.get("judged_at") or self.now,
            now=self.now,
        )

    def _anchor(self, question: Question, item: Item, body: dict[str, Any]) -> dict[str, Any] | None:
        answer = body["answer"]
        if answer["kind"] != question.kind:
            raise ValidationError({"answer": f"Question {question.slug!r} is of kind {question.kind}."})
        given = answer.get("anchor")
        return kept_anchor(question=question, item=item, anchor=given) if given else None

    def _unit(
        self,
        annotator: Annotator,
        question: Question,
        item: Item,
        body: dict[str, Any],
        anchor: dict[str, Any] | None,
    ) -> Unit:
        answer = body["answer"]
        if anchor is not None:
            told = {"judgement_id": body.get("id"), "label": answer["value"], "anchor": anchor}
            return spot_told(question=question, item=item, annotator=annotator, **told)
        match question.kind:
            case Question.Kind.PAIR:
                if "candidate" not in body:
                    raise ValidationError({"candidate": "An answer to a pair question names the other item."})
                return unit_of_pair(question=question, first=item, second=self.item(body["candidate"]))
            case Question.Kind.TAGS:
                label = label_of(question=question, given=answer["tag"], now=self.now, named_by=annotator)
                return unit_of_tag(question=question, item=item, label=label)
            case _:
                return unit_of_item(question=question, item=item)


class LabelsView(ServerDoor):
    """What is believed."""

    @listing(
        "question",
        "item",
        "state",
        "value",
        operation_id="labels_list",
        responses=page_schema("Label", wire.LabelRow),
        filters=False,
    )
    def get(self, request: Request) -> Response:
        """List consensus labels."""
        rows = ConsensusLabel.objects.of(self.project).select_related("question", "unit__item", "unit__other")
        return lists.page_of(request, rows, lists.LabelFilters, label_row)


class DatasetsView(ServerDoor):
    """Datasets."""

    @listing(operation_id="datasets_list", responses=page_schema("Dataset", wire.DatasetRow), filters=False)
    def get(self, request: Request) -> Response:
        """List datasets."""
        rows = Dataset.objects.of(self.project).select_related("question")
        return lists.page_of(request, rows, lists.PlainFilters, dataset_row)

    @extend_schema(request=wire.DatasetBody, responses=wire.DatasetRow, operation_id="datasets_create")
    def post(self, request: Request) -> Response:
        """Register a dataset of one question."""
        body = self.body(wire.DatasetBody, request)
        question = self.question(body["question"])
        dataset = register_dataset(project_id=self.project.pk, slug=body["id"], question=question, title=body["title"])
        if dataset.question_id != question.pk:
            raise Conflict(f"Dataset {dataset.slug!r} is of another question.")
        return Response(dataset_row(dataset), status=201)


def _dataset(door: ServerDoor, slug: str) -> Dataset:
    found = Dataset.objects.of(door.project).select_related("question").filter(slug=slug).first()
    if found is None:
        raise Unknown
    return found


def _version(door: ServerDoor, slug: str, number: int) -> DatasetVersion:
    versions = DatasetVersion.objects.of(door.project).select_related("dataset")
    found = versions.filter(dataset=_dataset(door, slug), number=number).first()
    if found is None:
        raise Unknown
    return found


class DatasetView(ServerDoor):
    """One dataset."""

    @extend_schema(responses=wire.DatasetRow, operation_id="datasets_get")
    def get(self, request: Request, dataset: str) -> Response:
        """Return a dataset."""
        return Response(dataset_row(_dataset(self, dataset)))


class VersionsView(ServerDoor):
    """The versions of a dataset."""

    @listing(operation_id="versions_list", responses=page_schema("Version", wire.VersionRow), filters=False)
    def get(self, request: Request, dataset: str) -> Response:
        """List versions."""
        versions = DatasetVersion.objects.of(self.project).select_related("dataset")
        rows = versions.filter(dataset=_dataset(self, dataset))
        return lists.page_of(request, rows, lists.PlainFilters, version_row)

    @extend_schema(request=None, responses={202: wire.VersionRow}, operation_id="versions_freeze")
    def post(self, request: Request, dataset: str) -> Response:
        """Ask for a version; it is built by the worker and frozen when its state says so."""
        version = ask_for_version(dataset=_dataset(self, dataset), asked_by="API", now=self.now)
        return Response(version_row(version), status=202)


class VersionView(ServerDoor):
    """One version."""

    @extend_schema(responses=wire.VersionRow, operation_id="versions_get")
    def get(self, request: Request, dataset: str, number: int) -> Response:
        """Return a version with its files and checksums."""
        return Response(version_row(_version(self, dataset, number)))


class VersionFileView(ServerDoor):
    """One file of a version."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}, operation_id="versions_file")
    def get(self, request: Request, dataset: str, number: int, name: str) -> Any:
        """Return the file's bytes, checked against what was frozen."""
        try:
            path = path_of_file(version=_version(self, dataset, number), name=name)
        except KeyError:
            raise Unknown from None
        return FileResponse(path.open("rb"), filename=name, as_attachment=True, content_type="application/octet-stream")
