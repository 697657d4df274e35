"""How sheets are read from files, imported and shown: rates and prices alike."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from flexauth.cli.connection import Refused
from flexauth.cli.exits import ExitStatus
from flexauth.cli.render import Column, console, plain, show_json, table, warn

__all__ = ["Into", "Partial", "SheetFile", "read_sheet", "show_import", "write_sheet"]

SheetFile = Annotated[Path, typer.Argument(help="A CSV file.", metavar="FILE")]
Into = Annotated[Path | None, typer.Argument(help="The file to write. Default: standard output.", metavar="FILE")]
Partial = Annotated[bool, typer.Option("--partial", help="Import the good rows of a sheet that has bad ones.")]

_STEPS = (
    Column("what", "subject"),
    Column("was", "before"),
    Column("becomes", "after"),
    Column("from", "valid_from"),
)


def read_sheet(file: Path) -> str:
    """The text of a CSV file; errors name it."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}", ExitStatus.WRONG_INPUT) from None
    except UnicodeDecodeError as error:
        raise Refused(f"{file} is not UTF-8 (byte {error.start}); save it as UTF-8", ExitStatus.WRONG_INPUT) from None


def write_sheet(into: Path | None, csv: str) -> None:
    """Write exported CSV to a file, or to standard output."""
    if into is None:
        typer.echo(csv, nl=False)
    else:
        into.write_text(csv, encoding="utf-8")


def show_import(file: Path, outcome: Any, *, done: bool, as_json: bool) -> None:
    """What an import does or did, and the rows that it could not take; those end the command with wrong input."""
    told = plain(outcome)
    if as_json:
        show_json({"steps": told["steps"], "bad": told["bad"], "done": done})
    else:
        if told["steps"] or not told["bad"]:
            empty = f"{file}: nothing to do, {told['rows']} rows are as in the file."
            table(_STEPS, told["steps"], empty=empty)
        if not done:
            console().print("Nothing was changed.")
        for bad in told["bad"]:
            warn(f"{file}, line {bad['line']}, {bad['column']} is {bad['value']!r}: {bad['remedy']}")
    if told["bad"]:
        raise typer.Exit(ExitStatus.WRONG_INPUT)
