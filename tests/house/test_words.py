"""Holds every tracked file to speak of the project alone: no path or host of the place where it was written."""

import re
from pathlib import Path

import pytest

from tests.house.sources import read, tracked

FOREIGN = (
    ("a path of one machine", re.compile(r"(?<![\w.])/(?:work|root|home/\w+|opt/\w+|Users/\w+)/")),
    ("a registry host", re.compile(r"\bpypi\.(?:org|python)|\bpythonhosted\.|\bnpmjs\.")),
    ("an issue's number", re.compile(r"\bissues?\s*#?\d|(?<!\w)#\d+\b", re.IGNORECASE)),
    (
        "a tool of the writer",
        re.compile(r"\b(?:chatgpt|copilot|anthropic|openai|claude|llm|sub-?agent)s?\b", re.IGNORECASE),
    ),
    ("unfinished work", re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")),
)

# These are texts of others, or hold the patterns themselves.
EXEMPT = {Path("tests/house/test_words.py"), Path("LICENSE"), Path("client/LICENSE")}
BINARY = {".png", ".ico", ".woff2", ".gz", ".sqlite", ".db"}


def foreign_words(path: Path, text: str) -> list[str]:
    return [
        f"{path}:{number}: {match[0]!r} is {what}"
        for number, line in enumerate(text.splitlines(), 1)
        for what, pattern in FOREIGN
        if (match := pattern.search(line))
    ]


def test_the_files_speak_of_the_project_alone() -> None:
    paths = [path for path in tracked() if path.suffix not in BINARY and path not in EXEMPT]
    assert paths
    assert [offence for path in paths for offence in foreign_words(path, read(path))] == []


@pytest.mark.parametrize(
    "text",
    [
        "see /work/main/flexauth",
        'open("/home/ann/x")',
        "--index-url https://pypi.org/simple",
        "fixes issue 2",
        "as #12 asks",
        "# TODO: later",
    ],
)
def test_a_foreign_word_is_seen(text: str) -> None:
    assert len(foreign_words(Path("a.md"), text)) == 1


@pytest.mark.parametrize(
    "text", ["framework/x", "the issuer 2 signs", "color: #a1b2c3", "a#1", "/opt", "issued 7 tokens"]
)
def test_our_own_words_are_left_alone(text: str) -> None:
    assert foreign_words(Path("a.md"), text) == []
