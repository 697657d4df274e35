-- Schema 2. The ledger (L1 to L3) and the use log (L7). What is refused rolls the whole batch back.

CREATE TABLE ledger (
    team INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    time INTEGER NOT NULL CHECK (time >= 0),
    kind INTEGER NOT NULL,
    effective_at INTEGER NOT NULL,
    pack INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    user INTEGER NOT NULL CHECK (user >= 0),
    product INTEGER NOT NULL CHECK (product >= 0),
    session_hi INTEGER NOT NULL,
    session_lo INTEGER NOT NULL,
    window_start INTEGER NOT NULL,
    window_end INTEGER NOT NULL,
    rate INTEGER NOT NULL CHECK (rate >= 0),
    rate_version INTEGER NOT NULL,
    policy_version INTEGER NOT NULL,
    basis INTEGER NOT NULL,
    corrects INTEGER NOT NULL,
    transfer INTEGER NOT NULL,
    reason INTEGER NOT NULL CHECK (reason >= 0),
    format INTEGER NOT NULL CHECK (format = 1),       -- of the bytes under the hash (docs/ledger-format.md)
    digest BLOB CHECK (length(digest) = 32),          -- salted digest of a free text kept elsewhere; NULL: none
    previous BLOB NOT NULL CHECK (length(previous) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (team, seq),
    CONSTRAINT "ledger: kind and sign of tokens agree (L1)" CHECK (CASE kind
        WHEN 2 THEN tokens < 0                        -- CHARGE
        WHEN 1 THEN tokens > 0                        -- ORDER
        WHEN 3 THEN tokens < 0                        -- EXPIRY
        WHEN 4 THEN tokens < 0                        -- MOVE_OUT
        WHEN 5 THEN tokens > 0                        -- MOVE_IN
        WHEN 6 THEN tokens <> 0                       -- SPLIT
        WHEN 7 THEN tokens > 0                        -- REFUND
        WHEN 8 THEN tokens <> 0                       -- ADJUSTMENT
        WHEN 9 THEN tokens < 0                        -- OVERDRAFT
        WHEN 10 THEN tokens > 0                       -- SETTLEMENT
        ELSE 0 END),
    CONSTRAINT "ledger: a charge of a line has a window of at most two days" CHECK (
        kind <> 2 OR window_start = -1
            OR (user >= 1 AND product >= 1 AND window_end - window_start BETWEEN 1 AND 172800000000)),
    CONSTRAINT "ledger: only the overdraft account is without a pack"
        CHECK (pack >= 1 OR (pack = 0 AND kind IN (9, 10)))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX ledger_charge ON ledger (team, user, product, window_start, pack)
    WHERE kind = 2 AND window_start >= 0;
CREATE INDEX ledger_refund ON ledger (team, user, product, window_start) WHERE kind = 7;
CREATE INDEX ledger_self_reported ON ledger (user, time) WHERE kind = 7 AND reason = 1;

-- The charges of lines: one row for each window, its slices added up.
CREATE VIEW charge AS
SELECT team, user, product, window_start, window_end, -sum(tokens) AS tokens,
    coalesce((
        SELECT sum(refund.tokens) FROM ledger AS refund
        WHERE refund.kind = 7 AND refund.team = ledger.team AND refund.user = ledger.user
            AND refund.product = ledger.product AND refund.window_start = ledger.window_start), 0) AS refunded,
    min(seq) AS seq, time, effective_at, rate, rate_version, policy_version, basis, session_hi, session_lo
FROM ledger WHERE kind = 2 AND window_start >= 0
GROUP BY team, user, product, window_start;

CREATE TRIGGER ledger_follows AFTER INSERT ON ledger BEGIN
    SELECT RAISE(ROLLBACK, 'ledger: an entry follows the last of its team by sequence and hash (L3)') WHERE NOT iif(
        NEW.seq = 1, NEW.previous = zeroblob(32),
        EXISTS (SELECT 1 FROM ledger WHERE team = NEW.team AND seq = NEW.seq - 1 AND hash = NEW.previous));
END;
-- CHARGE, the frequent kind, apart from the others.
CREATE TRIGGER ledger_charges AFTER INSERT ON ledger WHEN NEW.kind = 2 BEGIN
    UPDATE OR ROLLBACK account SET remaining = remaining + NEW.tokens, consumed = consumed - NEW.tokens
        WHERE pack = NEW.pack AND team = NEW.team;
    SELECT RAISE(ROLLBACK, 'ledger: the team has no such pack') WHERE changes() = 0;
    SELECT RAISE(ROLLBACK, 'ledger: windows of a line never overlap, and slices of one are its rate at most (C15)')
        WHERE EXISTS (
            SELECT 1 FROM ledger AS other
            WHERE other.kind = 2 AND other.window_start >= 0
                AND other.team = NEW.team AND other.user = NEW.user AND other.product = NEW.product
                AND other.window_start > NEW.window_start - 172800000000 AND other.window_start < NEW.window_end
                AND other.seq <> NEW.seq
                AND iif(other.window_start = NEW.window_start,
                    other.window_end <> NEW.window_end OR other.seq > NEW.seq OR NEW.rate < (
                        SELECT -sum(slice.tokens) FROM ledger AS slice
                        WHERE slice.kind = 2 AND slice.window_start >= 0 AND slice.team = NEW.team
                            AND slice.user = NEW.user AND slice.product = NEW.product
                            AND slice.window_start = NEW.window_start),
                    other.window_end > NEW.window_start AND NOT EXISTS (
                        SELECT 1 FROM ledger AS refund
                        WHERE refund.kind = 7 AND refund.team = NEW.team AND refund.user = NEW.user
                            AND refund.product = NEW.product AND refund.window_start = other.window_start)));
END;
CREATE TRIGGER ledger_moves AFTER INSERT ON ledger WHEN NEW.kind <> 2 AND NEW.pack <> 0 BEGIN
    UPDATE OR ROLLBACK account SET
        remaining = remaining + NEW.tokens,
        opening = opening + iif(NEW.kind IN (1, 5, 6) AND opening < size, NEW.tokens, 0),
        moved_out = moved_out - iif(NEW.kind IN (4, 5, 6) AND opening = size, NEW.tokens, 0),
        expired = expired - iif(NEW.kind = 3, NEW.tokens, 0),
        refunded = refunded + iif(NEW.kind = 7, NEW.tokens, 0),
        adjusted = adjusted + iif(NEW.kind = 8, NEW.tokens, 0)
        WHERE pack = NEW.pack AND team = NEW.team;
    SELECT RAISE(ROLLBACK, 'ledger: the team has no such pack') WHERE changes() = 0;
END;
CREATE TRIGGER ledger_refunds AFTER INSERT ON ledger WHEN NEW.kind = 7 BEGIN
    SELECT RAISE(ROLLBACK, 'ledger: a refund gives back what its charge took, at most (L5)') WHERE NOT EXISTS (
        SELECT 1 FROM charge
        WHERE team = NEW.team AND user = NEW.user AND product = NEW.product AND window_start = NEW.window_start
            AND refunded <= tokens);
END;
CREATE TRIGGER ledger_is_kept BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ROLLBACK, 'ledger: entries are never changed (L1)'); END;
CREATE TRIGGER ledger_is_kept_whole BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ROLLBACK, 'ledger: entries are never deleted (L1)'); END;

CREATE TABLE use_log (
    team INTEGER NOT NULL,
    seq INTEGER NOT NULL CHECK (seq >= 1),
    time INTEGER NOT NULL CHECK (time >= 0),
    event INTEGER NOT NULL CHECK (event BETWEEN 1 AND 10),
    at INTEGER NOT NULL,
    user INTEGER NOT NULL,
    product INTEGER NOT NULL,
    session_hi INTEGER NOT NULL,
    session_lo INTEGER NOT NULL,
    device INTEGER NOT NULL,
    code INTEGER NOT NULL,
    origin INTEGER NOT NULL,
    operations INTEGER NOT NULL,
    PRIMARY KEY (team, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX use_log_session ON use_log (session_hi, session_lo);

CREATE TRIGGER use_log_is_kept BEFORE UPDATE ON use_log
BEGIN SELECT RAISE(ROLLBACK, 'use_log: rows are never changed (L7)'); END;
CREATE TRIGGER use_log_is_kept_whole BEFORE DELETE ON use_log
BEGIN SELECT RAISE(ROLLBACK, 'use_log: rows are never deleted (L7)'); END;
