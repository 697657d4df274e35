-- What a commit runs. Values of effects are by position: the order of `COLUMNS` is that of the tables' columns.
-- The inserts name no columns: apsw hashes the text of a statement for every row, a nanosecond a character.

-- name: begin
-- Start the transaction of a batch; no other writer may come between.
BEGIN IMMEDIATE;

-- name: commit
-- Make the batch durable.
COMMIT;

-- name: rollback
-- Forget the batch.
ROLLBACK;

-- name: fence
-- Epoch under which a team is served.
SELECT epoch FROM fence WHERE team = :team;

-- name: set_authority
-- Where the store stands after this batch; a running authority is not stopped.
UPDATE authority SET batch = :batch, mark = :mark, absence = :absence, stopped = 0 WHERE batch < :batch;

-- name: release_hold
-- A line has no hold any more, or it is placed anew below: its first slice goes.
INSERT INTO release VALUES (?, ?, ?);

-- name: divided_holds
-- Lines whose hold is more than one slice of the present window.
SELECT team, user, product FROM hold WHERE advance + position = 1;

-- name: release_hold_rest
-- The other slices of a divided hold, and those of the next window.
DELETE FROM hold WHERE team = ? AND user = ? AND product = ? AND advance + position > 0;

-- name: delete_line
-- A line that is nothing any more (R7).
DELETE FROM line WHERE team = ? AND user = ? AND product = ?;

-- name: delete_free_use
-- Free use of a line that no longer counts (C8).
DELETE FROM free_use WHERE team = ? AND user = ? AND product = ?;

-- name: delete_session
-- A session that is over for repeats and late check-ins (R7); its use log stays.
DELETE FROM session WHERE team = ? AND session_hi = ? AND session_lo = ?;

-- name: delete_device
-- A released device (D1).
DELETE FROM device WHERE user = ? AND product = ? AND device = ?;

-- name: insert_pack
-- A pack, empty until its ledger entries fill it and not ended: what it has come to in the batch is for settle_pack.
INSERT INTO pack (team, pack, size, unit_price, starts_at, ends_at, purchased_at, parent, ended)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?9, 0 & ?10)
ON CONFLICT DO NOTHING;

-- name: insert_entry
-- A sealed ledger entry; its triggers check the chain and the windows, and move the pack's account.
INSERT OR ROLLBACK INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: insert_hold
-- A slice of a hold; its trigger reserves the tokens.
INSERT OR ROLLBACK INTO hold VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: settle_pack
-- The pack as the engine left it, if what it says remains is what the entries left. Otherwise no row changes.
UPDATE pack SET ended = ?10
WHERE pack = ?2 AND team = ?1 AND size = ?3 AND unit_price = ?4 AND starts_at = ?5 AND ends_at = ?6
    AND purchased_at = ?7 AND parent = ?9 AND EXISTS (SELECT 1 FROM account WHERE pack = ?2 AND remaining = ?8);

-- name: put_line
-- The state of a line.
REPLACE INTO line VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: put_free_use
-- Free use that the contract may still count (C8).
REPLACE INTO free_use VALUES (?, ?, ?, ?, ?);

-- name: put_session
-- The state of a session.
REPLACE INTO session VALUES (
    ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
);

-- name: insert_device_name
-- The digest by which a device is known; its id is given once.
INSERT OR ROLLBACK INTO device_name VALUES (?, ?, ?);

-- name: put_device
-- A device that counts for a user and a product (D1).
REPLACE INTO device VALUES (?, ?, ?, ?);

-- name: insert_use
-- A row of the use log (L7).
INSERT OR ROLLBACK INTO use_log VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: insert_cap_entry
-- A hold or charge that counts in a period of a cap, or is taken back from it (Q3); its trigger keeps the sum.
INSERT OR ROLLBACK INTO cap_entry VALUES (?, ?, ?, ?, ?, ?, ?);
