-- What a commit runs. Values of effects are by position, in the order of `COLUMNS`.

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
SELECT epoch FROM fence WHERE team = ?;

-- name: set_authority
-- Where the store stands after this batch; a running authority is not stopped.
UPDATE authority SET batch = :batch, mark = :mark, absence = :absence, stopped = 0 WHERE batch < :batch;

-- name: delete_hold
-- A line has no hold any more; or it is placed anew below.
DELETE FROM hold WHERE team = ? AND user = ? AND product = ?;

-- name: delete_line
-- A line that is nothing any more (R7).
DELETE FROM line WHERE team = ? AND user = ? AND product = ?;

-- name: delete_free_use
-- Free use of a line that no longer counts (C8).
DELETE FROM free_use WHERE team = ? AND user = ? AND product = ?;

-- name: delete_session
-- A session that is over for repeats and late check-ins (R7); its use log stays.
DELETE FROM session WHERE session_hi = ? AND session_lo = ?;

-- name: delete_device
-- A released device (D1).
DELETE FROM device WHERE user = ? AND product = ? AND device = ?;

-- name: insert_pack
-- A pack, empty until its ledger entries fill it. What the engine says remains is compared by settle_pack.
INSERT INTO pack (team, pack, size, unit_price, starts_at, ends_at, purchased_at, parent, ended)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?9, ?10)
ON CONFLICT DO NOTHING;

-- name: insert_entry
-- A sealed ledger entry; its triggers move the pack, the head of the team and the charges.
INSERT INTO ledger (
    team, seq, time, kind, effective_at, pack, tokens, user, product, session_hi, session_lo, window_start, window_end,
    rate, rate_version, policy_version, basis, corrects, transfer, reason, digest, previous, hash
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: insert_hold
-- A slice of a hold; its trigger reserves the tokens.
INSERT INTO hold (team, user, product, position, pack, tokens) VALUES (?, ?, ?, ?, ?, ?);

-- name: settle_pack
-- The pack as the engine left it, if what it says remains is what the entries left. Otherwise no row changes.
UPDATE pack SET ended = ?10
WHERE pack = ?2 AND team = ?1 AND remaining = ?8
    AND size = ?3 AND unit_price = ?4 AND starts_at = ?5 AND ends_at = ?6 AND purchased_at = ?7 AND parent = ?9;

-- name: put_line
-- The state of a line.
INSERT OR REPLACE INTO line (
    team, user, product, paid_until, window_start, charge, pending_since, capture_at, rate, rate_version,
    policy_version, basis, session_hi, session_lo, used_until
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: put_free_use
-- Free use that the contract may still count (C8).
INSERT OR REPLACE INTO free_use (team, user, product, began_at, ended_at) VALUES (?, ?, ?, ?, ?);

-- name: put_session
-- The state of a session; who opened what, and when, never changes.
INSERT INTO session (
    session_hi, session_lo, team, user, product, device, state, entitlement, granted, tokens, content, origin,
    idle_aware, max_tokens, rights_version, entitled_until, opened_at, contact_at, operated_at, operations, deadline,
    absence, counter, ended_at, reported, reason
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
    team = excluded.team, device = excluded.device, state = excluded.state, entitlement = excluded.entitlement,
    granted = excluded.granted, tokens = excluded.tokens, origin = excluded.origin, idle_aware = excluded.idle_aware,
    max_tokens = excluded.max_tokens, rights_version = excluded.rights_version,
    entitled_until = excluded.entitled_until, contact_at = excluded.contact_at, operated_at = excluded.operated_at,
    operations = excluded.operations, deadline = excluded.deadline, absence = excluded.absence,
    counter = excluded.counter, ended_at = excluded.ended_at, reported = excluded.reported,
    reason = excluded.reason;

-- name: insert_device_name
-- The digest by which a device is known; its id is given once.
INSERT INTO device_name (device, digest_hi, digest_lo) VALUES (?, ?, ?);

-- name: put_device
-- A device that counts for a user and a product (D1).
INSERT OR REPLACE INTO device (user, product, device, registered_at) VALUES (?, ?, ?, ?);

-- name: insert_use
-- A row of the use log (L7).
INSERT INTO use_log (
    team, seq, time, event, at, user, product, session_hi, session_lo, device, code, origin, operations
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
