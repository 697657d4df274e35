-- What the benchmarks ask of SQLite: the plain peer of a commit, and what a store holds after a load.

-- name: plain_table
-- As wide as the rows of a hold and its capture on average, with nothing to check.
CREATE TABLE plain (
    a INTEGER PRIMARY KEY, b, c, d, e, f, g, h, i, j, k, l, m
);

-- name: plain_insert
-- One row.
INSERT INTO plain VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: holds
-- Holds since a time: those that are pending, those that were captured, and the sign-ins that placed one.
SELECT
    (SELECT count(*) FROM line WHERE pending_since >= :since)
        + (SELECT count(*) FROM ledger WHERE kind = 2 AND window_start >= :since) AS placed,
    (SELECT count(*) FROM hold) AS slices,
    (SELECT count(*) FROM session WHERE opened_at >= :since AND tokens > 0) AS sessions,
    (SELECT count(*) FROM session WHERE opened_at >= :since) AS granted;
