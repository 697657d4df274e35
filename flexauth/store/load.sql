-- What start, take-over and recovery read: live state by team and by key, never the ledger (DESIGN 1.6).
-- The result columns are those of `COLUMNS`.

-- name: meta
-- Where the store stands.
SELECT batch, mark, absence, epoch, schema, stopped FROM authority;

-- name: teams
-- Ids of all teams.
SELECT team FROM team ORDER BY team;

-- name: head
-- Sequence and hash of a team's last entry.
SELECT seq, hash FROM ledger WHERE team = :team ORDER BY seq DESC LIMIT 1;

-- name: names
-- (IdKind, id, digest) of the name of every team, user and product.
SELECT 1, team, digest_hi, digest_lo FROM team
UNION ALL SELECT 2, user, digest_hi, digest_lo FROM user WHERE digest_hi IS NOT NULL
UNION ALL SELECT 3, product, digest_hi, digest_lo FROM product;

-- name: device_names
-- The digest of every device's name.
SELECT device, digest_hi, digest_lo FROM device_name;

-- name: load_counter
-- The next id of each kind.
SELECT kind, next FROM counter ORDER BY kind;

-- name: load_product
-- Every product and how it is charged.
SELECT product, kind FROM product ORDER BY product;

-- name: load_rate
-- Every rate, in the order in which they take effect.
SELECT product, version, valid_from, rate FROM rate ORDER BY product, valid_from, version;

-- name: load_team
-- Where the team's sequences stand.
SELECT team,
    coalesce((SELECT max(seq) FROM ledger WHERE team = :team), 0),
    coalesce((SELECT max(seq) FROM use_log WHERE team = :team), 0)
FROM team WHERE team = :team;

-- name: load_policy
-- The terms of the team, all versions in the order in which they take effect.
SELECT team, version, effective_at, grace, grace_mode, idle_after, heartbeat_interval, renewal_notice, lease_max,
    lease_margin, late_checkin, late_refunds, late_refunds_period, repeat_retention, make_good
FROM policy WHERE team = :team ORDER BY effective_at, version;

-- name: load_pack
-- The packs of the team, those that have ended too: a refund may name them (L5). Packs are few.
SELECT pack.team, pack, pack.size, unit_price, starts_at, ends_at, purchased_at, remaining, parent, ended
FROM pack JOIN account USING (pack) WHERE pack.team = :team ORDER BY pack;

-- name: load_line
-- The team's lines.
SELECT team, user, product, paid_until, window_start, charge, pending_since, capture_at, rate, rate_version,
    policy_version, basis, session_hi, session_lo, used_until
FROM line WHERE team = :team ORDER BY user, product;

-- name: load_hold
-- The slices of the team's holds.
SELECT team, user, product, position, pack, tokens FROM hold WHERE team = :team ORDER BY user, product, position;

-- name: load_free_use
-- Free use that still counts (C8).
SELECT team, user, product, began_at, ended_at FROM free_use WHERE team = :team ORDER BY user, product, began_at;

-- name: load_session
-- The team's sessions, ended ones too while a repeat may come.
SELECT session_hi, session_lo, team, user, product, device, state, entitlement, granted, tokens, content, origin,
    idle_aware, max_tokens, rights_version, entitled_until, opened_at, contact_at, operated_at, operations, deadline,
    absence, counter, ended_at, reported, reason
FROM session WHERE team = :team;

-- name: load_device
-- The registered devices of one user.
SELECT user, product, device, registered_at FROM device WHERE user = :user ORDER BY product, registered_at, device;

-- name: load_devices
-- The registered devices of all users.
SELECT user, product, device, registered_at FROM device;
