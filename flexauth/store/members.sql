-- Members of teams: who is invited and assigned, groups and projects, what is suspended. Readers, then rows.

-- name: people_by_email
-- Who has an e-mail address; with a subject or, while invited, without.
SELECT user, subject, display_name, email FROM user
WHERE lower(email) = lower(:email) AND email <> '' ORDER BY user LIMIT 2;

-- name: person_invited
-- Who was invited by an e-mail address and has no subject yet (A4).
SELECT user, display_name, email FROM user WHERE lower(email) = lower(:email) AND email <> '' AND subject IS NULL;

-- name: person_bound
-- Whose subject it is.
SELECT user, subject, display_name, email FROM user WHERE subject = :subject;

-- name: member_rows
-- Members of a team after a user, or one user alone (:only 1). Of a user of other teams who has not accepted yet, the
-- team learns no name.
SELECT member.team, team.name AS team_name, team.plan, member.user,
    coalesce(user.subject, nullif(user.email, ''), 'erased-' || user.user) AS name,
    iif(user.subject IS NULL OR invited_until = -1, user.display_name, '') AS display_name, user.email,
    assigned_all, guest, member.suspended, user.suspended AS suspended_everywhere, invited_at, invited_until
FROM member JOIN user ON user.user = member.user JOIN team ON team.team = member.team
WHERE member.team = :team AND member.user > :after AND (:only = 0 OR member.user = :after + 1)
ORDER BY member.user LIMIT :limit;

-- name: people_of_emails
-- Who has one of many e-mail addresses, given as a JSON list in lower case. CROSS JOIN: the list is read first.
SELECT user, subject, display_name, email FROM json_each(:emails) AS asked
CROSS JOIN user ON lower(user.email) = asked.value AND user.email <> '' ORDER BY user.user;

-- name: people_of_subjects
-- Whose many subjects are, given as a JSON list.
SELECT user, subject, display_name, email FROM json_each(:subjects) AS asked CROSS JOIN user ON user.subject = asked.value;

-- name: members_of_users
-- As member_rows, of many users, given as a JSON list.
SELECT member.team, team.name AS team_name, team.plan, member.user,
    coalesce(user.subject, nullif(user.email, ''), 'erased-' || user.user) AS name,
    iif(user.subject IS NULL OR invited_until = -1, user.display_name, '') AS display_name, user.email,
    assigned_all, guest, member.suspended, user.suspended AS suspended_everywhere, invited_at, invited_until
FROM json_each(:users) AS asked CROSS JOIN member ON member.team = :team AND member.user = asked.value
JOIN user ON user.user = member.user JOIN team ON team.team = member.team;

-- name: products_of_users
-- What many users are assigned by name in a team.
SELECT assignment.user, product FROM json_each(:users) AS asked
CROSS JOIN assignment ON assignment.user = asked.value AND assignment.team = :team;

-- name: withdrawn_of_users
-- What is withdrawn from many users who have ALL in a team.
SELECT gone.user, product FROM json_each(:users) AS asked
CROSS JOIN assignment_except AS gone ON gone.user = asked.value AND gone.team = :team;

-- name: other_teams_of_users
-- To how many other teams many users belong.
SELECT member.user, count(*) AS teams FROM json_each(:users) AS asked
CROSS JOIN member ON member.user = asked.value WHERE member.team <> :team GROUP BY member.user;

-- name: memberships_of
-- Teams of a user with what they say of the invitation.
SELECT team, assigned_all, guest, invited_at, invited_until FROM member WHERE user = :user ORDER BY team;

-- name: assigned_products
-- Products that a user is assigned by name in a team.
SELECT product FROM assignment WHERE user = :user AND team = :team;

-- name: withdrawn_products
-- Products withdrawn from a user who has ALL in a team (SPEC 14).
SELECT product FROM assignment_except WHERE user = :user AND team = :team;

-- name: default_products
-- The default assignment of a team (A2).
SELECT product FROM default_assignment WHERE team = :team ORDER BY product;

