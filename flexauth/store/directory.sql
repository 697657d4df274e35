-- Readers of who and what there is: for the authority and for administration. Pages are by key, after the last one seen.

-- name: every_team
-- Teams by name and id.
SELECT team, name FROM team ORDER BY team;

-- name: every_product
-- The catalogue.
SELECT product, code, name, kind, idle_aware_from, retired_at, host FROM product ORDER BY product;

-- name: every_contract
-- Contracts of all teams as they were given, in the order in which they take effect.
SELECT team, version, effective_at, given, calendar FROM policy ORDER BY team, effective_at, version;

-- name: user_memberships
-- The teams of a user, and how the user belongs to them (A1, A2, A4, A8).
SELECT member.team, team.name, member.assigned_all, member.guest, member.suspended, member.invited_until
FROM member JOIN team ON team.team = member.team
WHERE member.user = :user ORDER BY member.team;

-- name: user_assignments
-- Products assigned to a user by name (A1).
SELECT assignment.team, assignment.product, product.code
FROM assignment JOIN product ON product.product = assignment.product
WHERE assignment.user = :user ORDER BY assignment.team, product.code;

-- name: teams_that_know_user
-- The teams of a user that may be told who it is: of one with a subject, those where the invitation was accepted (A4).
SELECT team.name FROM member JOIN team ON team.team = member.team JOIN user ON user.user = member.user
WHERE member.user = :user AND (invited_until = -1 OR user.subject IS NULL);

-- name: user_by_id
-- One user; `subject` is the e-mail address while they are invited, and a pseudonym after they were erased.
SELECT user, coalesce(subject, nullif(email, ''), 'erased-' || user.user) AS subject, display_name AS name, email
FROM user WHERE user = :user;

-- name: users_page
-- Users in order of their ids.
SELECT user, coalesce(subject, nullif(email, ''), 'erased-' || user.user) AS subject, display_name AS name, email
FROM user WHERE user > :after AND erased_at = -1 ORDER BY user LIMIT :limit;

-- name: team_users_page
-- Users of a team in order of their ids; `known` 0: the team learns no name of them until they accept (A4).
SELECT user.user, coalesce(subject, nullif(email, ''), 'erased-' || user.user) AS subject, display_name AS name, email,
    invited_until = -1 OR subject IS NULL AS known
FROM member JOIN user ON user.user = member.user
WHERE member.team = :team AND member.user > :after ORDER BY member.user LIMIT :limit;

-- name: teams_page
-- Teams with the number of their users; of those named, or all.
SELECT team, name, display_name, created_at, (SELECT count(*) FROM member WHERE member.team = team.team) AS users
FROM team WHERE team > :after AND (:within IS NULL OR name IN (SELECT value FROM json_each(:within)))
ORDER BY team LIMIT :limit;

-- name: rate_now
-- The rate in force at an instant (C14).
SELECT version, valid_from, rate, note FROM rate
WHERE product = :product AND valid_from <= :at ORDER BY valid_from DESC, version DESC LIMIT 1;

-- name: rates_page
-- Dated rates in order of their versions; product 0 means all.
SELECT product, version, valid_from, rate, note FROM rate
WHERE version > :after AND (:product = 0 OR product = :product) ORDER BY version LIMIT :limit;

-- name: last_rate_version
-- The version of the rate sheet as it stands.
SELECT coalesce(max(version), 0) AS version FROM rate;

-- name: contract_at
-- The contract of a team in force at an instant.
SELECT version, effective_at, given FROM policy
WHERE team = :team AND effective_at <= :at ORDER BY effective_at DESC, version DESC LIMIT 1;

-- name: last_contract
-- The newest contract of a team, in force or to come.
SELECT version, effective_at, given FROM policy WHERE team = :team ORDER BY version DESC LIMIT 1;

-- name: request_made
-- The answer that an administrative request had (SPEC 5).
SELECT digest, result FROM request WHERE request = :request;

-- name: order_by_number
-- An order by its number.
SELECT purchase FROM purchase WHERE number = :number AND team = :team;

-- name: device_words
-- What a person calls a device.
SELECT text FROM device_text WHERE device = :device;

