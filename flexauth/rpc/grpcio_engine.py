"""The default engine: grpcio's server on a pool of threads, with every limit that it has."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import grpc

from flexauth import limits

__all__ = ["grpcio_engine"]

#: Connections are replaced now and then, so that a fleet spreads over new nodes.
CONNECTION_AGE_SECONDS: Final = 3_600
CONNECTION_AGE_GRACE_SECONDS: Final = 60
#: What has not finished its HTTP/2 preface by then is no client.
HANDSHAKE_SECONDS: Final = 10
KEEPALIVE_SECONDS: Final = 60
KEEPALIVE_TIMEOUT_SECONDS: Final = 20
#: A client may ping so often without data; two strikes and it is out.
PING_INTERVAL_SECONDS: Final = 30

OPTIONS: Final = (
    ("grpc.so_reuseport", 0),  # a second server on the port is an error, not a quiet partner
    ("grpc.max_receive_message_length", limits.MESSAGE_BYTES),
    ("grpc.max_metadata_size", limits.METADATA_BYTES),
    ("grpc.absolute_max_metadata_size", limits.METADATA_BYTES),
    ("grpc.max_concurrent_streams", limits.STREAMS_PER_CONNECTION),
    ("grpc.max_allowed_incoming_connections", limits.CONNECTIONS),
    ("grpc.max_connection_idle_ms", limits.CONNECTION_IDLE_SECONDS * 1000),
    ("grpc.max_connection_age_ms", CONNECTION_AGE_SECONDS * 1000),
    ("grpc.max_connection_age_grace_ms", CONNECTION_AGE_GRACE_SECONDS * 1000),
    ("grpc.server_handshake_timeout_ms", HANDSHAKE_SECONDS * 1000),
    ("grpc.keepalive_time_ms", KEEPALIVE_SECONDS * 1000),
    ("grpc.keepalive_timeout_ms", KEEPALIVE_TIMEOUT_SECONDS * 1000),
    ("grpc.http2.min_ping_interval_without_data_ms", PING_INTERVAL_SECONDS * 1000),
    ("grpc.http2.max_ping_strikes", 2),
)


def grpcio_engine(pool: ThreadPoolExecutor) -> grpc.Server:
    """Return a server that is not yet bound."""
    return grpc.server(pool, options=OPTIONS, maximum_concurrent_rpcs=limits.QUEUE_COMMANDS)
