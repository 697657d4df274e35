-- Subscriptions, trials, pools of network seats (section 5) and caps (Q3), as administration reads and writes them.

-- name: last_subscription
-- The newest id of a subscription.
SELECT coalesce(max(subscription), 0) AS id FROM subscription;

-- name: insert_subscription
-- A user's right to a product or a collection.
INSERT INTO subscription (subscription, team, user, product, collection, starts_at, ends_at)
VALUES (:subscription, :team, :user, :product, :collection, :starts_at, :ends_at);

-- name: subscription_of_team
-- One subscription of a team.
SELECT subscription, team, user, product, collection, starts_at, ends_at
FROM subscription WHERE subscription = :subscription AND team = :team;

-- name: end_subscription
-- Another end of a subscription.
UPDATE subscription SET ends_at = :ends_at WHERE subscription = :subscription;

-- name: subscriptions_page
-- Subscriptions of a team by id; user 0 means of all.
SELECT subscription, team, user, product, collection, starts_at, ends_at FROM subscription
WHERE team = :team AND (:user = 0 OR user = :user) AND subscription > :after ORDER BY subscription LIMIT :limit;

-- name: last_trial
-- The newest id of a trial.
SELECT coalesce(max(trial), 0) AS id FROM trial;

-- name: insert_trial
-- A user may run a product for a time at no cost.
INSERT INTO trial (trial, team, user, product, starts_at, ends_at)
VALUES (:trial, :team, :user, :product, :starts_at, :ends_at);

-- name: trial_of
-- The trial of a user, product and team; there is one at most.
SELECT trial, team, user, product, starts_at, ends_at FROM trial
WHERE team = :team AND user = :user AND product = :product;

-- name: end_trial
-- Another end of a trial.
UPDATE trial SET ends_at = :ends_at WHERE trial = :trial;

-- name: trials_page
-- Trials of a team by id; user 0 means of all.
SELECT trial, team, user, product, starts_at, ends_at FROM trial
WHERE team = :team AND (:user = 0 OR user = :user) AND trial > :after ORDER BY trial LIMIT :limit;

-- name: collection_named
-- A collection by its code.
SELECT collection, code, name FROM collection WHERE code = :code;

-- name: collection_code
-- What a collection is called.
SELECT code FROM collection WHERE collection = :collection;

-- name: pool_of
-- The pool of a team and a product or collection, and how many users sit in it.
SELECT pool_terms.pool, pool_terms.team, product, collection, pool.seats, (
    SELECT count(DISTINCT user) FROM session
    WHERE session.team = :team AND session.pool = pool_terms.pool AND entitlement = 3 AND state IN (1, 2)) AS taken
FROM pool_terms JOIN pool ON pool.pool = pool_terms.pool
WHERE pool_terms.team = :team AND product = :product AND collection = :collection;

-- name: pools_page
-- Pools of a team by id, and how many users sit in them.
SELECT pool_terms.pool, pool_terms.team, product, collection, pool.seats, (
    SELECT count(DISTINCT user) FROM session
    WHERE session.team = :team AND session.pool = pool_terms.pool AND entitlement = 3 AND state IN (1, 2)) AS taken
FROM pool_terms JOIN pool ON pool.pool = pool_terms.pool
WHERE pool_terms.team = :team AND pool_terms.pool > :after ORDER BY pool_terms.pool LIMIT :limit;

-- name: insert_pool_terms
-- What a pool is of.
INSERT INTO pool_terms (pool, team, product, collection) VALUES (:pool, :team, :product, :collection);
