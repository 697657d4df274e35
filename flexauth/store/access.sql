-- Who may call what: API keys, roles of identities, identity providers.

-- name: insert_api_key
-- A new key.
INSERT INTO api_key (key, name, team, digest, subject, created_at, expires_at, revoked_at)
VALUES (:key, :name, :team, :digest, :subject, :created_at, :expires_at, -1);

-- name: insert_api_key_scope
-- A scope of a key.
INSERT INTO api_key_scope (api_key, role, team) SELECT number, :role, :team FROM api_key WHERE key = :key;

-- name: revoke_api_key
-- A key lives no more.
UPDATE api_key SET revoked_at = :at WHERE key = :key AND revoked_at = -1;

-- name: api_key_by_id
-- What is kept of a key.
SELECT api_key.number, key, api_key.name, coalesce(team.name, '') AS team, digest, subject, api_key.created_at,
    expires_at, revoked_at
FROM api_key LEFT JOIN team ON team.team = api_key.team WHERE key = :key;

-- name: api_key_scopes
-- Scopes of a key.
SELECT role, coalesce(team.name, '') AS team
FROM api_key_scope LEFT JOIN team ON team.team = api_key_scope.team
WHERE api_key = :number ORDER BY role, team.name;

-- name: live_keys_of_name
-- How many keys of a name live.
SELECT count(*) AS live FROM api_key
WHERE name = :name AND team IS :team AND revoked_at = -1 AND (expires_at = -1 OR expires_at > :at);

-- name: live_vendor_keys
-- How many keys may do everything.
SELECT count(*) AS live FROM api_key JOIN api_key_scope ON api_key_scope.api_key = api_key.number
WHERE role = 1 AND revoked_at = -1 AND (expires_at = -1 OR expires_at > :at);

-- name: api_keys_page
-- All keys in the order in which they were made.
SELECT key, number FROM api_key WHERE number > :after ORDER BY number LIMIT :limit;

-- name: team_api_keys_page
-- Keys that a team owns.
SELECT key, number FROM api_key WHERE team = :team AND number > :after ORDER BY number LIMIT :limit;

-- name: put_granted_role
-- An identity has a role.
INSERT INTO granted_role (kind, name, role, team, device, granted_at)
VALUES (:kind, :name, :role, :team, :device, :granted_at) ON CONFLICT DO NOTHING;

-- name: delete_granted_role
-- An identity has a role no more.
DELETE FROM granted_role
WHERE kind = :kind AND name = :name AND role = :role AND team IS :team AND device = :device;

-- name: granted_role
-- When an identity was given a role.
SELECT granted_at FROM granted_role
WHERE kind = :kind AND name = :name AND role = :role AND team IS :team AND device = :device;

-- name: roles_of_identity
-- All roles of an identity.
SELECT role, coalesce(team.name, '') AS team, device
FROM granted_role LEFT JOIN team ON team.team = granted_role.team
WHERE kind = :kind AND granted_role.name = :name ORDER BY role, team.name, device;

-- name: roles_page
-- All granted roles in the order in which they were granted.
SELECT number, kind, granted_role.name, role, coalesce(team.name, '') AS team, device, granted_at
FROM granted_role LEFT JOIN team ON team.team = granted_role.team
WHERE number > :after ORDER BY number LIMIT :limit;

-- name: team_roles_page
-- Roles in a team.
SELECT number, kind, granted_role.name, role, team.name AS team, device, granted_at
FROM granted_role JOIN team ON team.team = granted_role.team
WHERE granted_role.team = :team AND number > :after ORDER BY number LIMIT :limit;

-- name: put_identity_provider
-- An issuer is trusted, or trusted otherwise.
INSERT INTO identity_provider (name, issuer, subject_prefix, given) VALUES (:name, :issuer, :subject_prefix, :given)
ON CONFLICT (name) DO UPDATE SET issuer = excluded.issuer, subject_prefix = excluded.subject_prefix,
    given = excluded.given;

-- name: delete_identity_provider
-- An issuer is trusted no more.
DELETE FROM identity_provider WHERE name = :name;

-- name: every_identity_provider
-- The issuers that are trusted.
SELECT name, issuer, subject_prefix, given FROM identity_provider ORDER BY name;

-- name: team_of_api_key
-- The team that owns a key.
SELECT coalesce(team.name, '') AS team FROM api_key LEFT JOIN team ON team.team = api_key.team WHERE key = :value;

-- name: team_of_pack
-- The team that owns a pack.
SELECT team.name AS team FROM pack JOIN team ON team.team = pack.team WHERE pack.pack = :value;

-- name: session_owner
-- Whose a session is, and on which device it runs.
SELECT coalesce(team.name, '') AS team, coalesce(user.subject, '') AS user, coalesce(device_text.text, '') AS device
FROM known_session LEFT JOIN team ON team.team = known_session.team LEFT JOIN user ON user.user = known_session.user
LEFT JOIN device_text ON device_text.device = known_session.device
WHERE session_hi = :high AND session_lo = :low;

-- name: registered_device
-- Whether a user has registered a device, for whichever product (D1).
SELECT 1 AS registered FROM device JOIN device_text ON device_text.device = device.device
WHERE device.user = :user AND device_text.text = :device LIMIT 1;
