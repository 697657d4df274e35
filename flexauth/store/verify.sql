-- What is wrong in a database: each statement gives the rows that should not be.

-- name: wrong_packs
-- Packs whose amounts are not what the ledger's entries make of them (L2, R4).
SELECT pack.pack, pack.remaining, coalesce(sum(ledger.tokens), 0) AS by_ledger
FROM pack LEFT JOIN ledger ON ledger.team = pack.team AND ledger.pack = pack.pack
GROUP BY pack.pack
HAVING pack.remaining <> by_ledger
    OR pack.consumed <> -total(iif(ledger.kind = 2, ledger.tokens, 0))
    OR pack.expired <> -total(iif(ledger.kind = 3, ledger.tokens, 0))
    OR pack.refunded <> total(iif(ledger.kind = 7, ledger.tokens, 0))
    OR pack.adjusted <> total(iif(ledger.kind = 8, ledger.tokens, 0))
    OR pack.opening - pack.moved_out <> total(iif(ledger.kind IN (1, 4, 5, 6), ledger.tokens, 0))
    OR pack.opening <> pack.size
    OR pack.opening + pack.adjusted
        <> pack.remaining + pack.consumed + pack.expired + pack.moved_out - pack.refunded;

-- name: wrong_holds
-- Packs whose held tokens are not the sum of the holds on them (P2).
SELECT pack.pack, pack.held, coalesce(sum(hold.tokens), 0) AS by_holds
FROM pack LEFT JOIN hold ON hold.pack = pack.pack
GROUP BY pack.pack
HAVING pack.held <> by_holds OR pack.held > pack.remaining;

-- name: wrong_charges
-- Charges that differ from their entries, or overlap another one of their line (C15).
SELECT charge.team, charge.user, charge.product, charge.window_start
FROM charge
WHERE charge.refunded = 0 AND EXISTS (
    SELECT 1 FROM charge AS other
    WHERE other.team = charge.team AND other.user = charge.user AND other.product = charge.product
        AND other.window_start > charge.window_start AND other.window_start < charge.window_end
        AND other.refunded = 0)
UNION ALL
SELECT team, user, product, window_start
FROM (
    SELECT team, user, product, window_start, -tokens AS taken, 0 AS given FROM ledger WHERE kind = 2 AND window_start >= 0
    UNION ALL SELECT team, user, product, window_start, 0, tokens FROM ledger WHERE kind = 7
    UNION ALL SELECT team, user, product, window_start, -tokens, -refunded FROM charge
)
GROUP BY team, user, product, window_start
HAVING sum(taken) <> 0 OR sum(given) <> 0;

-- name: wrong_heads
-- Teams whose head is not their last entry (L3).
SELECT team_head.team, team_head.seq, ledger.seq AS by_ledger
FROM team_head LEFT JOIN ledger ON ledger.team = team_head.team
    AND ledger.seq = (SELECT max(seq) FROM ledger AS last WHERE last.team = team_head.team)
WHERE coalesce(ledger.seq, 0) <> team_head.seq OR coalesce(ledger.hash, zeroblob(32)) <> team_head.hash;

-- name: chain
-- The sealed entries of a team.
SELECT team, seq, time, kind, effective_at, pack, tokens, user, product, session_hi, session_lo, window_start, window_end,
    rate, rate_version, policy_version, basis, corrects, transfer, reason, digest, previous, hash
FROM ledger WHERE team = :team ORDER BY seq;

-- name: raise_epoch
-- A restored database is another instance: whoever served the original must not go on (DESIGN 1.5).
UPDATE authority SET epoch = epoch + 1, stopped = 1;

-- name: raise_fences
-- As raise_epoch, for each team.
UPDATE fence SET epoch = epoch + 1;
