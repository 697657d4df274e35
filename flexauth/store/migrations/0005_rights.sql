-- Schema 5. What decides beside packs: rights' versions, caps, calendars, seat pools; moves and overdraft of packs.
-- Tables whose rules have changed are made anew with the rows that they had.

-- Ids and versions --------------------------------------------------------------------------------------------------

CREATE TABLE counted AS SELECT kind, next FROM counter;
DROP TABLE counter;
CREATE TABLE counter (
    kind INTEGER PRIMARY KEY CHECK (kind BETWEEN 1 AND 12),
    next INTEGER NOT NULL CHECK (next >= 1)
) STRICT;
INSERT INTO counter SELECT kind, next FROM counted;
INSERT INTO counter VALUES (7, 1), (8, 1), (9, 1), (10, 1), (11, 1), (12, 1);
DROP TABLE counted;

-- E2: sessions that know an older version ask for their rights anew. That of the authority is of all teams.
ALTER TABLE authority ADD COLUMN rights_version INTEGER NOT NULL DEFAULT 0 CHECK (rights_version >= 0);
ALTER TABLE team ADD COLUMN rights_version INTEGER NOT NULL DEFAULT 0 CHECK (rights_version >= 0);
-- C10: what the team owes. The program never writes it: entries of the ledger move it, by trigger.
ALTER TABLE team ADD COLUMN overdraft INTEGER NOT NULL DEFAULT 0
    CONSTRAINT "team: no more is settled or given back than is owed (C10)" CHECK (overdraft >= 0);

DROP TRIGGER authority_goes_forward;
CREATE TRIGGER authority_goes_forward BEFORE UPDATE ON authority
WHEN NEW.batch < OLD.batch OR NEW.mark < OLD.mark OR NEW.absence < OLD.absence OR NEW.epoch < OLD.epoch
    OR NEW.rights_version < OLD.rights_version
BEGIN SELECT RAISE(ROLLBACK, 'authority: batch, mark, absence, epoch and rights_version only go forward'); END;
CREATE TRIGGER team_rights_go_forward BEFORE UPDATE OF rights_version ON team
WHEN NEW.rights_version < OLD.rights_version
BEGIN SELECT RAISE(ROLLBACK, 'team: rights_version only goes forward (E2)'); END;

-- Terms -------------------------------------------------------------------------------------------------------------

ALTER TABLE product ADD COLUMN result_tokens INTEGER NOT NULL DEFAULT 0 CHECK (result_tokens >= 0);
ALTER TABLE product ADD COLUMN result_units INTEGER NOT NULL DEFAULT 0 CHECK (result_units >= 0);
CREATE TRIGGER product_has_results BEFORE INSERT ON product
WHEN (NEW.kind = 3) <> (NEW.result_tokens > 0 AND NEW.result_units > 0)
BEGIN SELECT RAISE(ROLLBACK, 'product: per result, and only then, it has tokens per units (C13)'); END;

