"""Holds the sources to the house style: small functions and files, docstrings, listed names, SQL in .sql files."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.house.sources import read, tracked

FUNCTION_LINES = 70
FILE_LINES = 450
DOCSTRING_LINES = 5

BANNED_STEM = re.compile(r"^_?(utils?|utilities|helpers?|common|misc|managers?|mixins?)$")
BANNED_CLASS = re.compile(r"(Utils?|Helper|Manager|Mixin)$")
CYTHON_DEF = re.compile(
    r"^(\s*)(?:cpdef|cdef|def)\b(?!\s+(?:class|struct|enum|union|extern|packed))[^=]*\([^=]*", re.ASCII
)
SQL = re.compile(
    r"^\s*(SELECT\s.+|INSERT\s+(OR\s+\w+\s+)?INTO\s.+|REPLACE\s+INTO\s.+|UPDATE\s.+\sSET\s.+|DELETE\s+FROM\s.+"
    r"|CREATE\s+(TABLE|VIEW|INDEX|UNIQUE|TRIGGER)\s.+|DROP\s+\w+\s.+|ALTER\s+TABLE\s.+|WITH\s+\w+\s.*\bAS\b.+)",
    re.DOTALL,
)

Check = Callable[[Path, str], list[str]]


def python_functions(text: str) -> list[tuple[str, int]]:
    """Name and number of lines of every function of a Python source."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, kinds)]
    return [(node.name, (node.end_lineno or node.lineno) - node.lineno + 1) for node in nodes]


def cython_functions(text: str) -> list[tuple[str, int]]:
    """Name and number of lines of every function of a Cython source, told by its indentation."""
    lines, found = text.splitlines(), []
    for start, line in enumerate(lines):
        match = CYTHON_DEF.match(line)
        if not match:
            continue
        end = start + 1
        for number in range(start + 1, len(lines)):
            body = lines[number]
            deeper = len(body) - len(body.lstrip()) > len(match[1])
            if body.strip() and not deeper and not body.lstrip().startswith((")", "#")):
                break
            end = number + 1 if body.strip() else end
        found.append((line.strip().partition("(")[0], end - start))
    return found


def long_functions(path: Path, text: str) -> list[str]:
    functions = python_functions(text) if path.suffix == ".py" else cython_functions(text)
    return [f"{path}: {name} has {lines} lines" for name, lines in functions if lines > FUNCTION_LINES]


def long_file(path: Path, text: str) -> list[str]:
    lines = text.count("\n")
    return [f"{path} has {lines} lines"] if lines > FILE_LINES else []


def module_docstring(path: Path, text: str) -> list[str]:
    tree = ast.parse(text)
    if not tree.body:
        return []  # an empty __init__.py says nothing and needs no word
    docstring = ast.get_docstring(tree)
    if docstring is None:
        return [f"{path}: no docstring that tells what the module owns"]
    lines = len(docstring.splitlines())
    return [f"{path}: the docstring has {lines} lines"] if lines > DOCSTRING_LINES else []


def banned_names(path: Path, text: str) -> list[str]:
    found = [f"{path}: {part} says nothing" for part in (*path.parts[:-1], path.stem) if BANNED_STEM.match(part)]
    classes = [node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef)]
    return found + [f"{path}: class {name} says nothing" for name in classes if BANNED_CLASS.search(name)]


def sql_in_strings(path: Path, text: str) -> list[str]:
    tree = ast.parse(text)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        f"{path}:{node.lineno}: SQL belongs in a named statement of a .sql file"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
        and SQL.match(node.value)
    ]


def unlisted_names(path: Path, text: str) -> list[str]:
    """A module at the top and a package's __init__.py list what they offer; a part may, and then in full."""
    is_door = path.stem == "__init__" or path.parent == Path("flexauth")
    defined: set[str] = set()
    listed = None
    for node in ast.parse(text).body:
        match node:
            case ast.FunctionDef(decorator_list=[ast.Call(func=ast.Attribute(attr="command" | "callback"))]):
                pass  # a command of the terminal is reached by its app
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                defined.add(name)
            case ast.ImportFrom(names=names) if path.stem == "__init__":
                defined |= {alias.asname or alias.name for alias in names}
            case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                listed = set(ast.literal_eval(value))
    public = {name for name in defined if not name.startswith("_")}
    if listed is None:
        return [f"{path}: no __all__ lists {', '.join(sorted(public))}"] if public and is_door else []
    return [f"{path}: {name} is public by name and not in __all__" for name in sorted(public - listed)]


