"""What a host writes about spans and regions, as a type checker sees it."""

from typing import assert_type
from uuid import UUID

from earmark import (
    Annotator,
    AsyncEarmark,
    Earmark,
    NewJudgement,
    PushedSuggestion,
    RegionAnswer,
    SpanAnswer,
    Suggester,
)
from earmark.anchors import RegionAnchor, TextAnchor, describe
from earmark.rules import Rule, RuleSuggester, Vote, rule
from earmark.suggesters import DictionarySpans, ItemIndex, Suggestion
from earmark.types import Anchor, Item

item = Item("1", body="Firefox")
assert_type(item.text, str)
words, box = describe(item.text, 0, 7), RegionAnchor.in_pixels(1, 2, 3, 4, picture=(10, 20))
assert_type(words, TextAnchor)
assert_type(box, RegionAnchor)
PushedSuggestion("q", "1", "Product", 0.5, Suggester("s", "1"), anchor=box)
NewJudgement(Annotator("a"), "q", "1", SpanAnswer("Product", words))
NewJudgement(Annotator("a"), "q", "1", RegionAnswer("Menu", box))
SpanAnswer("Product", box)  # type: ignore[arg-type]
RegionAnswer("Menu", words)  # type: ignore[arg-type]
Vote("Product", at=(0, 7))
Vote("Product", at="0-7")  # type: ignore[arg-type]


@rule(version="1")
def finds(item: Item) -> Vote | None:
    return Vote("Product", at=(0, 7)) if item.text else None


assert_type(finds, Rule)
guesses = RuleSuggester([finds], of_spans=True).suggest(item, ItemIndex(), 3)
assert_type(guesses, list[Suggestion])
assert_type(DictionarySpans().suggest(item, ItemIndex(), 3), list[Suggestion])


def look(client: Earmark) -> None:
    for label in client.labels.list():
        assert_type(label.unit.anchor, Anchor | None)
    shown = client.suggest("1", "q", annotator="a")
    assert_type(shown.candidates[0].anchor, Anchor | None)
    shown.mark("Product", words)
    shown.mark("Product", "0-7")  # type: ignore[arg-type]


async def look_meanwhile(client: AsyncEarmark) -> None:
    async for label in client.labels.list(question="q"):
        assert_type(label.unit.anchor, Anchor | None)
    shown = await client.suggest("1", "q", annotator="a")
    assert_type(await shown.accept(shown.candidates[0]), UUID)
    assert_type(await client.items.get("1"), Item)
    await client.items.get(7)  # type: ignore[arg-type]
    await client.items.upsert([item], progres=print)  # type: ignore[call-arg]
