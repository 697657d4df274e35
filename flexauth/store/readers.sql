-- What services and reports read, by `select`: stored batches only. Lists are paged by key: rows after :after
-- (or before :before), :limit at most.

-- name: balance
-- What a team's packs come to at :now (P2): live packs less the overdraft (C10) are available, the totals are of all;
-- `as_of` is L3's.
SELECT
    coalesce(sum(iif(ended = 0 AND starts_at <= :now, remaining - held, 0)), 0)
        - coalesce((SELECT overdraft FROM team WHERE team = :team), 0)
        - coalesce((SELECT sum(tokens) FROM hold WHERE team = :team AND pack = 0), 0) AS available,
    coalesce(sum(held), 0) + coalesce((SELECT sum(tokens) FROM hold WHERE team = :team AND pack = 0), 0) AS held,
    coalesce((SELECT overdraft FROM team WHERE team = :team), 0) AS overdraft, coalesce(sum(pack.size), 0) AS purchased,
    coalesce(sum(consumed), 0) AS consumed, coalesce(sum(expired), 0) AS expired,
    coalesce(sum(refunded), 0) AS refunded,
    coalesce((SELECT max(seq) FROM ledger WHERE team = :team), 0) AS as_of
FROM pack JOIN account USING (pack) WHERE pack.team = :team;

-- name: charges_of_line
-- Charges of a line, latest first, before a window.
SELECT * FROM charge
WHERE team = :team AND user = :user AND product = :product AND window_start < :before
ORDER BY window_start DESC LIMIT :limit;

-- name: charges_of_team
-- Charges of a team in order of their first entries, after a sequence.
SELECT team, user, product, window_start, window_end, rate, rate_version, policy_version, basis, session_hi, session_lo,
    seq, (
        SELECT -sum(tokens) FROM ledger AS slice INDEXED BY ledger_charge
        WHERE (slice.kind = 2 OR slice.kind = 9) AND slice.window_start >= 0 AND slice.team = ledger.team AND slice.user = ledger.user
            AND slice.product = ledger.product AND slice.window_start = ledger.window_start) AS tokens,
    coalesce((
        SELECT sum(tokens) FROM ledger AS refund INDEXED BY ledger_refund
        WHERE refund.kind = 7 AND refund.team = ledger.team AND refund.user = ledger.user
            AND refund.product = ledger.product AND refund.window_start = ledger.window_start), 0) AS refunded
FROM ledger
WHERE team = :team AND seq > :after AND (kind = 2 OR kind = 9) AND window_start >= 0 AND NOT EXISTS (
    SELECT 1 FROM ledger AS slice INDEXED BY ledger_charge
    WHERE (slice.kind = 2 OR slice.kind = 9) AND slice.window_start >= 0 AND slice.team = ledger.team AND slice.user = ledger.user
        AND slice.product = ledger.product AND slice.window_start = ledger.window_start AND slice.seq < ledger.seq)
ORDER BY seq LIMIT :limit;

-- name: charge
-- The charge of a line whose window starts then.
SELECT * FROM charge WHERE team = :team AND user = :user AND product = :product AND window_start = :window_start;

-- name: use_of_session
-- The use log of a session (L7).
SELECT team, seq, time, event, at, user, product, session_hi, session_lo, device, code, origin, operations
FROM use_log WHERE session_hi = :session_hi AND session_lo = :session_lo ORDER BY team, seq;
