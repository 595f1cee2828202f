"""People before pages: sessions, lists, and events that are sent again, side by side, late, or in the wrong order."""

import http.client
import json
import random
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from account import Account
from earmark import sign_identity

from backend.projects.ids import uuid7

ANSWERS = {
    "duplicate": ["duplicate", "duplicate", "related", "different", "unsure"],
    "topics": ["fits", "fits", "does_not_fit", "unsure"],
}
MOST_SENT = 50
PATIENCE_S = 20.0


@dataclass
class Wire:
    """One connection of a page; each request comes from another address, as far as its headers say."""

    host: dict[str, Any]
    account: Account
    _line: http.client.HTTPConnection | None = None

    def ask(self, path: str, body: dict[str, Any], *, is_heard: bool = True) -> tuple[int, dict[str, Any], float]:
        """Return status, answer and the seconds to wait; status 0 where no answer came, or none was waited for."""
        origin = f"http://localhost:{self.host['forum_port']}"
        headers = {
            "Content-Type": "text/plain", "Origin": origin,
            "X-Forwarded-For": ".".join(str(random.randint(1, 254)) for _ in range(4)),
        }  # fmt: skip
        began = time.monotonic()
        try:
            line = self._line = self._line or http.client.HTTPConnection(
                "127.0.0.1", int(self.host["base_url"].rsplit(":", 1)[1]), timeout=PATIENCE_S
            )
            line.request("POST", f"/w/v1/{path}", json.dumps(body).encode(), headers)
            if not is_heard:
                time.sleep(random.uniform(0, 0.05))
                raise ConnectionAbortedError
            answer = line.getresponse()
            told = answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            if is_heard:
                self.account.answered(0, 0, says_when=False)
            return 0, {}, random.uniform(0.1, 0.6)
        again_s = answer.getheader("Retry-After")
        self.account.answered(answer.status, time.monotonic() - began, says_when=again_s is not None)
        return answer.status, json.loads(told), float(again_s or 0) * random.uniform(0.5, 1.5)

    def close(self) -> None:
        """Hang up."""
        if self._line is not None:
            self._line.close()
            self._line = None


