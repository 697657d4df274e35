-- Persons: their devices, the acts of admins, all that is held about them, and how it is erased (L1, L6).

-- name: user_devices_page
-- Devices that a user registered (D1), by product.
SELECT device.product, product.code, device.device, coalesce(device_text.text, '') AS text, registered_at
FROM device JOIN product ON product.product = device.product LEFT JOIN device_text ON device_text.device = device.device
WHERE device.user = :user AND (device.product, device.device) > (:after_product, :after_device)
ORDER BY device.product, device.device LIMIT :limit;

-- name: audit_page
-- Acts before one, the latest first; of a team, by an actor, where these are named.
SELECT seq, at, actor, role, source, team, act, details, outcome FROM audit
WHERE seq < :before AND at >= :since AND at < :until AND (:team = '' OR team = :team) AND (:actor = '' OR actor = :actor)
ORDER BY seq DESC LIMIT :limit;

-- name: open_sessions_of
-- Sessions of a user that run.
SELECT session_hi, session_lo FROM session WHERE user = :user AND state IN (1, 2) ORDER BY session_hi, session_lo;

-- name: person_to_erase
-- What names a person.
SELECT coalesce(subject, '') AS subject, email, display_name FROM user WHERE user = :user;

-- name: devices_of_person
-- Devices that the person used and nobody else has registered: their names go with the person.
SELECT device_text.device, text FROM device_text
WHERE device IN (
    SELECT device FROM device WHERE user = :user
    UNION SELECT device FROM past_session WHERE user = :user UNION SELECT device FROM session WHERE user = :user)
AND device NOT IN (SELECT device FROM device WHERE user <> :user) ORDER BY device_text.device;

-- name: registrations_of
-- Devices of a user by product.
SELECT product, device FROM device WHERE user = :user ORDER BY product, device;

-- name: acts_naming
-- Acts whose actor or details have a text in them; :lowered is the text in lower case. All rows are read.
SELECT seq, actor, details FROM audit
WHERE instr(details, :text) OR instr(lower(details), :lowered) OR actor = :text OR lower(actor) = :lowered;

-- name: answers_naming
-- Requests whose kept answers have a text in them. All rows are read.
SELECT request, CAST(result AS TEXT) AS result FROM request
WHERE instr(CAST(result AS TEXT), :text) OR instr(lower(CAST(result AS TEXT)), :lowered);

-- name: notices_about
-- How many events about a user have something to tell.
SELECT count(*) AS notices FROM outbox WHERE user = :user AND payload <> '{}';

-- name: leave_all_groups
-- A user leaves every group.
DELETE FROM group_member WHERE user = :user;

-- name: erase_user
-- No name finds the user again.
UPDATE user SET subject = NULL, digest_hi = NULL, digest_lo = NULL, display_name = '', email = '', suspended = 0,
    erased_at = :erased_at WHERE user = :user;

-- name: erase_device_text
-- What a person called a device.
DELETE FROM device_text WHERE device = :device;

-- name: erase_suspended_device
-- A device stays suspended under its digest, without its name.
UPDATE suspended_device SET device = '' WHERE digest_hi = :digest_hi AND digest_lo = :digest_lo;

-- name: erase_act
-- An act without the names of a person.
UPDATE audit SET actor = :actor, details = :details WHERE seq = :seq;

-- name: erase_answer
-- The answer of a request that named a person; no digest is that of a repeat any more.
UPDATE request SET digest = zeroblob(8), result = CAST('null' AS BLOB) WHERE request = :request;

-- name: erase_notices
-- Events about a person have nothing to tell any more.
UPDATE outbox SET payload = '{}' WHERE user = :user;

-- name: erase_rosters
-- Uploads that wait and have a text in them.
DELETE FROM roster_row WHERE (team, upload) IN (
    SELECT team, upload FROM roster_row WHERE instr(cells, :text) OR instr(lower(cells), :lowered));

-- name: erase_keys
-- Keys that act for a person are revoked, and do not say for whom they were.
UPDATE api_key SET subject = :instead, name = :instead, revoked_at = iif(revoked_at = -1, :at, revoked_at)
WHERE subject = :subject;

