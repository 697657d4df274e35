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
SELECT product, kind, result_tokens, result_units FROM product ORDER BY product;

-- name: load_rate
-- Every rate, in the order in which they take effect.
SELECT product, version, valid_from, rate FROM rate ORDER BY product, valid_from, version;

-- name: load_rights
-- The version of the rights of all teams, as a row of table team (E2).
SELECT 0, 0, 0, 0, rights_version FROM authority;

-- name: load_calendar
-- Every boundary of every calendar, in order (C9, Q3).
SELECT calendar, at FROM calendar ORDER BY calendar, at;

-- name: load_team
-- Where the team's sequences stand, what it owes (C10), and the version of its rights (E2).
SELECT team,
    coalesce((SELECT max(seq) FROM ledger WHERE team = :team), 0),
    coalesce((SELECT max(seq) FROM use_log WHERE team = :team), 0),
    overdraft, rights_version
FROM team WHERE team = :team;

-- name: load_cap
-- The caps of the team that bind (Q3).
SELECT cap, team, calendar, tokens, hard FROM cap WHERE team = :team AND gone = 0 ORDER BY cap;

-- name: load_cap_use
-- What counts in the last forty periods of the team's caps: more than any window can still be renewed or refunded in.
SELECT cap, period, used FROM cap JOIN cap_use USING (cap)
WHERE team = :team AND gone = 0 AND period >= coalesce((
    SELECT period FROM cap_use AS newest WHERE newest.cap = cap.cap ORDER BY period DESC LIMIT 1 OFFSET 39), 0)
ORDER BY cap, period;

-- name: load_pool
-- The team's pools of network seats (section 5).
SELECT pool, team, seats FROM pool WHERE team = :team ORDER BY pool;

-- name: load_policy
-- The terms of the team, all versions in the order in which they take effect.
SELECT team, version, effective_at, grace, grace_mode, idle_after, heartbeat_interval, renewal_notice, lease_max,
    lease_margin, late_checkin, late_refunds, late_refunds_period, repeat_retention, make_good, window_policy, calendar,
    seat_linger, end_before_renewal, overdraft_limit, consent, consent_above, origin_interactive,
    origin_plugin_autoload, origin_background, origin_automation, cross_team_subscription
FROM policy WHERE team = :team ORDER BY effective_at, version;

-- name: load_pack
-- The packs of the team, those that have ended too: a refund may name them (L5). Packs are few.
SELECT pack.team, pack, pack.size, unit_price, starts_at, ends_at, purchased_at, remaining, parent, ended
FROM pack JOIN account USING (pack) WHERE pack.team = :team ORDER BY pack;

-- name: load_line
-- The team's lines.
SELECT team, user, product, paid_until, window_start, charge, pending_since, capture_at, rate, rate_version,
    policy_version, basis, session_hi, session_lo, used_until, units, advance_at, advance_rate, advance_rate_version,
    advance_policy_version
FROM line WHERE team = :team ORDER BY user, product;

-- name: load_hold
-- The slices of the team's holds.
SELECT team, user, product, advance, position, pack, tokens
FROM hold WHERE team = :team ORDER BY user, product, advance, position;

-- name: load_capped
-- What the team's holds count in, summed up (Q3): those of the present window and of the next one.
SELECT entry.team, entry.user, entry.product, entry.window_start, cap, period, sum(entry.tokens)
FROM hold JOIN line USING (team, user, product) JOIN cap_entry AS entry
    ON entry.team = hold.team AND entry.user = hold.user AND entry.product = hold.product
        AND entry.window_start = iif(hold.advance, line.advance_at, line.pending_since)
WHERE hold.team = :team AND hold.position = 0 AND EXISTS (SELECT 1 FROM cap WHERE team = :team)
GROUP BY entry.team, entry.user, entry.product, entry.window_start, cap, period HAVING sum(entry.tokens) > 0;

-- name: load_free_use
-- Free use that still counts (C8).
SELECT team, user, product, began_at, ended_at FROM free_use WHERE team = :team ORDER BY user, product, began_at;

-- name: load_session
-- The team's sessions, ended ones too while a repeat may come.
SELECT session_hi, session_lo, team, user, product, device, state, entitlement, granted, tokens, content, origin,
    idle_aware, max_tokens, rights_version, entitled_until, opened_at, contact_at, operated_at, operations, deadline,
    absence, counter, ended_at, reported, reason, asked_team, project, pool, seat_since, borrowed_until, waiting,
    ends_before_renewal
FROM session WHERE team = :team;

-- name: load_device
-- The registered devices of one user.
SELECT user, product, device, registered_at FROM device WHERE user = :user ORDER BY product, registered_at, device;

-- name: load_devices
-- The registered devices of all users.
SELECT user, product, device, registered_at FROM device;
