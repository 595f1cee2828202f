"""Croissant 1.1 with its vocabulary of responsible AI 1.0 (mlcommons.org/croissant/1.1, …/RAI/1.0): what the files are.

The licence is the owner's to give: the file says that none is given yet, since the specification wants something there.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from backend.datasets.exports.about import About

NAME = "croissant.json"
CONFORMS_TO = ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
} | {
    term: f"cr:{term}"
    for term in (
        "arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field", "fileObject",
        "fileProperty", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5",
        "parentField", "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate", "separator",
        "source", "subField", "transform",
    )
}  # fmt: skip
TYPES = {
    "VARCHAR": "sc:Text", "JSON": "sc:Text", "DOUBLE": "sc:Float", "INTEGER": "sc:Integer", "BOOLEAN": "sc:Boolean",
    "TIMESTAMPTZ": "sc:DateTime",
}  # fmt: skip
FORMATS = {
    ".parquet": "application/x-parquet", ".csv": "text/csv", ".jsonl": "application/jsonlines",
    ".json": "application/json", ".jsonld": "application/ld+json", ".md": "text/markdown", ".iob": "text/plain",
}  # fmt: skip
OF_ROWS = {
    "labels": "A row for each unit whose label is settled, with its evidence and its split.",
    "judgements": "A row for each answer, and for each suggestion that was shown and not answered.",
}
NO_LICENCE = {"@type": "sc:CreativeWork", "name": "None is given yet: whoever passes this on says which."}


def croissant_of(
    about: About, files: Sequence[Mapping[str, Any]], columns: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """Return the description of a version with these files and, by the name of its rows, DuckDB column types."""
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "name": about.slug,
        "conformsTo": CONFORMS_TO,
        "description": f"{about.title}: {about.prompt} ({about.kind})",
        "license": NO_LICENCE,
        "creator": {"@type": "sc:Organization", "name": about.owner},
        **({"url": about.home} if about.home else {}),
        "datePublished": about.frozen_at,
        "version": f"{about.number}.0.0",
        "citeAs": f"{about.owner}: {about.title}, version {about.number}, frozen on {about.frozen_at[:10]}.",
        "isLiveDataset": False,
        **_responsible(about),
        "distribution": [_file(file) for file in files],
        "recordSet": [_rows(name, kinds) for name, kinds in columns.items()],
    }


def _file(file: Mapping[str, Any]) -> dict[str, Any]:
    name = file["name"]
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": f"{file['bytes_count']} B",
        "encodingFormat": FORMATS[f".{name.rpartition('.')[2]}"],
        "sha256": file["sha256"],
    }


def _rows(name: str, columns: Mapping[str, str]) -> dict[str, Any]:
    fields = [_field(name, column, kind) for column, kind in columns.items()]
    return {"@type": "cr:RecordSet", "@id": name, "name": name, "description": OF_ROWS[name], "field": fields}


def _field(rows: str, column: str, kind: str) -> dict[str, Any]:
    source = {"fileObject": {"@id": f"{rows}.parquet"}, "extract": {"column": column}}
    told = {"@type": "cr:Field", "@id": f"{rows}/{column}", "name": column, "source": source}
    return told | {"dataType": ["sc:Text", "cr:Split"] if column == "split" else TYPES[kind]}


def _responsible(about: About) -> dict[str, Any]:
    variety, waits, stale = about.variety, sum(about.card["unsettled"].values()), about.card["stale_count"]
    kinds = [f"{each.people} of the kind {kind} gave {each.answers}" for kind, each in variety.by_kind.items()]
    days = sorted(day for each in variety.by_kind.values() for day in (each.first_on, each.last_on))
    told = {
        "dataCollection": f"Answers to the question “{about.prompt}” about items of {about.owner}, given where people "
        "read them or at a desk. Each row of judgements says how it came about.",
        "dataCollectionTimeframe": [days[0], days[-1]] if days else None,
        "dataAnnotationPlatform": ["Earmark"],
        "dataAnnotationProtocol": f"Answers by people: {'; '.join(kinds) or 'none'}. Settling policy: {about.policy}",
        "dataAnnotationAnalysis": ["What is believed has a probability; every single answer stands in judgements."],
        "annotationsPerItem": _each(variety.answers_a_label),
        "personalSensitiveInformation": ["People stand under pseudonyms. Texts are as they were written."],
        "dataBiases": [f"One person gave {variety.busiest:.0%} of the answers."] if variety.busiest else None,
        "dataLimitations": [
            f"{variety.items} of {about.items.of} items have a label; {waits} units are not settled.",
            *([f"Of {stale} labels the item changed after it was judged: is_stale says which."] if stale else []),
        ],
        "dataReleaseMaintenancePlan": ["A version never changes; who is erased is in none that is frozen afterwards."],
    }
    return {f"rai:{name}": fact for name, fact in told.items() if fact is not None}


def _each(answers: float | None) -> str | None:
    return None if answers is None else f"{answers:.1f} answers a label on average"