-- Boundaries of periods (C9, Q3): computed once, by the time zones of that day, and kept.
CREATE TABLE calendar (
    calendar INTEGER NOT NULL CHECK (calendar >= 1),
    at INTEGER NOT NULL,
    PRIMARY KEY (calendar, at)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER calendar_begins AFTER INSERT ON calendar
BEGIN UPDATE counter SET next = max(next, NEW.calendar + 1) WHERE kind = 9; END;
CREATE TRIGGER calendar_is_kept BEFORE UPDATE ON calendar
BEGIN SELECT RAISE(ROLLBACK, 'calendar: a boundary is never changed (C9)'); END;
CREATE TRIGGER calendar_is_kept_whole BEFORE DELETE ON calendar
BEGIN SELECT RAISE(ROLLBACK, 'calendar: a boundary is never deleted (C9)'); END;

ALTER TABLE policy ADD COLUMN window_policy INTEGER NOT NULL DEFAULT 1 CHECK (window_policy BETWEEN 1 AND 2);
ALTER TABLE policy ADD COLUMN calendar INTEGER NOT NULL DEFAULT 0
    CHECK (calendar >= 0 AND (window_policy = 2) = (calendar > 0));
ALTER TABLE policy ADD COLUMN seat_linger INTEGER NOT NULL DEFAULT 900000000 CHECK (seat_linger > 0);
ALTER TABLE policy ADD COLUMN end_before_renewal INTEGER NOT NULL DEFAULT 0 CHECK (end_before_renewal IN (0, 1));
ALTER TABLE policy ADD COLUMN overdraft_limit INTEGER NOT NULL DEFAULT 0 CHECK (overdraft_limit >= 0);
ALTER TABLE policy ADD COLUMN consent INTEGER NOT NULL DEFAULT 1 CHECK (consent BETWEEN 1 AND 4);
ALTER TABLE policy ADD COLUMN consent_above INTEGER NOT NULL DEFAULT 0 CHECK (consent_above >= 0);
ALTER TABLE policy ADD COLUMN origin_interactive INTEGER NOT NULL DEFAULT 1 CHECK (origin_interactive BETWEEN 1 AND 3);
ALTER TABLE policy ADD COLUMN origin_plugin_autoload INTEGER NOT NULL DEFAULT 3
    CHECK (origin_plugin_autoload BETWEEN 1 AND 3);
ALTER TABLE policy ADD COLUMN origin_background INTEGER NOT NULL DEFAULT 3 CHECK (origin_background BETWEEN 1 AND 3);
ALTER TABLE policy ADD COLUMN origin_automation INTEGER NOT NULL DEFAULT 1 CHECK (origin_automation BETWEEN 1 AND 3);
ALTER TABLE policy ADD COLUMN cross_team_subscription INTEGER NOT NULL DEFAULT 1
    CHECK (cross_team_subscription IN (0, 1));

-- Caps (Q3) and pools of seats (section 5) ----------------------------------------------------------------------------

CREATE TABLE cap (
    cap INTEGER PRIMARY KEY CHECK (cap >= 1),
    team INTEGER NOT NULL REFERENCES team,
    calendar INTEGER NOT NULL CHECK (calendar >= 1),  -- of its periods
    tokens INTEGER NOT NULL CHECK (tokens >= 0),
    hard INTEGER NOT NULL CHECK (hard IN (0, 1)),
    gone INTEGER NOT NULL CHECK (gone IN (0, 1))      -- it binds no more; what counted in it stays
) STRICT;
CREATE INDEX cap_team ON cap (team);
CREATE TRIGGER cap_begins AFTER INSERT ON cap BEGIN
    UPDATE counter SET next = max(next, NEW.cap + 1) WHERE kind = 7;
    SELECT RAISE(ROLLBACK, 'cap: its calendar is not there')
        WHERE NOT EXISTS (SELECT 1 FROM calendar WHERE calendar = NEW.calendar);
END;
CREATE TRIGGER cap_stays BEFORE UPDATE OF cap, team, calendar ON cap
WHEN (NEW.cap, NEW.team, NEW.calendar) IS NOT (OLD.cap, OLD.team, OLD.calendar)
BEGIN SELECT RAISE(ROLLBACK, 'cap: its team and calendar never change'); END;
CREATE TRIGGER cap_is_kept BEFORE DELETE ON cap
BEGIN SELECT RAISE(ROLLBACK, 'cap: a cap is ended, never deleted'); END;

-- Each hold or charge that counts in a period of a cap, and what is taken back (negative). Columns as effects have them.
CREATE TABLE cap_entry (
    cap INTEGER NOT NULL REFERENCES cap,
    team INTEGER NOT NULL,
    user INTEGER NOT NULL,
    product INTEGER NOT NULL,
    window_start INTEGER NOT NULL CHECK (window_start >= 0),
    period INTEGER NOT NULL,
    tokens INTEGER NOT NULL CHECK (tokens <> 0)
) STRICT;
CREATE INDEX cap_entry_window ON cap_entry (team, user, product, window_start);
CREATE TABLE cap_use (
    cap INTEGER NOT NULL,
    period INTEGER NOT NULL,
    used INTEGER NOT NULL CONSTRAINT "cap_use: no more is taken back from a period than counts in it (Q3)" CHECK (used >= 0),
    PRIMARY KEY (cap, period)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER cap_entry_counts AFTER INSERT ON cap_entry BEGIN
    INSERT INTO cap_use VALUES (NEW.cap, NEW.period, 0) ON CONFLICT (cap, period) DO NOTHING;
    UPDATE OR ROLLBACK cap_use SET used = used + NEW.tokens WHERE cap = NEW.cap AND period = NEW.period;
    SELECT RAISE(ROLLBACK, 'cap_entry: no more of a window is taken back than counts (Q3)') WHERE NEW.tokens < 0 AND 0 > (
        SELECT sum(tokens) FROM cap_entry
        WHERE team = NEW.team AND user = NEW.user AND product = NEW.product AND window_start = NEW.window_start
            AND cap = NEW.cap AND period = NEW.period);
END;
CREATE TRIGGER cap_entry_is_kept BEFORE UPDATE ON cap_entry
BEGIN SELECT RAISE(ROLLBACK, 'cap_entry: rows are never changed'); END;
CREATE TRIGGER cap_entry_is_kept_whole BEFORE DELETE ON cap_entry
BEGIN SELECT RAISE(ROLLBACK, 'cap_entry: rows are never deleted'); END;

CREATE TABLE pool (
    pool INTEGER PRIMARY KEY CHECK (pool >= 1),
    team INTEGER NOT NULL REFERENCES team,
    seats INTEGER NOT NULL CHECK (seats >= 0)
) STRICT;
CREATE INDEX pool_team ON pool (team);
CREATE TRIGGER pool_begins AFTER INSERT ON pool
BEGIN UPDATE counter SET next = max(next, NEW.pool + 1) WHERE kind = 8; END;

-- Live state --------------------------------------------------------------------------------------------------------

ALTER TABLE line ADD COLUMN units INTEGER NOT NULL DEFAULT 0 CHECK (units >= 0);
ALTER TABLE line ADD COLUMN advance_at INTEGER NOT NULL DEFAULT -1 CHECK (advance_at >= -1);
ALTER TABLE line ADD COLUMN advance_rate INTEGER NOT NULL DEFAULT 0 CHECK (advance_rate >= 0);
ALTER TABLE line ADD COLUMN advance_rate_version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE line ADD COLUMN advance_policy_version INTEGER NOT NULL DEFAULT 0;

-- A hold may be of the next window (S4). Pack 0 is the team's overdraft (C10), which has no account.
DROP VIEW release;
ALTER TABLE hold RENAME TO held_before;
CREATE TABLE hold (
    team INTEGER NOT NULL,
    user INTEGER NOT NULL,
    product INTEGER NOT NULL,
    advance INTEGER NOT NULL CHECK (advance IN (0, 1)),
    position INTEGER NOT NULL CHECK (position >= 0),
    pack INTEGER NOT NULL CHECK (pack >= 0),
    tokens INTEGER NOT NULL CHECK (tokens > 0),
    PRIMARY KEY (team, user, product, advance, position)
) STRICT, WITHOUT ROWID;
INSERT INTO hold SELECT team, user, product, 0, position, pack, tokens FROM held_before;
DROP TABLE held_before;

-- Lines whose hold is more than one slice of this window.
CREATE INDEX hold_divided ON hold (team, user, product) WHERE advance + position = 1;
CREATE INDEX hold_overdraft ON hold (team, tokens) WHERE pack = 0;
CREATE TRIGGER hold_reserves AFTER INSERT ON hold WHEN NEW.pack <> 0 BEGIN
    UPDATE OR ROLLBACK account SET held = held + NEW.tokens WHERE pack = NEW.pack AND team = NEW.team;
    SELECT RAISE(ROLLBACK, 'hold: the team has no such pack') WHERE changes() = 0;
END;
CREATE TRIGGER hold_releases AFTER DELETE ON hold
BEGIN UPDATE OR ROLLBACK account SET held = held - OLD.tokens WHERE pack = OLD.pack; END;
-- To insert a line here deletes the first slice of its hold, by its whole key and so without a list of rows.
CREATE VIEW release AS SELECT team, user, product FROM hold WHERE advance = 0 AND position = 0;
CREATE TRIGGER release_deletes INSTEAD OF INSERT ON release BEGIN
    DELETE FROM hold
        WHERE team = NEW.team AND user = NEW.user AND product = NEW.product AND advance = 0 AND position = 0;
END;
CREATE TRIGGER hold_is_placed_anew BEFORE UPDATE ON hold
BEGIN SELECT RAISE(ROLLBACK, 'hold: a hold is never changed, only placed and released'); END;

ALTER TABLE session ADD COLUMN asked_team INTEGER NOT NULL DEFAULT 0 CHECK (asked_team >= 0);
ALTER TABLE session ADD COLUMN project INTEGER NOT NULL DEFAULT 0 CHECK (project >= 0);
ALTER TABLE session ADD COLUMN pool INTEGER NOT NULL DEFAULT 0 CHECK (pool >= 0);
ALTER TABLE session ADD COLUMN seat_since INTEGER NOT NULL DEFAULT -1 CHECK (seat_since >= -1);
ALTER TABLE session ADD COLUMN borrowed_until INTEGER NOT NULL DEFAULT -1 CHECK (borrowed_until >= -1);
ALTER TABLE session ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0 CHECK (waiting IN (0, 1));
ALTER TABLE session ADD COLUMN ends_before_renewal INTEGER NOT NULL DEFAULT 0 CHECK (ends_before_renewal IN (0, 1));

ALTER TABLE past_session ADD COLUMN project INTEGER NOT NULL DEFAULT 0;
DROP TRIGGER session_is_past;
CREATE TRIGGER session_is_past AFTER DELETE ON session BEGIN
    REPLACE INTO past_session VALUES (OLD.session_hi, OLD.session_lo, OLD.team, OLD.user, OLD.product, OLD.device,
        OLD.state, OLD.entitlement, OLD.opened_at, OLD.deadline, OLD.counter, OLD.ended_at, OLD.project);
END;
DROP VIEW known_session;
CREATE VIEW known_session AS
SELECT session_hi, session_lo, team, user, product, device, state, entitlement, opened_at, deadline, counter, ended_at,
    project
FROM session
UNION ALL SELECT * FROM past_session AS past
WHERE NOT EXISTS (SELECT 1 FROM session WHERE session_hi = past.session_hi AND session_lo = past.session_lo);

DROP VIEW v_use_log;
ALTER TABLE use_log RENAME TO use_before;
CREATE TABLE use_log (
    team INTEGER NOT NULL,
    seq INTEGER NOT NULL CHECK (seq >= 1),
    time INTEGER NOT NULL CHECK (time >= 0),
    event INTEGER NOT NULL CHECK (event BETWEEN 1 AND 14),
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
INSERT INTO use_log SELECT * FROM use_before;
DROP TABLE use_before;
CREATE INDEX use_log_session ON use_log (session_hi, session_lo);
CREATE TRIGGER use_log_is_kept BEFORE UPDATE ON use_log
BEGIN SELECT RAISE(ROLLBACK, 'use_log: rows are never changed (L7)'); END;
CREATE TRIGGER use_log_is_kept_whole BEFORE DELETE ON use_log
BEGIN SELECT RAISE(ROLLBACK, 'use_log: rows are never deleted (L7)'); END;

-- The ledger: overdraft, results, moves between teams -----------------------------------------------------------------

DROP VIEW v_charges;
DROP VIEW v_ledger;
DROP TRIGGER ledger_refunds;
DROP VIEW charge;
ALTER TABLE ledger RENAME TO ledger_before;
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
    transfer INTEGER NOT NULL CHECK (transfer >= 0),
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
        WHEN 9 THEN tokens < 0                        -- OVERDRAFT: a charge past the packs
        WHEN 10 THEN tokens < 0                       -- SETTLEMENT: what a pack pays of it
        ELSE 0 END),
    CONSTRAINT "ledger: a charge of a line has a window of at most two days" CHECK (
        kind NOT IN (2, 9) OR window_start = -1
            OR (user >= 1 AND product >= 1 AND window_end - window_start BETWEEN 0 AND 172800000000)),
    CONSTRAINT "ledger: OVERDRAFT is without a pack, and of the rest only its REFUND and MOVE_OUT may be"
        CHECK (iif(pack = 0, kind IN (4, 7, 9), pack >= 1 AND kind <> 9))
) STRICT, WITHOUT ROWID;
INSERT INTO ledger SELECT * FROM ledger_before;
DROP TABLE ledger_before;
INSERT OR REPLACE INTO counter SELECT 12, 1 + coalesce(max(transfer), 0) FROM ledger;

-- Statements name these indexes: of a team's history SQLite would rather read all.
-- A charge is of kind 2, its slice past the packs of kind 9. Results of one instant are told apart by their sequence.
CREATE UNIQUE INDEX ledger_charge
    ON ledger (team, user, product, window_start, pack, iif(window_end > window_start, 0, seq))
    WHERE (kind = 2 OR kind = 9) AND window_start >= 0;
CREATE INDEX ledger_refund ON ledger (team, user, product, window_start) WHERE kind = 7;
CREATE INDEX ledger_self_reported ON ledger (user, time) WHERE kind = 7 AND reason = 1;
CREATE INDEX ledger_transfer ON ledger (transfer) WHERE transfer > 0;

-- The charges of lines: one row for each window, its slices added up.
CREATE VIEW charge AS
SELECT team, user, product, window_start, window_end, -sum(tokens) AS tokens,
    coalesce((
        SELECT sum(refund.tokens) FROM ledger AS refund INDEXED BY ledger_refund
        WHERE refund.kind = 7 AND refund.team = ledger.team AND refund.user = ledger.user
            AND refund.product = ledger.product AND refund.window_start = ledger.window_start), 0) AS refunded,
    min(seq) AS seq, time, effective_at, rate, rate_version, policy_version, basis, session_hi, session_lo
FROM ledger WHERE (kind = 2 OR kind = 9) AND window_start >= 0
GROUP BY team, user, product, window_start;

CREATE TRIGGER ledger_follows AFTER INSERT ON ledger BEGIN
    SELECT RAISE(ROLLBACK, 'ledger: an entry follows the last of its team by sequence and hash (L3)') WHERE NOT iif(
        NEW.seq = 1, NEW.previous = zeroblob(32),
        EXISTS (SELECT 1 FROM ledger WHERE team = NEW.team AND seq = NEW.seq - 1 AND hash = NEW.previous));
END;
-- CHARGE and OVERDRAFT, the frequent kinds, apart from the others.
CREATE TRIGGER ledger_charges AFTER INSERT ON ledger WHEN NEW.kind = 2 OR NEW.kind = 9 BEGIN
    UPDATE OR ROLLBACK account SET remaining = remaining + NEW.tokens, consumed = consumed - NEW.tokens
        WHERE pack = NEW.pack AND team = NEW.team;
    SELECT RAISE(ROLLBACK, 'ledger: the team has no such pack') WHERE changes() = 0 AND NEW.pack <> 0;
    SELECT RAISE(ROLLBACK, 'ledger: only a charge of a result has a window without length (C13)')
        WHERE NEW.window_end = NEW.window_start AND NEW.window_start >= 0
            AND NOT EXISTS (SELECT 1 FROM product WHERE product = NEW.product AND kind = 3);
    SELECT RAISE(ROLLBACK, 'ledger: windows of a line never overlap, and slices of one are its rate at most (C15)')
        WHERE EXISTS (
            SELECT 1 FROM ledger AS other INDEXED BY ledger_charge
            WHERE (other.kind = 2 OR other.kind = 9) AND other.window_start >= 0
                AND other.team = NEW.team AND other.user = NEW.user AND other.product = NEW.product
                AND other.window_start > NEW.window_start - 172800000000 AND other.window_start < NEW.window_end
                AND other.seq <> NEW.seq
                AND iif(other.window_start = NEW.window_start,
                    other.window_end <> NEW.window_end OR other.seq > NEW.seq OR NEW.rate < (
                        SELECT -sum(slice.tokens) FROM ledger AS slice INDEXED BY ledger_charge
                        WHERE (slice.kind = 2 OR slice.kind = 9) AND slice.window_start >= 0 AND slice.team = NEW.team
                            AND slice.user = NEW.user AND slice.product = NEW.product
                            AND slice.window_start = NEW.window_start),
                    other.window_end > NEW.window_start AND NOT EXISTS (
                        SELECT 1 FROM ledger AS refund INDEXED BY ledger_refund
                        WHERE refund.kind = 7 AND refund.team = NEW.team AND refund.user = NEW.user
                            AND refund.product = NEW.product AND refund.window_start = other.window_start)));
END;
-- Entries beside charges. A pack is of the team whose entry brings it. A refund is in the ledger of the charge; where
-- its pack is of another team now or has ended, its tokens move out again at once.
CREATE TRIGGER ledger_moves AFTER INSERT ON ledger WHEN NEW.kind <> 2 AND NEW.pack <> 0 BEGIN
    UPDATE OR ROLLBACK account SET
        team = iif(NEW.kind = 5 OR opening < size, NEW.team, team),
        remaining = remaining + NEW.tokens,
        opening = opening + iif(NEW.kind IN (1, 5, 6) AND opening < size, NEW.tokens, 0),
        moved_out = moved_out - iif(NEW.kind IN (4, 5, 6) AND opening = size, NEW.tokens, 0),
        consumed = consumed - iif(NEW.kind = 10, NEW.tokens, 0),
        expired = expired - iif(NEW.kind = 3, NEW.tokens, 0),
        refunded = refunded + iif(NEW.kind = 7, NEW.tokens, 0),
        adjusted = adjusted + iif(NEW.kind = 8, NEW.tokens, 0)
        WHERE pack = NEW.pack AND (
            team = NEW.team OR NEW.kind = 7 OR opening < size
            OR NEW.kind = 5 AND remaining = 0 AND NOT (SELECT ended FROM pack WHERE pack = NEW.pack)
            OR NEW.kind = 4 AND EXISTS (
                SELECT 1 FROM ledger AS refund
                WHERE refund.team = NEW.team AND refund.seq = NEW.seq - 1 AND refund.kind = 7
                    AND refund.pack = NEW.pack AND refund.tokens = -NEW.tokens));
    SELECT RAISE(ROLLBACK, 'ledger: the team has no such pack') WHERE changes() = 0;
    UPDATE OR ROLLBACK pack SET team = NEW.team
        WHERE NEW.kind IN (1, 5, 6) AND pack = NEW.pack AND team <> NEW.team;
    UPDATE OR ROLLBACK team SET overdraft = overdraft + NEW.tokens WHERE NEW.kind = 10 AND team = NEW.team;
    SELECT RAISE(ROLLBACK, 'ledger: what comes into a pack went out under the same transfer (L3)')
        WHERE (NEW.kind = 5 OR NEW.kind = 6 AND NEW.tokens > 0) AND 0 IS NOT (
            SELECT sum(tokens) FROM ledger WHERE transfer = NEW.transfer AND transfer > 0);
    UPDATE counter SET next = max(next, NEW.transfer + 1) WHERE kind = 12 AND NEW.transfer > 0;
END;
CREATE TRIGGER ledger_gives_credit AFTER INSERT ON ledger WHEN NEW.pack = 0
BEGIN UPDATE OR ROLLBACK team SET overdraft = overdraft - NEW.tokens WHERE team = NEW.team; END;
CREATE TRIGGER ledger_refunds AFTER INSERT ON ledger WHEN NEW.kind = 7 BEGIN
    SELECT RAISE(ROLLBACK, 'ledger: a refund gives back what its charge took, at most (L5)') WHERE 0 < coalesce((
        SELECT sum(tokens) FROM ledger INDEXED BY ledger_refund
        WHERE kind = 7 AND team = NEW.team AND user = NEW.user AND product = NEW.product
            AND window_start = NEW.window_start AND pack = NEW.pack), 0) + coalesce((
        SELECT sum(tokens) FROM ledger INDEXED BY ledger_charge
        WHERE (kind = 2 OR kind = 9) AND window_start >= 0 AND team = NEW.team AND user = NEW.user
            AND product = NEW.product AND window_start = NEW.window_start AND pack = NEW.pack), 0);
END;
CREATE TRIGGER ledger_is_kept BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ROLLBACK, 'ledger: entries are never changed (L1)'); END;
CREATE TRIGGER ledger_is_kept_whole BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ROLLBACK, 'ledger: entries are never deleted (L1)'); END;

