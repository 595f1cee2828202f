"""The errors of the SDK, each named by the fact it states.

    EarmarkError
    ├── InvalidSigningKey            a key too short or of the wrong kind to sign identities
    ├── InvalidIdentity              a subject, project or lifetime that no identity may carry
    ├── WebhookNotGenuine            a message whose signature or time does not hold
    ├── ChecksumMismatch             a downloaded file is not the one that was frozen
    ├── IndexFailed                  the local index could not be read or written
    │   └── SomeoneElseWrites        another writer holds it just now
    ├── SemanticMissing              the packages of the extra `semantic` are not installed
    ├── ModelMissing                 an embedding model that is in no folder and cannot be fetched
    ├── WrongKindOfKey               a server's client was given something else than a secret key
    ├── AddressUnusable              a base_url that is no address of a server
    ├── NotSendable                  an id, a text or a number that no server can take
    ├── AnchorUnusable               an anchor that points nowhere, or not into this text or picture
    ├── FileNotUnderstood            a line of a file is not what it should be, by its number
    ├── NotTrained                   a learned suggester that was not fitted, or a file of one that is not whole
    ├── LearningMissing              the packages of the extra `learned` are not installed
    ├── RulesUnusable                a module, file or function that holds no rule that can be asked
    ├── NotFrozen                    a dataset version that is not there, not yet, or never will be
    ├── NothingToUndo                no answer to this candidate was given through this list
    ├── NothingToReject              a label of a choice is not rejected; another one is chosen
    ├── NowhereToPoint               a span or region that is not in the list was answered without its anchor
    ├── NotReached                   no answer came: the address, the network, the server's start
    │   └── TimedOut                 no answer came in time
    ├── EventRefused                 an event the server did not take, with its code
    └── Refused                      an answer came, and it is no
        ├── BadRequest               400, 413, 415, 422: the request itself is at fault
        ├── NotAuthenticated         401: no key, or one that is not known (any more)
        ├── NotAllowed               403: the key is known, and may not do this
        ├── NotFound                 404: there is no such thing in this project
        ├── Conflict                 409: another thing with this id is already there
        ├── TooManyRequests          429: slower; `retry_after` says when
        └── ServerFailed             5xx, or an answer that is not Earmark's

Every error carries `code` (stable, for programs), `status` (HTTP, or None), `request_id` (to quote to
whoever runs Earmark, or None) and `retry_after` (seconds, or None). Where a bulk call was broken off,
`partial` is the report of what was done before. Errors can be pickled, as pools of processes do.
"""

from __future__ import annotations

import copyreg
from collections.abc import Sequence
from typing import Any


class EarmarkError(Exception):
    """Anything that went wrong; `str()` is a sentence for a person."""

    code = "error"
    status: int | None = None
    request_id: str | None = None
    retry_after: float | None = None
    partial: Any = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what makes the same error in another process, whatever its kind is made of."""
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]


class InvalidSigningKey(EarmarkError):
    """The key is too short or of the wrong kind to sign identities."""

    code = "invalid_signing_key"


class InvalidIdentity(EarmarkError):
    """The subject, project or lifetime may not stand in an identity."""

    code = "invalid_identity"


class WebhookNotGenuine(EarmarkError):
    """The message was not signed with one of the secrets, was changed, or is too old."""

    code = "webhook_not_genuine"


class ChecksumMismatch(EarmarkError):
    """A downloaded file does not have the checksum that was frozen with it."""

    code = "checksum_mismatch"


class IndexFailed(EarmarkError):
    """The local index could not be read or written; it can be rebuilt from the host's store."""

    code = "index_failed"


class SomeoneElseWrites(IndexFailed):
    """Another thread or process is writing this index just now; reading goes on."""

    code = "someone_else_writes"


class SemanticMissing(EarmarkError):
    """The packages that embeddings need are not installed; all else works without them."""

    code = "semantic_missing"

    def __init__(self, package: str = "") -> None:
        lacking = f" (not installed: {package})" if package else ""
        super().__init__(f"Embeddings need the extra `semantic`{lacking}: pip install 'earmark[semantic]'")


class ModelMissing(EarmarkError):
    """No embedding model is there by this name, or its files cannot be used; `str()` says what to do."""

    code = "model_missing"


class WrongKindOfKey(EarmarkError):
    """The client for servers takes a secret key (`sk_…`), never a publishable one."""

    code = "wrong_kind_of_key"


class AddressUnusable(EarmarkError):
    """The address names no server: it begins with http:// or https://, and `/v1` is not part of it."""

    code = "address_unusable"


class NotSendable(EarmarkError, ValueError):
    """An id, a text or a number cannot be sent: it is empty, holds NUL or half a character, or is no JSON."""

    code = "not_sendable"


