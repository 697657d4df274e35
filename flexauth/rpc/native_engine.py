"""The fast engine: pygrpc-native, HTTP/2 and gRPC in Rust beside the GIL. It has no TLS and no limit of connections:

so it serves loopback or a Unix socket only, with a proxy in front of it that has both.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import grpc
import pygrpc_native

from flexauth import limits

__all__ = ["native_engine"]

OPTIONS: Final = (
    ("grpc.so_reuseport", 0),
    ("grpc.max_receive_message_length", limits.MESSAGE_BYTES),
    ("grpc.absolute_max_metadata_size", limits.METADATA_BYTES),
    ("grpc.max_concurrent_streams", limits.STREAMS_PER_CONNECTION),
)


def native_engine(pool: ThreadPoolExecutor) -> grpc.Server:
    """Return a server that is not yet bound."""
    return pygrpc_native.server(pool, options=OPTIONS)