DROP TRIGGER pack_terms_are_kept;
CREATE TRIGGER pack_terms_are_kept
BEFORE UPDATE OF pack, size, unit_price, starts_at, ends_at, purchased_at, parent ON pack
BEGIN SELECT RAISE(ROLLBACK, 'pack: size, price, dates and parent never change'); END;
CREATE TRIGGER pack_moves BEFORE UPDATE OF team ON pack
WHEN NEW.team <> (SELECT team FROM account WHERE pack = NEW.pack)
BEGIN SELECT RAISE(ROLLBACK, 'pack: it changes its team by a MOVE_IN alone (P5)'); END;

-- What a person reads -----------------------------------------------------------------------------------------------

DROP VIEW v_balances;
CREATE VIEW v_balances AS
SELECT v_packs.team, sum(iif(state = 'live', remaining - held, 0)) - team.overdraft AS available, sum(held) AS held,
    sum(size) AS purchased, sum(consumed) AS consumed, sum(refunded) AS refunded, sum(expired) AS expired,
    team.overdraft
FROM v_packs JOIN team ON team.name = v_packs.team GROUP BY v_packs.team;

CREATE VIEW v_ledger AS
SELECT team.name AS team, ledger.seq, strftime('%Y-%m-%dT%H:%M:%fZ', ledger.time / 1e6, 'unixepoch') AS time,
    CASE ledger.kind WHEN 1 THEN 'ORDER' WHEN 2 THEN 'CHARGE' WHEN 3 THEN 'EXPIRY' WHEN 4 THEN 'MOVE_OUT'
        WHEN 5 THEN 'MOVE_IN' WHEN 6 THEN 'SPLIT' WHEN 7 THEN 'REFUND' WHEN 8 THEN 'ADJUSTMENT'
        WHEN 9 THEN 'OVERDRAFT' WHEN 10 THEN 'SETTLEMENT' END AS kind,
    nullif(ledger.pack, 0) AS pack, ledger.tokens, user.subject AS user, product.code AS product,
    strftime('%Y-%m-%dT%H:%M:%SZ', iif(ledger.window_start < 0, NULL, ledger.window_start) / 1000000, 'unixepoch')
        AS window_start,
    strftime('%Y-%m-%dT%H:%M:%SZ', iif(ledger.window_end < 0, NULL, ledger.window_end) / 1000000, 'unixepoch')
        AS window_end,
    nullif(ledger.rate, 0) AS rate, nullif(ledger.corrects, 0) AS corrects, nullif(ledger.transfer, 0) AS transfer,
    iif(ledger.session_hi | ledger.session_lo = 0, NULL, printf('%08x-%04x-%04x-%04x-%012x',
        ledger.session_hi >> 32 & 0xffffffff, ledger.session_hi >> 16 & 0xffff, ledger.session_hi & 0xffff,
        ledger.session_lo >> 48 & 0xffff, ledger.session_lo & 0xffffffffffff)) AS session,
    lower(hex(ledger.hash)) AS hash