-- name: slices_of_window
-- The slices of the charge of a line's window, in the order of P3; pack 0 is the overdraft (C10).
SELECT seq, pack, -tokens AS tokens, window_end FROM ledger INDEXED BY ledger_charge
WHERE team = :team AND user = :user AND product = :product AND window_start = :window_start
AND (kind = 2 OR kind = 9) AND window_start >= 0 ORDER BY seq;

-- name: caps_of_window
-- What a charge or hold of a line's window counts in (Q3).
SELECT cap, period, sum(tokens) AS tokens FROM cap_entry
WHERE team = :team AND user = :user AND product = :product AND window_start = :window_start
GROUP BY cap, period HAVING sum(tokens) > 0 ORDER BY cap, period;

-- name: late_refunds
-- How many refunds a user reported of themselves since an instant (S5).
SELECT count(DISTINCT corrects) AS recent FROM ledger WHERE user = :user AND kind = 7 AND reason = 1 AND time >= :since;

-- name: charges_of_user
-- Charges of a user, latest window first.
SELECT ledger.team, ledger.user, ledger.product, ledger.window_start, ledger.window_end, -sum(ledger.tokens) AS tokens,
    coalesce((
        SELECT sum(refund.tokens) FROM ledger AS refund INDEXED BY ledger_refund
        WHERE refund.kind = 7 AND refund.team = ledger.team AND refund.user = ledger.user
            AND refund.product = ledger.product AND refund.window_start = ledger.window_start), 0) AS refunded,
    min(ledger.seq) AS seq, ledger.rate, ledger.rate_version, ledger.policy_version, ledger.session_hi, ledger.session_lo
FROM member JOIN ledger INDEXED BY ledger_charge ON ledger.team = member.team AND ledger.user = member.user
WHERE member.user = :user AND (ledger.kind = 2 OR ledger.kind = 9) AND ledger.window_start >= 0
    AND (ledger.window_start, ledger.team, ledger.product) < (:before, :before_team, :before_product)
GROUP BY ledger.team, ledger.user, ledger.product, ledger.window_start
ORDER BY ledger.window_start DESC, ledger.team DESC, ledger.product DESC LIMIT :limit;

-- name: sessions_of_user
-- Sessions of a user, the latest sign-in first.
SELECT known_session.* FROM member
JOIN known_session ON known_session.team = member.team AND known_session.user = member.user
WHERE member.user = :user
AND (opened_at, session_hi, session_lo) < (:before, :before_hi, :before_lo)
ORDER BY opened_at DESC, session_hi DESC, session_lo DESC LIMIT :limit;

-- name: sessions_of_team
-- Sessions of a team, the latest sign-in first.
SELECT * FROM known_session WHERE team = :team
AND (opened_at, session_hi, session_lo) < (:before, :before_hi, :before_lo)
ORDER BY opened_at DESC, session_hi DESC, session_lo DESC LIMIT :limit;

-- name: packs_of_team
-- Packs in the order in which they are consumed (P3), with the order that brought them.
SELECT pack.pack, pack.team, pack.size, unit_price, starts_at, ends_at, pack.purchased_at, remaining, held, consumed,
    expired, moved_out, refunded, adjusted, opening, ended, parent, coalesce(purchase.number, '') AS number,
    coalesce(purchase_pack.currency, 'USD') AS currency
FROM pack JOIN account ON account.pack = pack.pack
LEFT JOIN purchase_pack ON purchase_pack.pack = pack.pack LEFT JOIN purchase ON purchase.purchase = purchase_pack.purchase
WHERE pack.team = :team ORDER BY ends_at, pack.size, unit_price DESC, pack.purchased_at, pack.pack
LIMIT :limit OFFSET :after;

-- name: ledger_page
-- Entries of a team after a sequence.
SELECT * FROM ledger WHERE team = :team AND seq > :after ORDER BY seq LIMIT :limit;

-- name: clock_doubted
-- Whether an operator must confirm the clock before packs may be forfeited (T2).
SELECT doubted FROM authority;

-- name: stands
-- Where the ledger of a team and the time of the store stand.
SELECT seq, hash FROM ledger WHERE team = :team ORDER BY seq DESC LIMIT 1;
