"""Brings a database to the newest schema, or refuses it. Migrations only add (DESIGN 1.10)."""

from __future__ import annotations

import apsw

from flexauth.faults import NewerSchema, UnsafeStore
from flexauth.store.statements import migrations, statement

__all__ = ["APPLICATION_ID", "migrate", "require_known", "set_up"]

APPLICATION_ID = 0x666C7861


def set_up(connection: apsw.Connection, *names: str) -> None:
    """Run named groups of pragmas, each to its end: apsw stops a script at the first row that it gives."""
    for name in names:
        connection.execute(statement(name)).fetchall()


def require_known(connection: apsw.Connection, path: str) -> int:
    """Schema number of a database, 0 for an empty one; UnsafeStore or NewerSchema for one that is not ours to open."""
    known = len(migrations())
    owner = _number(connection, "application_id")
    if owner == 0 and _number(connection, "objects") == 0:
        return 0
    if owner != APPLICATION_ID:
        raise UnsafeStore(path=path, why="it is a database, but not of flexauth; name another file")
    found = _number(connection, "schema")
    if found > known:
        raise NewerSchema(path=path, found=found, known=known)
    return found


def migrate(connection: apsw.Connection, path: str) -> None:
    """Run the migrations that are missing, all in one transaction."""
    found = require_known(connection, path)
    missing = migrations()[found:]
    if not missing:
        return
    with connection:
        if found == 0:
            connection.execute(statement("mark_file"))
        for script in missing:
            connection.execute(script)
        connection.execute(statement("set_schema"), {"schema": found + len(missing)})


def _number(connection: apsw.Connection, name: str) -> int:
    row = connection.execute(statement(name)).fetchone()
    assert row is not None
    return int(row[0])