PYTHON = tracked(".py")
OURS = tuple(path for path in PYTHON if path.parts[0] in {"flexauth", "client"})
PUBLIC = tuple(path for path in OURS if path.stem == "__init__" or not path.stem.startswith("_"))
CYTHON = tracked(".pyx", ".pxi")
SIZED = (*PYTHON, *CYTHON, *tracked(".pxd", ".pyi", ".sql", ".proto", ".sh"))

RULES: tuple[tuple[Check, tuple[Path, ...]], ...] = (
    (long_functions, (*PYTHON, *CYTHON)),
    (long_file, SIZED),
    (module_docstring, PYTHON),
    (banned_names, PYTHON),
    (sql_in_strings, OURS),
    (unlisted_names, PUBLIC),
)


@pytest.mark.parametrize(("rule", "paths"), RULES, ids=[rule.__name__ for rule, _ in RULES])
def test_the_sources_keep_the_rule(rule: Check, paths: tuple[Path, ...]) -> None:
    assert paths
    assert [offence for path in paths for offence in rule(path, read(path))] == []


LONG_BODY = "    x = 1\n\n" * 36
BROKEN = (
    (long_functions, "a.py", f"def f():\n{LONG_BODY}"),
    (long_functions, "a.py", f"class A:\n  async def f(self):\n{LONG_BODY}"),
    (long_functions, "a.pyx", f"cdef int f(int a) noexcept nogil:\n{LONG_BODY}    return 1\n\ndef g():\n    pass\n"),
    (long_functions, "a.pxi", f"cdef class A:\n  cdef void f(\n    self,\n  ) noexcept:\n{LONG_BODY}"),
    (long_file, "a.sql", "--\n" * 451),
    (module_docstring, "a.py", "import os\n"),
    (module_docstring, "a.py", '"""1\n2\n3\n4\n5\n6"""\n'),
    (banned_names, "flexauth/utils.py", ""),
    (banned_names, "flexauth/helpers/a.py", ""),
    (banned_names, "a.py", "class StoreManager: ..."),
    (sql_in_strings, "a.py", "run('SELECT 1 FROM team')"),
    (sql_in_strings, "a.py", "x = f'UPDATE team SET name = {name}'"),
    (sql_in_strings, "a.py", "x = '''\n  INSERT OR IGNORE INTO team\n  VALUES (1)'''"),
    (unlisted_names, "flexauth/a.py", "def f(): ..."),
    (unlisted_names, "flexauth/rpc/__init__.py", "from flexauth.rpc.server import serve"),
    (unlisted_names, "a.py", "__all__ = ['f']\ndef f(): ...\nclass G: ..."),
)


@pytest.mark.parametrize(("rule", "path", "text"), BROKEN)
def test_a_break_of_the_rule_is_seen(rule: Check, path: str, text: str) -> None:
    assert len(rule(Path(path), text)) == 1


KEPT = (
    (long_functions, "a.py", f"def f():\n{LONG_BODY[11:]}"),
    (long_functions, "a.pyx", "cdef int f(int a):\n    return 1\n\n" * 40),
    (module_docstring, "a.py", ""),
    (sql_in_strings, "a.py", 'def f():\n    """SELECT what to do FROM this."""\n    raise E("Update the pack")'),
    (unlisted_names, "a.py", "__all__ = ['f']\ndef f(): ...\ndef _g(): ..."),
    (unlisted_names, "flexauth/rpc/server.py", "def serve(): ..."),
    (unlisted_names, "a.py", "__all__ = ['app']\n@app.command('list')\ndef list_teams(): ..."),
)


@pytest.mark.parametrize(("rule", "path", "text"), KEPT)
def test_what_keeps_the_rule_is_left_alone(rule: Check, path: str, text: str) -> None:
    assert rule(Path(path), text) == []
