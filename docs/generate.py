"""Generates docs/api.md from the comments of proto/, docs/cli.md from the commands' own help, docs/access.md."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer.main
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    ServiceDescriptorProto,
)
from google.rpc.code_pb2 import Code  # type: ignore[import-untyped]

from flexauth.access import permissions
from flexauth.access.permissions import Cell
from flexauth.cli.main import app
from flexauth.requests import Role
from flexauth.rpc.errors import DOMAIN, TABLE

__all__ = ["access", "api", "cli"]

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ".flexauth.v1."
TYPES = {number: name.removeprefix("TYPE_").lower() for name, number in FieldDescriptorProto.Type.items()}

# Field numbers of descriptor.proto: what a path of SourceCodeInfo is made of.
FILE_MESSAGE, FILE_ENUM, FILE_SERVICE = 4, 5, 6
MEMBER = 2  # of a message its fields, of an enum its values, of a service its methods

Comments = Mapping[tuple[int, ...], str]


def descriptors() -> list[FileDescriptorProto]:
    """Every file of proto/ with its comments."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "set"
        protos = sorted((ROOT / "proto").glob("flexauth/**/*.proto"))
        options = [f"--proto_path={ROOT / 'proto'}", "--include_source_info", f"--descriptor_set_out={out}"]
        subprocess.run([sys.executable, "-m", "grpc_tools.protoc", *options, *map(str, protos)], check=True)
        return list(FileDescriptorSet.FromString(out.read_bytes()).file)


def comments_of(file: FileDescriptorProto) -> Comments:
    """Comments by path: the lines above a thing, or behind it."""
    found = {}
    for location in file.source_code_info.location:
        text = location.leading_comments or location.trailing_comments
        lines = (line.strip() for line in text.strip().splitlines())
        found[tuple(location.path)] = "\n".join(lines)
    return found