FROM ledger JOIN team USING (team) LEFT JOIN user USING (user) LEFT JOIN product USING (product);

CREATE VIEW v_charges AS
SELECT team.name AS team, user.subject AS user, product.code AS product,
    strftime('%Y-%m-%dT%H:%M:%SZ', charge.window_start / 1000000, 'unixepoch') AS window_start,
    strftime('%Y-%m-%dT%H:%M:%SZ', charge.window_end / 1000000, 'unixepoch') AS window_end,
    charge.tokens, charge.refunded, charge.rate, charge.rate_version, charge.policy_version, charge.seq,
    printf('%08x-%04x-%04x-%04x-%012x',
        charge.session_hi >> 32 & 0xffffffff, charge.session_hi >> 16 & 0xffff, charge.session_hi & 0xffff,
        charge.session_lo >> 48 & 0xffff, charge.session_lo & 0xffffffffffff) AS session
FROM charge JOIN team USING (team) JOIN user USING (user) JOIN product USING (product);

CREATE VIEW v_use_log AS
SELECT team.name AS team, use_log.seq, strftime('%Y-%m-%dT%H:%M:%SZ', use_log.at / 1000000, 'unixepoch') AS at,
    CASE use_log.event WHEN 1 THEN 'BEGIN' WHEN 2 THEN 'IDLE' WHEN 3 THEN 'RESUME' WHEN 4 THEN 'GAP'
        WHEN 5 THEN 'END' WHEN 6 THEN 'DENIED' WHEN 7 THEN 'FREE' WHEN 8 THEN 'RENEWED' WHEN 9 THEN 'REFUSED'
        WHEN 10 THEN 'LATE' WHEN 11 THEN 'HANDED_OVER' WHEN 12 THEN 'SOFT_CAP' WHEN 13 THEN 'RESULT'
        WHEN 14 THEN 'OPERATED' END AS event,
    use_log.code, user.subject AS user, product.code AS product, device_text.text AS device, use_log.operations,
    printf('%08x-%04x-%04x-%04x-%012x',
        use_log.session_hi >> 32 & 0xffffffff, use_log.session_hi >> 16 & 0xffff, use_log.session_hi & 0xffff,
        use_log.session_lo >> 48 & 0xffff, use_log.session_lo & 0xffffffffffff) AS session
FROM use_log JOIN team USING (team) LEFT JOIN user USING (user) LEFT JOIN product USING (product)
    LEFT JOIN device_text USING (device);
