-- Schema 1. Times are microseconds since the epoch (UTC), -1 for a time that is not there; tokens are whole.
-- Every invariant that SQL can hold is held here, so that the file refuses what a wrong program would write. What is
-- refused rolls the whole batch back: ROLLBACK, not ABORT, so that SQLite keeps no journal of each statement.

CREATE TABLE authority (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    batch INTEGER NOT NULL CHECK (batch >= 0),       -- number of the last stored batch (R2)
    mark INTEGER NOT NULL CHECK (mark >= 0),         -- high-water mark of time (T2)
    absence INTEGER NOT NULL CHECK (absence >= 0),   -- how long the authority was away in all (S5)
    epoch INTEGER NOT NULL CHECK (epoch >= 0),       -- raised by every restore
    schema INTEGER NOT NULL CHECK (schema >= 1),
    stopped INTEGER NOT NULL CHECK (stopped IN (0, 1)),
    doubted INTEGER NOT NULL CHECK (doubted IN (0, 1))   -- the clock is not confirmed: no pack is forfeited (T2)
) STRICT;
INSERT INTO authority VALUES (1, 0, 0, 0, 0, 1, 1, 0);

CREATE TRIGGER authority_goes_forward BEFORE UPDATE ON authority
WHEN NEW.batch < OLD.batch OR NEW.mark < OLD.mark OR NEW.absence < OLD.absence OR NEW.epoch < OLD.epoch
BEGIN SELECT RAISE(ROLLBACK, 'authority: batch, mark, absence and epoch only go forward'); END;

CREATE TRIGGER authority_stays BEFORE DELETE ON authority
BEGIN SELECT RAISE(ROLLBACK, 'authority: its row is never deleted'); END;

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
    display_name TEXT NOT NULL,
    created_at INTEGER NOT NULL CHECK (created_at >= 0)
) STRICT;

