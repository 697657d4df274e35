-- Schema 1. Times are microseconds since the epoch (UTC), -1 for a time that is not there; tokens are whole.
-- Every invariant that SQL can hold is held here, so that the file refuses what a wrong program would write.

CREATE TABLE authority (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    batch INTEGER NOT NULL CHECK (batch >= 0),       -- number of the last stored batch (R2)
    mark INTEGER NOT NULL CHECK (mark >= 0),         -- high-water mark of time (T2)
    absence INTEGER NOT NULL CHECK (absence >= 0),   -- how long the authority was away in all (S5)
    epoch INTEGER NOT NULL CHECK (epoch >= 0),       -- raised by every restore
    schema INTEGER NOT NULL CHECK (schema >= 1),
    stopped INTEGER NOT NULL CHECK (stopped IN (0, 1))
) STRICT;
INSERT INTO authority VALUES (1, 0, 0, 0, 0, 1, 1);

CREATE TRIGGER authority_goes_forward BEFORE UPDATE ON authority
WHEN NEW.batch < OLD.batch OR NEW.mark < OLD.mark OR NEW.absence < OLD.absence OR NEW.epoch < OLD.epoch
BEGIN SELECT RAISE(ABORT, 'authority: batch, mark, absence and epoch only go forward'); END;

CREATE TRIGGER authority_stays BEFORE DELETE ON authority
BEGIN SELECT RAISE(ABORT, 'authority: its row is never deleted'); END;

-- Ids are given out once, also after an erasure.
CREATE TABLE counter (
    kind INTEGER PRIMARY KEY CHECK (kind BETWEEN 1 AND 6),
    next INTEGER NOT NULL CHECK (next >= 1)
) STRICT;
INSERT INTO counter VALUES (1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (6, 1);

-- Teams, users, products ------------------------------------------------------------------------------------------
-- digest_hi and digest_lo are the 128-bit digest of the name by which callers call the row.

CREATE TABLE team (
    team INTEGER PRIMARY KEY CHECK (team >= 1),
    name TEXT NOT NULL UNIQUE,
    digest_hi INTEGER NOT NULL,
    digest_lo INTEGER NOT NULL,
    currency TEXT CHECK (length(currency) = 3),
    time_zone TEXT NOT NULL DEFAULT 'UTC',
    created_at INTEGER NOT NULL CHECK (created_at >= 0)
) STRICT;

CREATE TABLE user (
    user INTEGER PRIMARY KEY CHECK (user >= 1),
    subject TEXT UNIQUE,                              -- NULL: not yet bound (A4), or erased
    digest_hi INTEGER,
    digest_lo INTEGER,
    name TEXT,
    email TEXT,
    version INTEGER NOT NULL DEFAULT 0,               -- compared and set when several nodes serve the user's teams
    created_at INTEGER NOT NULL CHECK (created_at >= 0)
) STRICT;

CREATE TABLE product (
    product INTEGER PRIMARY KEY CHECK (product >= 1),
    code TEXT NOT NULL UNIQUE,
    digest_hi INTEGER NOT NULL,
    digest_lo INTEGER NOT NULL,
    name TEXT NOT NULL,
    kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 3),
    idle_aware_from TEXT                              -- first idle-aware version; '' all versions, NULL none (S2)
) STRICT;

