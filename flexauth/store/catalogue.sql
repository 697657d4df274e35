-- The catalogue as administration reads and writes it (C11, C13), and the price list (P0).

-- name: product_row
-- One product, as an update meets it.
SELECT product, code, name, kind, idle_aware_from, host, retired_at, result_tokens, result_units
FROM product WHERE product = :product;

-- name: update_product
-- What a product is called, how it reports idleness, whose plugin it is, and until when it is sold.
UPDATE product SET name = :name, idle_aware_from = :idle_aware_from, host = :host, retired_at = :retired_at
WHERE product = :product;

-- name: floors_of_product
-- The first versions of a product by platform.
SELECT platform, first_version FROM product_floor WHERE product = :product ORDER BY platform;

-- name: delete_floors
-- A product runs in every version.
DELETE FROM product_floor WHERE product = :product;

-- name: insert_floor
-- The first version of a product on a platform.
INSERT INTO product_floor (product, platform, first_version) VALUES (:product, :platform, :first_version);

-- name: launches_of_product
-- What is charged as a product beside its own code.
SELECT code, from_version FROM launch WHERE product = :product ORDER BY code, from_version;

-- name: launch_at
-- What a launch is charged as from a version on.
SELECT code, from_version, product FROM launch WHERE code = :code AND from_version = :from_version;

-- name: launches_page
-- Launches in order of codes and versions.
SELECT code, from_version, product FROM launch ORDER BY code, from_version LIMIT :limit OFFSET :after;

-- name: put_launch
-- What is launched, from a version on, is charged as a product.
INSERT INTO launch (code, from_version, product) VALUES (:code, :from_version, :product)
ON CONFLICT DO UPDATE SET product = excluded.product;

-- name: delete_launch
-- Nothing is said of a launch from a version on.
DELETE FROM launch WHERE code = :code AND from_version = :from_version;

-- name: collections_of_product
-- The collections that have a product.
SELECT code FROM collection JOIN collection_product USING (collection) WHERE product = :product ORDER BY code;

-- name: last_collection
-- The newest id of a collection; those of rights count, so that no id is given twice.
SELECT max(
    (SELECT coalesce(max(collection), 0) FROM collection),
    (SELECT coalesce(max(collection), 0) FROM subscription),
    (SELECT coalesce(max(collection), 0) FROM pool_terms)) AS id;

-- name: put_collection
-- A collection and what it is called.
INSERT INTO collection (collection, code, name) VALUES (:collection, :code, :name)
ON CONFLICT DO UPDATE SET name = excluded.name;

-- name: empty_collection
-- A collection has no product any more.
DELETE FROM collection_product WHERE collection = :collection;

-- name: insert_collection_product
-- A collection has a product.
INSERT INTO collection_product (collection, product) VALUES (:collection, :product);

-- name: delete_collection
-- There is no such collection any more.
DELETE FROM collection WHERE collection = :collection;

-- name: collection_products
-- The products of a collection.
SELECT product, code FROM product JOIN collection_product USING (product)
WHERE collection = :collection ORDER BY code;

-- name: collections_page
-- Collections by id.
SELECT collection, code, name FROM collection WHERE collection > :after ORDER BY collection LIMIT :limit;

-- name: collection_used
-- How many subscriptions that have not ended, and pools, are of a collection.
SELECT (
    SELECT count(*) FROM subscription
    WHERE collection = :collection AND collection <> 0 AND (ends_at = -1 OR ends_at > :now))
    + (SELECT count(*) FROM pool_terms WHERE collection = :collection AND collection <> 0) AS used;

-- name: every_rate
-- All rates that count: of one product and date the last.
SELECT product, valid_from, rate, note FROM rate
WHERE version = (SELECT max(version) FROM rate AS other
    WHERE other.product = rate.product AND other.valid_from = rate.valid_from)
ORDER BY product, valid_from;

-- name: every_price
-- All prices that count: of one thing and date the last.
SELECT kind, size, tier, product, term, currency, valid_from, price, note FROM price
WHERE version = (SELECT max(version) FROM price AS other
    WHERE other.kind = price.kind AND other.size = price.size AND other.tier = price.tier
        AND other.product = price.product AND other.term = price.term AND other.currency = price.currency
        AND other.valid_from = price.valid_from)
ORDER BY kind, currency, tier, size, product, term, valid_from;

-- name: last_price_version
-- The number of the last import of prices.
SELECT coalesce(max(version), 0) AS version FROM price;

-- name: insert_price
-- What is asked for a token or a seat from a date on (P0).
INSERT INTO price (kind, size, tier, product, term, currency, valid_from, version, price, note)
VALUES (:kind, :size, :tier, :product, :term, :currency, :valid_from, :version, :price, :note);
