"""What the guide to the widget says to hosts in other languages, run as it is written."""

import os
import re
import subprocess
from pathlib import Path

import jwt
from earmark import sign_identity

GUIDE = Path(__file__).parents[3] / "docs" / "widget.md"
KEY = "a shared secret of 32 bytes or more"


def test_the_lines_of_node_sign_what_the_sdk_signs():
    [lines] = re.findall(r"```js\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    run = ["node", "--input-type=module", "--eval", lines]
    token = subprocess.run(
        run, env=os.environ | {"SIGNING_KEY": KEY}, capture_output=True, text=True, check=True
    ).stdout.strip()
    claims = jwt.decode(token, KEY, algorithms=["HS256"], audience="earmark", issuer="forum")
    ours = sign_identity("customer-17", project="forum", key=KEY, kid="forum-1", now=claims["iat"])
    assert claims == jwt.decode(ours, KEY, algorithms=["HS256"], audience="earmark")
    assert jwt.get_unverified_header(token) == jwt.get_unverified_header(ours)
