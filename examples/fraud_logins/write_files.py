"""Write the logins and what the simulated experts say of the newest 600 as JSON lines: `write_files.py FOLDER`."""

import json
import sys
from pathlib import Path

from logins import logins
from run import LOGINS, SEED, answered_offline

if len(sys.argv) != 2:
    raise SystemExit("Call it with a folder: write_files.py FOLDER")
folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
known = logins(LOGINS, seed=SEED, name="login")
with (folder / "items.jsonl").open("w") as out:
    for login in known:
        item = login.item
        facts = {"id": item.id, "title": item.title, "body": item.body, "created": item.created_at.isoformat()}
        out.write(json.dumps(facts | dict(item.metadata)) + "\n")
with (folder / "answers.jsonl").open("w") as out:
    for key, value in answered_offline(known, 600).items():
        out.write(json.dumps({"item": key, "value": value}) + "\n")
print(f"items.jsonl and answers.jsonl are in {folder}")
