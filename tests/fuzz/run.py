"""Ask a product of its own with all that openapi.yaml allows, and with what it does not (`make fuzz`).

It takes some minutes, draws the same each time, and ends with 1 where an answer is none that openapi.yaml describes.
"""

import json
import os
import subprocess
import sys
import tempfile
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from earmark import sign_identity

from tests.journeys.conftest import Product

BASE = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
LONGEST_S = 900
PEOPLE = 12
"""So many that none of them asks more often than one person may."""


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder) / "home")
        print("· starting a product to ask", flush=True)
        try:
            product.start()
            told = Path(folder) / "known.json"
            told.write_text(json.dumps(known(product)))
            return asked(product, told)
        finally:
            product.stop()


def asked(product: Product, told: Path) -> int:
    command = [Path(sys.executable).with_name("schemathesis"), "--config-file", HERE / "schemathesis.toml", "run"]
    command += [BASE / "openapi.yaml", "--url", product.connection["base_url"], "--no-color"]
    command += ["-H", f"Authorization: Bearer {product.connection['secret_key']}"]
    environ = os.environ | {"EARMARK_FUZZ": str(told), "PYTHONPATH": str(BASE)}
    try:
        return subprocess.run(command, cwd=told.parent, env=environ, timeout=LONGEST_S, check=False).returncode
    except subprocess.TimeoutExpired:
        print(f"It was not done after {LONGEST_S} s.")
        return 1


def known(product: Product) -> dict[str, Any]:
    """Return what exists in the product, what may be changed or go, and sessions at the forum and at the desk."""
    at, client = product.connection, product.client
    items = [item.id for item in islice(client.items.list(), 400)]
    kept, doomed = items[:40], items[40:]
    questions = [question.id for question in client.questions.list()]
    shown = [str(client.suggest(item, asks, annotator="reader").id) for asks in questions for item in kept[:4]]
    client.datasets.create("pairs", question="duplicate")
    files = [file.name for file in client.datasets.freeze("pairs").files]
    links = [client.desk.link(asks, kind="expert") for asks in questions]
    link = [str(link.url).partition("#")[2] for link in links]
    client.questions.create("spare", labels=["red", "green"], kind="choice")
    names = {"question": questions, "item": kept, "candidate": kept, "exposure": shown, "dataset": ["pairs"]}
    return at | {
        "origin": product.forum,
        "names": names | {"number": [1], "name": files},
        "doomed": {"item": doomed, "link": [each.id for each in links[1:]], "question": ["spare"]},
        "sessions": [at_the_forum(product, f"reader-{number}") for number in range(PEOPLE)],
        "desk_sessions": [at_the_desk(product, link[0], UUID(int=number + 1)) for number in range(PEOPLE)],
        "desk_link": link[0],
    }


def at_the_forum(product: Product, subject: str) -> str:
    at = product.connection
    identity = sign_identity(subject, project=at["project"], key=at["signing_key"], kid=at["signing_kid"])
    return begun(product, "session", product.forum, key=at["publishable_key"], identity=identity)


def at_the_desk(product: Product, link: str, person: UUID) -> str:
    return begun(product, "desk/session", product.connection["base_url"], link=link, person=str(person))


def begun(product: Product, path: str, origin: str, **body: str) -> str:
    url = f"{product.connection['base_url']}/w/v1/{path}"
    answer = httpx.post(url, json=body, headers={"Origin": origin}, timeout=30).raise_for_status()
    return str(answer.json()["token"])


if __name__ == "__main__":
    sys.exit(main())
