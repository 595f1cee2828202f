"""Rooms of a browser: contexts that tests use one after the other, with pages of their own, and leave as they were.

A new context costs a browser two to three times what its first page does; what keeps one cheap is that a page stays in it.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Room:
    """A context with a page of nobody's in it, which keeps what the browser needs for the next ones."""

    context: Any
    furnishing: str
    keeper: Any
    client: Any

    def clear(self) -> None:
        """Take away what tests left: pages, routes, cookies, storage, what was fetched, and the lack of a network."""
        self.context.unroute_all(behavior="ignoreErrors")
        for page in self.context.pages:
            if page is not self.keeper:
                page.close()
        self.context.set_offline(False)
        self.context.clear_cookies()
        self.client.send("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": "all"})
        self.client.send("Network.clearBrowserCache")


@dataclass
class Rooms:
    """The rooms of a browser: nobody enters one that somebody is in."""

    browser: Any
    most_empty: int = 4
    empty: list[Room] = field(default_factory=list)
    taken: dict[int, Room] = field(default_factory=dict)

    def enter(self, *, scripts: tuple[str, ...] = (), is_new: bool = False, **options: Any) -> Any:
        """Return a context with these options, whose pages run these scripts first; a new one where that is asked."""
        furnishing = repr((scripts, sorted(options.items())))
        left = [] if is_new else [room for room in self.empty if room.furnishing == furnishing]
        if left:
            self.empty.remove(room := left[-1])
        else:
            room = self._furnish(furnishing, scripts, options)
        self.taken[id(room.context)] = room
        return room.context

    def leave(self, context: Any) -> None:
        """Let the next one enter, who finds nothing of who was there; of too many empty rooms the first goes."""
        room = self.taken.pop(id(context))
        room.clear()
        self.empty.append(room)
        while len(self.empty) > self.most_empty:
            self.empty.pop(0).context.close()

    def _furnish(self, furnishing: str, scripts: tuple[str, ...], options: dict[str, Any]) -> Room:
        context = self.browser.new_context(**options)
        for script in scripts:
            context.add_init_script(script)
        keeper = context.new_page()
        return Room(context, furnishing, keeper, context.new_cdp_session(keeper))
