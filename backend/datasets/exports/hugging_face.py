"""A dataset card as Hugging Face reads it (huggingface.co/docs/hub/datasets-cards): the folder loads as it lies.

What is `dev` here is `validation` there, as is the custom; the column `split` keeps our word.
"""

import re

from backend.datasets.exports.about import LABELS_ENDING, SPLITS, About
from backend.datasets.exports.marked import IN_WORDS

NAME = "README.md"
CALLED = dict(zip(SPLITS, ("train", "validation", "test"), strict=True))
TASKS = {
    "pair": ["text-classification", "sentence-similarity"],
    "tags": ["text-classification"],
    "choice": ["text-classification"],
    "span": ["token-classification"],
    "region": ["object-detection"],
}
SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
LARGEST = "1M<n<10M"
MARKUP = re.compile(r"([\\`*_\[\]|~])")
ESCAPES = {'"': '\\"', "\\": "\\\\"}


def card_of(about: About) -> str:
    """Return the card: its front matter, then what a reader should know before they train on it."""
    parts = [_how_to_read(about), _what_is_believed(about), _how_varied(about), _how_settled(about), LICENCE]
    title = f"# {in_line(about.title)}\n\nVersion {about.number} of `{about.slug}`, frozen on {about.frozen_at[:10]}. "
    asked = f"The question `{about.question}` ({about.kind}): {in_line(about.prompt)}\n"
    return "\n".join([_front_matter(about), title + asked, *parts])


LICENCE = """## Licence

None is given: the texts and pictures belong to those who made them. Whoever passes this folder on says under which
licence, here and as `license:` in the front matter.
"""


def _front_matter(about: About) -> str:
    count = sum(about.splits.values())
    size = next((name for limit, name in SIZES if count < limit), LARGEST)
    tasks = "".join(f"\n- {task}" for task in TASKS.get(about.kind, []))
    lines = ["---", f"pretty_name: {scalar(about.title)}", f"size_categories:\n- {size}"]
    return "\n".join([*lines, f"task_categories:{tasks}" if tasks else "", "configs:", _configs(about), "---\n"])


def _configs(about: About) -> str:
    labels = [(CALLED[split], f"{split}{LABELS_ENDING}") for split in SPLITS if split in about.splits]
    of_labels = [_config("labels", labels, is_default=True)] if labels else []
    return "\n".join([*of_labels, _config("judgements", [("every", "judgements.parquet")], is_default=not labels)])


def _config(name: str, files: list[tuple[str, str]], *, is_default: bool) -> str:
    listed = "".join(f"\n  - split: {split}\n    path: {path}" for split, path in files)
    return f"- config_name: {name}" + ("\n  default: true" if is_default else "") + f"\n  data_files:{listed}"


def _how_to_read(about: About) -> str:
    splits = ", ".join(f"`{CALLED[split]}` ({count:,})" for split, count in about.splits.items())
    return f"""## How to read it

```python
import datasets

labels = datasets.load_dataset("this-folder", "labels")
judgements = datasets.load_dataset("this-folder", "judgements", split="every")
```

`labels` has a row for each unit whose label is settled: {splits or "none yet"}. What the column `split` calls `dev` is
`validation`. `judgements` has a row for each answer, and for each suggestion that was shown and not answered; its
column `split` says on which side it is. Both with their types are in `manifest.json`, under `label_columns` and
`judgement_columns`; `labels.parquet` also has the pairs whose items are on two sides (`crosses`), which train nothing.
"""


def _what_is_believed(about: About) -> str:
    values = about.card["values"]
    splits = sorted({split for counts in values.values() for split in counts})
    rows = [[in_line(value), *(f"{counts.get(split, 0):,}" for split in splits)] for value, counts in values.items()]
    head = [["value", *splits], ["---", *("---:" for _ in splits)]]
    table = "\n".join(f"| {' | '.join(row)} |" for row in [*head, *rows]) if rows else "Nothing is settled yet."
    waits = ", ".join(f"{count:,} {state}" for state, count in about.card["unsettled"].items())
    told = f"## What is believed\n\n{table}\n" + (f"\nNot settled, and so not here: {waits}.\n" if waits else "")
    return told + _how_stale(about) + _left_out(about)


def _how_stale(about: About) -> str:
    count = about.card["stale_count"]
    if not count:
        return ""
    said = f"\nOf {count:,} the item changed after it was judged (`is_stale`): its texts here are those of today"
    where = {
        "span": "; `start` and `end` count in `text`, the one that was marked",
        "region": "; where the picture was replaced, `image` is null, and the box lies on the one before",
    }
    return f"{said}{where.get(about.kind, '')}.\n"


def _left_out(about: About) -> str:
    rows = [
        f"- `{form}`: {count:,}, as {IN_WORDS.get(why, why)}"
        for form, reasons in sorted(about.left_out.items())
        for why, count in sorted(reasons.items())
    ]
    told = "\nItems of which the files of a form leave something out; `manifest.json` names them:\n\n"
    return told + "\n".join(rows) + "\n" if rows else ""


def _how_varied(about: About) -> str:
    items, variety = about.items, about.variety
    lines = [f"- {variety.items:,} items have a label; the project has {items.of:,}."]
    if items.authors:
        lines.append(f"- Of items with a split, {items.count:,} are by {items.authors:,} authors.")
    if items.first_month:
        lines.append(f"- They came to be from {items.first_month} to {items.last_month}.")
    for kind, each in variety.by_kind.items():
        when = f"from {each.first_on} to {each.last_on}"
        lines.append(f"- {each.answers:,} answers by {each.people:,} of the kind {kind}, {when}.")
    if variety.busiest:
        lines.append(f"- One person gave {variety.busiest:.0%} of the answers; nobody gave more.")
    return "## How varied it is\n\n" + "\n".join(lines) + "\n"


def _how_settled(about: About) -> str:
    variety = about.variety
    told = f"## How labels are settled\n\nBy the policy “{in_line(about.policy)}”"
    if variety.answers_a_label is not None:
        told += f", from {variety.answers_a_label:.1f} answers a label on average"
    if variety.median_probability is not None:
        told += f"; half are believed with {variety.median_probability:.2f} or more"
    return (
        told + ".\n\nPeople stand under pseudonyms. All items of one cluster of duplicates are on one side, for good.\n"
    )


def in_line(text: str) -> str:
    """Return a text as one line of Markdown that says what it says and nothing else."""
    plain = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return MARKUP.sub(r"\\\1", plain)


def scalar(text: str) -> str:
    """Return a text as YAML has it between quotes."""
    return '"' + "".join(ESCAPES.get(sign, sign) if sign.isprintable() else _escaped(sign) for sign in text) + '"'


def _escaped(sign: str) -> str:
    return f"\\U{ord(sign):08x}"
