-- What is wrong in a database: each statement gives the rows that should not be.

-- name: wrong_packs
-- Packs whose account is not what the ledger's entries make of it (L2, R4).
WITH book AS (
    SELECT pack, sum(tokens) AS remaining,
        sum(iif(kind IN (2, 10), -tokens, 0)) AS consumed,
        sum(iif(kind = 3, -tokens, 0)) AS expired,
        sum(iif(kind = 7, tokens, 0)) AS refunded,
        sum(iif(kind = 8, tokens, 0)) AS adjusted,
        sum(iif(kind IN (1, 4, 5, 6), tokens, 0)) AS moved
    FROM ledger WHERE pack > 0 GROUP BY pack
)
SELECT pack.pack FROM pack LEFT JOIN account USING (pack) LEFT JOIN book USING (pack)
WHERE (account.team, account.size, account.opening) IS NOT (pack.team, pack.size, pack.size)
    OR (account.remaining, account.consumed, account.expired, account.refunded, account.adjusted)
        IS NOT (book.remaining, book.consumed, book.expired, book.refunded, book.adjusted)
    OR account.opening - account.moved_out <> book.moved
    OR account.opening + account.adjusted
        <> account.remaining + account.consumed + account.expired + account.moved_out - account.refunded;

-- name: wrong_moves
-- Packs of which a team's entries say that something else remains than it has (P5): of a pack that moved, nothing.
SELECT ledger.pack, ledger.team FROM ledger JOIN pack USING (pack) JOIN account USING (pack)
GROUP BY ledger.pack, ledger.team
HAVING sum(ledger.tokens) <> iif(ledger.team = pack.team, account.remaining, 0);

-- name: wrong_transfers
-- Moves and splits that did not bring what they took (L3).
SELECT transfer FROM ledger WHERE transfer > 0 AND kind IN (4, 5, 6) GROUP BY transfer HAVING sum(tokens) <> 0;

-- name: wrong_overdrafts
-- Teams that owe something else than their overdraft charges, refunds and settlements come to (C10).
SELECT team.team FROM team
LEFT JOIN (
    SELECT team, sum(iif(kind = 10, tokens, -tokens)) AS owed FROM ledger WHERE pack = 0 OR kind = 10 GROUP BY team
) AS book USING (team)
WHERE team.overdraft <> coalesce(book.owed, 0);

-- name: wrong_caps
-- Periods of caps whose sum is not that of their rows (Q3).
SELECT cap, period FROM (
    SELECT cap, period, used, 0 AS tokens FROM cap_use
    UNION ALL SELECT cap, period, 0, tokens FROM cap_entry)
GROUP BY cap, period HAVING sum(used) <> sum(tokens);

-- name: wrong_holds
-- Packs whose held tokens are not the sum of the holds on them (P2).
SELECT account.pack FROM account LEFT JOIN hold ON hold.pack = account.pack
GROUP BY account.pack
HAVING account.held <> coalesce(sum(hold.tokens), 0) OR account.held > account.remaining;

-- name: wrong_charges
-- Charges of a line that overlap the one before (C15), or gave back more than they took (L5).
SELECT team, user, product, window_start FROM (
    SELECT *, lag(window_end) OVER (PARTITION BY team, user, product ORDER BY window_start) AS paid
    FROM charge WHERE refunded = 0)
WHERE paid > window_start
UNION ALL
SELECT team, user, product, window_start FROM charge
WHERE refunded > tokens OR (tokens > rate AND window_end > window_start);

-- name: chain
-- The sealed entries of a team.
SELECT team, seq, time, kind, effective_at, pack, tokens, user, product, session_hi, session_lo, window_start, window_end,
    rate, rate_version, policy_version, basis, corrects, transfer, reason, format, digest, previous, hash
FROM ledger WHERE team = :team ORDER BY seq;

-- name: raise_epoch
-- A restored database is another instance: whoever served the original must not go on (DESIGN 1.5).
UPDATE authority SET epoch = epoch + 1, stopped = 1;

-- name: raise_fences
-- As raise_epoch, for each team.
UPDATE fence SET epoch = epoch + 1;
