-- Schema 3. What a person reads: names, times in UTC, session ids as text. Programs read the tables.

CREATE VIEW v_packs AS
SELECT team.name AS team, pack.pack, pack.size, account.remaining, account.held, account.consumed, account.expired,
    account.moved_out, account.refunded, account.adjusted, pack.unit_price / 1000000.0 AS unit_price,
    strftime('%Y-%m-%dT%H:%M:%SZ', pack.starts_at / 1000000, 'unixepoch') AS starts_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', pack.ends_at / 1000000, 'unixepoch') AS ends_at,
    iif(pack.ended, 'ended', 'live') AS state, purchase.number AS purchase
FROM pack JOIN team USING (team) JOIN account USING (pack)
    LEFT JOIN purchase_pack USING (pack) LEFT JOIN purchase USING (purchase);

CREATE VIEW v_balances AS
SELECT team, sum(iif(state = 'live', remaining - held, 0)) AS available, sum(held) AS held, sum(size) AS purchased,
    sum(consumed) AS consumed, sum(refunded) AS refunded, sum(expired) AS expired
FROM v_packs GROUP BY team;

CREATE VIEW v_ledger AS
SELECT team.name AS team, ledger.seq, strftime('%Y-%m-%dT%H:%M:%fZ', ledger.time / 1e6, 'unixepoch') AS time,
    CASE ledger.kind WHEN 1 THEN 'ORDER' WHEN 2 THEN 'CHARGE' WHEN 3 THEN 'EXPIRY' WHEN 4 THEN 'MOVE_OUT'
        WHEN 5 THEN 'MOVE_IN' WHEN 6 THEN 'SPLIT' WHEN 7 THEN 'REFUND' WHEN 8 THEN 'ADJUSTMENT'
        WHEN 9 THEN 'OVERDRAFT' WHEN 10 THEN 'SETTLEMENT' END AS kind,
    nullif(ledger.pack, 0) AS pack, ledger.tokens, user.subject AS user, product.code AS product,
    strftime('%Y-%m-%dT%H:%M:%SZ', iif(ledger.window_start < 0, NULL, ledger.window_start) / 1000000, 'unixepoch')
        AS window_start,
    strftime('%Y-%m-%dT%H:%M:%SZ', iif(ledger.window_end < 0, NULL, ledger.window_end) / 1000000, 'unixepoch')
        AS window_end,
    nullif(ledger.rate, 0) AS rate, nullif(ledger.corrects, 0) AS corrects,
    iif(ledger.session_hi | ledger.session_lo = 0, NULL, printf('%08x-%04x-%04x-%04x-%012x',
        ledger.session_hi >> 32 & 0xffffffff, ledger.session_hi >> 16 & 0xffff, ledger.session_hi & 0xffff,
        ledger.session_lo >> 48 & 0xffff, ledger.session_lo & 0xffffffffffff)) AS session,
    lower(hex(ledger.hash)) AS hash
FROM ledger JOIN team USING (team) LEFT JOIN user USING (user) LEFT JOIN product USING (product);

CREATE VIEW v_charges AS
SELECT team.name AS team, user.subject AS user, product.code AS product,
    strftime('%Y-%m-%dT%H:%M:%SZ', charge.window_start / 1000000, 'unixepoch') AS window_start,
    strftime('%Y-%m-%dT%H:%M:%SZ', charge.window_end / 1000000, 'unixepoch') AS window_end,
    charge.tokens, charge.refunded, charge.rate, charge.rate_version, charge.policy_version, charge.seq,
    printf('%08x-%04x-%04x-%04x-%012x',
        charge.session_hi >> 32 & 0xffffffff, charge.session_hi >> 16 & 0xffff, charge.session_hi & 0xffff,
        charge.session_lo >> 48 & 0xffff, charge.session_lo & 0xffffffffffff) AS session
FROM charge JOIN team USING (team) JOIN user USING (user) JOIN product USING (product);

CREATE VIEW v_sessions AS
SELECT printf('%08x-%04x-%04x-%04x-%012x',
        session.session_hi >> 32 & 0xffffffff, session.session_hi >> 16 & 0xffff, session.session_hi & 0xffff,
        session.session_lo >> 48 & 0xffff, session.session_lo & 0xffffffffffff) AS session,
    team.name AS team, user.subject AS user, product.code AS product, device_text.text AS device,
    CASE session.state WHEN 1 THEN 'ACTIVE' WHEN 2 THEN 'IDLE' WHEN 3 THEN 'CLOSED' WHEN 4 THEN 'EXPIRED'
        WHEN 5 THEN 'DENIED' WHEN 6 THEN 'SUPERSEDED' END AS state,
    CASE session.entitlement WHEN 1 THEN 'SUBSCRIPTION' WHEN 2 THEN 'TRIAL' WHEN 3 THEN 'SEAT' WHEN 4 THEN 'INCLUDED'
        WHEN 5 THEN 'PAID_WINDOW' WHEN 6 THEN 'TOKENS' END AS entitlement,
    strftime('%Y-%m-%dT%H:%M:%SZ', session.opened_at / 1000000, 'unixepoch') AS opened_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', session.contact_at / 1000000, 'unixepoch') AS contact_at,
    iif(session.ended_at < 0, NULL, strftime('%Y-%m-%dT%H:%M:%SZ', session.ended_at / 1000000, 'unixepoch')) AS ended_at
FROM session JOIN team USING (team) JOIN user USING (user) JOIN product USING (product)
    LEFT JOIN device_text USING (device);

CREATE VIEW v_use_log AS
SELECT team.name AS team, use_log.seq, strftime('%Y-%m-%dT%H:%M:%SZ', use_log.at / 1000000, 'unixepoch') AS at,
    CASE use_log.event WHEN 1 THEN 'BEGIN' WHEN 2 THEN 'IDLE' WHEN 3 THEN 'RESUME' WHEN 4 THEN 'GAP'
        WHEN 5 THEN 'END' WHEN 6 THEN 'DENIED' WHEN 7 THEN 'FREE' WHEN 8 THEN 'RENEWED' WHEN 9 THEN 'REFUSED'
        WHEN 10 THEN 'LATE' END AS event,
    use_log.code, user.subject AS user, product.code AS product, device_text.text AS device, use_log.operations,
    printf('%08x-%04x-%04x-%04x-%012x',
        use_log.session_hi >> 32 & 0xffffffff, use_log.session_hi >> 16 & 0xffff, use_log.session_hi & 0xffff,
        use_log.session_lo >> 48 & 0xffff, use_log.session_lo & 0xffffffffffff) AS session
FROM use_log JOIN team USING (team) LEFT JOIN user USING (user) LEFT JOIN product USING (product)
    LEFT JOIN device_text USING (device);
