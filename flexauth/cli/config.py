"""Commands about the settings of a server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flexauth.cli.options import AsJson
from flexauth.cli.render import Column, facts, show_json, table
from flexauth.config import Settings, load

__all__ = ["ConfigFile", "app"]

app = typer.Typer(help="Settings of a server: what is in force, and where it comes from.")

ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config", help="TOML file. Default: FLEXAUTH_CONFIG, then /etc/flexauth/flexauth.toml.", metavar="FILE"
    ),
]
COLUMNS = (Column("setting", "setting"), Column("value", "value"), Column("from", "from"), Column("meaning", "meaning"))


@app.callback(invoke_without_command=True)
def show(context: typer.Context, config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Show each setting of `flexauth serve`, its value, and whether a variable, a file or the default set it.

    A setting is a line of the file (listen = "127.0.0.1:3539") or a variable (FLEXAUTH_LISTEN); the variable wins.
    """
    if context.invoked_subcommand:
        return
    settings, origins = load(config)
    values = settings.model_dump(mode="json")
    rows = [
        {"setting": name, "value": value, "from": origins[name], "meaning": Settings.model_fields[name].description}
        for name, value in values.items()
    ]
    if as_json:
        show_json({row["setting"]: {"value": row["value"], "from": row["from"]} for row in rows})
    else:
        table(COLUMNS, rows, empty="")


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="The TOML file to check.", metavar="FILE")], as_json: AsJson = False
) -> None:
    """Check a configuration file: an error names file, line and setting."""
    settings, origins = load(file)
    found = [name for name, origin in origins.items() if origin == f"file {file}"]
    if as_json:
        values = settings.model_dump(mode="json")
        show_json({"file": str(file), "settings": {name: values[name] for name in found}})
    else:
        facts([(str(file), f"in order, {len(found)} settings: {', '.join(found) or 'none'}")])
