"""Notes that name a product, what is believed of them, and the notes in which nothing is."""

import random

from earmark.anchors import describe

from backend.annotators.actions.people import meet_staff
from backend.datasets.actions.freeze import ask_for_version, register_dataset
from backend.judgements.actions.meet import meet
from backend.judgements.actions.tell import record_judgement
from backend.projects.actions.jobs import drain_jobs
from backend.projects.ids import uuid7
from backend.projects.tenancy import tenancy
from backend.questions.actions.items import NewItem, register_items
from backend.questions.models import Item

# The dictionary of the question knows one product alone, and a word that is none.
DICTIONARY = {"Product": ["Vector", "roof"]}
PRODUCTS = ["Vector", "Zephyr", "Nimbus", "Orion", "Atlas", "Falcon"]
COUNT = 90


def texts():
    """Yield the key, the text and the products of each note, as places."""
    draws = random.Random(2)
    for at in range(COUNT):
        product = draws.choice(PRODUCTS)
        told = f"The {product} leaks again" if at % 3 else "The weather is fine"
        text = f"{told}, said {draws.choice(['Ann', 'Bob', 'Eve'])} on the roof in {draws.choice(['May', 'June'])}."
        yield f"n{at}", text, [(4, 4 + len(product))] if at % 3 else []


def register(world):
    with tenancy(world.project):
        items = [NewItem(key, "A note", text) for key, text, _ in texts()]
        items.append(NewItem("asked", "A note", "The Quasar leaks again, said Ann on the roof in May."))
        register_items(project_id=world.project.pk, items=items, now=world.now)
        world.items = {item.key: item for item in Item.objects.of(world.project)}


def believe(world):
    """Answer as an expert of each note: what is a product in it, or that a place that was asked about is none."""
    with tenancy(world.project):
        expert = meet_staff(project_id=world.project.pk, user_id=1, now=world.now)
        for key, text, places in texts():
            item = world.items[key]
            start = text.index("roof")
            for place, value in [(place, "Product") for place in places] or [((start, start + 4), "none")]:
                anchor = describe(text, *place).wire
                unit = meet(question=world.question, item=item, anchor=anchor, label=value, annotator=expert)
                record_judgement(
                    judgement_id=uuid7(now=world.now), annotator=expert, unit=unit, item=item, value=value,
                    origin="imported", judged_at=world.now, now=world.now, anchor=anchor,
                )  # fmt: skip
    while drain_jobs(seconds=60):
        pass


def freeze(world):
    with tenancy(world.project):
        dataset = register_dataset(project_id=world.project.pk, slug=world.question.slug, question=world.question)
        ask_for_version(dataset=dataset, asked_by="ann", now=world.now)
    drain_jobs(seconds=60)
