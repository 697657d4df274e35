"""Etags: what a caller read, as a digest of the stored row, so that an update meets what it was made for. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from flexauth.faults import Stale

__all__ = ["check_etag", "etag_of"]


def etag_of(row: Mapping[str, Any]) -> str:
    """The etag of a row of plain values; equal rows have equal etags."""
    text = json.dumps(dict(row), sort_keys=True, ensure_ascii=False)
    return blake2b(text.encode(), digest_size=8).hexdigest()


def check_etag(sent: str, row: Mapping[str, Any], kind: str, value: str) -> None:
    """Raise `Stale` when a caller sent an etag and the row is no longer the one that it had read."""
    if sent and sent != etag_of(row):
        raise Stale(kind=kind, value=repr(value))
