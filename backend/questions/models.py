"""What is asked about what: items of the host, questions, units and known answers."""

from datetime import datetime
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Now
from earmark.weights import fault_of_weights

from backend.annotators.models import Annotator
from backend.projects.models import Owned, TenantQuerySet
from backend.questions.errors import RuleImpossible
from backend.questions.placement import MOST_RESERVED_PX, check_rule
from backend.questions.said import in_words_of_any
from backend.questions.spots import said_of_spot
from backend.questions.units import fault_of_labels, isolated

PEOPLE_WHO_MAKE_A_LABEL = 2
"""How many people who are not blocked must have named a label before it is offered to others."""


BOUNDS = {
    "a_tenth_or_more_is_explored": ("epsilon", "From 0.1 to 1: at least a tenth of the lists is shuffled."),
    "asking_has_a_probability": ("ask_probability", "From 0, nobody is asked, to 1, everybody is."),
    "votes_needed_are_possible": (
        "maximum", "Overlap and minimum are 1 or more, and the maximum is no less than the minimum."
    ),
    "the_pool_holds_what_is_shown": (
        "pool_count", "Shown are 1 to 10, and the pool holds at least as many as are shown."
    ),
    "spots_have_a_limit": ("most_spots", "From 1 to 2,000."),
}  # fmt: skip
"""What each promise of a question's numbers asks for, and the field where that is told."""


