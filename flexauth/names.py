"""Names to ids and back: digests in a native table, texts in a bounded cache over the store. Knows no rule."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from threading import Lock

from flexauth import limits
from flexauth._core import IdTable
from flexauth.commands import IdKind

__all__ = ["Names", "Texts", "content_digest", "halves", "name_digest"]


def name_digest(kind: IdKind, text: str) -> int:
    """128-bit digest by which a name of a kind is known; never 0."""
    return int.from_bytes(blake2b(text.encode(), digest_size=16, person=kind.name.encode()).digest(), "big") or 1


def content_digest(*parts: object) -> int:
    """63-bit digest of what a request says, to tell a repeat from another request (SPEC 5)."""
    text = "\0".join(map(str, parts))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def halves(digest: int) -> tuple[int, int]:
    """A digest as two signed int64, as the store holds it."""
    high, low = digest >> 64, digest & (2**64 - 1)
    return high - (high >> 63 << 64), low - (low >> 63 << 64)


class Names:
    """Ids of teams, users and products by name: a native table, no Python object a name."""

    def __init__(self) -> None:
        self._table = IdTable()

    def find(self, kind: IdKind, text: str) -> int:
        """The id, 0 when there is none."""
        return self._table.find(name_digest(kind, text)) or 0

    def put(self, digest: int, ident: int) -> None:
        self._table.put(digest, ident)

    def remove(self, digest: int) -> None:
        """Nobody is found by the name any more; nothing where nobody was."""
        self._table.remove(digest)


class Texts:
    """Texts by id, at most `limits.RIGHTS_CACHED_USERS`, from the store where they are missing. From any thread."""

    def __init__(self, read: Callable[[int], str]) -> None:
        self._read = read
        self._kept: OrderedDict[int, str] = OrderedDict()
        self._changing = Lock()

    def get(self, ident: int) -> str:
        """The text; "" when there is none."""
        text = self._kept.get(ident)
        if text is None:
            text = self._read(ident)
            if text:
                self.put(ident, text)
        return text

    def put(self, ident: int, text: str) -> None:
        with self._changing:
            self._kept[ident] = text
            self._kept.move_to_end(ident)
            if len(self._kept) > limits.RIGHTS_CACHED_USERS:
                self._kept.popitem(last=False)

    def offer(self, ident: int, text: str) -> None:
        """Keep a text that is at hand, where none is kept."""
        if ident not in self._kept:
            self.put(ident, text)

    def forget(self, ident: int) -> None:
        """Read a text anew when it is asked for."""
        with self._changing:
            self._kept.pop(ident, None)

    def clear(self) -> None:
        """Forget what may not be stored."""
        with self._changing:
            self._kept.clear()
