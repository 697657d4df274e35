"""The engines, and a served and furnished authority on each."""

from collections.abc import Iterator

import pytest

from flexauth.rpc.grpcio_engine import GrpcioEngine
from flexauth.rpc.native_engine import NativeEngine
from tests.rpc.serving import Service, furnish, start
from tests.rpc.sides import Sides

ENGINES = {"grpcio": GrpcioEngine, "native": NativeEngine}


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def service(engine: str) -> Iterator[Service]:
    served = start(engine)
    assert isinstance(served.server._engine, ENGINES[engine])
    furnish(served)
    yield served
    served.channel.close()
    served.server.stop(5)


@pytest.fixture
def other(engine: str) -> Iterator[list[Service]]:
    """A place for services that a test starts; they are stopped after it."""
    started: list[Service] = []
    yield started
    for served in started:
        served.channel.close()
        served.server.stop(0)


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sides]:
    """A server with two teams, for all tests of a module."""
    served = Sides(tmp_path_factory.mktemp("tls"))
    yield served
    served.close()