def cell(text: str) -> str:
    """Text for one cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def type_of(field: FieldDescriptorProto) -> str:
    """Type of a field as a reader says it, with a link to a type of ours."""
    if field.type_name.startswith(PACKAGE):
        name = field.type_name.removeprefix(PACKAGE)
        text = f"[{name}](#{name.lower().replace('.', '')})"
    else:
        text = field.type_name.removeprefix(".") or TYPES[field.type]
    return f"repeated {text}" if field.label == FieldDescriptorProto.LABEL_REPEATED else text


def service(item: ServiceDescriptorProto, comments: Comments, path: tuple[int, ...]) -> Iterator[str]:
    """Lines about a service and its methods."""
    yield from (
        f"## {item.name}",
        "",
        comments.get(path, ""),
        "",
        "| method | request | answer | |",
        "|---|---|---|---|",
    )
    for number, method in enumerate(item.method):
        names = [name.removeprefix(PACKAGE) for name in (method.input_type, method.output_type)]
        request, answer = (f"[{name}](#{name.lower()})" for name in names)
        yield f"| `{method.name}` | {request} | {answer} | {cell(comments.get((*path, MEMBER, number), ''))} |"
    yield ""


def message(item: DescriptorProto, comments: Comments, path: tuple[int, ...]) -> Iterator[str]:
    """Lines about a message and its fields."""
    yield from (f"### {item.name}", "")
    if about := comments.get(path):
        yield from (about, "")
    if not item.field:
        yield from ("No fields.", "")
        return
    yield from ("| field | type | |", "|---|---|---|")
    for number, field in enumerate(item.field):
        yield f"| `{field.name}` | {type_of(field)} | {cell(comments.get((*path, MEMBER, number), ''))} |"
    yield ""


def enum(item: EnumDescriptorProto, comments: Comments, path: tuple[int, ...]) -> Iterator[str]:
    """Lines about an enum and its values."""
    yield from (f"### {item.name}", "")
    if about := comments.get(path):
        yield from (about, "")
    yield from ("| value | number | |", "|---|---|---|")
    for number, value in enumerate(item.value):
        yield f"| `{value.name}` | {value.number} | {cell(comments.get((*path, MEMBER, number), ''))} |"
    yield ""


def statuses() -> Iterator[str]:
    """Lines about the statuses of calls that cannot be answered, from the one table of them."""
    yield from (
        "## Statuses",
        "",
        "A denial is an answer with status OK. A call that is wrong, or that cannot be served now, ends with a status",
        f"that carries a google.rpc `ErrorInfo` (domain `{DOMAIN}`, the reason below, the facts as metadata), a",
        "`RetryInfo` where the same call helps after a wait, and a `BadRequest` that names the field of an",
        "`INVALID_ARGUMENT`. `INTERNAL` is an error of the authority: it says an id that the log explains.",
        "",
        "| status | reason | retry after | message |",
        "|---|---|---|---|",
    )
    for fault, told in TABLE.items():
        retry = f"{told.retry_seconds} s" if told.retry_seconds else ""
        code = Code.Name(told.code)
        yield f"| `{code}` | `{told.reason.upper()}` | {retry} | {cell(fault.__doc__ or '')} |"
    yield ""


def api() -> str:
    """Return docs/api.md."""
    files = [(file, comments_of(file)) for file in descriptors()]
    lines = [
        "# The service `flexauth.v1`",
        "",
        "Made by `make docs` from the comments of proto/flexauth/v1. Times are int64 microseconds since the epoch,",
        "UTC; tokens are int64; 0 or an empty text stands for what is not there.",
        "",
    ]
    for file, comments in files:
        for number, item in enumerate(file.service):
            lines += service(item, comments, (FILE_SERVICE, number))
    lines += [*statuses(), "## Messages", ""]
    for file, comments in files:
        for number, body in enumerate(file.message_type):
            lines += message(body, comments, (FILE_MESSAGE, number))
    lines += ["## Enums", ""]
    for file, comments in files:
        for number, values in enumerate(file.enum_type):
            lines += enum(values, comments, (FILE_ENUM, number))
    return "\n".join(lines).rstrip() + "\n"


def parameters(command: Any) -> Iterator[str]:
    """Rows about the arguments and options of a command, its --help left out."""
    for parameter in command.params:
        names = ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
        if parameter.param_type_name == "argument":
            names = f"`{(parameter.metavar or parameter.name.upper())}`"
        notes = cell(getattr(parameter, "help", None) or "")
        if parameter.required:
            notes += " Required."
        if variable := getattr(parameter, "envvar", None):
            notes += f" Also from `{variable}`."
        if "--help" not in parameter.opts and not getattr(parameter, "hidden", False):
            yield f"| {names} | {notes.strip()} |"


def command_lines(name: str, command: Any) -> Iterator[str]:
    """Lines about a command and, depth first, the commands below it."""
    yield from (f"{'##' if name.count(' ') < 2 else '###'} {name}", "", (command.help or "").strip(), "")
    if rows := list(parameters(command)):
        yield from ("| | |", "|---|---|", *rows, "")
    for below, item in sorted(getattr(command, "commands", {}).items()):
        if not item.hidden:
            yield from command_lines(f"{name} {below}", item)


def cli() -> str:
    """Return docs/cli.md."""
    head = ["# The command `flexauth`", "", "Made by `make docs` from the commands' own help.", ""]
    return "\n".join([*head, *command_lines("flexauth", typer.main.get_command(app))]).rstrip() + "\n"


ROLES = {
    Role.VENDOR: "Sells and runs the service: everything, in every team.",
    Role.RESELLER: "Orders and balances of the teams that it serves.",
    Role.SUPPORT: "Looks into teams to help their people, and changes little.",
    Role.TEAM_ADMIN: "Runs a team: its people, what they may run, its caps, its keys.",
    Role.BUYER: "Looks after what a team has bought and spent.",
    Role.AUDITOR: "Reads what happened in a team, and changes nothing.",
    Role.USER: "A person who signed in: acts for its own subject alone.",
    Role.DEVICE: "A machine by its certificate: acts for users of its team who registered that device.",
    Role.SERVICE: "A program with the scope `act_as`: acts for any user of its team.",
}
CELLS = {Cell.NO: "", Cell.OWN: "own", Cell.TEAM: "team", Cell.ALL: "all"}


def access() -> str:
    """Return docs/access.md."""
    lines = [
        "# Who may call what",
        "",
        "Made by `make docs` from the one table of permissions. What has no cell here is refused with",
        "`PERMISSION_DENIED`; how callers prove who they are is in [identity](identity.md).",
        "",
        "- `own`: a user for itself alone; a device for users who registered it and the sessions on it.",
        "- `team`: in the teams of the credential, or in every team for a role that was given everywhere.",
        "- `all`: everything.",
        "- `anyone`: without a credential.",
        "",
        "What a call names outside its caller's reach is `NOT_FOUND`, in the words for what is not there.",
        "",
        "## Roles",
        "",
        "| role | | may give and take |",
        "|---|---|---|",
    ]
    for role, about in ROLES.items():
        given = ", ".join(f"`{given.name.lower()}`" for given in sorted(permissions.GRANTABLE.get(role, ())))
        lines.append(f"| `{role.name.lower()}` | {about} | {given} |")
    heads = " | ".join(role.name.lower() for role in Role)
    service = ""
    for name, permission in permissions.TABLE.items():
        of, _, method = name.partition("/")
        if of != service:
            service = of
            lines += ["", f"## {of}", "", f"| method | {heads} |", "|---" * (len(Role) + 1) + "|"]
        cells = ["anyone"] * len(Role) if permission.anyone else [CELLS[permission.cells[role]] for role in Role]
        lines.append(f"| `{method}` | " + " | ".join(cells) + " |")
    lines += ["", "`Inspect` is reflection, and the health of a single service; the health of the whole is for anyone."]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (ROOT / "docs" / "access.md").write_text(access(), encoding="utf-8")
    (ROOT / "docs" / "api.md").write_text(api(), encoding="utf-8")
    (ROOT / "docs" / "cli.md").write_text(cli(), encoding="utf-8")
