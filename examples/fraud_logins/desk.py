"""Experts who are simulated: each opens a link to the desk and answers there, over the same wire as its page."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import httpx
from earmark import uuid7
from logins import GENUINE, STOLEN

TOO_MANY = 429
LONGEST_WAIT_S = 61.0


class Expert:
    """Knows the hidden truth of a login, and errs in `error_rate` of the cases."""

    def __init__(self, name: str, truths: Mapping[str, str], *, error_rate: float) -> None:
        self.name = name
        self._truths = truths
        self._error_rate = error_rate

    def opinion(self, login: str) -> str:
        """Return what this expert says of a login: always the same of the same."""
        truth = self._truths[login]
        errs = random.Random(f"{self.name} {login}").random() < self._error_rate
        return {STOLEN: GENUINE, GENUINE: STOLEN}[truth] if errs else truth

    def work(self, link: str, count: int, say: Callable[[str], None]) -> int:
        """Answer at most `count` logins at the desk that a link leads to; return how many it were."""
        address, _, secret = link.partition("#")
        origin = "/".join(address.split("/")[:3])
        with httpx.Client(base_url=origin, headers={"Origin": origin}, timeout=20) as page:
            token = _sent(page, "session", {"link": secret})["token"]
            for done in range(count):
                told = _sent(page, "next", {"token": token})
                if told["assignment"] is None:
                    return done
                self._answer(page, token, told)
                if (done + 1) % 50 == 0:
                    say(f"{self.name} answered {done + 1}")
        return count

    def _answer(self, page: httpx.Client, token: str, told: dict) -> None:
        value = self.opinion(told["items"][0]["id"])
        event = {
            "type": "judge",
            "id": str(uuid7()),
            "exposure": told["place"]["exposure"],
            "seq": 1,
            "at_ms": 1500,
            "candidate": value,
            "answer": {"kind": "choice", "value": value},
            "judged_at": datetime.now(UTC).isoformat(),
            "via": "keyboard",
        }
        [result] = _sent(page, "/w/v1/events", {"token": token, "events": [event]})["results"]
        if result["status"] == "bad":
            raise SystemExit(f"The answer was refused: {result}")


def _sent(page: httpx.Client, path: str, body: dict) -> dict:
    """Post to the desk, more slowly where it asks for that, and return what it says."""
    while True:
        answer = page.post(path if path.startswith("/") else f"/w/v1/desk/{path}", json=body)
        if answer.status_code != TOO_MANY:
            break
        time.sleep(min(LONGEST_WAIT_S, float(answer.headers.get("Retry-After", 5))))
    if answer.is_error:
        raise SystemExit(f"The desk refused: {answer.status_code} {answer.text[:300]}")
    return answer.json()
