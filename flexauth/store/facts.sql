-- Facts that rights are computed from (SPEC 5, 6), and where periods begin.

-- name: rights_version
-- The newest version of rights that any session may know.
SELECT max(rights_version, (SELECT coalesce(max(rights_version), 0) FROM team)) AS version FROM authority;

-- name: user_exceptions
-- Products withdrawn from a user who is assigned ALL (SPEC 14).
SELECT team, product FROM assignment_except WHERE user = :user;

-- name: user_suspended
-- Whether a user is suspended everywhere (A8).
SELECT suspended FROM user WHERE user = :user;

-- name: user_groups
-- Groups of a user that are open (Q3).
SELECT group_member.user_group
FROM group_member JOIN user_group ON user_group.user_group = group_member.user_group
WHERE group_member.user = :user AND user_group.closed_at = -1;

-- name: user_subscriptions
-- A row for each product of each subscription of a user, those of its collection too (section 5).
SELECT subscription AS id, team, product, starts_at, ends_at FROM subscription WHERE user = :user AND product <> 0
UNION ALL
SELECT subscription.subscription, subscription.team, part.product, subscription.starts_at, subscription.ends_at
FROM subscription JOIN collection_product AS part ON part.collection = subscription.collection
WHERE subscription.user = :user;

-- name: user_trials
-- Trials of a user (section 5).
SELECT trial AS id, team, product, starts_at, ends_at FROM trial WHERE user = :user;

-- name: team_suspended
-- Whether a team is suspended (A8).
SELECT suspended FROM team WHERE team = :team;

-- name: team_default
-- The default assignment of a team (A2).
SELECT product FROM default_assignment WHERE team = :team;

-- name: team_pools
-- A row for each product that a pool of network seats of a team serves.
SELECT pool, product FROM pool_terms WHERE team = :team AND product <> 0
UNION ALL
SELECT pool_terms.pool, part.product
FROM pool_terms JOIN collection_product AS part ON part.collection = pool_terms.collection
WHERE pool_terms.team = :team
ORDER BY 1;

-- name: team_caps
-- Caps of a team that are in force, by id (Q3).
SELECT cap, subject_kind, subject FROM cap_terms WHERE team = :team AND gone_at = -1 ORDER BY cap;

-- name: suspended_devices
-- Devices that may not be used in a team (A8).
SELECT team, digest_hi, digest_lo FROM suspended_device;

-- name: product_ids
-- Products by code.
SELECT code, product FROM product;

-- name: every_floor
-- First versions by product and platform.
SELECT product, platform, first_version FROM product_floor;

-- name: every_launch
-- What launches are charged as (C11).
SELECT code, from_version, product FROM launch;

-- name: calendar_of
-- The calendar of a zone's periods.
SELECT calendar FROM calendar_of WHERE zone = :zone AND per = :per;

-- name: projects_named
-- Open projects of a name in the teams of a user (Q4).
SELECT project.project, project.team
FROM project JOIN member ON member.team = project.team AND member.user = :user
WHERE project.name = :name AND project.closed_at = -1;

-- name: cap_name
-- What a cap is called.
SELECT name FROM cap_terms WHERE cap = :cap;

-- name: project_name
-- What a project is called.
SELECT name FROM project WHERE project = :project;