-- name: erase_roles
-- Roles of a person, by subject or by a certificate's e-mail address.
DELETE FROM granted_role
WHERE kind = 1 AND name = :subject OR kind = 2 AND :email <> '' AND lower(name) = 'email:' || lower(:email);

-- name: erase_device_roles
-- Roles of a device that a person had named.
DELETE FROM granted_role WHERE device = :device;

-- name: erase_evidence
-- What clients of a person said of the origin of sessions (S6).
DELETE FROM session_evidence WHERE (session_hi, session_lo) IN (
    SELECT session_hi, session_lo FROM past_session WHERE user = :user
    UNION SELECT session_hi, session_lo FROM session WHERE user = :user);

-- What is held about a person: rows after a key of three numbers ----------------------------------------------------

-- name: person_profile
-- Who the person is.
SELECT 0 AS after_1, 0 AS after_2, 0 AS after_3, subject, display_name, email, created_at,
    iif(suspended, 'yes', 'no') AS suspended
FROM user WHERE user = :user AND 0 > :after_1 LIMIT :limit;

-- name: person_memberships
-- Teams of the person.
SELECT member.team AS after_1, 0 AS after_2, 0 AS after_3, team.name AS team, iif(assigned_all, 'ALL', '') AS assigned,
    iif(guest, 'yes', 'no') AS guest, iif(member.suspended, 'yes', 'no') AS suspended, invited_at,
    invited_until AS invitation_lapses_at
FROM member JOIN team ON team.team = member.team
WHERE member.user = :user AND member.team > :after_1 ORDER BY member.team LIMIT :limit;

-- name: person_assignments
-- Products assigned to the person by name.
SELECT assignment.team AS after_1, assignment.product AS after_2, 0 AS after_3, team.name AS team, product.code AS product
FROM assignment JOIN team ON team.team = assignment.team JOIN product ON product.product = assignment.product
WHERE assignment.user = :user AND (assignment.team, assignment.product) > (:after_1, :after_2)
ORDER BY assignment.team, assignment.product LIMIT :limit;

-- name: person_withdrawals
-- Products withdrawn from the person.
SELECT gone.team AS after_1, gone.product AS after_2, 0 AS after_3, team.name AS team, product.code AS product
FROM assignment_except AS gone JOIN team ON team.team = gone.team JOIN product ON product.product = gone.product
WHERE gone.user = :user AND (gone.team, gone.product) > (:after_1, :after_2)
ORDER BY gone.team, gone.product LIMIT :limit;

-- name: person_groups
-- Groups that the person is in.
SELECT user_group.user_group AS after_1, 0 AS after_2, 0 AS after_3, team.name AS team, user_group.name AS name
FROM group_member JOIN user_group ON user_group.user_group = group_member.user_group
JOIN team ON team.team = user_group.team
WHERE group_member.user = :user AND user_group.user_group > :after_1 ORDER BY user_group.user_group LIMIT :limit;

-- name: person_subscriptions
-- Subscriptions of the person.
SELECT subscription AS after_1, 0 AS after_2, 0 AS after_3, team.name AS team, product.code AS product,
    collection.code AS collection, starts_at, ends_at
FROM subscription JOIN team ON team.team = subscription.team LEFT JOIN product ON product.product = subscription.product
LEFT JOIN collection ON collection.collection = subscription.collection
WHERE subscription.user = :user AND subscription > :after_1 ORDER BY subscription LIMIT :limit;

-- name: person_trials
-- Trials of the person.
SELECT trial AS after_1, 0 AS after_2, 0 AS after_3, team.name AS team, product.code AS product, starts_at, ends_at
FROM trial JOIN team ON team.team = trial.team JOIN product ON product.product = trial.product
WHERE trial.user = :user AND trial > :after_1 ORDER BY trial LIMIT :limit;

-- name: person_devices
-- Devices that the person registered.
SELECT device.product AS after_1, device.device AS after_2, 0 AS after_3, product.code AS product,
    device_text.text AS device, registered_at
