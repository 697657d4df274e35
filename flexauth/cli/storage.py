"""Commands on the database of an authority: a copy of it while it is serving, and a new one from a copy."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from flexauth import config
from flexauth.cli.config import ConfigFile
from flexauth.cli.connection import Refused
from flexauth.cli.exits import ExitStatus
from flexauth.cli.options import AsJson
from flexauth.cli.render import facts, show_json
from flexauth.serving import DATABASE
from flexauth.store.backup import checksum_path, copy_to_file
from flexauth.store.backup import restore as restore_file
from flexauth.store.sqlite import open_reader

__all__ = ["backup", "restore"]

DataFolder = Annotated[Path | None, typer.Option("--data", help="Data folder of the authority.", metavar="DIR")]


def backup(
    file: Annotated[Path, typer.Argument(help="A new file for the copy; its checksum goes beside it.", metavar="FILE")],
    data: DataFolder = None,
    configuration: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Copy the database as of this moment, while it is being served; a backup never overwrites a file.

    Keys are not in it: copy api-keys.json and lease-keys.json apart, to a place as safe as a password's.
    """
    settings, _ = config.load(configuration, {"data": data})
    database = settings.data / DATABASE
    if not database.exists():
        raise Refused(f"there is no database {database}; name its folder with --data", ExitStatus.WRONG_INPUT)
    reader = open_reader(database)
    try:
        copy_to_file(reader, file)
    finally:
        reader.close()
    _show({"backup": str(file), "checksum": str(checksum_path(file)), "bytes": file.stat().st_size}, as_json=as_json)


def restore(
    file: Annotated[Path, typer.Argument(help="A backup, with its checksum beside it.", metavar="FILE")],
    data: DataFolder = None,
    configuration: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Make the database of a data folder from a backup: every byte, entry and hash is verified first.

    The folder must have no database yet. The restored one has a higher epoch: an authority that still runs on the
    lost one can no longer write to the same teams.
    """
    settings, _ = config.load(configuration, {"data": data})
    database = settings.data / DATABASE
    if not file.exists():
        raise Refused(f"there is no backup {file}", ExitStatus.WRONG_INPUT)
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    restore_file(file, database, now=time.time_ns() // 1_000)
    _show({"restored": str(database), "from": str(file), "bytes": database.stat().st_size}, as_json=as_json)


def _show(done: dict[str, str | int], *, as_json: bool) -> None:
    if as_json:
        show_json(done)
    else:
        facts(list(done.items()))
