-- Who may call what: API keys, roles of identities, identity providers. A team NULL is everywhere, or the vendor's own.

CREATE TABLE api_key (
    number INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,                         -- the id that stands in its text
    name TEXT NOT NULL,
    team INTEGER REFERENCES team,                     -- who owns it
    digest BLOB NOT NULL CHECK (length(digest) = 32), -- SHA-256 of its text, which nobody keeps
    subject TEXT NOT NULL,                            -- whom a user's key acts for, '' for others
    created_at INTEGER NOT NULL CHECK (created_at >= 0),
    expires_at INTEGER NOT NULL CHECK (expires_at = -1 OR expires_at > created_at),
    revoked_at INTEGER NOT NULL CHECK (revoked_at >= -1)
) STRICT;
CREATE INDEX api_key_team ON api_key (team, number);
CREATE INDEX api_key_name ON api_key (name) WHERE revoked_at = -1;

-- Of one name at most two live at one time: the old and the new one of a rotation.
CREATE TRIGGER api_key_rotates BEFORE INSERT ON api_key WHEN (
    SELECT count(*) FROM api_key
    WHERE name = NEW.name AND team IS NEW.team AND revoked_at = -1
    AND (expires_at = -1 OR expires_at > NEW.created_at)
) >= 2
BEGIN SELECT RAISE(ROLLBACK, 'api_key: at most two of a name live at one time'); END;

CREATE TRIGGER api_key_is_kept BEFORE UPDATE OF number, key, team, digest, created_at, expires_at ON api_key
BEGIN SELECT RAISE(ROLLBACK, 'api_key: a key is never changed'); END;
CREATE TRIGGER api_key_is_revoked_once BEFORE UPDATE OF revoked_at ON api_key WHEN OLD.revoked_at <> -1
BEGIN SELECT RAISE(ROLLBACK, 'api_key: what is revoked stays revoked'); END;
CREATE TRIGGER api_key_is_kept_whole BEFORE DELETE ON api_key
BEGIN SELECT RAISE(ROLLBACK, 'api_key: a key is never deleted'); END;

CREATE TABLE api_key_scope (
    api_key INTEGER NOT NULL REFERENCES api_key,
    role INTEGER NOT NULL CHECK (role BETWEEN 1 AND 9),
    team INTEGER REFERENCES team
) STRICT;
CREATE UNIQUE INDEX api_key_scope_once ON api_key_scope (api_key, role, ifnull(team, 0));
CREATE TRIGGER api_key_scope_is_kept BEFORE UPDATE ON api_key_scope
BEGIN SELECT RAISE(ROLLBACK, 'api_key_scope: the scopes of a key never change'); END;
CREATE TRIGGER api_key_scope_is_kept_whole BEFORE DELETE ON api_key_scope
BEGIN SELECT RAISE(ROLLBACK, 'api_key_scope: the scopes of a key never change'); END;

CREATE TABLE granted_role (
    number INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 2), -- 1 subject, 2 name of a certificate
    name TEXT NOT NULL CHECK (name <> ''),
    role INTEGER NOT NULL CHECK (role BETWEEN 1 AND 9),
    team INTEGER REFERENCES team,
    device TEXT NOT NULL CHECK ((device <> '') = (role = 8)),
    granted_at INTEGER NOT NULL CHECK (granted_at >= 0),
    CHECK (role <> 8 OR kind = 2 AND team IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX granted_role_once ON granted_role (kind, name, role, ifnull(team, 0), device);
CREATE INDEX granted_role_team ON granted_role (team, number);

CREATE TABLE identity_provider (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    issuer TEXT NOT NULL UNIQUE,
    subject_prefix TEXT NOT NULL UNIQUE,              -- two issuers never speak for one subject
    given TEXT NOT NULL CHECK (json_valid(given))     -- the provider as it was given, by name
) STRICT;