CREATE TABLE member (
    team INTEGER NOT NULL REFERENCES team,
    user INTEGER NOT NULL REFERENCES user,
    assigned_all INTEGER NOT NULL CHECK (assigned_all IN (0, 1)),
    PRIMARY KEY (team, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_user ON member (user, team);

CREATE TABLE assignment (
    team INTEGER NOT NULL,
    user INTEGER NOT NULL,
    product INTEGER NOT NULL REFERENCES product,
    PRIMARY KEY (user, team, product),
    FOREIGN KEY (team, user) REFERENCES member ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE rate (
    product INTEGER NOT NULL REFERENCES product,
    version INTEGER NOT NULL CHECK (version >= 0),
    valid_from INTEGER NOT NULL,
    rate INTEGER NOT NULL CHECK (rate >= 0),
    PRIMARY KEY (product, valid_from, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE policy (
    team INTEGER NOT NULL REFERENCES team,
    version INTEGER NOT NULL CHECK (version >= 1),
    effective_at INTEGER NOT NULL,
    grace INTEGER NOT NULL CHECK (grace >= 0),
    grace_mode INTEGER NOT NULL CHECK (grace_mode BETWEEN 1 AND 3),
    idle_after INTEGER NOT NULL CHECK (idle_after > 0),
    heartbeat_interval INTEGER NOT NULL CHECK (heartbeat_interval > 0),
    renewal_notice INTEGER NOT NULL CHECK (renewal_notice >= 0),
    lease_max INTEGER NOT NULL CHECK (lease_max > 0),
    lease_margin INTEGER NOT NULL CHECK (lease_margin >= 0),
    late_checkin INTEGER NOT NULL CHECK (late_checkin >= 0),
    late_refunds INTEGER NOT NULL CHECK (late_refunds >= 0),
    late_refunds_period INTEGER NOT NULL CHECK (late_refunds_period >= 0),
    repeat_retention INTEGER NOT NULL CHECK (repeat_retention >= 0),
    make_good INTEGER NOT NULL CHECK (make_good > 0),
    given TEXT NOT NULL CHECK (json_valid(given)),    -- the terms as they were given, by name
    PRIMARY KEY (team, version)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER rate_is_kept BEFORE UPDATE ON rate
BEGIN SELECT RAISE(ABORT, 'rate: a rate is never changed, a later version replaces it (C14)'); END;
CREATE TRIGGER rate_is_kept_whole BEFORE DELETE ON rate
BEGIN SELECT RAISE(ABORT, 'rate: a rate is never deleted (C14)'); END;
CREATE TRIGGER policy_is_kept BEFORE UPDATE ON policy
BEGIN SELECT RAISE(ABORT, 'policy: terms are never changed, a later version replaces them (C14)'); END;
CREATE TRIGGER policy_is_kept_whole BEFORE DELETE ON policy
BEGIN SELECT RAISE(ABORT, 'policy: terms are never deleted (C14)'); END;

-- Whoever holds the fence of a team serves it; a batch decided under another epoch is refused.
CREATE TABLE fence (
    team INTEGER PRIMARY KEY REFERENCES team,
    owner TEXT NOT NULL,
    epoch INTEGER NOT NULL CHECK (epoch >= 0),
    deadline INTEGER NOT NULL CHECK (deadline >= -1)
) STRICT;

CREATE TRIGGER fence_goes_forward BEFORE UPDATE ON fence WHEN NEW.epoch < OLD.epoch
BEGIN SELECT RAISE(ABORT, 'fence: an epoch only goes forward'); END;

-- Where each team's ledger stands (L3); moved by the trigger of the ledger alone.
CREATE TABLE team_head (
    team INTEGER PRIMARY KEY REFERENCES team,
    seq INTEGER NOT NULL CHECK (seq >= 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TRIGGER team_begins AFTER INSERT ON team BEGIN
    INSERT INTO team_head VALUES (NEW.team, 0, zeroblob(32));
    INSERT INTO fence VALUES (NEW.team, '', 0, -1);
    UPDATE counter SET next = max(next, NEW.team + 1) WHERE kind = 1;
END;
CREATE TRIGGER user_begins AFTER INSERT ON user
BEGIN UPDATE counter SET next = max(next, NEW.user + 1) WHERE kind = 2; END;
CREATE TRIGGER product_begins AFTER INSERT ON product
BEGIN UPDATE counter SET next = max(next, NEW.product + 1) WHERE kind = 3; END;

-- Administrative requests, kept as long as what they made (SPEC 5).
CREATE TABLE request (
    request TEXT PRIMARY KEY,
    digest BLOB NOT NULL,
    result BLOB NOT NULL,
    made_at INTEGER NOT NULL CHECK (made_at >= 0)
) STRICT, WITHOUT ROWID;

-- Packs -----------------------------------------------------------------------------------------------------------
-- The amounts of a pack are never written by the program: entries of the ledger and holds move them, by trigger.

CREATE TABLE purchase (
    purchase INTEGER PRIMARY KEY CHECK (purchase >= 1),
    team INTEGER NOT NULL REFERENCES team,
    number TEXT NOT NULL UNIQUE,
    purchased_at INTEGER NOT NULL CHECK (purchased_at >= 0)
) STRICT;
CREATE TRIGGER purchase_begins AFTER INSERT ON purchase
BEGIN UPDATE counter SET next = max(next, NEW.purchase + 1) WHERE kind = 6; END;

CREATE TABLE pack (
    pack INTEGER PRIMARY KEY CHECK (pack >= 1),
    team INTEGER NOT NULL REFERENCES team,
    size INTEGER NOT NULL CHECK (size >= 1),
    unit_price INTEGER NOT NULL CHECK (unit_price >= 0),
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL CHECK (ends_at > starts_at),
    purchased_at INTEGER NOT NULL,
    parent INTEGER NOT NULL CHECK (parent >= 0),      -- the pack that it was split from or makes good; 0: none
    ended INTEGER NOT NULL CHECK (ended IN (0, 1)),
    opening INTEGER NOT NULL DEFAULT 0 CHECK (opening BETWEEN 0 AND size),
    remaining INTEGER NOT NULL DEFAULT 0,
    held INTEGER NOT NULL DEFAULT 0,
    consumed INTEGER NOT NULL DEFAULT 0 CHECK (consumed >= 0),
    expired INTEGER NOT NULL DEFAULT 0 CHECK (expired >= 0),
    moved_out INTEGER NOT NULL DEFAULT 0 CHECK (moved_out >= 0),
    refunded INTEGER NOT NULL DEFAULT 0 CHECK (refunded BETWEEN 0 AND consumed),
    adjusted INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT "pack: holds are within what remains (P6)" CHECK (0 <= held AND held <= remaining),
    CONSTRAINT "pack: size = remaining + consumed + expired + moved out - refunded (L2)"
        CHECK (opening + adjusted = remaining + consumed + expired + moved_out - refunded),
    CONSTRAINT "pack: nothing is used before all of it came"
        CHECK (opening = size OR (held = 0 AND consumed = 0 AND expired = 0 AND moved_out = 0))
) STRICT;
CREATE INDEX pack_team ON pack (team);

CREATE TRIGGER pack_begins AFTER INSERT ON pack
BEGIN UPDATE counter SET next = max(next, NEW.pack + 1) WHERE kind = 5; END;
CREATE TRIGGER pack_is_kept BEFORE DELETE ON pack
BEGIN SELECT RAISE(ABORT, 'pack: a pack is never deleted'); END;
CREATE TRIGGER pack_terms_are_kept BEFORE UPDATE OF pack, size, unit_price, starts_at, ends_at, purchased_at, parent ON pack
BEGIN SELECT RAISE(ABORT, 'pack: size, price, dates and parent never change'); END;

CREATE TABLE purchase_pack (
    purchase INTEGER NOT NULL REFERENCES purchase,
    pack INTEGER PRIMARY KEY REFERENCES pack DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- Live state ------------------------------------------------------------------------------------------------------

CREATE TABLE line (
    team INTEGER NOT NULL REFERENCES team,
    user INTEGER NOT NULL REFERENCES user,
    product INTEGER NOT NULL REFERENCES product,
    paid_until INTEGER NOT NULL CHECK (paid_until >= -1),
    window_start INTEGER NOT NULL CHECK (window_start >= -1),
    charge INTEGER NOT NULL,
    pending_since INTEGER NOT NULL CHECK (pending_since >= -1),
    capture_at INTEGER NOT NULL CHECK (capture_at >= -1),
    rate INTEGER NOT NULL CHECK (rate >= 0),
    rate_version INTEGER NOT NULL,
    policy_version INTEGER NOT NULL,
    basis INTEGER NOT NULL,
    session_hi INTEGER NOT NULL,
    session_lo INTEGER NOT NULL,
    used_until INTEGER NOT NULL CHECK (used_until >= -1),
    PRIMARY KEY (team, user, product)
) STRICT, WITHOUT ROWID;

CREATE TABLE hold (
    team INTEGER NOT NULL,
    user INTEGER NOT NULL,
    product INTEGER NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0),
    pack INTEGER NOT NULL,
    tokens INTEGER NOT NULL CHECK (tokens > 0),
    PRIMARY KEY (team, user, product, position)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER hold_reserves AFTER INSERT ON hold BEGIN
    UPDATE pack SET held = held + NEW.tokens WHERE pack = NEW.pack AND team = NEW.team;
    SELECT RAISE(ABORT, 'hold: the team has no such pack') WHERE changes() = 0;
END;
CREATE TRIGGER hold_releases AFTER DELETE ON hold
BEGIN UPDATE pack SET held = held - OLD.tokens WHERE pack = OLD.pack; END;
CREATE TRIGGER hold_is_placed_anew BEFORE UPDATE ON hold
BEGIN SELECT RAISE(ABORT, 'hold: a hold is never changed, only placed and released'); END;

CREATE TABLE free_use (
    team INTEGER NOT NULL,
    user INTEGER NOT NULL,
    product INTEGER NOT NULL,
    began_at INTEGER NOT NULL CHECK (began_at >= 0),
    ended_at INTEGER NOT NULL CHECK (ended_at >= began_at),
    PRIMARY KEY (team, user, product, began_at, ended_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    session_hi INTEGER NOT NULL,
    session_lo INTEGER NOT NULL,
    team INTEGER NOT NULL REFERENCES team,
    user INTEGER NOT NULL REFERENCES user,
    product INTEGER NOT NULL REFERENCES product,
    device INTEGER NOT NULL,
    state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 6),
    entitlement INTEGER NOT NULL CHECK (entitlement BETWEEN 0 AND 6),
    granted INTEGER NOT NULL,
    tokens INTEGER NOT NULL CHECK (tokens >= 0),
    content INTEGER NOT NULL,
    origin INTEGER NOT NULL CHECK (origin BETWEEN 1 AND 4),
    idle_aware INTEGER NOT NULL CHECK (idle_aware IN (0, 1)),
    max_tokens INTEGER NOT NULL CHECK (max_tokens >= -1),
    rights_version INTEGER NOT NULL,
    entitled_until INTEGER NOT NULL CHECK (entitled_until >= -1),
    opened_at INTEGER NOT NULL CHECK (opened_at >= 0),
    contact_at INTEGER NOT NULL CHECK (contact_at >= opened_at),
    operated_at INTEGER NOT NULL,
    operations INTEGER NOT NULL CHECK (operations >= 0),
    deadline INTEGER NOT NULL,
    absence INTEGER NOT NULL CHECK (absence >= 0),
    counter INTEGER NOT NULL CHECK (counter >= 0),
    ended_at INTEGER NOT NULL CHECK (ended_at >= -1),
    reported INTEGER NOT NULL,
    reason INTEGER NOT NULL CHECK (reason >= 0),
    PRIMARY KEY (session_hi, session_lo)
) STRICT, WITHOUT ROWID;
CREATE INDEX session_team ON session (team, user);

CREATE TABLE device (
    user INTEGER NOT NULL,
    product INTEGER NOT NULL,
    device INTEGER NOT NULL REFERENCES device_name,
    registered_at INTEGER NOT NULL CHECK (registered_at >= 0),
    PRIMARY KEY (user, product, device)
) STRICT, WITHOUT ROWID;

CREATE TABLE device_name (
    device INTEGER PRIMARY KEY CHECK (device >= 1),
    digest_hi INTEGER NOT NULL,
    digest_lo INTEGER NOT NULL
) STRICT;
CREATE TRIGGER device_name_begins AFTER INSERT ON device_name
BEGIN UPDATE counter SET next = max(next, NEW.device + 1) WHERE kind = 4; END;

-- What a person calls the device: kept apart, so that it can be erased alone (L1).
CREATE TABLE device_text (
    device INTEGER PRIMARY KEY REFERENCES device_name DEFERRABLE INITIALLY DEFERRED,
    text TEXT NOT NULL
) STRICT;

-- Ledger and use log ----------------------------------------------------------------------------------------------

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
    digest BLOB CHECK (length(digest) = 32),          -- salted digest of a free text kept elsewhere; NULL: none
    previous BLOB NOT NULL CHECK (length(previous) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    format INTEGER NOT NULL DEFAULT 1,
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
    CONSTRAINT "ledger: only the overdraft account is without a pack" CHECK (pack >= 1 OR (pack = 0 AND kind IN (9, 10)))
) STRICT, WITHOUT ROWID;
CREATE INDEX ledger_self_reported ON ledger (user, time) WHERE kind = 7 AND reason = 1;

CREATE TRIGGER ledger_moves_pack AFTER INSERT ON ledger BEGIN
    UPDATE team_head SET seq = NEW.seq, hash = NEW.hash
        WHERE team = NEW.team AND seq = NEW.seq - 1 AND hash = NEW.previous;
    SELECT RAISE(ABORT, 'ledger: an entry follows the last of its team by sequence and hash (L3)') WHERE changes() = 0;
    UPDATE pack SET
        remaining = remaining + NEW.tokens,
        consumed = consumed - iif(NEW.kind = 2, NEW.tokens, 0),
        opening = opening + iif(NEW.kind IN (1, 5, 6) AND opening < size, NEW.tokens, 0),
        moved_out = moved_out - iif(NEW.kind IN (4, 5, 6) AND opening = size, NEW.tokens, 0),
        expired = expired - iif(NEW.kind = 3, NEW.tokens, 0),
        refunded = refunded + iif(NEW.kind = 7, NEW.tokens, 0),
        adjusted = adjusted + iif(NEW.kind = 8, NEW.tokens, 0)
        WHERE pack = NEW.pack AND team = NEW.team;
    SELECT RAISE(ABORT, 'ledger: the team has no such pack') WHERE changes() = 0 AND NEW.pack <> 0;
END;
CREATE TRIGGER ledger_is_kept BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'ledger: entries are never changed (L1)'); END;
CREATE TRIGGER ledger_is_kept_whole BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'ledger: entries are never deleted (L1)'); END;

-- The charges of lines, an index of the ledger: one row for each window, made of its slices by trigger.
CREATE TABLE charge (
    team INTEGER NOT NULL,
    user INTEGER NOT NULL CHECK (user >= 1),
    product INTEGER NOT NULL CHECK (product >= 1),
    window_start INTEGER NOT NULL CHECK (window_start >= 0),
    window_end INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    refunded INTEGER NOT NULL DEFAULT 0,
    seq INTEGER NOT NULL,                             -- of its first slice
    PRIMARY KEY (team, user, product, window_start),
    CONSTRAINT "charge: a window has an end, at most two days later" CHECK (
        window_start < window_end AND window_end - window_start <= 172800000000),
    CONSTRAINT "charge: no more comes back than was taken" CHECK (refunded BETWEEN 0 AND tokens)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER ledger_charges_line AFTER INSERT ON ledger WHEN NEW.kind = 2 AND NEW.window_start >= 0 BEGIN
    SELECT RAISE(ABORT, 'charge: windows of a line never overlap (C15)') WHERE EXISTS (
        SELECT 1 FROM charge
        WHERE team = NEW.team AND user = NEW.user AND product = NEW.product
            AND window_start > NEW.window_start - 172800000000 AND window_start < NEW.window_end
            AND window_end > NEW.window_start AND window_start <> NEW.window_start AND refunded = 0);
    INSERT INTO charge (team, user, product, window_start, window_end, tokens, seq)
        VALUES (NEW.team, NEW.user, NEW.product, NEW.window_start, NEW.window_end, -NEW.tokens, NEW.seq)
        ON CONFLICT DO UPDATE SET tokens = tokens - NEW.tokens;
    SELECT RAISE(ABORT, 'charge: the slices of a window are the rate at most (C15)') WHERE EXISTS (
        SELECT 1 FROM charge
        WHERE team = NEW.team AND user = NEW.user AND product = NEW.product AND window_start = NEW.window_start
            AND (tokens > NEW.rate OR window_end <> NEW.window_end OR refunded > 0));
END;
CREATE TRIGGER ledger_refunds_line AFTER INSERT ON ledger WHEN NEW.kind = 7 BEGIN
    UPDATE charge SET refunded = refunded + NEW.tokens
        WHERE team = NEW.team AND user = NEW.user AND product = NEW.product AND window_start = NEW.window_start;
    SELECT RAISE(ABORT, 'ledger: a refund names the charge that it undoes (L5)') WHERE changes() = 0;
END;
CREATE TRIGGER charge_is_kept BEFORE DELETE ON charge
BEGIN SELECT RAISE(ABORT, 'charge: charges are never deleted (L1)'); END;

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
BEGIN SELECT RAISE(ABORT, 'use_log: rows are never changed (L7)'); END;
CREATE TRIGGER use_log_is_kept_whole BEFORE DELETE ON use_log
BEGIN SELECT RAISE(ABORT, 'use_log: rows are never deleted (L7)'); END;
