"""How a client finds its server, key, user and device, and what a server's name means."""

from pathlib import Path

import pytest

from flexauth_client.errors import ConfigurationError
from flexauth_client.settings import Target, find, machine_file, target

FILE = """
server = "file.example:50051"
key = "file-key"
user = "file-user"
device = "file-device"
whom_to_ask = "the desk"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "client.toml"
    made.write_text(FILE)
    return made


def test_an_option_goes_before_the_environment_and_that_before_the_file(path: Path) -> None:
    environ = {"FLEXAUTH_SERVER": "env.example:1", "FLEXAUTH_USER": "env-user"}
    given = {"server": "given.example:1", "user": None}
    found = find(given, environ=environ, path=path)
    assert (found.server, found.user, found.device) == ("given.example:1", "env-user", "file-device")
    assert find({}, environ=environ, path=path).server == "env.example:1"
    assert find({}, environ={}, path=path).server == "file.example:50051"


def test_the_files_key_goes_to_the_files_server_alone(path: Path) -> None:
    assert find({}, environ={}, path=path).key == "file-key"
    assert find({"server": "other.example:1"}, environ={}, path=path).key == ""
    assert find({"server": "other.example:1"}, environ={"FLEXAUTH_KEY": "env-key"}, path=path).key == "env-key"
    assert find({"key": "given"}, environ={"FLEXAUTH_KEY": "env-key"}, path=path).key == "given"


def test_without_a_server_the_error_names_the_three_places(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"server=.*FLEXAUTH_SERVER.*none\.toml"):
        find({}, environ={}, path=tmp_path / "none.toml")


def test_user_and_device_are_the_machines_own_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "ann")
    found = find({"server": "a:1"}, environ={}, path=tmp_path / "none.toml")
    assert found.user == "ann"
    assert found.device


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("user = 'ann'\nserver = x y", r"client\.toml cannot be read: .*line 2"),
        ("sever = 'a:1'", r"'sever', which is no setting; there are server, key"),
        ("server = 50051", r"server to 50051; it must be text"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name(path: Path, text: str, message: str) -> None:
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=message):
        find({}, environ={}, path=path)


@pytest.mark.parametrize(
    ("system", "place"),
    [
        ("linux", "/etc/flexauth/client.toml"),
        ("darwin", "/Library/Application Support/flexauth/client.toml"),
        ("win32", "D:/Data/flexauth/client.toml"),
    ],
)
def test_the_machines_file_is_where_the_system_keeps_such(system: str, place: str) -> None:
    assert machine_file({"PROGRAMDATA": "D:/Data"}, system) == Path(place)


@pytest.mark.parametrize(
    ("name", "address", "secure"),
    [
        ("127.0.0.1:50051", "127.0.0.1:50051", False),
        ("localhost:50051", "localhost:50051", False),
        ("[::1]:50051", "[::1]:50051", False),
        ("unix:/run/flexauth.sock", "unix:/run/flexauth.sock", False),
        ("licences.example:443", "licences.example:443", True),
        ("10.0.0.1:443", "10.0.0.1:443", True),
        ("http://10.0.0.1:80", "10.0.0.1:80", False),
        ("https://localhost:443/", "localhost:443", True),
    ],
)
def test_a_key_travels_in_the_open_only_where_it_was_said(name: str, address: str, secure: bool) -> None:
    assert target(name) == Target(address, secure)


@pytest.mark.parametrize("name", ["licences.example", ":50051", "a:b", "ftp://a:1", "https://a"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="name it as HOST:PORT"):
        target(name)
