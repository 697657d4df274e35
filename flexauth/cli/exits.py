"""The exit statuses of every command, in one place. Knows no command."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

__all__ = ["MEANINGS", "ExitStatus", "status_of"]


class ExitStatus(IntEnum):
    """What a command's exit status says; scripts may rely on these numbers."""

    OK = 0
    NO = 1
    WRONG_INPUT = 2
    UNAVAILABLE = 3
    NOT_PERMITTED = 4
    FAILED = 5
    INTERRUPTED = 130


MEANINGS: Final[Mapping[ExitStatus, str]] = {
    ExitStatus.OK: "done; the answer was yes",
    ExitStatus.NO: "the answer was no: a denied sign-in, a failed expectation of a scenario, books that do not balance",
    ExitStatus.WRONG_INPUT: "wrong input: an option, a value, a file, or a name that the authority does not know",
    ExitStatus.UNAVAILABLE: "the authority cannot be reached or cannot serve now; try again later",
    ExitStatus.NOT_PERMITTED: "no key, a wrong key, or a key that may not do this",
    ExitStatus.FAILED: "the authority or this program failed; nothing that the caller did wrong",
    ExitStatus.INTERRUPTED: "stopped from the keyboard",
}

_STATUSES: Final[Mapping[str, ExitStatus]] = {
    "INVALID_ARGUMENT": ExitStatus.WRONG_INPUT,
    "NOT_FOUND": ExitStatus.WRONG_INPUT,
    "ALREADY_EXISTS": ExitStatus.WRONG_INPUT,
    "FAILED_PRECONDITION": ExitStatus.WRONG_INPUT,
    "OUT_OF_RANGE": ExitStatus.WRONG_INPUT,
    "UNAUTHENTICATED": ExitStatus.NOT_PERMITTED,
    "PERMISSION_DENIED": ExitStatus.NOT_PERMITTED,
}


def status_of(code: str) -> ExitStatus:
    """Exit status for a call that was refused with the gRPC status of this name."""
    return _STATUSES.get(code, ExitStatus.FAILED)