class Question(Owned):
    """What is asked about items: its kind, its labels, and the policies of showing and settling."""

    class Kind(models.TextChoices):
        PAIR = "pair"
        TAGS = "tags"
        CHOICE = "choice"
        SPAN = "span"
        REGION = "region"

    class SettlingPolicy(models.TextChoices):
        CONFIRM = "confirm", "Confirm: those we ask decide"
        TRUSTING = "trusting", "Trusting: every mark counts"
        EXPERT = "expert", "Expert: an expert settles"

    class CandidatesFrom(models.TextChoices):
        EARLIER = "earlier", "Earlier items only"
        ANY = "any", "Any other item"

    slug = models.SlugField(max_length=60)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PAIR)
    prompt = models.CharField(max_length=200, default="Is your problem the same as one of these?")
    guideline = models.TextField(blank=True)
    labels = models.JSONField(default=list, blank=True, help_text="Classes allowed, for tags and choices.")
    allows_new_labels = models.BooleanField(
        default=False, db_default=False, help_text="Whether annotators may name tags of their own."
    )
    dictionary = models.JSONField(
        default=dict,
        db_default={},
        blank=True,
        help_text="Words that speak for a label, by label; the suggester `dictionary` guesses from them.",
    )
    settling_policy = models.CharField(max_length=10, choices=SettlingPolicy.choices, default=SettlingPolicy.CONFIRM)
    overlap = models.PositiveSmallIntegerField(
        default=2, help_text="How many must agree without dissent; one more outvotes a single dissent."
    )
    minimum = models.PositiveSmallIntegerField(default=1, help_text="Votes before anything settles.")
    maximum = models.PositiveSmallIntegerField(default=7, help_text="Votes after which no more are sought.")
    suggesters = models.JSONField(default=list, blank=True, help_text="Names of suggesters that may guess.")
    weights = models.JSONField(
        default=dict,
        db_default={},
        blank=True,
        help_text="How many times as usual each kind of evidence counts for the suggester hybrid, from 0 to 5: "
        "words, title, meaning, fields, time. What is not named counts as usual.",
    )
    item_kind = models.CharField(
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text="Only items of this kind, as the host names it, are asked about at the desk and found for pairs; "
        "empty: of any kind.",
    )
    candidates_from = models.CharField(max_length=8, choices=CandidatesFrom.choices, default=CandidatesFrom.EARLIER)
    shown_count = models.PositiveSmallIntegerField(default=3)
    pool_count = models.PositiveSmallIntegerField(default=5, help_text="How many first places may be shuffled.")
    epsilon = models.FloatField(default=0.1, help_text="Probability of a shuffled list, at least .1.")
    ask_probability = models.FloatField(default=1.0, help_text="Probability that a visitor is asked.")
    policy_version = models.PositiveIntegerField(default=1, editable=False)
    is_blind = models.BooleanField(
        default=True,
        db_default=True,
        help_text="Whether the desk hides what software and others said, also once one has answered.",
    )
    lease_s = models.PositiveIntegerField(
        default=900,
        db_default=900,
        validators=[MinValueValidator(30), MaxValueValidator(86_400)],
        help_text="Seconds after which a unit taken at the desk and not answered goes to others.",
    )
    most_spots = models.PositiveSmallIntegerField(
        default=200,
        db_default=200,
        help_text="How many spots one person may mark by themselves in one item, 1 to 2,000; of spans and regions.",
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "slug"], name="a_question_has_its_own_name"),
            models.CheckConstraint(condition=Q(most_spots__gte=1, most_spots__lte=2000), name="spots_have_a_limit"),
            models.CheckConstraint(condition=Q(epsilon__gte=0.1, epsilon__lte=1), name="a_tenth_or_more_is_explored"),
            models.CheckConstraint(
                condition=Q(ask_probability__gte=0, ask_probability__lte=1), name="asking_has_a_probability"
            ),
            models.CheckConstraint(
                condition=Q(overlap__gte=1, minimum__gte=1, maximum__gte=F("minimum")),
                name="votes_needed_are_possible",
            ),
            models.CheckConstraint(
                condition=Q(shown_count__gte=1, shown_count__lte=10, pool_count__gte=F("shown_count")),
                name="the_pool_holds_what_is_shown",
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def narrowed_to(self) -> dict[str, str] | None:
        """Return the facts that candidates of a pair must have, as the search index takes them; None for any."""
        return {"kind": self.item_kind} if self.item_kind else None

    def clean(self) -> None:
        """Refuse labels that the kind cannot have, weights that are none, and impossible numbers.

        Raises Django's ValidationError with all of them, each at its field.
        """
        faults = self._broken_bounds()
        fault = fault_of_labels(self.kind, self.labels, allows_new=self.allows_new_labels, dictionary=self.dictionary)
        if not fault and self.kind == self.Kind.PAIR and self.labels:
            fault = "A pair has no labels: it is the same, related or different."
        if fault:
            faults[self._field_at_fault()] = fault
        if fault := fault_of_weights(self.weights):
            faults["weights"] = fault
        if not (isinstance(self.suggesters, list) and all(isinstance(each, str) and each for each in self.suggesters)):
            faults["suggesters"] = 'Suggesters are a list of their names, such as ["lexical"].'
        if faults:
            raise ValidationError(faults)

    def _field_at_fault(self) -> str:
        """Return which field a fault of labels and dictionary is in: the dictionary where the labels alone are well."""
        alone = fault_of_labels(self.kind, self.labels, allows_new=self.allows_new_labels)
        return "labels" if alone or self.kind == self.Kind.PAIR else "dictionary"

    def _broken_bounds(self) -> dict[str, str]:
        """Return each promise of the numbers that is broken, at its field."""
        faults = {}
        for constraint in self._meta.constraints:
            if constraint.name not in BOUNDS:
                continue
            try:
                constraint.validate(Question, self)
            except ValidationError:
                field, words = BOUNDS[constraint.name]
                faults[field] = words
        return faults


class NamedLabelQuerySet(TenantQuerySet["NamedLabel"]):
    """Labels that people named, by whom they are offered to."""

    def with_people(self) -> Self:
        """Add `people_count`: how many named the label who are not blocked."""
        namings = Naming.objects.filter(
            project=OuterRef("project"), named=OuterRef("pk"), annotator__blocked_at=None
        ).order_by()
        counts = namings.values("named").annotate(count=Count("pk")).values("count")
        return self.annotate(people_count=Coalesce(Subquery(counts), 0))

    def offered_to(self, annotator: Annotator | None) -> Self:
        """Keep what this person named, what enough people did, and what the staff approved; nothing hidden."""
        mine = Naming.objects.filter(project=OuterRef("project"), named=OuterRef("pk"), annotator=annotator)
        offered = Q(state=NamedLabel.State.APPROVED) | Q(people_count__gte=PEOPLE_WHO_MAKE_A_LABEL) | Q(Exists(mine))
        return self.with_people().exclude(state=NamedLabel.State.HIDDEN).filter(offered)


class NamedLabel(Owned):
    """A label that is none of the question's own: somebody named it first, and spelt it so."""

    class State(models.TextChoices):
        NAMED = "named", "Named: offered once two people did"
        APPROVED = "approved", "Approved: offered to everybody"
        HIDDEN = "hidden", "Hidden: offered to nobody"

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="named_labels")
    label = models.CharField(max_length=200)
    folded = models.CharField(max_length=250, help_text="For comparing: Mail and mail are one label.")
    named_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.NAMED, db_default=State.NAMED)

    objects = NamedLabelQuerySet.as_manager()  # type: ignore[assignment, misc]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "question", "folded"], name="a_label_is_named_once"),
        ]
        indexes = [
            models.Index(
                fields=["question", "folded"],
                name="labels_by_their_beginning",
                opclasses=["int8_ops", "varchar_pattern_ops"],
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Naming(Owned):
    """That a person named a label, of their own accord."""

    named = models.ForeignKey(NamedLabel, on_delete=models.CASCADE, related_name="namings")
    annotator = models.ForeignKey(Annotator, on_delete=models.CASCADE, related_name="+")
    is_first = models.BooleanField(help_text="Whether it was new then, of their own; these have a limit a day.")
    named_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "named", "annotator"], name="a_person_names_a_label_once"),
        ]
        indexes = [
            models.Index(
                fields=["project", "annotator", "named_at"], name="new_labels_of_a_person", condition=Q(is_first=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.annotator} named {self.named}"


class ItemQuerySet(TenantQuerySet["Item"]):
    """Items by what became of them."""

    def present(self) -> Self:
        """Keep the items that the host has not removed."""
        return self.filter(removed_at=None)

    def changed_after(self, change_seq: int) -> Self:
        """Keep what changed after a point of the change sequence, oldest change first."""
        return self.filter(change_seq__gt=change_seq).order_by("change_seq")

    def for_question(self, question: Question) -> Self:
        """Keep what a question can be asked about: of the kind it is for, with the text or picture it marks in."""
        fit = self.filter(kind=question.item_kind) if question.item_kind else self
        if question.kind == Question.Kind.REGION:
            return fit.filter(metadata__image__url__isnull=False)
        return fit.exclude(body="") if question.kind == Question.Kind.SPAN else fit

    def newest_first(self) -> Self:
        """Order by when items came to be; those that do not say come last."""
        return self.order_by(F("created_at").desc(nulls_last=True), F("id").desc())


class Item(Owned):
    """A thing in the host product to be marked; `key` is the host's own id."""

    key = models.CharField(max_length=200)
    kind = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=500, blank=True)
    body = models.TextField(blank=True)
    url = models.CharField(max_length=1000, blank=True)
    author = models.CharField(max_length=200, blank=True, help_text="The host's opaque id of who wrote it.")
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(null=True, help_text="When it came to be in the host product.")
    content_hash = models.CharField(max_length=64, editable=False)
    change_seq = models.BigIntegerField(editable=False)
    registered_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)

    objects = ItemQuerySet.as_manager()  # type: ignore[assignment, misc]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "key"], name="an_item_is_registered_once"),
        ]
        indexes = [
            models.Index(fields=["project", "change_seq"], name="item_changes"),
            models.Index(fields=["project", "kind"], name="items_of_a_kind", condition=~Q(kind="")),
            models.Index(
                F("project"),
                F("created_at").desc(nulls_last=True),
                F("id").desc(),
                name="items_newest_first",
                condition=Q(removed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.key

    def is_by(self, annotator: Annotator) -> bool:
        """Return whether the annotator wrote the item: marks of one's own items are stored and not counted."""
        return bool(self.author) and self.author == annotator.subject

    def hash_at(self, read_at: datetime) -> str:
        """Return the hash of the content that somebody read who was shown the item at `read_at`."""
        if self.updated_at <= read_at:
            return self.content_hash
        earlier = self.snapshots.filter(taken_at__lte=read_at).order_by("-taken_at", "-pk")
        taken = earlier.values_list("taken_at", "content_hash").first()
        if taken is None:
            return self.content_hash
        again = ContentReturn.objects.filter(snapshot__item=self, returned_at__range=(taken[0], read_at))
        back = again.order_by("-returned_at", "-pk").values_list("snapshot__content_hash", flat=True).first()
        return back or taken[1]


class ItemSnapshot(Owned):
    """The content an item had, found by its hash; written when the item is registered or changes."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="snapshots")
    content_hash = models.CharField(max_length=64)
    title = models.CharField(max_length=500, blank=True)
    body = models.TextField(blank=True)
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "item", "content_hash"], name="a_snapshot_is_kept_once"),
        ]

    def __str__(self) -> str:
        return f"{self.item} at {self.content_hash[:8]}"


class ContentReturn(Owned):
    """That an item had a content again which it had before: its snapshot is kept once, and never changes."""

    snapshot = models.ForeignKey(ItemSnapshot, on_delete=models.CASCADE, related_name="returns")
    returned_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.snapshot} came back"


class Unit(Owned):
    """The smallest thing that has one answer: {item, item}, (item, tag), item, or a spot: (item, span), (item, region).

    A spot's `anchor` says where it lies: as who marked it first did, once people agree as they do, and as at first
    again when they agree no more.
    """

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="units")
    key = models.CharField(max_length=300, help_text="Canonical, so that {a, b} and {b, a} are one unit.")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="units")
    other = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="units_as_other", null=True)
    label = models.CharField(max_length=200, blank=True, help_text="The tag, where the unit is (item, tag).")
    anchor = models.JSONField(
        null=True, blank=True, help_text="Where in the item, of a span or a region; the boundary that is believed."
    )
    boundaries = models.JSONField(
        null=True, blank=True, help_text="Anchors that people differ about, the most agreed first; written by quality."
    )
    answers_count = models.PositiveIntegerField(default=0, help_text="Live answers, written by judgements.")
    priority = models.FloatField(default=0, help_text="How much an answer is wanted, written by quality.")
    settled_value = models.CharField(max_length=200, blank=True, help_text="Written by quality.")
    people_wanted_count = models.PositiveSmallIntegerField(
        null=True,
        help_text="How many people in all should have been asked at the desk, written by quality; none: the overlap.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "question", "key"], name="a_unit_is_known_once"),
        ]
        indexes = [
            models.Index(
                fields=["project", "question", "-priority", "id"],
                name="units_that_want_answers",
                condition=Q(settled_value=""),
            ),
        ]

    def __str__(self) -> str:
        if self.other:
            return f"{isolated(str(self.item))} and {isolated(str(self.other))}"
        said = self.label or said_of_spot(self.anchor)
        return f"{isolated(str(self.item))}: {isolated(said)}" if said else str(self.item)


class GoldAnswer(Owned):
    """An answer we are sure of, used to vet annotators."""

    unit = models.OneToOneField(Unit, on_delete=models.CASCADE, related_name="gold_answer")
    value = models.CharField(max_length=200)
    set_by = models.CharField(max_length=150, help_text="Who of the staff vouches for it.")
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.unit}: {in_words_of_any(self.value)}"


class PlacementRuleQuerySet(TenantQuerySet["PlacementRule"]):
    """Placement rules by whether they hold."""

    def standing(self) -> Self:
        """Keep the rules that are in use, of questions that are asked."""
        return self.filter(is_active=True, question__is_active=True)


class PlacementRule(Owned):
    """Where on the host's pages a question's element stands, without any change of templates. Data, never code."""

    class ItemFrom(models.TextChoices):
        ATTRIBUTE = "attribute", "An attribute of the element found"
        URL = "url", "The address of the page"

    class Where(models.TextChoices):
        AFTER = "after"
        BEFORE = "before"

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="placement_rules")
    path = models.CharField(
        max_length=300,
        default="/**",
        help_text="Which pages: * is anything within a step, ** anything: /t/* or /forum/**",
    )
    selector = models.CharField(max_length=300, help_text="CSS selector of the element to stand beside.")
    item_from = models.CharField(max_length=10, choices=ItemFrom.choices, default=ItemFrom.URL)
    item_key = models.CharField(
        max_length=300,
        help_text="The attribute's name, such as data-id; or the address with {item} in it: /t/{item} or /t?id={item}",
    )
    where = models.CharField(max_length=8, choices=Where.choices, default=Where.AFTER)
    reserve_px = models.PositiveIntegerField(default=0, help_text="Height held from the start, in px; 0 holds none.")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = PlacementRuleQuerySet.as_manager()  # type: ignore[assignment, misc]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(path__startswith="/", reserve_px__lte=MOST_RESERVED_PX) & ~Q(selector="") & ~Q(item_key=""),
                name="a_placement_rule_is_in_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question} {self.where} {self.selector} on {self.path}"

    def clean(self) -> None:
        """Raise Django's ValidationError at the field that is not what it must be."""
        try:
            check_rule(
                path=self.path,
                selector=self.selector,
                item_from=self.item_from,
                item_key=self.item_key,
                reserve_px=self.reserve_px or 0,
            )
        except RuleImpossible as error:
            raise ValidationError({error.field: error.reason}) from error
