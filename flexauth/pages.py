"""Pages of lists: an opaque token that holds the key of the last row shown. Pure."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from flexauth.answers import Page
from flexauth.faults import InvalidArgument

__all__ = ["page_of", "page_token", "position"]

R = TypeVar("R")
T = TypeVar("T")


def position(request: Any, width: int, start: int = 0) -> tuple[int, ...]:
    """The key after which a request's page begins; `width` numbers, all `start` for the first page."""
    if not request.page_token:
        return (start,) * width
    try:
        key = json.loads(urlsafe_b64decode(request.page_token))
    except ValueError:
        key = None
    if not isinstance(key, list) or len(key) != width or not all(type(part) is int for part in key):
        rule = "it must be the next_page_token of the page before"
        raise InvalidArgument(field="page_token", value=repr(request.page_token[:80]), rule=rule)
    return tuple(key)


def page_token(key: tuple[int, ...]) -> str:
    """The token of the page that begins after a key."""
    return urlsafe_b64encode(json.dumps(key).encode()).decode()


def page_of(rows: Sequence[R], limit: int, answer: Callable[[R], T], key: Callable[[R], tuple[int, ...]]) -> Page[T]:
    """A page of at most `limit` of the rows; one row more than that says that there is a next page."""
    shown = rows[:limit]
    more = len(rows) > limit and bool(shown)
    return Page(tuple(answer(row) for row in shown), page_token(key(shown[-1])) if more else "")