@dataclass
class Person:
    """A person before one page; another page of theirs may be another thread's."""

    subject: str
    host: dict[str, Any]
    account: Account
    threads: Sequence[str]
    is_over: threading.Event
    pause_s: float
    outbox: list[dict[str, Any]] = field(default_factory=list)
    lost_count: int = 0
    made_count: int = 0
    _sent: set[str] = field(default_factory=set)
    _token: str = ""

    def __post_init__(self) -> None:
        self.wire = Wire(self.host, self.account)

    def walk(self) -> None:
        """Look and answer until it is over, then wait until all is acknowledged."""
        with suppress(TimeoutError):
            while not self.is_over.wait(random.expovariate(1 / self.pause_s)):
                self.look()
                self.send()
        give_up_at = time.monotonic() + 120
        while self.outbox and time.monotonic() < give_up_at:
            self.send()
        if self.outbox:
            self.account.blame("events that nobody took in two minutes")
        self.wire.close()

    def begin(self) -> bool:
        """Begin a session; returns whether there is one."""
        identity = sign_identity(
            self.subject, project=self.host["project"], key=self.host["signing_key"], kid=self.host["signing_kid"]
        )
        status, told, wait_s = self.wire.ask("session", {"key": self.host["publishable_key"], "identity": identity})
        self._token = told.get("token", "")
        if not self._token:
            time.sleep(max(wait_s, 0.1))
        return status == 200

    def look(self) -> None:
        """Be shown a list, and put into the outbox what is done with it."""
        if not self._token and not self.begin():
            return
        question = random.choice(list(ANSWERS))
        place = {"place": "p", "question": question, "item": random.choice(self.threads)}
        status, told, wait_s = self.wire.ask("suggest", {"token": self._token, "places": [place]})
        if status != 200:
            self._token = "" if status == 401 else self._token
            time.sleep(wait_s)
            return
        shown = told["places"][0]
        if shown["error"]:
            self.account.blame(f"a place says {shown['error']['code']}")
        for candidate in shown["candidates"]:
            self.outbox += self.told_of(question, shown["exposure"], candidate["id"])
        if random.random() < 0.1:
            self.lose()

    def told_of(self, question: str, exposure: str, candidate: str) -> list[dict[str, Any]]:
        """Return what a person does with one candidate: they see it, answer, change their mind, take it back."""
        now = datetime.now(tz=UTC)

        def event(kind: str, **more: Any) -> dict[str, Any]:
            self.made_count += 1  # by its number an event is known that was stored under two ids
            at = {"exposure": exposure, "seq": self.made_count, "at_ms": random.randint(0, 9000)}
            return {"type": kind, "id": str(uuid7()), "candidate": candidate} | at | more

        def judge(value: str, at: datetime, **more: Any) -> dict[str, Any]:
            answer = {"kind": "pair", "value": value}
            if question == "topics":
                answer = {"kind": "tags", "tag": candidate, "value": value}
            return event("judge", answer=answer, judged_at=at.isoformat(), via="mouse", **more)

        told = [event("seen", seen_ms=random.randint(1000, 9000))]
        if random.random() < 0.6:
            first = judge(random.choice(ANSWERS[question]), now - timedelta(seconds=2))
            told.append(first)
            if random.random() < 0.25:
                told.append(judge(random.choice(ANSWERS[question]), now - timedelta(seconds=1)))
            if random.random() < 0.25:
                undo = event("undo", judgement=first["id"])
                del undo["candidate"]
                told.append(undo)
            if random.random() < 0.04:
                told.append(judge(random.choice(ANSWERS[question]), now, exposure=str(uuid4())))
            if random.random() < 0.04:
                told.append(event("shout"))
        random.shuffle(told)
        return told

    def lose(self) -> None:
        """Throw away what was never sent, and remember how much it was."""
        never_sent = [event for event in self.outbox if event["id"] not in self._sent][1:4]
        self.outbox = [event for event in self.outbox if event not in never_sent]
        self.lost_count += len(never_sent)
        self.account.lose(len(never_sent))

    def send(self) -> None:
        """Send the first of the outbox in one of the ways in which it goes wrong."""
        batch = self.outbox[: random.choice([3, 8, MOST_SENT])] if not self.lost_count else self.outbox[:MOST_SENT]
        if not batch or (not self._token and not self.begin()):
            return
        way = random.choices(["once", "together", "unheard", "again", "changed"], [55, 12, 15, 12, 6])[0]
        if way == "unheard":
            self._deliver(self.wire, batch, is_heard=False)
        if way == "together":
            self._deliver_together(batch)
        was_alone = way in ("once", "again", "changed") and not any(event["id"] in self._sent for event in batch)
        self._sent |= {event["id"] for event in batch}
        results, wait_s = self._deliver(self.wire, batch)
        if results is None:
            if was_alone and wait_s < 0:
                self._look_whether_taken(batch)
            time.sleep(abs(wait_s))
            return
        done = {result["id"] for result in results}
        self.outbox = [event for event in self.outbox if event["id"] not in done]
        self.lost_count = 0
        if way == "again":
            self._deliver(self.wire, batch)
        if way == "changed":
            self._deliver(self.wire, [event | {"at_ms": event["at_ms"] + 1} for event in batch])

    def _look_whether_taken(self, batch: list[dict[str, Any]]) -> None:
        """Send once more what an answer of 503 called not taken: who hears that it is known was told an untruth."""
        time.sleep(1)
        results, _ = self._deliver(self.wire, batch)
        if results is not None:
            with self.account.lock:
                self.account.taken_after_an_error += sum(result["status"] == "dup" for result in results)

    def _deliver_together(self, batch: list[dict[str, Any]]) -> None:
        wires = [Wire(self.host, self.account) for _ in range(4)]
        sending = [threading.Thread(target=self._deliver, args=[wire, batch]) for wire in wires]
        for thread in sending:
            thread.start()
        for thread, wire in zip(sending, wires, strict=True):
            thread.join()
            wire.close()

    def _deliver(
        self, wire: Wire, batch: list[dict[str, Any]], *, is_heard: bool = True
    ) -> tuple[list[dict[str, Any]] | None, float]:
        """Return the results, or None and how long to wait; less than none where the answer was a 503."""
        body = {"token": self._token, "lost_count": self.lost_count, "events": batch}
        status, told, wait_s = wire.ask("events", body, is_heard=is_heard)
        self.account.delivered([event["id"] for event in batch], status, told.get("results", []))
        if status == 401:
            self._token = ""
        return told["results"] if status == 200 else None, -wait_s if status == 503 else wait_s


def hasten(person: Person, calls: int) -> tuple[int, int]:
    """Return how many calls of one person were let in, and in how many minutes by the clock, as fast as they go."""
    began, let_in = int(time.time() // 60), 0
    for _ in range(calls):
        status, _, _ = person.wire.ask("events", {"token": person._token, "events": []})
        let_in += status == 200
    return let_in, int(time.time() // 60) - began + 1
