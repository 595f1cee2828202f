"""The client for hosts that run on an event loop (FastAPI, Starlette, aiohttp): what `client` does, awaited.

There is one client. Its calls run here in a few threads of their own, so what is sent, tried again and raised is the
same to the letter, and the loop waits for none of it.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial, wraps
from itertools import islice
from types import TracebackType
from typing import Any, NoReturn, ParamSpec, Self, TypeVar
from uuid import UUID

import httpx

from earmark.client import LOCAL, Earmark
from earmark.resources import (
    Annotators,
    Datasets,
    Desk,
    Exposures,
    Items,
    Judgements,
    Labels,
    Questions,
    Suggestions,
)
from earmark.shown import Shown
from earmark.types import Annotator, Candidate, EventResult, Exposure, Slot

READ_AHEAD = 100
"""So many rows are taken from a list at a time, so that not each of them is a change of threads."""
P = ParamSpec("P")
T = TypeVar("T")
Awaited = Callable[P, Coroutine[Any, Any, T]]


class AsyncEarmark:
    """All of `/v1`, for one project: each call of `Earmark` under its name, to be awaited; lists by `async for`.

    What is given and what is raised is as there. `threads` is how many calls are under way at a time; others wait for
    one of these. A call whose task is cancelled goes on in its thread, and what it stores is stored. What is given to
    be called, such as `progress`, is called in that thread. Make one in each process and keep it; use it as a context,
    or `await client.aclose()`.

    Raises what `Earmark` raises, and ValueError for less than one thread.
    """

    def __init__(
        self,
        secret_key: str,
        base_url: str = LOCAL,
        *,
        timeout: float = 10.0,
        retries: int = 3,
        transport: httpx.BaseTransport | None = None,
        threads: int = 8,
    ) -> None:
        self._client = Earmark(secret_key, base_url, timeout=timeout, retries=retries, transport=transport)
        self._calls = _Calls(threads)
        self.base_url = self._client.base_url
        self.items = AsyncItems(self._client.items, self._calls)
        self.questions = AsyncQuestions(self._client.questions, self._calls)
        self.suggestions = AsyncSuggestions(self._client.suggestions, self._calls)
        self.exposures = AsyncExposures(self._client.exposures, self._calls)
        self.judgements = AsyncJudgements(self._client.judgements, self._calls)
        self.labels = AsyncLabels(self._client.labels, self._calls)
        self.datasets = AsyncDatasets(self._client.datasets, self._calls)
        self.desk = AsyncDesk(self._client.desk, self._calls)
        self.annotators = AsyncAnnotators(self._client.annotators, self._calls)

    async def suggest(self, item: str, question: str, *, annotator: Annotator | str) -> AsyncShown:
        """Return a list of candidates to show to somebody, logged as shown; see `Earmark.suggest`."""
        return await self.exposures.pick(item, question, annotator=annotator)

    async def resume(self, exposure: UUID | str) -> AsyncShown:
        """Return a list shown earlier, perhaps by another process, to go on reporting; raises NotFound."""
        return await self.exposures.resume(exposure)

    async def aclose(self) -> None:
        """Wait for the calls that are under way, and close the connections; a call after that raises RuntimeError."""
        await asyncio.to_thread(self._calls.end)
        self._client.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("A client holds connections and a key, so it is not pickled: make one in each process.")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"AsyncEarmark({self.base_url!r})"


class AsyncShown:
    """A list as it was shown to one person: what `Shown` does, each report to be awaited."""

    def __init__(self, shown: Shown, calls: _Calls) -> None:
        self._shown = shown
        self.seen = calls.awaited(shown.seen)
        self.accept = calls.awaited(shown.accept)
        self.reject = calls.awaited(shown.reject)
        self.answer = calls.awaited(shown.answer)
        self.mark = calls.awaited(shown.mark)
        self.skip = calls.awaited(shown.skip)
        self.undo = calls.awaited(shown.undo)

    @property
    def exposure(self) -> Exposure:
        """Return the list as it was logged."""
        return self._shown.exposure

    @property
    def results(self) -> dict[UUID, EventResult]:
        """Return what became of each report, by its id."""
        return self._shown.results

    @property
    def id(self) -> UUID:
        """Return the exposure's id; keep it in a form or a link: `await client.resume(id)` goes on from there."""
        return self._shown.id

    @property
    def asked(self) -> bool:
        """Return whether to ask for an answer; the candidates may be shown without asking."""
        return self._shown.asked

    @property
    def slots(self) -> Sequence[Slot]:
        """Return the entries with rank, score and reasons; scores are not for the person's eyes."""
        return self._shown.slots

    @property
    def candidates(self) -> Sequence[Candidate]:
        """Return what to show, in this order."""
        return self._shown.candidates

    def __repr__(self) -> str:
        return f"Async{self._shown!r}"


