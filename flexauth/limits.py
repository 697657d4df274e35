"""A named limit on everything that a caller can make large. Counts, characters, bytes or seconds, as the name says."""

from __future__ import annotations

from typing import Final

__all__ = [
    "ADDED_HEADER_BYTES",
    "BATCH_COMMANDS",
    "CERTIFICATES_CACHED",
    "CERTIFICATE_BYTES",
    "CLAIM_SECONDS",
    "CONNECTIONS",
    "CONNECTION_IDLE_SECONDS",
    "CREDENTIALS_CACHED",
    "DEADLINE_SECONDS_DEFAULT",
    "DEADLINE_SECONDS_MAX",
    "DEVICE_CHARACTERS",
    "DISPLAY_NAME_CHARACTERS",
    "EMAIL_CHARACTERS",
    "FLOORS_PER_PRODUCT",
    "HANDSHAKE_SECONDS",
    "IDENTITY_CHARACTERS",
    "JWKS_BYTES",
    "JWKS_KEEP_SECONDS",
    "JWKS_KEYS",
    "JWKS_REFRESH_SECONDS",
    "JWKS_RETRY_SECONDS",
    "JWKS_TIMEOUT_SECONDS",
    "MESSAGE_BYTES",
    "METADATA_BYTES",
    "NAME_CHARACTERS",
    "NOTE_CHARACTERS",
    "PACKS_PER_ORDER",
    "PACKS_PER_TEAM",
    "PACK_TOKENS",
    "PAGE_DEFAULT",
    "PAGE_MAX",
    "POLICY_CHARACTERS",
    "PRODUCTS_PER_ASSIGNMENT",
    "QUEUE_COMMANDS",
    "RATE_TOKENS",
    "READER_CONNECTIONS",
    "RESULT_UNITS",
    "RIGHTS_CACHED_USERS",
    "ROSTER_CELL_CHARACTERS",
    "ROSTER_FAULTS_TOLD",
    "ROSTER_ROWS",
    "SCOPES_PER_CREDENTIAL",
    "SEATS_PER_POOL",
    "STREAMS_PER_CONNECTION",
    "SUBJECT_CHARACTERS",
    "TEAMS_PER_USER",
    "TIMERS_PER_BATCH",
    "TIME_MAX",
    "TOKEN_LEEWAY_SECONDS",
    "URI_CHARACTERS",
    "USERS_PER_CALL",
    "VALUES_PER_PROVIDER",
    "VERSION_CHARACTERS",
    "WINDOWS_PER_ORDER",
    "WORKER_THREADS",
]

NAME_CHARACTERS: Final = 64
SUBJECT_CHARACTERS: Final = 255
DISPLAY_NAME_CHARACTERS: Final = 200
EMAIL_CHARACTERS: Final = 254
DEVICE_CHARACTERS: Final = 128
VERSION_CHARACTERS: Final = 64
NOTE_CHARACTERS: Final = 500
POLICY_CHARACTERS: Final = 8_192
TEAMS_PER_USER: Final = 32
#: Users that one call may name.
USERS_PER_CALL: Final = 1_000
#: Of an import of members, in however many parts it comes.
ROSTER_ROWS: Final = 50_000
ROSTER_CELL_CHARACTERS: Final = 8_192
ROSTER_FAULTS_TOLD: Final = 1_000
PRODUCTS_PER_ASSIGNMENT: Final = 1_000
FLOORS_PER_PRODUCT: Final = 32
PACKS_PER_ORDER: Final = 100
SEATS_PER_POOL: Final = 1_000_000
WINDOWS_PER_ORDER: Final = 500
PACKS_PER_TEAM: Final = 100_000
PACK_TOKENS: Final = 10**12
RATE_TOKENS: Final = 10**9
#: Of one report (C13).
RESULT_UNITS: Final = 10**9
#: The last instant that a caller may name: the end of the year 9998.
TIME_MAX: Final = 253_370_764_800_000_000
PAGE_DEFAULT: Final = 100
PAGE_MAX: Final = 1_000
MESSAGE_BYTES: Final = 64 * 1024
METADATA_BYTES: Final = 16 * 1024
#: What our proxy adds to a call: address and certificate of the client.
ADDED_HEADER_BYTES: Final = 8 * 1024
#: Of a file of certificates: an order to HAProxy must fit into one of its buffers.
CERTIFICATE_BYTES: Final = 16 * 1024
CERTIFICATES_CACHED: Final = 4_096
DEADLINE_SECONDS_DEFAULT: Final = 10
DEADLINE_SECONDS_MAX: Final = 60
STREAMS_PER_CONNECTION: Final = 1_000
CONNECTIONS: Final = 10_000
CONNECTION_IDLE_SECONDS: Final = 300
#: What has not finished TLS and its HTTP/2 preface by then is no client.
HANDSHAKE_SECONDS: Final = 10
#: Of the engine grpcio: a call holds one until it is stored, so a commit has at most so many calls.
WORKER_THREADS: Final = 128
QUEUE_COMMANDS: Final = 20_000
BATCH_COMMANDS: Final = 4_096
TIMERS_PER_BATCH: Final = 4_096
READER_CONNECTIONS: Final = 4
RIGHTS_CACHED_USERS: Final = 100_000
#: Verified credentials that are not verified again; the one verified longest ago goes first.
CREDENTIALS_CACHED: Final = 20_000
SCOPES_PER_CREDENTIAL: Final = 64
IDENTITY_CHARACTERS: Final = 300
URI_CHARACTERS: Final = 2_048
VALUES_PER_PROVIDER: Final = 64
#: The one-time code for the first admin key lives so long.
CLAIM_SECONDS: Final = 3_600
#: Clocks of an identity provider and of the authority may differ by so much.
TOKEN_LEEWAY_SECONDS: Final = 60
JWKS_BYTES: Final = 256 * 1024
JWKS_KEYS: Final = 64
#: Keys of a provider are read again after so long, and not again within `JWKS_RETRY_SECONDS`, whatever tokens come.
JWKS_REFRESH_SECONDS: Final = 3_600
JWKS_RETRY_SECONDS: Final = 30
#: A provider that does not answer: its last keys go on for so long.
JWKS_KEEP_SECONDS: Final = 86_400
JWKS_TIMEOUT_SECONDS: Final = 3
