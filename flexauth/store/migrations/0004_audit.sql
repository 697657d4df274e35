-- Every administrative act (L6): who, what, when, from where. `details` is the request as it was asked; what it says of
-- a person is blanked when the person is erased.
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL CHECK (at >= 0),
    actor TEXT NOT NULL,
    role TEXT NOT NULL,
    source TEXT NOT NULL,
    team TEXT NOT NULL,                               -- its name, '' when the act names none
    act TEXT NOT NULL,
    details TEXT NOT NULL CHECK (json_valid(details)),
    outcome TEXT NOT NULL
) STRICT;
CREATE INDEX audit_team ON audit (team, seq);
CREATE TRIGGER audit_is_kept BEFORE UPDATE OF seq, at, role, source, team, act, outcome ON audit
BEGIN SELECT RAISE(ROLLBACK, 'audit: a row is never changed, but to erase a person'); END;
CREATE TRIGGER audit_is_kept_whole BEFORE DELETE ON audit
BEGIN SELECT RAISE(ROLLBACK, 'audit: a row is never deleted'); END;
