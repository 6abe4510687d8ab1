"""Lists: entry by entry, one page in memory at a time, or all at once up to a limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar, cast
from urllib.parse import parse_qsl, urlsplit

from ._connection import Connection
from ._errors import TooMany, Unreadable

Entry = TypeVar("Entry")


class List(Generic[Entry]):
    """A list of the server, oldest entry first. Nothing is read before it is iterated; each iteration reads anew."""

    def __init__(self, connection: Connection, api: str, path: str, query: Mapping[str, Any]) -> None:
        self._connection = connection
        self._api = api
        self._path = path
        self._query = {name: str(value) for name, value in query.items() if value is not None}

    def __iter__(self) -> Iterator[Entry]:
        query = dict(self._query)
        while True:
            page = self._connection.call(self._api, "GET", self._path, query=query)
            if isinstance(page, list):
                yield from cast("list[Entry]", page)
                return
            results = page.get("results") if isinstance(page, dict) else None
            if not isinstance(results, list):
                raise Unreadable(f"GET {self._path} was not answered with a page", 200, False)
            yield from cast("list[Entry]", results)
            following = page.get("next")
            if not following:
                return
            # Only the query is followed: behind a proxy the host may be wrong, and the token goes nowhere but to the environment.
            after = dict(parse_qsl(urlsplit(str(following)).query))
            if after == query or not results:
                raise Unreadable(f"GET {self._path}: a page that leads nowhere but to another one", 200, False)
            query = after

    def all(self, limit: int) -> list[Entry]:
        """Every entry at once; raises TooMany if there are more than the limit, since a list cut short would look like a whole one."""
        entries: list[Entry] = []
        for entry in self:
            if len(entries) == limit:
                raise TooMany(f"the list has more than {limit} entries")
            entries.append(entry)
        return entries
