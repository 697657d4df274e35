-- Facts of rights (SPEC 5, 6): who is assigned, subscribed, on trial, in which group; what the catalogue maps to what.
-- Administrative acts write them, `rights` is computed from them; the engines never see them.

ALTER TABLE team ADD COLUMN plan INTEGER NOT NULL DEFAULT 1 CHECK (plan BETWEEN 1 AND 4);          -- A7
ALTER TABLE team ADD COLUMN suspended INTEGER NOT NULL DEFAULT 0 CHECK (suspended IN (0, 1));      -- A8
ALTER TABLE user ADD COLUMN suspended INTEGER NOT NULL DEFAULT 0 CHECK (suspended IN (0, 1));
ALTER TABLE member ADD COLUMN guest INTEGER NOT NULL DEFAULT 0 CHECK (guest IN (0, 1));            -- A2
ALTER TABLE member ADD COLUMN suspended INTEGER NOT NULL DEFAULT 0 CHECK (suspended IN (0, 1));
ALTER TABLE member ADD COLUMN invited_at INTEGER NOT NULL DEFAULT -1;                              -- A4; -1: never was
ALTER TABLE member ADD COLUMN invited_until INTEGER NOT NULL DEFAULT -1;                           -- -1: accepted

-- A list withdrawn from ALL leaves all but these (SPEC 14).
CREATE TABLE assignment_except (
    team INTEGER NOT NULL,
    user INTEGER NOT NULL,
    product INTEGER NOT NULL REFERENCES product,
    PRIMARY KEY (user, team, product),
    FOREIGN KEY (team, user) REFERENCES member ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE default_assignment (                     -- A2
    team INTEGER NOT NULL REFERENCES team,
    product INTEGER NOT NULL REFERENCES product,
    PRIMARY KEY (team, product)
) STRICT, WITHOUT ROWID;

CREATE TABLE suspended_device (                       -- A8
    team INTEGER NOT NULL REFERENCES team,
    digest_hi INTEGER NOT NULL,
    digest_lo INTEGER NOT NULL,
    device TEXT NOT NULL,
    suspended_at INTEGER NOT NULL CHECK (suspended_at >= 0),
    PRIMARY KEY (team, digest_hi, digest_lo)
) STRICT, WITHOUT ROWID;

-- Groups and projects (Q3, Q4). A name is unique among the open ones of a team; what is closed keeps its id.
CREATE TABLE user_group (
    user_group INTEGER PRIMARY KEY CHECK (user_group >= 1),
    team INTEGER NOT NULL REFERENCES team,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL CHECK (created_at >= 0),
    closed_at INTEGER NOT NULL DEFAULT -1
) STRICT;
CREATE UNIQUE INDEX group_named ON user_group (team, name) WHERE closed_at = -1;
CREATE TRIGGER user_group_begins AFTER INSERT ON user_group
BEGIN UPDATE counter SET next = max(next, NEW.user_group + 1) WHERE kind = 11; END;

CREATE TABLE group_member (
    user_group INTEGER NOT NULL REFERENCES user_group,
    user INTEGER NOT NULL REFERENCES user,
    PRIMARY KEY (user, user_group)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_member_group ON group_member (user_group, user);

CREATE TABLE project (
    project INTEGER PRIMARY KEY CHECK (project >= 1),
    team INTEGER NOT NULL REFERENCES team,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL CHECK (created_at >= 0),
    closed_at INTEGER NOT NULL DEFAULT -1
) STRICT;
CREATE UNIQUE INDEX project_named ON project (team, name) WHERE closed_at = -1;
CREATE TRIGGER project_begins AFTER INSERT ON project
BEGIN UPDATE counter SET next = max(next, NEW.project + 1) WHERE kind = 10; END;

-- What a cap is about (Q3): subject_kind 1 user, 2 group, 3 project, 4 product, 5 team; its tokens are in table `cap`.
CREATE TABLE cap_terms (
    cap INTEGER PRIMARY KEY,
    team INTEGER NOT NULL REFERENCES team,
    name TEXT NOT NULL,
    subject_kind INTEGER NOT NULL CHECK (subject_kind BETWEEN 1 AND 5),
    subject INTEGER NOT NULL,
    per TEXT NOT NULL CHECK (per IN ('day', 'week', 'month', 'pack_year')),
    made_at INTEGER NOT NULL CHECK (made_at >= 0),
    gone_at INTEGER NOT NULL DEFAULT -1
) STRICT;
CREATE UNIQUE INDEX cap_named ON cap_terms (team, name) WHERE gone_at = -1;      -- an ended cap frees its name

-- Which calendar (its boundaries are rows of `calendar`) is that of a zone's days, weeks, months, or of a pack year.
CREATE TABLE calendar_of (
    zone TEXT NOT NULL,
    per TEXT NOT NULL,
    calendar INTEGER NOT NULL UNIQUE,
    PRIMARY KEY (zone, per)
) STRICT, WITHOUT ROWID;

-- Catalogue (C11) ---------------------------------------------------------------------------------------------------

ALTER TABLE product ADD COLUMN retired_at INTEGER NOT NULL DEFAULT -1;
ALTER TABLE product ADD COLUMN host INTEGER NOT NULL DEFAULT 0;                                    -- a plugin's host product

CREATE TABLE product_floor (                          -- the first version of a platform; platform '' is any other
    product INTEGER NOT NULL REFERENCES product,
    platform TEXT NOT NULL,
    first_version TEXT NOT NULL,
    PRIMARY KEY (product, platform)
) STRICT, WITHOUT ROWID;

CREATE TABLE launch (                                 -- what was launched, from a version on, is charged as `product`
    code TEXT NOT NULL,
    from_version TEXT NOT NULL,
    product INTEGER NOT NULL REFERENCES product,
    PRIMARY KEY (code, from_version)
) STRICT, WITHOUT ROWID;

CREATE TABLE collection (
    collection INTEGER PRIMARY KEY CHECK (collection >= 1),
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
) STRICT;

CREATE TABLE collection_product (
    collection INTEGER NOT NULL REFERENCES collection,
    product INTEGER NOT NULL REFERENCES product,
    PRIMARY KEY (collection, product)
) STRICT, WITHOUT ROWID;

-- Entitlements that cost no tokens (section 5); product or collection is 0. `ends_at` -1: open.
CREATE TABLE subscription (
    subscription INTEGER PRIMARY KEY CHECK (subscription >= 1),
    team INTEGER NOT NULL REFERENCES team,
    user INTEGER NOT NULL REFERENCES user,
    product INTEGER NOT NULL,
    collection INTEGER NOT NULL,
    starts_at INTEGER NOT NULL CHECK (starts_at >= 0),
    ends_at INTEGER NOT NULL CHECK (ends_at >= -1),
    CONSTRAINT "subscription: to a product or to a collection" CHECK ((product = 0) <> (collection = 0))
) STRICT;
CREATE INDEX subscription_user ON subscription (user);
CREATE INDEX subscription_team ON subscription (team);

CREATE TABLE trial (
    trial INTEGER PRIMARY KEY CHECK (trial >= 1),
    team INTEGER NOT NULL REFERENCES team,
    user INTEGER NOT NULL REFERENCES user,
    product INTEGER NOT NULL REFERENCES product,
    starts_at INTEGER NOT NULL CHECK (starts_at >= 0),
    ends_at INTEGER NOT NULL CHECK (ends_at >= 0),
    UNIQUE (user, product, team)
) STRICT;

CREATE TABLE pool_terms (                             -- what a pool of network seats is of; its seats are in table `pool`
    pool INTEGER PRIMARY KEY,
    team INTEGER NOT NULL REFERENCES team,
    product INTEGER NOT NULL,
    collection INTEGER NOT NULL,
    CONSTRAINT "pool: of a product or of a collection" CHECK ((product = 0) <> (collection = 0)),
    UNIQUE (team, product, collection)
) STRICT;

-- How the caller of a session knew its origin (S6), for reports and disputes.
CREATE TABLE session_evidence (
    session_hi INTEGER NOT NULL,
    session_lo INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (session_hi, session_lo)
) STRICT, WITHOUT ROWID;
