"""Erases a person (L1): every name of theirs goes, ids that say nothing stay, and so every chain stays valid.

The ledger and the use log hold no name and are not touched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from flexauth import commands, requests
from flexauth.acts import Acts, Learn
from flexauth.answers_of.persons import Erasure
from flexauth.commands import IdKind
from flexauth.members.roll import Roll
from flexauth.names import halves, name_digest
from flexauth.work import Turn, Work

__all__ = ["Erasures", "without"]


def _told(turn: Turn, request: requests.EraseUser, answer: Erasure) -> dict[str, Any]:
    """The act's row in the audit log does not bring back the name."""
    itself = turn.by.subject == request.user
    return {"details": {"user": answer.pseudonym}} | ({"actor": answer.pseudonym} if itself else {})


def _sought(name: str) -> dict[str, str]:
    """A name as it stands in JSON."""
    text = json.dumps(name, ensure_ascii=False)[1:-1]
    return {"text": text, "lowered": text.lower()}


def without(value: Any, names: Collection[str], instead: str) -> Any:
    """A JSON value in which another word stands for every name, in whatever case, where it is a word of its own.

    A text that ends as `Full Name <name>` is replaced whole. `ann` is no word of `ann-lee` nor of `ann@example.com`.
    """
    words = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    person = re.compile(rf".*<({words})>", re.IGNORECASE | re.DOTALL)
    word = re.compile(rf"(?<![\w.@+|/-])({words})(?![\w@+|/-]|\.\w)", re.IGNORECASE)

    def replaced(part: Any) -> Any:
        if isinstance(part, str):
            return instead if person.fullmatch(part) else word.sub(instead, part)
        if isinstance(part, list):
            return [replaced(item) for item in part]
        if isinstance(part, dict):
            return {key: replaced(item) for key, item in part.items()}
        return part

    return replaced(value)


class Erasures:
    """`works` has the act, by its type of request."""

    def __init__(self, roll: Roll, acts: Acts, keys_changed: Callable[[], None]) -> None:
        self._directory, self._store, self._keys_changed = roll.directory, roll.store, keys_changed
        self.works: dict[type, Callable[[Any], Work[Any]]] = {
            requests.EraseUser: acts.act(Erasure, self._erase, told=_told),
        }

    def _erase(self, turn: Turn, request: requests.EraseUser) -> tuple[Erasure, Learn]:
        user = self._directory.user_id(request.user)
        person = self._store.select("person_to_erase", {"user": user})[0]
        pseudonym = f"erased-{user}"
        devices = self._store.select("devices_of_person", {"user": user})
        names = frozenset({person["subject"], person["email"], *(row["text"] for row in devices)} - {""})
        acts = list(self._acts(names, names | {person["display_name"]}, pseudonym))
        answers = self._answers(names)
        teams = [row["team"] for row in self._store.select("memberships_of", {"user": user})]
        sessions = self._store.select("open_sessions_of", {"user": user})
        erasure = Erasure(
            pseudonym, len(teams), len(sessions), len(devices), len(acts), len(answers),
            self._store.select("notices_about", {"user": user})[0]["notices"],
        )  # fmt: skip
        for team in teams:
            turn.write("delete_member", team=team, user=user)
        for row in acts:
            turn.write("erase_act", **row)
        for kept in answers:
            turn.write("erase_answer", request=kept)
        for name in names:
            turn.write("erase_rosters", **_sought(name))
        self._write(turn, user, person, pseudonym, devices)
        self._end(turn, user, sessions)
        if teams:
            self._directory.rights_changed(turn, tuple(teams))
        return erasure, lambda: self._forget(user, request.user, [row["device"] for row in devices])

    # What is written --------------------------------------------------------------------------------------------------

    @staticmethod
    def _write(
        turn: Turn, user: int, person: Mapping[str, str], instead: str, devices: Iterable[Mapping[str, Any]]
    ) -> None:
        turn.write("leave_all_groups", user=user)
        turn.write("erase_notices", user=user)
        turn.write("erase_evidence", user=user)
        turn.write("erase_user", user=user, erased_at=turn.now)
        if person["subject"]:
            turn.write("erase_keys", subject=person["subject"], instead=instead, at=turn.now)
        turn.write("erase_roles", subject=person["subject"], email=person["email"])
        for row in devices:
            turn.write("erase_device_roles", device=row["text"])
            high, low = halves(name_digest(IdKind.DEVICE, row["text"]))
            turn.write("erase_device_text", device=row["device"])
            turn.write("erase_suspended_device", digest_hi=high, digest_lo=low)

    def _end(self, turn: Turn, user: int, sessions: Iterable[Mapping[str, Any]]) -> None:
        """Sessions that run end now, and no device is registered any more."""
        for row in sessions:
            session = (row["session_hi"] % 2**64) << 64 | row["session_lo"] % 2**64
            turn.engine.decide(turn.now, commands.EndSession(session))
        for row in self._store.select("registrations_of", {"user": user}):
            turn.engine.decide(turn.now, commands.ReleaseDevice(user, row["product"], row["device"]))

    def _forget(self, user: int, name: str, devices: Iterable[int]) -> None:
        self._directory.names.remove(name_digest(IdKind.USER, name))
        self._directory.users.forget(user)
        for device in devices:
            self._directory.devices.forget(device)
        self._directory.forget_user(user)
        self._directory.forget_all()
        self._keys_changed()

    # Texts that tell of acts ------------------------------------------------------------------------------------------

    def _acts(self, names: frozenset[str], every: frozenset[str], instead: str) -> Iterator[dict[str, Any]]:
        """Rows of the audit log that name the person, without any name; others may have the same full name."""
        found: dict[int, dict[str, Any]] = {}
        for name in names:
            for row in self._store.select("acts_naming", _sought(name)):
                found[row["seq"]] = row
        for seq, row in sorted(found.items()):
            actor = without(row["actor"], names, instead)
            details = without(json.loads(row["details"]), names, instead)
            if actor != row["actor"] or details != json.loads(row["details"]):
                details = without(details, every - {""}, instead)
                yield {"seq": seq, "actor": actor, "details": json.dumps(details, ensure_ascii=False)}

    def _answers(self, names: frozenset[str]) -> list[str]:
        """Requests whose kept answers name the person: their repeats are refused from now on."""
        found = set()
        for name in names:
            for row in self._store.select("answers_naming", _sought(name)):
                kept = json.loads(row["result"])
                if without(kept, names, "") != kept:
                    found.add(row["request"])
        return sorted(found)
