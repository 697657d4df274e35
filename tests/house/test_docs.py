"""Docs cannot rot: the generated ones are fresh, every command tells of itself, links and make targets exist."""

import os
import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from flexauth.cli.main import app
from tests.house.sources import ROOT, read, tracked

LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)")
MAKE = re.compile(r"(?:^|`)make ([a-z][a-z-]*)", re.MULTILINE)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)

PAGES = tracked(".md")


@pytest.fixture(scope="module")
def generator() -> dict[str, Any]:
    return runpy.run_path(os.fspath(ROOT / "docs" / "generate.py"))


@pytest.mark.parametrize("page", ["access", "api", "cli"])
def test_a_generated_page_is_fresh(generator: dict[str, Any], page: str) -> None:
    assert read(Path(f"docs/{page}.md")) == generator[page](), "run `make docs`"


def undocumented(name: str, command: Any) -> Iterator[str]:
    if not (command.help or "").strip():
        yield name
    for parameter in command.params:
        if not (getattr(parameter, "help", None) or "").strip():
            yield f"{name} {parameter.name}"
    for below, item in getattr(command, "commands", {}).items():
        yield from undocumented(f"{name} {below}", item)


def test_every_command_and_option_tells_of_itself() -> None:
    assert list(undocumented("flexauth", typer.main.get_command(app))) == []


def anchors(text: str) -> set[str]:
    """Return the anchors that a page's headings make."""
    titles = (re.sub(r"[^\w\s-]", "", title.lower()) for title in HEADING.findall(text))
    return {re.sub(r"\s", "-", title.strip()) for title in titles}


def dead_links(page: Path, text: str) -> list[str]:
    found = []
    for target, anchor in LINK.findall(text):
        path = (ROOT / page).parent / target if target else ROOT / page
        if not path.exists():
            found.append(f"{page}: {target} is not there")
        elif anchor and anchor not in anchors(text if not target else path.read_text(encoding="utf-8")):
            found.append(f"{page}: {target} has no heading {anchor}")
    return found


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert dead_links(page, read(page)) == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_make_target_named_in_docs_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):.*##", read(Path("Makefile")), re.MULTILINE))
    assert set(MAKE.findall(read(page))) - targets == set()


@pytest.mark.parametrize("text", ["[x](gone.md)", "[x](README.md#no-such-heading)", "# A\n[x](#b)"])
def test_a_dead_link_is_seen(text: str) -> None:
    assert len(dead_links(Path("page.md"), text)) == 1


def test_an_undocumented_command_is_seen() -> None:
    bare = typer.Typer()
    bare.command()(lambda: None)
    assert list(undocumented("bare", typer.main.get_command(bare)))
