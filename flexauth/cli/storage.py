"""Commands on the database of an authority: a copy of it while it is serving, and a new one from a copy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flexauth import config
from flexauth.cli.config import ConfigFile
from flexauth.cli.options import AsJson
from flexauth.cli.render import facts, show_json

__all__ = ["backup", "restore"]

DataFolder = Annotated[Path | None, typer.Option("--data", help="Data folder of the authority.", metavar="DIR")]


def backup(
    file: Annotated[Path, typer.Argument(help="A new file for the copy; its checksum goes beside it.", metavar="FILE")],
    data: DataFolder = None,
    configuration: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Copy the database as of this moment, while it is being served; a backup never overwrites a file.

    Of API keys it has the digests alone. The keys that sign leases are not in it: copy lease-keys.json apart, to a
    place as safe as a password's.
    """
    settings, _ = config.load(configuration, {"data": data})
    from flexauth import serving  # noqa: PLC0415  # brings the whole authority, which other commands do without

    checksum = serving.back_up(settings, file)
    _show({"backup": str(file), "checksum": str(checksum), "bytes": file.stat().st_size}, as_json=as_json)


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
    from flexauth import serving  # noqa: PLC0415

    database = serving.restore(settings, file)
    _show({"restored": str(database), "from": str(file), "bytes": database.stat().st_size}, as_json=as_json)


def _show(done: dict[str, str | int], *, as_json: bool) -> None:
    if as_json:
        show_json(done)
    else:
        facts(list(done.items()))
