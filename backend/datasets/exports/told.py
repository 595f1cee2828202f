"""What each file of a version is for, in one line; by its name, so that versions frozen before are told of too."""

FOR = {
    "README.md": "the card; with it datasets.load_dataset reads the folder as it lies",
    "labels.jsonl": "what is believed, a line for each settled unit",
    "judgements.jsonl": "what was answered, and what was shown and not answered, a line each",
    "labels.parquet": "the labels as a table for pandas, polars, DuckDB and Hugging Face",
    "judgements.parquet": "the answers as a table for the same",
    ".labels.parquet": "the labels of one split, which README.md names to Hugging Face",
    "labels.csv": "the labels for a spreadsheet, in which no text is a formula",
    "judgements.csv": "the answers for a spreadsheet",
    ".iob": "texts with a tag for each word, for spaCy’s convert and CoNLL readers",
    ".spacy.jsonl": "texts with spans that may overlap, for spaCy and Prodigy",
    ".coco.json": "pictures with boxes in pixels, for detectors that read COCO",
    ".label-studio.json": "the same texts or pictures as tasks, to be looked through in Label Studio",
    ".annotations.jsonld": "what was marked as W3C Web Annotations, for other annotation software",
    "croissant.json": "what the files are and how they came about, for catalogues and loaders that know Croissant 1.1",
    "manifest.json": "what the version holds, its checksums, and what was left out and why",
}


def purpose_of(name: str) -> str:
    """Return what a file is for; "" of one that nobody knows any more."""
    return FOR.get(name) or next(
        (told for ending, told in FOR.items() if ending[0] == "." and name.endswith(ending)), ""
    )