FROM device JOIN product ON product.product = device.product LEFT JOIN device_text ON device_text.device = device.device
WHERE device.user = :user AND (device.product, device.device) > (:after_1, :after_2)
ORDER BY device.product, device.device LIMIT :limit;

-- name: person_sessions
-- Sessions of the person, those of teams left too.
SELECT opened_at AS after_1, known_session.session_hi AS after_2, known_session.session_lo AS after_3,
    team.name AS team, product.code AS product, device_text.text AS device, state, entitlement, opened_at, ended_at,
    evidence.text AS evidence
FROM known_session JOIN team ON team.team = known_session.team JOIN product ON product.product = known_session.product
LEFT JOIN device_text ON device_text.device = known_session.device
LEFT JOIN session_evidence AS evidence
    ON evidence.session_hi = known_session.session_hi AND evidence.session_lo = known_session.session_lo
WHERE known_session.user = :user
    AND (opened_at, known_session.session_hi, known_session.session_lo) > (:after_1, :after_2, :after_3)
ORDER BY opened_at, known_session.session_hi, known_session.session_lo LIMIT :limit;

-- name: person_charges
-- What the person's use was charged.
SELECT team.team AS after_1, ledger.product AS after_2, ledger.window_start AS after_3, team.name AS team,
    product.code AS product, ledger.window_start, ledger.window_end, -sum(ledger.tokens) AS tokens, min(ledger.seq) AS seq
FROM team JOIN ledger ON ledger.team = team.team AND ledger.user = :user AND ledger.kind = 2 AND ledger.window_start >= 0
JOIN product ON product.product = ledger.product
WHERE (team.team, ledger.product, ledger.window_start) > (:after_1, :after_2, :after_3)
GROUP BY team.team, ledger.product, ledger.window_start
ORDER BY team.team, ledger.product, ledger.window_start LIMIT :limit;

-- name: person_use
-- The use log of the person (L7), among the next :span rows of all.
SELECT logged.team AS after_1, logged.seq AS after_2, 0 AS after_3, team.name AS team, product.code AS product,
    device_text.text AS device, logged.event, logged.at, logged.code, logged.origin, logged.operations
FROM (SELECT * FROM use_log WHERE (team, seq) > (:after_1, :after_2) ORDER BY team, seq LIMIT :span) AS logged
JOIN team ON team.team = logged.team LEFT JOIN product ON product.product = logged.product
LEFT JOIN device_text ON device_text.device = logged.device
WHERE logged.user = :user ORDER BY logged.team, logged.seq LIMIT :limit;

-- name: person_use_end
-- Where the next :span rows of the use log end; none where fewer are left.
SELECT team AS after_1, seq AS after_2, 0 AS after_3 FROM use_log WHERE (team, seq) > (:after_1, :after_2)
ORDER BY team, seq LIMIT 1 OFFSET :span - 1;

-- name: person_notices
-- Events about the person.
SELECT outbox.id AS after_1, 0 AS after_2, 0 AS after_3, coalesce(team.name, '') AS team, at, kind, payload
FROM outbox LEFT JOIN team ON team.team = outbox.team
WHERE outbox.user = :user AND outbox.id > :after_1 ORDER BY outbox.id LIMIT :limit;

-- name: person_acts
-- Acts by the person or about them, among the next :span acts of all.
SELECT seq AS after_1, 0 AS after_2, 0 AS after_3, at, actor, role, team, act, details
FROM (SELECT * FROM audit WHERE seq > :after_1 ORDER BY seq LIMIT :span)
WHERE actor IN (:subject, :email) OR instr(details, :subject) OR (:email <> '' AND instr(lower(details), lower(:email)))
ORDER BY seq LIMIT :limit;

-- name: person_acts_end
-- Where the next :span acts end; none where fewer are left.
SELECT seq AS after_1, 0 AS after_2, 0 AS after_3 FROM audit WHERE seq > :after_1 ORDER BY seq LIMIT 1 OFFSET :span - 1;