CREATE TABLE user (
    user INTEGER PRIMARY KEY CHECK (user >= 1),
    subject TEXT UNIQUE,                              -- NULL: not yet bound (A4), or erased
    digest_hi INTEGER,
    digest_lo INTEGER,
    display_name TEXT NOT NULL,
    email TEXT NOT NULL,
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
    note TEXT NOT NULL,
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
BEGIN SELECT RAISE(ROLLBACK, 'rate: a rate is never changed, a later version replaces it (C14)'); END;
CREATE TRIGGER rate_is_kept_whole BEFORE DELETE ON rate
BEGIN SELECT RAISE(ROLLBACK, 'rate: a rate is never deleted (C14)'); END;
CREATE TRIGGER policy_is_kept BEFORE UPDATE ON policy
BEGIN SELECT RAISE(ROLLBACK, 'policy: terms are never changed, a later version replaces them (C14)'); END;
CREATE TRIGGER policy_is_kept_whole BEFORE DELETE ON policy
BEGIN SELECT RAISE(ROLLBACK, 'policy: terms are never deleted (C14)'); END;

-- Whoever holds the fence of a team serves it; a batch decided under another epoch is refused.
CREATE TABLE fence (
    team INTEGER PRIMARY KEY REFERENCES team,
    owner TEXT NOT NULL,
    epoch INTEGER NOT NULL CHECK (epoch >= 0),
    deadline INTEGER NOT NULL CHECK (deadline >= -1)
) STRICT;

CREATE TRIGGER fence_goes_forward BEFORE UPDATE ON fence WHEN NEW.epoch < OLD.epoch
BEGIN SELECT RAISE(ROLLBACK, 'fence: an epoch only goes forward'); END;

CREATE TRIGGER team_begins AFTER INSERT ON team BEGIN
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

CREATE TABLE purchase (
    purchase INTEGER PRIMARY KEY CHECK (purchase >= 1),
    team INTEGER NOT NULL REFERENCES team,
    number TEXT NOT NULL,
    purchased_at INTEGER NOT NULL CHECK (purchased_at >= 0),
    UNIQUE (team, number)
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
    ended INTEGER NOT NULL CHECK (ended IN (0, 1))
) STRICT;
CREATE INDEX pack_team ON pack (team);

-- What became of a pack's tokens. The program never writes it: entries of the ledger and holds move it, by trigger.
CREATE TABLE account (
    pack INTEGER PRIMARY KEY REFERENCES pack,
    team INTEGER NOT NULL,
    size INTEGER NOT NULL,
    opening INTEGER NOT NULL CHECK (opening BETWEEN 0 AND size),      -- what came of `size`, by one entry or several
    remaining INTEGER NOT NULL,
    held INTEGER NOT NULL,
    consumed INTEGER NOT NULL CHECK (consumed >= 0),
    expired INTEGER NOT NULL CHECK (expired >= 0),
    moved_out INTEGER NOT NULL CHECK (moved_out >= 0),
    refunded INTEGER NOT NULL CHECK (refunded BETWEEN 0 AND consumed),
    adjusted INTEGER NOT NULL,
    CONSTRAINT "pack: holds are within what remains (P6)" CHECK (0 <= held AND held <= remaining),
    CONSTRAINT "pack: size = remaining + consumed + expired + moved out - refunded (L2)"
        CHECK (opening + adjusted = remaining + consumed + expired + moved_out - refunded),
    CONSTRAINT "pack: nothing is used before all of it came"
        CHECK (opening = size OR (held = 0 AND consumed = 0 AND expired = 0 AND moved_out = 0))
) STRICT;

CREATE TRIGGER pack_begins AFTER INSERT ON pack BEGIN
    INSERT INTO account VALUES (NEW.pack, NEW.team, NEW.size, 0, 0, 0, 0, 0, 0, 0, 0);
    UPDATE counter SET next = max(next, NEW.pack + 1) WHERE kind = 5;
END;
CREATE TRIGGER pack_is_kept BEFORE DELETE ON pack
BEGIN SELECT RAISE(ROLLBACK, 'pack: a pack is never deleted'); END;
CREATE TRIGGER pack_terms_are_kept
BEFORE UPDATE OF pack, team, size, unit_price, starts_at, ends_at, purchased_at, parent ON pack
BEGIN SELECT RAISE(ROLLBACK, 'pack: team, size, price, dates and parent never change'); END;
CREATE TRIGGER account_is_kept BEFORE DELETE ON account
BEGIN SELECT RAISE(ROLLBACK, 'account: the account of a pack is never deleted'); END;

CREATE TABLE purchase_pack (
    purchase INTEGER NOT NULL REFERENCES purchase,
    pack INTEGER NOT NULL UNIQUE REFERENCES pack DEFERRABLE INITIALLY DEFERRED,
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    PRIMARY KEY (purchase, pack)
) STRICT, WITHOUT ROWID;

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

CREATE INDEX hold_divided ON hold (team, user, product) WHERE position = 1;

CREATE TRIGGER hold_reserves AFTER INSERT ON hold BEGIN
    UPDATE OR ROLLBACK account SET held = held + NEW.tokens WHERE pack = NEW.pack AND team = NEW.team;
    SELECT RAISE(ROLLBACK, 'hold: the team has no such pack') WHERE changes() = 0;
END;
CREATE TRIGGER hold_releases AFTER DELETE ON hold
BEGIN UPDATE OR ROLLBACK account SET held = held - OLD.tokens WHERE pack = OLD.pack; END;
-- To insert a line here deletes the first slice of its hold, by its whole key and so without a list of rows.
CREATE VIEW release AS SELECT team, user, product FROM hold WHERE position = 0;
CREATE TRIGGER release_deletes INSTEAD OF INSERT ON release BEGIN
    DELETE FROM hold WHERE team = NEW.team AND user = NEW.user AND product = NEW.product AND position = 0;
END;
CREATE TRIGGER hold_is_placed_anew BEFORE UPDATE ON hold
BEGIN SELECT RAISE(ROLLBACK, 'hold: a hold is never changed, only placed and released'); END;

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
    user INTEGER NOT NULL,
    product INTEGER NOT NULL,
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

-- What is shown of a session that is over for repeats and late check-ins: live tables stay small (R7).
CREATE TABLE past_session (
    session_hi INTEGER NOT NULL,
    session_lo INTEGER NOT NULL,
    team INTEGER NOT NULL,
    user INTEGER NOT NULL,
    product INTEGER NOT NULL,
    device INTEGER NOT NULL,
    state INTEGER NOT NULL,
    entitlement INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    deadline INTEGER NOT NULL,
    counter INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    PRIMARY KEY (session_hi, session_lo)
) STRICT, WITHOUT ROWID;
CREATE INDEX past_session_user ON past_session (user, opened_at);
CREATE INDEX past_session_team ON past_session (team, opened_at);

CREATE TRIGGER session_is_past AFTER DELETE ON session BEGIN
    REPLACE INTO past_session VALUES (OLD.session_hi, OLD.session_lo, OLD.team, OLD.user, OLD.product, OLD.device,
        OLD.state, OLD.entitlement, OLD.opened_at, OLD.deadline, OLD.counter, OLD.ended_at);
END;

CREATE VIEW known_session AS
SELECT session_hi, session_lo, team, user, product, device, state, entitlement, opened_at, deadline, counter, ended_at
FROM session
UNION ALL SELECT * FROM past_session AS past
WHERE NOT EXISTS (SELECT 1 FROM session WHERE session_hi = past.session_hi AND session_lo = past.session_lo);

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
