-- How SQLite is set up. One writer connection, a few read-only ones.

-- name: pragmas_first
-- Of every connection.
PRAGMA busy_timeout = 5000;
PRAGMA foreign_keys = ON;
PRAGMA trusted_schema = OFF;
PRAGMA cell_size_check = ON;

-- name: pragmas_writer
-- Of the writer: stable storage at every commit (R1); it checkpoints by itself; a freed WAL shrinks.
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA wal_autocheckpoint = 0;
PRAGMA journal_size_limit = 67108864;
PRAGMA cache_size = -131072;

-- name: pragmas_memory
-- Of a store that lives in memory.
PRAGMA journal_mode = MEMORY;

-- name: pragmas_reader
-- Of a reader.
PRAGMA query_only = ON;
PRAGMA cache_size = -16384;

-- name: single_file
-- A copy leaves the WAL behind and is one file.
PRAGMA journal_mode = DELETE;

-- name: mark_file
-- The file says whose it is: "flxa".
PRAGMA application_id = 1718384737;

-- name: application_id
-- Whose file it is; 0 for a new one.
PRAGMA application_id;

-- name: objects
-- How many things the schema of the file has.
SELECT count(*) FROM sqlite_schema;

-- name: schema
-- Number of the last migration that ran.
SELECT schema FROM authority;

-- name: set_schema
-- A migration has run.
UPDATE authority SET schema = :schema;

-- name: integrity_check
-- Pages, indexes and constraints; one row `ok`.
PRAGMA integrity_check;

-- name: foreign_key_check
-- Rows whose parents are missing.
PRAGMA foreign_key_check;
