-- Members: what invitations, imports, notices to come and erasures need beside the facts of rights.

ALTER TABLE user ADD COLUMN erased_at INTEGER NOT NULL DEFAULT -1;
CREATE INDEX user_email ON user (lower(email)) WHERE email <> '';
-- Of one e-mail address there is one invited person at most (A4).
CREATE UNIQUE INDEX user_invited ON user (lower(email)) WHERE subject IS NULL AND email <> '';

CREATE TRIGGER user_is_bound_for_ever BEFORE UPDATE OF subject ON user
WHEN NEW.subject IS NOT OLD.subject AND (OLD.subject IS NOT NULL OR OLD.erased_at <> -1) AND NEW.erased_at = -1
BEGIN SELECT RAISE(ROLLBACK, 'user: a subject is bound for ever (A4)'); END;
CREATE TRIGGER user_stays_erased BEFORE UPDATE ON user
WHEN OLD.erased_at <> -1 AND (NEW.erased_at <> OLD.erased_at OR NEW.subject IS NOT NULL OR NEW.digest_hi IS NOT NULL)
BEGIN SELECT RAISE(ROLLBACK, 'user: who was erased is never found again'); END;

-- Events that someone must be told (SPEC 9), in the order in which they are to be told. `user` is whom the payload is
-- about, 0: nobody; erasing them empties it.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL CHECK (at >= 0),
    team INTEGER NOT NULL,
    user INTEGER NOT NULL CHECK (user >= 0),
    kind TEXT NOT NULL,
    payload TEXT NOT NULL CHECK (json_valid(payload))
) STRICT;
CREATE INDEX outbox_user ON outbox (user) WHERE user > 0;

-- Rows of a roster that wait for the last of their upload.
CREATE TABLE roster_row (
    team INTEGER NOT NULL REFERENCES team,
    upload TEXT NOT NULL,
    line INTEGER NOT NULL CHECK (line >= 1),
    cells TEXT NOT NULL CHECK (json_valid(cells)),
    kept_at INTEGER NOT NULL CHECK (kept_at >= 0),
    PRIMARY KEY (team, upload, line)
) STRICT, WITHOUT ROWID;