class AnchorUnusable(EarmarkError):
    """An anchor points nowhere, or not into the text or picture at hand; `code` says why, `str()` what to do."""

    code = "anchor_unusable"

    def __init__(self, code: str, what_to_do: str) -> None:
        super().__init__(what_to_do)
        self.code = code


class FileNotUnderstood(EarmarkError):
    """A line of a file is not what it should be; `path` and `line` say where."""

    code = "file_not_understood"

    def __init__(self, path: object, line: int, why: str) -> None:
        super().__init__(f"{path}, line {line}: {why}")
        self.path = str(path)
        self.line = line
        self.why = why


class NotTrained(EarmarkError):
    """A learned suggester was asked before it was fitted, or what was saved of it is not whole."""

    code = "not_trained"


class LearningMissing(EarmarkError):
    """The packages that learn are not installed; all else works without them."""

    code = "learning_missing"

    def __init__(self, package: str = "") -> None:
        lacking = f" (not installed: {package})" if package else ""
        super().__init__(f"Learning needs the extra `learned`{lacking}: pip install 'earmark[learned]'")


class RulesUnusable(EarmarkError):
    """A module, file or function holds no rule that can be asked; `str()` says what to do."""

    code = "rules_unusable"


class NotFrozen(EarmarkError):
    """The version of a dataset is not there, is still being built, or failed."""

    code = "not_frozen"


class NothingToUndo(EarmarkError):
    """No answer to this candidate was given through this list; name the judgement by its id."""

    code = "nothing_to_undo"


class NothingToReject(EarmarkError):
    """A label of a choice is not rejected; accept another one, or answer unsure."""

    code = "nothing_to_reject"


class NowhereToPoint(EarmarkError):
    """A span or a region that is not in the list was answered without its anchor; mark it."""

    code = "nowhere_to_point"


class NotReached(EarmarkError):
    """No answer came; whether the request arrived is not known, and sending it again is safe."""

    code = "not_reached"


class TimedOut(NotReached):
    """No answer came within the timeout."""

    code = "timed_out"


WHY_REFUSED = {
    "malformed": (
        "its value or anchor cannot be: a pair is answered duplicate, related, different or unsure, "
        "a tag fits, does_not_fit or unsure"
    ),
    "unknown_value": "the question takes no such answer; `client.questions.get(…)` tells its kind and labels",
    "unknown_candidate": "the candidate is not in this list; `candidates` are those that are",
    "unknown_exposure": "this list was not shown to this person",
    "unknown_judgement": "the judgement is another person's",
    "text_not_found": "the item's text does not hold these words; make the anchor in the text that is registered",
    "too_many_spots": "the person marked as many in this item as the question's `most_spots` allows",
    "too_many_new_labels": "the person named as many new labels today as one may; answer with a label of the question",
    "too_old": "it was made more than 7 days ago, or this machine's clock is behind; `earmark doctor` looks",
    "too_early": "its `judged_at` is before 1980, as of a clock that was not set; leave it out where it is not known",
    "from_the_future": "this machine's clock is ahead of the server's; `earmark doctor` looks",
    "conflict": "another event was told before under the same id",
    "lease_over": "it came so late that others were asked instead",
}
"""What the codes of refused events mean, and what to do."""


class EventRefused(EarmarkError):
    """An event was not taken; `code` is the server's reason, such as `unknown_candidate` (see WHY_REFUSED)."""

    def __init__(self, event_id: str, event_type: str, code: str, request_id: str | None = None) -> None:
        why = f"; {WHY_REFUSED[code]}" if code in WHY_REFUSED else ""
        super().__init__(f"The {event_type} event {event_id} was refused: {code}{why}.")
        self.event_id = event_id
        self.event_type = event_type
        self.code = code
        self.request_id = request_id


class Refused(EarmarkError):
    """The server answered, and the answer is no; `errors` names fields where there are any."""

    def __init__(
        self,
        message: str,
        *,
        code: str,
        status: int,
        request_id: str | None = None,
        retry_after: float | None = None,
        errors: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.request_id = request_id
        self.retry_after = retry_after
        self.errors = tuple(errors)


class BadRequest(Refused):
    """The request itself is at fault; sending it again as it is will not help."""


class NotAuthenticated(Refused):
    """No secret key was sent, or one that is not known or no longer valid."""


class NotAllowed(Refused):
    """The key is known and may not do this, such as a publishable key on a server's address."""


class NotFound(Refused):
    """There is no such thing in this project."""


class Conflict(Refused):
    """Something else with this id is already there."""


class TooManyRequests(Refused):
    """Too many requests; `retry_after` says how many seconds to wait."""


class ServerFailed(Refused):
    """The server failed, or what answered is not Earmark."""
