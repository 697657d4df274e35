"""For how long a product may run when the authority is away at its sign-in and there is no lease (S5).

A contract may grant an `outage_grace`, which each answered sign-in tells. It runs from the first sign-in that got no
answer, once, and anew only after one that was answered: who stays out of reach gains no more time.
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass, replace
from hashlib import sha256

from flexauth_client.errors import ClockSetBack
from flexauth_client.records import Folder
from flexauth_client.timing import AuthorityTime, Marks

__all__ = ["Outages"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Outage:
    """`grace` in microseconds as last told, `since` the first sign-in without an answer, 0: none."""

    grace: int
    since: int
    marks: Marks


class Outages:
    """The graces of one authority's contracts, kept on disk by `key`, which names user, product and device."""

    def __init__(self, folder: Folder, times: AuthorityTime, server: str) -> None:
        self._folder, self._times, self._server = folder, times, server

    def answered(self, key: str, grace: int) -> None:
        """A sign-in was answered: an outage is over, and the next one may last so long."""
        known = self._read(key)
        if grace or known is not None:
            self._write(key, _Outage(grace, 0, self._times.marks()))

    def used_since(self, key: str) -> int:
        """Since when a product runs, or ran, without an answer; 0: it did not."""
        known = self._read(key)
        return known.since if known else 0

    def bear(self, key: str) -> int:
        """There is no answer: until when the product may run all the same, 0: not at all."""
        known = self._read(key)
        if known is None or not known.grace:
            return 0
        try:
            self._times.restore(known.marks)
        except ClockSetBack as error:
            log.info("no outage is borne: %s", error)
            return 0
        now = self._times.now()
        known = replace(known, since=known.since or now, marks=self._times.marks())
        self._write(key, known)
        until = known.since + known.grace
        return until if now < until else 0

    def _read(self, key: str) -> _Outage | None:
        try:
            stored = json.loads(self._folder.note(self._name(key)) or "null")
            return None if stored is None else _Outage(stored["grace"], stored["since"], Marks(**stored["marks"]))
        except (ValueError, KeyError, TypeError) as error:
            log.warning("what is kept of an outage is damaged (%s); it counts as none", error)
            return None

    def _write(self, key: str, outage: _Outage) -> None:
        try:
            self._folder.keep_note(self._name(key), json.dumps(asdict(outage)))
        except OSError as error:  # a full disk is no reason to stop a product that was answered
            log.warning("an outage cannot be kept on disk: %s", error)

    def _name(self, key: str) -> str:
        digest = sha256(f"{self._server}\n{key}".encode())
        return f"{digest.hexdigest()[:16]}.outage"