class AsyncItems:
    """Register, read and remove items, as `Items` does."""

    def __init__(self, items: Items, calls: _Calls) -> None:
        self.upsert = calls.awaited(items.upsert)
        self.list = calls.listed(items.list)
        self.get = calls.awaited(items.get)
        self.remove = calls.awaited(items.remove)


class AsyncQuestions:
    """Ask questions, as `Questions` does."""

    def __init__(self, questions: Questions, calls: _Calls) -> None:
        self.create = calls.awaited(questions.create)
        self.list = calls.listed(questions.list)
        self.get = calls.awaited(questions.get)
        self.update = calls.awaited(questions.update)


class AsyncSuggestions:
    """Push what a suggester at the host guesses, as `Suggestions` does."""

    def __init__(self, suggestions: Suggestions, calls: _Calls) -> None:
        self.push = calls.awaited(suggestions.push)
        self.list = calls.listed(suggestions.list)


class AsyncExposures:
    """Show and log lists without any widget, as `Exposures` does."""

    def __init__(self, exposures: Exposures, calls: _Calls) -> None:
        self.pick = calls.shown(exposures.pick)
        self.record = calls.shown(exposures.record)
        self.resume = calls.shown(exposures.resume)
        self.list = calls.listed(exposures.list)
        self.get = calls.awaited(exposures.get)


class AsyncJudgements:
    """Record and read what people answered, as `Judgements` does."""

    def __init__(self, judgements: Judgements, calls: _Calls) -> None:
        self.record = calls.awaited(judgements.record)
        self.list = calls.listed(judgements.list)


class AsyncLabels:
    """Read what is believed, as `Labels` does."""

    def __init__(self, labels: Labels, calls: _Calls) -> None:
        self.list = calls.listed(labels.list)


class AsyncDatasets:
    """Name what is to be frozen, freeze versions, and fetch them, as `Datasets` does."""

    def __init__(self, datasets: Datasets, calls: _Calls) -> None:
        self.create = calls.awaited(datasets.create)
        self.list = calls.listed(datasets.list)
        self.get = calls.awaited(datasets.get)
        self.freeze = calls.awaited(datasets.freeze)
        self.versions = calls.listed(datasets.versions)
        self.version = calls.awaited(datasets.version)
        self.download = calls.awaited(datasets.download)
        self.load = calls.awaited(datasets.load)


class AsyncDesk:
    """Make and end links to the desk, as `Desk` does."""

    def __init__(self, desk: Desk, calls: _Calls) -> None:
        self.link = calls.awaited(desk.link)
        self.list = calls.listed(desk.list)
        self.revoke = calls.awaited(desk.revoke)


class AsyncAnnotators:
    """Erase people, and hand over what is known of them, as `Annotators` does."""

    def __init__(self, annotators: Annotators, calls: _Calls) -> None:
        self.erase = calls.awaited(annotators.erase)
        self.erasure = calls.awaited(annotators.erasure)
        self.export = calls.listed(annotators.export)


class _Calls:
    """The threads in which calls run, and what makes of a call one that is awaited."""

    def __init__(self, threads: int) -> None:
        if threads < 1:
            raise ValueError(f"Calls need one thread or more, not {threads}.")
        self._opened = partial(ThreadPoolExecutor, threads, thread_name_prefix="earmark")
        self._threads = self._opened()
        self._process = os.getpid()

    def awaited(self, call: Callable[P, T]) -> Awaited[P, T]:
        """Return a call that is awaited and gives what this one returns."""

        @wraps(call)
        async def asked(*args: P.args, **options: P.kwargs) -> T:
            return await self._in_thread(partial(call, *args, **options))

        return asked

    def shown(self, call: Callable[P, Shown]) -> Awaited[P, AsyncShown]:
        """Return a call that is awaited and gives the list that this one returns, its reports to be awaited."""

        @wraps(call)
        async def asked(*args: P.args, **options: P.kwargs) -> AsyncShown:
            return AsyncShown(await self._in_thread(partial(call, *args, **options)), self)

        return asked

    def listed(self, call: Callable[P, Iterator[T]]) -> Callable[P, AsyncIterator[T]]:
        """Return a call that gives by `async for` what this one yields, READ_AHEAD rows at a time."""

        @wraps(call)
        async def each(*args: P.args, **options: P.kwargs) -> AsyncIterator[T]:
            rows = await self._in_thread(partial(call, *args, **options))
            while some := await self._in_thread(lambda: list(islice(rows, READ_AHEAD))):
                for row in some:
                    yield row

        return each

    def end(self) -> None:
        """Wait for what is under way, and take no more."""
        self._threads.shutdown()

    async def _in_thread(self, call: Callable[[], T]) -> T:
        if self._process != os.getpid():  # threads are not forked along, and nobody would take the call
            self._threads, self._process = self._opened(), os.getpid()
        here = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(self._threads, here.run, call)
