-- Caps (Q3): what they are about, and what counts in one from before it was made.

-- name: cap_named
-- A cap of a team that is in force.
SELECT cap, team, name, subject_kind, subject, per, calendar, tokens, hard
FROM cap_terms JOIN cap USING (cap, team) WHERE team = :team AND name = :name AND gone_at = -1;

-- name: caps_page
-- Caps of a team that are in force, by id.
SELECT cap, team, name, subject_kind, subject, per, calendar, tokens, hard
FROM cap_terms JOIN cap USING (cap, team)
WHERE team = :team AND gone_at = -1 AND cap > :after ORDER BY cap LIMIT :limit;

-- name: insert_cap_terms
-- What a cap is about.
INSERT INTO cap_terms (cap, team, name, subject_kind, subject, per, made_at)
VALUES (:cap, :team, :name, :subject_kind, :subject, :per, :made_at);

-- name: end_cap_terms
-- A cap binds no more; its name is free.
UPDATE cap_terms SET gone_at = :gone_at WHERE cap = :cap;

-- name: calendar_starts
-- The periods of a calendar from the one that has an instant on.
SELECT at FROM calendar WHERE calendar = :calendar AND at >= coalesce((
    SELECT max(at) FROM calendar WHERE calendar = :calendar AND at <= :since), 0) ORDER BY at;

-- name: group_named
-- An open group of a team.
SELECT user_group AS id FROM user_group WHERE team = :team AND name = :name AND closed_at = -1;

-- name: group_name
-- What a group is called.
SELECT name FROM user_group WHERE user_group = :user_group;

-- name: project_named
-- An open project of a team.
SELECT project AS id FROM project WHERE team = :team AND name = :name AND closed_at = -1;

-- name: first_live_pack
-- When the first of a team's live packs began.
SELECT min(starts_at) AS starts_at FROM pack WHERE team = :team AND ended = 0 AND ends_at > :now;

-- name: entry_time
-- When an entry of a team was made; its last entry where there is none of that sequence.
SELECT seq, time FROM ledger WHERE team = :team AND seq >= :seq ORDER BY seq LIMIT 1;

-- name: charges_of_subject
-- Charges of a team from an entry on whose windows start at or after an instant and that were not given back, of the
-- user (1), group (2), project (3) or product (4), or of the whole team (5).
SELECT user, product, window_start, -sum(tokens) AS tokens FROM ledger
WHERE team = :team AND seq >= :first AND (kind = 2 OR kind = 9) AND window_start >= :since
    AND CASE :subject_kind WHEN 1 THEN user = :subject WHEN 4 THEN product = :subject WHEN 5 THEN 1
        WHEN 2 THEN user IN (SELECT group_member.user FROM group_member WHERE user_group = :subject)
        ELSE EXISTS (
            SELECT 1 FROM known_session AS session
            WHERE session.session_hi = ledger.session_hi AND session.session_lo = ledger.session_lo
                AND session.project = :subject) END
    AND NOT EXISTS (
        SELECT 1 FROM ledger AS refund INDEXED BY ledger_refund
        WHERE refund.kind = 7 AND refund.team = ledger.team AND refund.user = ledger.user
            AND refund.product = ledger.product AND refund.window_start = ledger.window_start)
GROUP BY user, product, window_start ORDER BY window_start, user, product;

-- name: holds_of_subject
-- Holds of a team, those of next windows too, of the same subjects.
SELECT line.user, line.product, iif(hold.advance, line.advance_at, line.pending_since) AS window_start,
    sum(hold.tokens) AS tokens
FROM hold JOIN line USING (team, user, product)
WHERE team = :team
    AND CASE :subject_kind WHEN 1 THEN line.user = :subject WHEN 4 THEN line.product = :subject WHEN 5 THEN 1
        WHEN 2 THEN line.user IN (SELECT group_member.user FROM group_member WHERE user_group = :subject)
        ELSE EXISTS (
            SELECT 1 FROM session
            WHERE session.session_hi = line.session_hi AND session.session_lo = line.session_lo
                AND session.project = :subject) END
GROUP BY line.user, line.product, hold.advance ORDER BY line.user, line.product;
