-- Administrative rows: what a batch writes beside the effects of the engine. Values are by name.

-- name: insert_team
-- A new team; its fence begins with it.
INSERT INTO team (team, name, digest_hi, digest_lo, display_name, created_at)
VALUES (:team, :name, :digest_hi, :digest_lo, :display_name, :created_at);

-- name: insert_user
-- A new user.
INSERT INTO user (user, subject, digest_hi, digest_lo, display_name, email, created_at)
VALUES (:user, :subject, :digest_hi, :digest_lo, :display_name, :email, :created_at);

-- name: insert_assignment
-- A user of a team may use a product (A1).
INSERT INTO assignment (team, user, product) VALUES (:team, :user, :product) ON CONFLICT DO NOTHING;

-- name: delete_assignments
-- A user of a team is assigned no product by name any more.
DELETE FROM assignment WHERE team = :team AND user = :user;

-- name: insert_product
-- A new product of the catalogue.
INSERT INTO product (product, code, digest_hi, digest_lo, name, kind, idle_aware_from, result_tokens, result_units)
VALUES (:product, :code, :digest_hi, :digest_lo, :name, :kind, :idle_aware_from, :result_tokens, :result_units);

-- name: insert_rate
-- Tokens per 24 hours of a product from a time on (C14).
INSERT INTO rate (product, version, valid_from, rate, note) VALUES (:product, :version, :valid_from, :rate, :note);

-- name: insert_policy
-- The terms of a team from a time on (C14).
INSERT INTO policy (
    team, version, effective_at, grace, grace_mode, idle_after, heartbeat_interval, renewal_notice, lease_max,
    lease_margin, late_checkin, late_refunds, late_refunds_period, repeat_retention, make_good, window_policy, calendar,
    seat_linger, end_before_renewal, overdraft_limit, consent, consent_above, origin_interactive,
    origin_plugin_autoload, origin_background, origin_automation, cross_team_subscription, given
) VALUES (
    :team, :version, :effective_at, :grace, :grace_mode, :idle_after, :heartbeat_interval, :renewal_notice, :lease_max,
    :lease_margin, :late_checkin, :late_refunds, :late_refunds_period, :repeat_retention, :make_good, :window_policy,
    :calendar, :seat_linger, :end_before_renewal, :overdraft_limit, :consent, :consent_above, :origin_interactive,
    :origin_plugin_autoload, :origin_background, :origin_automation, :cross_team_subscription, :given
);

-- name: insert_calendar
-- A boundary of a calendar: the first instant of a period (C9, Q3).
INSERT INTO calendar (calendar, at) VALUES (:calendar, :at);

-- name: put_cap
-- A cap of a team, its tokens and hardness as they are now; `gone` 1 ends it (Q3).
INSERT INTO cap (cap, team, calendar, tokens, hard, gone) VALUES (:cap, :team, :calendar, :tokens, :hard, :gone)
ON CONFLICT DO UPDATE SET team = excluded.team, calendar = excluded.calendar, tokens = excluded.tokens,
    hard = excluded.hard, gone = excluded.gone;

-- name: count_in_cap
-- A charge from before a cap that counts in it too (Q3): one row for each, so that its refund is taken back.
INSERT INTO cap_entry (cap, team, user, product, window_start, period, tokens)
VALUES (:cap, :team, :user, :product, :window_start, :period, :tokens);

-- name: put_pool
-- A pool of concurrent network seats (section 5).
INSERT INTO pool (pool, team, seats) VALUES (:pool, :team, :seats)
ON CONFLICT DO UPDATE SET team = excluded.team, seats = excluded.seats;

-- name: bump_rights
-- The rights of a team have changed (E2).
UPDATE team SET rights_version = :version WHERE team = :team;

-- name: bump_all_rights
-- The rights of all teams have changed (E2).
UPDATE authority SET rights_version = :version;

-- name: insert_purchase
-- An order of packs (P1).
INSERT INTO purchase (purchase, team, number, purchased_at) VALUES (:purchase, :team, :number, :purchased_at);

-- name: insert_purchase_pack
-- A pack that an order made.
INSERT INTO purchase_pack (purchase, pack, currency) VALUES (:purchase, :pack, :currency);

-- name: insert_request
-- The answer to an administrative request, for its repeats (SPEC 5).
INSERT INTO request (request, digest, result, made_at) VALUES (:request, :digest, :result, :made_at);

-- name: put_device_text
-- What a person calls a device.
INSERT INTO device_text (device, text) VALUES (:device, :text) ON CONFLICT DO UPDATE SET text = excluded.text;

-- name: set_stopped
-- The authority has stopped cleanly: its next start knows that nothing was cut off.
UPDATE authority SET stopped = 1;

-- name: put_fence
-- Take the fence of a team: whoever decided under the epoch before is refused from now on (DESIGN 1.5).
UPDATE fence SET owner = :owner, epoch = :epoch, deadline = :deadline WHERE team = :team AND epoch < :epoch;

-- name: doubt_clock
-- The authority started long after its mark: until confirmed it forfeits no pack, also over restarts (T2).
UPDATE authority SET doubted = 1;

-- name: trust_clock
-- The operator has vouched for the clock.
UPDATE authority SET doubted = 0;

-- name: name_device
-- The digest by which a device is known, given with a batch that was lost: its id stays given.
INSERT INTO device_name VALUES (:device, :high, :low);

-- name: insert_audit
-- An administrative act, as it was asked (L6).
INSERT INTO audit (at, actor, role, source, team, act, details, outcome)
VALUES (:at, :actor, :role, :source, :team, :act, :details, :outcome);

-- name: insert_calendar_of
-- A calendar that was made for a zone's periods.
INSERT INTO calendar_of (zone, per, calendar) VALUES (:zone, :per, :calendar);

-- name: put_evidence
-- How the caller of a session knew its origin (S6).
INSERT INTO session_evidence (session_hi, session_lo, text) VALUES (:session_hi, :session_lo, :text)
ON CONFLICT DO NOTHING;
