-- Orders and packs as administration reads and writes them (P0, P5), and charges that are given back (L5).

-- name: insert_unallocated
-- An order that no team has yet.
INSERT INTO unallocated (purchase, number, purchased_at) VALUES (:purchase, :number, :purchased_at);

-- name: insert_unallocated_pack
-- A pack of an order that no team has yet.
INSERT INTO unallocated_pack (purchase, position, size, unit_price, currency)
VALUES (:purchase, :position, :size, :unit_price, :currency);

-- name: unallocated_named
-- An order that no team has yet, by its number.
SELECT purchase, number, purchased_at, cancelled_at FROM unallocated
WHERE number = :number AND allocated_at = -1 AND cancelled_at = -1;

-- name: unallocated_page
-- Orders that no team has, by id.
SELECT purchase, number, purchased_at, cancelled_at FROM unallocated
WHERE allocated_at = -1 AND purchase > :after ORDER BY purchase LIMIT :limit;

-- name: unallocated_packs
-- What an order without a team is made of.
SELECT size, unit_price, currency FROM unallocated_pack WHERE purchase = :purchase ORDER BY position;

-- name: allocate
-- An order has found its team.
UPDATE unallocated SET allocated_at = :at WHERE purchase = :purchase;

-- name: cancel_unallocated
-- An order that no team had was wrong.
UPDATE unallocated SET cancelled_at = :at WHERE purchase = :purchase;

-- name: purchase_named
-- An order of a team by its number.
SELECT purchase, team, number, purchased_at, cancelled_at FROM purchase WHERE team = :team AND number = :number;

-- name: purchases_page
-- Orders of a team, by id.
SELECT purchase, team, number, purchased_at, cancelled_at FROM purchase
WHERE team = :team AND purchase > :after ORDER BY purchase LIMIT :limit;

-- name: cancel_purchase
-- A wrong order is cancelled.
UPDATE purchase SET cancelled_at = :at WHERE purchase = :purchase;

-- name: packs_of_purchase
-- The packs of an order, those split off too, wherever they are now.
SELECT pack.pack, pack.team, pack.size, unit_price, starts_at, ends_at, pack.purchased_at, remaining, held, consumed,
    expired, moved_out, refunded, ended, parent, currency, purchase.purchase, purchase.number
FROM purchase_pack JOIN pack ON pack.pack = purchase_pack.pack JOIN account ON account.pack = pack.pack
JOIN purchase ON purchase.purchase = purchase_pack.purchase
WHERE purchase_pack.purchase = :purchase ORDER BY pack.pack;

-- name: pack_in_team
-- A pack of a team, with the order that brought it or the pack that it was split from.
SELECT pack.pack, pack.team, pack.size, unit_price, starts_at, ends_at, pack.purchased_at, remaining, held, consumed,
    expired, moved_out, refunded, ended, parent, coalesce(currency, 'USD') AS currency,
    coalesce(purchase.purchase, 0) AS purchase, coalesce(purchase.number, '') AS number
FROM pack JOIN account ON account.pack = pack.pack
LEFT JOIN purchase_pack ON purchase_pack.pack = pack.pack LEFT JOIN purchase ON purchase.purchase = purchase_pack.purchase
WHERE pack.pack = :pack AND pack.team = :team;

-- name: line_window
-- How a line stands: what is paid, and whether its first minutes run.
SELECT paid_until, pending_since FROM line WHERE team = :team AND user = :user AND product = :product;

-- name: pack_kin
-- All packs that came of the same one by splits, the first of them first.
WITH RECURSIVE up (pack, parent) AS (
    SELECT pack, parent FROM pack WHERE pack = :pack
    UNION SELECT pack.pack, pack.parent FROM up JOIN pack ON pack.pack = up.parent
), kin (pack) AS (
    SELECT pack FROM up WHERE parent = 0
    UNION SELECT pack.pack FROM kin CROSS JOIN pack ON pack.parent = kin.pack AND pack.parent <> 0
)
SELECT pack.pack, pack.team, pack.parent, pack.size, account.remaining
FROM kin CROSS JOIN pack ON pack.pack = kin.pack JOIN account ON account.pack = pack.pack ORDER BY pack.pack;

-- name: pack_steps
-- How tokens came to a pack and left it while it was a team's, but for their use.
SELECT time, kind, pack, tokens, transfer FROM ledger
WHERE pack = :pack AND kind IN (1, 4, 5, 6) AND team = :team ORDER BY time, transfer, seq;