-- name: team_standing
-- Plan of a team, and whether it is suspended.
SELECT name, plan, suspended FROM team WHERE team = :team;

-- name: suspended_devices_page
-- Devices that are suspended in a team.
SELECT device, digest_hi, digest_lo, suspended_at FROM suspended_device
WHERE team = :team AND (digest_hi, digest_lo) > (:after_hi, :after_lo) ORDER BY digest_hi, digest_lo LIMIT :limit;

-- name: suspended_device
-- Whether a device is suspended in a team.
SELECT device FROM suspended_device WHERE team = :team AND digest_hi = :digest_hi AND digest_lo = :digest_lo;

-- name: group_rows
-- Groups of a team after a group; those of a name alone where one is named; closed ones where asked for.
SELECT user_group AS id, name, created_at, closed_at,
    (SELECT count(*) FROM group_member WHERE group_member.user_group = user_group.user_group) AS members
FROM user_group WHERE team = :team AND user_group > :after AND (:name = '' OR name = :name)
    AND (:closed OR closed_at = -1) ORDER BY user_group LIMIT :limit;

-- name: group_members_page
-- Users of a group; names as in member_rows.
SELECT user.user, coalesce(user.subject, nullif(user.email, ''), 'erased-' || user.user) AS name,
    iif(user.subject IS NULL OR invited_until = -1, user.display_name, '') AS display_name
FROM group_member JOIN user ON user.user = group_member.user
JOIN user_group ON user_group.user_group = group_member.user_group
JOIN member ON member.team = user_group.team AND member.user = group_member.user
WHERE group_member.user_group = :user_group AND group_member.user > :after ORDER BY group_member.user LIMIT :limit;

-- name: project_rows
-- Projects of a team after a project; those of a name alone where one is named; closed ones where asked for.
SELECT project AS id, name, created_at, closed_at
FROM project WHERE team = :team AND project > :after AND (:name = '' OR name = :name)
    AND (:closed OR closed_at = -1) ORDER BY project LIMIT :limit;

-- name: roster_rows
-- Rows of an upload that were kept.
SELECT line, cells FROM roster_row WHERE team = :team AND upload = :upload ORDER BY line;

-- name: roster_size
-- How many rows of an upload are kept.
SELECT count(*) AS rows FROM roster_row WHERE team = :team AND upload = :upload;

-- name: outbox_after
-- Events that someone must be told, in order.
SELECT id, at, team, user, kind, payload FROM outbox WHERE id > :after ORDER BY id LIMIT :limit;

-- name: insert_invited_user
-- A person who is known by an e-mail address until a subject is bound (A4).
INSERT INTO user (user, digest_hi, digest_lo, display_name, email, created_at)
VALUES (:user, :digest_hi, :digest_lo, :display_name, :email, :created_at);

-- name: bind_user
-- The subject of an invited person, for ever (A4).
UPDATE user SET subject = :subject, digest_hi = :digest_hi, digest_lo = :digest_lo WHERE user = :user;

-- name: put_membership
-- A user in a team, with the invitation that stands behind it.
INSERT INTO member (team, user, assigned_all, guest, invited_at, invited_until)
VALUES (:team, :user, :assigned_all, :guest, :invited_at, :invited_until)
ON CONFLICT DO UPDATE SET assigned_all = excluded.assigned_all, guest = excluded.guest,
    invited_at = excluded.invited_at, invited_until = excluded.invited_until;

-- name: accept_invitation
-- A user belongs to the team from now on (A4).
UPDATE member SET invited_until = -1 WHERE team = :team AND user = :user;

-- name: delete_member
-- A user leaves a team; what was assigned there goes too.
DELETE FROM member WHERE team = :team AND user = :user;

-- name: leave_groups
-- A user leaves the groups of a team.
DELETE FROM group_member WHERE user = :user
    AND user_group IN (SELECT user_group FROM user_group WHERE user_group.team = :team);

-- name: delete_exceptions
-- Nothing is withdrawn from ALL any more.
DELETE FROM assignment_except WHERE team = :team AND user = :user;

