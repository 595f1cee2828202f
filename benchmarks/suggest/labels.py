"""Make files of items and known labels from real data, for `earmark evaluate labels`.

    python benchmarks/suggest/labels.py DATA OUT

forum: the section of a thread of dup_forum, as a choice (those of fewer than 20 threads are one, "Other"); each
topic's threads stay on one side. jira: the components of ActiveMQ's and of HDFS's reports in dup_jira that ten of
its first half have, as tags, complete; learned from the first half in time, asked of 500 of the second. The fields
that hold the answers are taken out of the items.
"""

import argparse
import gzip
import json
import random
import sys
from collections import Counter
from pathlib import Path

LEAST, TAUGHT, ASKED = 20, 1_000, 500


def lines(path):
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        return [json.loads(row) for row in rows]


def put(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def forum(data, out):
    rows = lines(data / "dup_forum" / "train.jsonl.gz") + lines(data / "dup_forum" / "dev.jsonl.gz")
    rows = list({row["cid"]: row for row in rows}.values())
    sections = Counter(row["category"] for row in rows)
    put(out / "forum-items.jsonl", ({"id": r["cid"], "title": r["c_title"], "body": r["c_body"]} for r in rows))
    topics = sorted({row["qid"] for row in rows})
    random.Random(0).shuffle(topics)
    asked = set(topics[: len(topics) // 4])
    answers = {True: [], False: []}
    for row in rows:
        label = row["category"] if sections[row["category"]] >= LEAST else "Other"
        answers[row["qid"] in asked].append({"item": row["cid"], "label": label})
    random.Random(0).shuffle(answers[False])
    put(out / "forum-train.jsonl", answers[False])
    put(out / "forum-test.jsonl", answers[True])


def jira(data, out, project):
    rows = [row for row in lines(data / "dup_jira" / "reports.jsonl.gz") if row["project"] == project]
    rows = sorted((row for row in rows if row["components"]), key=lambda row: row["created"])
    early, late = rows[: len(rows) // 2], rows[len(rows) // 2 :]
    used = Counter(name for row in early for name in row["components"])
    known = {name for name, count in used.items() if count >= LEAST // 2}
    name = project.lower()
    keep = ("id", "title", "body", "created", "versions", "priority")
    put(out / f"{name}-items.jsonl", ({field: row[field] for field in keep} for row in rows))
    for part, some, most in (("train", early, TAUGHT), ("test", late, ASKED)):
        answers = [(row["id"], [each for each in row["components"] if each in known]) for row in some]
        answers = [{"item": key, "fits": fits, "is_complete": True} for key, fits in answers if fits]
        random.Random(0).shuffle(answers)
        put(out / f"{name}-{part}.jsonl", answers[:most])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder that holds dup_forum and dup_jira")
    parser.add_argument("out", type=Path, help="where the files are written")
    given = parser.parse_args()
    for name in ("dup_forum", "dup_jira"):
        if not (given.data / name).is_dir():
            parser.error(f"there is no folder {name} in {given.data}")
    given.out.mkdir(parents=True, exist_ok=True)
    forum(given.data, given.out)
    for product in ("ActiveMQ", "HDFS"):
        jira(given.data, given.out, product)
    return 0


if __name__ == "__main__":
    sys.exit(main())
