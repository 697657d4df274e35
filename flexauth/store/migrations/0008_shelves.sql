-- Orders without a team and cancelled ones (P0), moves of packs (P5), the price list (P0).

ALTER TABLE purchase ADD COLUMN cancelled_at INTEGER NOT NULL DEFAULT -1 CHECK (cancelled_at >= -1);

-- An order that no team has yet; once it is allocated, its row of `purchase` has the same id.
CREATE TABLE unallocated (
    purchase INTEGER PRIMARY KEY CHECK (purchase >= 1),
    number TEXT NOT NULL,
    purchased_at INTEGER NOT NULL CHECK (purchased_at >= 0),
    allocated_at INTEGER NOT NULL DEFAULT -1,
    cancelled_at INTEGER NOT NULL DEFAULT -1,
    CONSTRAINT "unallocated: an order is cancelled or allocated, not both" CHECK (allocated_at = -1 OR cancelled_at = -1)
) STRICT;
CREATE UNIQUE INDEX unallocated_open ON unallocated (number) WHERE allocated_at = -1 AND cancelled_at = -1;
CREATE TRIGGER unallocated_begins AFTER INSERT ON unallocated
BEGIN UPDATE counter SET next = max(next, NEW.purchase + 1) WHERE kind = 6; END;

CREATE TABLE unallocated_pack (
    purchase INTEGER NOT NULL REFERENCES unallocated,
    position INTEGER NOT NULL CHECK (position >= 0),
    size INTEGER NOT NULL CHECK (size >= 1),
    unit_price INTEGER NOT NULL CHECK (unit_price >= 0),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    PRIMARY KEY (purchase, position)
) STRICT, WITHOUT ROWID;

-- How tokens came to a pack and left it, but for their use: for the lineage of a pack.
CREATE INDEX ledger_moved ON ledger (pack) WHERE kind IN (1, 4, 5, 6);
CREATE INDEX pack_parent ON pack (parent) WHERE parent <> 0;
CREATE INDEX trial_team ON trial (team);
CREATE INDEX subscription_collection ON subscription (collection) WHERE collection <> 0;
CREATE INDEX pool_collection ON pool_terms (collection) WHERE collection <> 0;

-- What is asked for tokens and seats, from a date on; an input of advice, never of a charge.
CREATE TABLE price (
    kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 2),      -- 1 a token in a pack, 2 a seat
    size INTEGER NOT NULL CHECK (size >= 0),                 -- of packs of at least so many tokens
    tier TEXT NOT NULL,
    product INTEGER NOT NULL CHECK (product >= 0),
    term INTEGER NOT NULL CHECK (term BETWEEN 0 AND 2),      -- of a seat: 1 a month, 2 a year
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    valid_from INTEGER NOT NULL CHECK (valid_from >= 0),
    version INTEGER NOT NULL CHECK (version >= 1),           -- the import that set it; of one date the highest counts
    price INTEGER NOT NULL CHECK (price >= 0),               -- millionths of a currency unit
    note TEXT NOT NULL,
    PRIMARY KEY (kind, size, tier, product, term, currency, valid_from, version),
    CONSTRAINT "price: of a pack's size, or of a product's seat and term"
        CHECK (iif(kind = 1, size > 0 AND product = 0 AND term = 0, size = 0 AND product > 0 AND term > 0))
) STRICT, WITHOUT ROWID;
CREATE TRIGGER price_is_kept BEFORE UPDATE ON price
BEGIN SELECT RAISE(ROLLBACK, 'price: a price is never changed, a later version replaces it'); END;
CREATE TRIGGER price_is_kept_whole BEFORE DELETE ON price
BEGIN SELECT RAISE(ROLLBACK, 'price: a price is never deleted'); END;