-- name: insert_exception
-- A product withdrawn from a user who has ALL.
INSERT INTO assignment_except (team, user, product) VALUES (:team, :user, :product) ON CONFLICT DO NOTHING;

-- name: delete_default
-- The default assignment of a team is off (A2).
DELETE FROM default_assignment WHERE team = :team;

-- name: insert_default
-- A product of a team's default assignment.
INSERT INTO default_assignment (team, product) VALUES (:team, :product) ON CONFLICT DO NOTHING;

-- name: set_plan
-- The plan of a team (A7).
UPDATE team SET plan = :plan WHERE team = :team;

-- name: set_team_suspended
-- A8.
UPDATE team SET suspended = :suspended WHERE team = :team;

-- name: set_user_suspended
-- A8, everywhere.
UPDATE user SET suspended = :suspended WHERE user = :user;

-- name: set_member_suspended
-- A8, in one team.
UPDATE member SET suspended = :suspended WHERE team = :team AND user = :user;

-- name: put_suspended_device
-- A8.
INSERT INTO suspended_device (team, digest_hi, digest_lo, device, suspended_at)
VALUES (:team, :digest_hi, :digest_lo, :device, :suspended_at) ON CONFLICT DO NOTHING;

-- name: delete_suspended_device
-- A8: the device may be used again.
DELETE FROM suspended_device WHERE team = :team AND digest_hi = :digest_hi AND digest_lo = :digest_lo;

-- name: insert_group
-- A group of users (Q3).
INSERT INTO user_group (user_group, team, name, created_at) VALUES (:id, :team, :name, :created_at);

-- name: rename_group
-- Another name for a group.
UPDATE user_group SET name = :name WHERE user_group = :id;

-- name: close_group
-- A group ends.
UPDATE user_group SET closed_at = :closed_at WHERE user_group = :id;

-- name: insert_group_member
-- A user joins a group.
INSERT INTO group_member (user_group, user) VALUES (:user_group, :user) ON CONFLICT DO NOTHING;

-- name: delete_group_member
-- A user leaves a group.
DELETE FROM group_member WHERE user_group = :user_group AND user = :user;

-- name: delete_group_members
-- All users leave a group.
DELETE FROM group_member WHERE user_group = :user_group;

-- name: insert_project
-- A project (Q4).
INSERT INTO project (project, team, name, created_at) VALUES (:id, :team, :name, :created_at);

-- name: rename_project
-- Another name for a project.
UPDATE project SET name = :name WHERE project = :id;

-- name: close_project
-- A project ends.
UPDATE project SET closed_at = :closed_at WHERE project = :id;

-- name: insert_outbox
-- An event that someone must be told.
INSERT INTO outbox (at, team, user, kind, payload) VALUES (:at, :team, :user, :kind, :payload);

-- name: keep_roster_row
-- A row of a roster waits for the last of its upload; sent again it is the new one.
INSERT INTO roster_row (team, upload, line, cells, kept_at) VALUES (:team, :upload, :line, :cells, :kept_at)
ON CONFLICT DO UPDATE SET cells = excluded.cells, kept_at = excluded.kept_at;

-- name: drop_roster
-- An upload was imported.
DELETE FROM roster_row WHERE team = :team AND upload = :upload;

-- name: drop_old_rosters
-- Uploads whose last rows never came.
DELETE FROM roster_row WHERE kept_at < :before;

-- name: merge_subscriptions
-- What was given to an invited person is of the user whom they turned out to be.
UPDATE subscription SET user = :into WHERE user = :user;

-- name: merge_trials
-- The same for trials; where that user has one already, it stays.
UPDATE OR IGNORE trial SET user = :into WHERE user = :user;

-- name: merge_groups
-- The same for groups.
UPDATE OR IGNORE group_member SET user = :into WHERE user = :user;

-- name: merge_caps
-- The same for caps on the person (Q3).
UPDATE cap_terms SET subject = :into WHERE subject_kind = 1 AND subject = :user;
