-- A database of version 10: that of version 9, with what the tenth step did and an assistant.
BEGIN TRANSACTION;
CREATE TABLE attachments (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
    width INTEGER NOT NULL DEFAULT 0,
    height INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE chats (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    title_is_own INTEGER NOT NULL DEFAULT 0 CHECK (title_is_own IN (0, 1)),
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1)),
    hidden_ms INTEGER,
    total_pusd INTEGER NOT NULL DEFAULT 0,
    unpriced INTEGER NOT NULL DEFAULT 0,
    estimated INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO "chats" VALUES(1,'c1','Sourdough',1,1794300000000,1794300005000,1,NULL,12345000000,0,1);
INSERT INTO "chats" VALUES(2,'c2','Grüße aus Zürich',0,1794300009000,1794300009000,0,NULL,0,0,0);
CREATE TABLE drafts (
    seq INTEGER PRIMARY KEY,
    chat_id TEXT NOT NULL UNIQUE,
    text TEXT NOT NULL,
    attachment_ids TEXT NOT NULL DEFAULT '[]'
) STRICT;
INSERT INTO "drafts" VALUES(1,'new','half a thought','[]');
CREATE TABLE holds (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    message_id TEXT NOT NULL,
    chat_id TEXT NOT NULL,
    key_id TEXT NOT NULL,
    model_ref TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('held', 'dispatched', 'unknown', 'settled', 'released')),
    amount_pusd INTEGER NOT NULL CHECK (amount_pusd >= 0),
    price_json TEXT,
    input_tokens INTEGER NOT NULL CHECK (input_tokens >= 0),
    output_tokens_max INTEGER NOT NULL CHECK (output_tokens_max >= 0),
    created_ms INTEGER NOT NULL,
    output_tokens_seen INTEGER NOT NULL DEFAULT 0 CHECK (output_tokens_seen >= 0),
    settled_pusd INTEGER CHECK (settled_pusd >= 0),
    basis TEXT NOT NULL DEFAULT '',
    CHECK (settled_pusd IS NULL OR state = 'settled')
) STRICT;
INSERT INTO "holds" VALUES(1,'h1','m2','c1','key','key/gpt-5','settled',50000000000,'{}',120,4096,1794300000000,0,12345000000,'provider_usage');
CREATE TABLE keys (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    provider TEXT NOT NULL,
    label TEXT NOT NULL,
    ends_in TEXT NOT NULL,
    base_url TEXT NOT NULL,
    "where" TEXT NOT NULL,
    state TEXT NOT NULL,
    detail TEXT NOT NULL,
    checked_ms INTEGER,
    created_ms INTEGER NOT NULL,
    models_json TEXT NOT NULL DEFAULT '[]'
) STRICT;
INSERT INTO "keys" VALUES(1,'key','openai','Work','9f2c','','keyring','works','',NULL,1794300000000,'[]');
CREATE TABLE messages (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    chat_id TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    parent_id TEXT REFERENCES messages (id) DEFERRABLE INITIALLY DEFERRED,
    role TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('streaming', 'complete', 'interrupted', 'incomplete')),
    created_ms INTEGER NOT NULL,
    thinking_ms INTEGER,
    duration_ms INTEGER,
    model_ref TEXT NOT NULL DEFAULT '',
    model_name TEXT NOT NULL DEFAULT '',
    attachment_ids TEXT NOT NULL DEFAULT '[]',
    fault_json TEXT,
    extras_json TEXT,
    receipt_json TEXT,
    thinking TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL
) STRICT;
INSERT INTO "messages" VALUES(1,'m1','c1',NULL,'user','complete',1794300000002,NULL,NULL,'','','[]',NULL,NULL,NULL,'','How do I keep a sourdough starter alive?');
INSERT INTO "messages" VALUES(2,'m2','c1','m1','assistant','complete',1794300000002,NULL,1800,'key/gpt-5','GPT-5','[]',NULL,NULL,'{"total_pusd": 12345000000}','','Feed the starter once a week.

- flour
- water');
INSERT INTO "messages" VALUES(3,'m2b','c1','m1','assistant','interrupted',1794300000003,NULL,NULL,'key/claude','Claude','[]',NULL,NULL,NULL,'','Feed it');
INSERT INTO "messages" VALUES(4,'m3','c1','m2','user','complete',1794300000002,NULL,NULL,'','','[]',NULL,NULL,NULL,'','And when I travel?');
INSERT INTO "messages" VALUES(5,'m4','c1','m3','assistant','complete',1794300000002,NULL,NULL,'key/gpt-5','GPT-5','[]',NULL,NULL,NULL,'','Keep it in the refrigerator — “cold” slows it down. 🥖');
INSERT INTO "messages" VALUES(6,'m5','c2',NULL,'user','complete',1794300000002,NULL,NULL,'','','[]',NULL,NULL,NULL,'','Schöne Grüße');
CREATE TABLE model_marks (
    seq INTEGER PRIMARY KEY,
    ref TEXT NOT NULL UNIQUE,
    favorite INTEGER NOT NULL DEFAULT 0 CHECK (favorite IN (0, 1)),
    used_ms INTEGER
) STRICT;
INSERT INTO "model_marks" VALUES(1,'key/gpt-5',1,1794300000000);
CREATE TABLE panes (
    seq INTEGER PRIMARY KEY,
    chat_id TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    position INTEGER NOT NULL CHECK (position >= 0),
    model_ref TEXT NOT NULL,
    leaf_id TEXT,
    UNIQUE (chat_id, position)
) STRICT;
INSERT INTO "panes" VALUES(1,'c1',0,'key/gpt-5','m4');
INSERT INTO "panes" VALUES(2,'c1',1,'key/claude','m2b');
INSERT INTO "panes" VALUES(3,'c2',0,'key/gpt-5','m5');
CREATE TABLE pieces (
    seq INTEGER PRIMARY KEY,
    message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    thinking TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE TABLE settings (
    seq INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    value_json TEXT NOT NULL
) STRICT;
INSERT INTO "settings" VALUES(1,'theme','"dark"');
CREATE TABLE usage (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    message_id TEXT NOT NULL,
    chat_id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    input_tokens INTEGER NOT NULL CHECK (input_tokens >= 0),
    cache_read_tokens INTEGER NOT NULL CHECK (cache_read_tokens >= 0),
    cache_write_tokens INTEGER NOT NULL CHECK (cache_write_tokens >= 0),
    output_tokens INTEGER NOT NULL CHECK (output_tokens >= 0),
    reasoning_tokens INTEGER NOT NULL CHECK (reasoning_tokens >= 0),
    cost_pusd INTEGER CHECK (cost_pusd >= 0),
    certainty TEXT NOT NULL CHECK (certainty IN ('exact', 'estimated', 'pending')),
    first_call INTEGER NOT NULL CHECK (first_call IN (0, 1))
) STRICT;
INSERT INTO "usage" VALUES(1,'u1','m2','c1',1794300000000,'key','openai','gpt-5',120,0,0,64,0,12345000000,'estimated',1);
CREATE TRIGGER holds_end_once BEFORE UPDATE ON holds
WHEN old.state IN ('settled', 'released')
BEGIN
    SELECT RAISE (ABORT, 'a hold ends exactly once');
END;
CREATE INDEX messages_tree ON messages (chat_id, parent_id, seq, id);
CREATE INDEX messages_children ON messages (parent_id);
CREATE INDEX messages_running ON messages (seq) WHERE state = 'streaming';
CREATE INDEX pieces_of_message ON pieces (message_id, seq);
CREATE INDEX usage_of_message ON usage (message_id);
CREATE INDEX usage_of_chat ON usage (chat_id);
CREATE INDEX usage_of_model ON usage (model, at_ms, output_tokens, reasoning_tokens);
CREATE INDEX usage_by_time ON usage (
    at_ms, key_id, model, message_id, cost_pusd, certainty, input_tokens, cache_read_tokens,
    cache_write_tokens, output_tokens, reasoning_tokens, first_call
);
CREATE INDEX holds_of_message ON holds (message_id, seq);
CREATE INDEX holds_open ON holds (seq) WHERE state IN ('held', 'dispatched', 'unknown');
CREATE VIEW searched_messages (seq, text) AS
SELECT seq, CASE state WHEN 'streaming' THEN '' ELSE text END FROM messages;
CREATE VIRTUAL TABLE message_search USING fts5 (
    text, content = 'searched_messages', content_rowid = 'seq', prefix = '2 3',
    tokenize = 'unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE title_search USING fts5 (
    title, content = 'chats', content_rowid = 'seq', prefix = '1 2 3',
    tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER messages_search_insert AFTER INSERT ON messages WHEN new.state <> 'streaming'
BEGIN
    INSERT INTO message_search (rowid, text) VALUES (new.seq, new.text);
END;
CREATE TRIGGER messages_search_delete AFTER DELETE ON messages WHEN old.state <> 'streaming'
BEGIN
    INSERT INTO message_search (message_search, rowid, text)
    VALUES ('delete', old.seq, old.text);
END;
CREATE TRIGGER messages_search_update AFTER UPDATE OF text, state ON messages
WHEN old.text <> new.text OR (old.state = 'streaming') <> (new.state = 'streaming')
BEGIN
    INSERT INTO message_search (message_search, rowid, text)
    SELECT 'delete', old.seq, old.text WHERE old.state <> 'streaming';
    INSERT INTO message_search (rowid, text)
    SELECT new.seq, new.text WHERE new.state <> 'streaming';
END;
CREATE TRIGGER chats_search_insert AFTER INSERT ON chats
BEGIN
    INSERT INTO title_search (rowid, title) VALUES (new.seq, new.title);
END;
CREATE TRIGGER chats_search_delete AFTER DELETE ON chats
BEGIN
    INSERT INTO title_search (title_search, rowid, title)
    VALUES ('delete', old.seq, old.title);
END;
CREATE TRIGGER chats_search_update AFTER UPDATE OF title ON chats WHEN old.title <> new.title
BEGIN
    INSERT INTO title_search (title_search, rowid, title)
    VALUES ('delete', old.seq, old.title);
    INSERT INTO title_search (rowid, title) VALUES (new.seq, new.title);
END;
INSERT INTO message_search (message_search) VALUES ('rebuild');
INSERT INTO title_search (title_search) VALUES ('rebuild');
CREATE TABLE usage_days (
    day INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    chat_id TEXT NOT NULL,
    calls INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    pusd INTEGER NOT NULL,
    estimated_pusd INTEGER NOT NULL,
    estimated INTEGER NOT NULL,
    unpriced INTEGER NOT NULL,
    read_tokens INTEGER NOT NULL,
    written_tokens INTEGER NOT NULL,
    PRIMARY KEY (day, key_id, provider, model, chat_id)
) STRICT, WITHOUT ROWID;
DELETE FROM usage_days;
INSERT INTO usage_days (day, key_id, provider, model, chat_id, calls, messages, pusd, estimated_pusd, estimated, unpriced, read_tokens, written_tokens)
SELECT (usage.at_ms - ((usage.at_ms % 86400000) + 86400000) % 86400000) / 86400000, usage.key_id, usage.provider, usage.model, usage.chat_id, sum(1), sum(usage.first_call), sum(coalesce(usage.cost_pusd, 0)), sum(iif(usage.certainty = 'exact', 0, coalesce(usage.cost_pusd, 0))), sum(usage.certainty <> 'exact'), sum(usage.cost_pusd IS NULL), sum(usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens), sum(usage.output_tokens + usage.reasoning_tokens)
FROM usage GROUP BY 1, 2, 3, 4, 5;
CREATE TRIGGER usage_days_insert AFTER INSERT ON usage BEGIN
    INSERT INTO usage_days (day, key_id, provider, model, chat_id, calls, messages, pusd, estimated_pusd, estimated, unpriced, read_tokens, written_tokens)
    VALUES ((new.at_ms - ((new.at_ms % 86400000) + 86400000) % 86400000) / 86400000, new.key_id, new.provider, new.model, new.chat_id, 1, new.first_call, coalesce(new.cost_pusd, 0), iif(new.certainty = 'exact', 0, coalesce(new.cost_pusd, 0)), new.certainty <> 'exact', new.cost_pusd IS NULL, new.input_tokens + new.cache_read_tokens + new.cache_write_tokens, new.output_tokens + new.reasoning_tokens)
    ON CONFLICT (day, key_id, provider, model, chat_id) DO UPDATE SET
        calls = calls + excluded.calls, messages = messages + excluded.messages, pusd = pusd + excluded.pusd, estimated_pusd = estimated_pusd + excluded.estimated_pusd, estimated = estimated + excluded.estimated, unpriced = unpriced + excluded.unpriced, read_tokens = read_tokens + excluded.read_tokens, written_tokens = written_tokens + excluded.written_tokens;
END;
CREATE TRIGGER usage_days_delete AFTER DELETE ON usage BEGIN
    UPDATE usage_days SET calls = calls - (1), messages = messages - (old.first_call), pusd = pusd - (coalesce(old.cost_pusd, 0)), estimated_pusd = estimated_pusd - (iif(old.certainty = 'exact', 0, coalesce(old.cost_pusd, 0))), estimated = estimated - (old.certainty <> 'exact'), unpriced = unpriced - (old.cost_pusd IS NULL), read_tokens = read_tokens - (old.input_tokens + old.cache_read_tokens + old.cache_write_tokens), written_tokens = written_tokens - (old.output_tokens + old.reasoning_tokens) WHERE (day, key_id, provider, model, chat_id) = ((old.at_ms - ((old.at_ms % 86400000) + 86400000) % 86400000) / 86400000, old.key_id, old.provider, old.model, old.chat_id);
    DELETE FROM usage_days WHERE (day, key_id, provider, model, chat_id) = ((old.at_ms - ((old.at_ms % 86400000) + 86400000) % 86400000) / 86400000, old.key_id, old.provider, old.model, old.chat_id) AND calls = 0;
END;
CREATE TRIGGER usage_days_update AFTER UPDATE ON usage BEGIN
    UPDATE usage_days SET calls = calls - (1), messages = messages - (old.first_call), pusd = pusd - (coalesce(old.cost_pusd, 0)), estimated_pusd = estimated_pusd - (iif(old.certainty = 'exact', 0, coalesce(old.cost_pusd, 0))), estimated = estimated - (old.certainty <> 'exact'), unpriced = unpriced - (old.cost_pusd IS NULL), read_tokens = read_tokens - (old.input_tokens + old.cache_read_tokens + old.cache_write_tokens), written_tokens = written_tokens - (old.output_tokens + old.reasoning_tokens) WHERE (day, key_id, provider, model, chat_id) = ((old.at_ms - ((old.at_ms % 86400000) + 86400000) % 86400000) / 86400000, old.key_id, old.provider, old.model, old.chat_id);
    DELETE FROM usage_days WHERE (day, key_id, provider, model, chat_id) = ((old.at_ms - ((old.at_ms % 86400000) + 86400000) % 86400000) / 86400000, old.key_id, old.provider, old.model, old.chat_id) AND calls = 0;
    INSERT INTO usage_days (day, key_id, provider, model, chat_id, calls, messages, pusd, estimated_pusd, estimated, unpriced, read_tokens, written_tokens)
    VALUES ((new.at_ms - ((new.at_ms % 86400000) + 86400000) % 86400000) / 86400000, new.key_id, new.provider, new.model, new.chat_id, 1, new.first_call, coalesce(new.cost_pusd, 0), iif(new.certainty = 'exact', 0, coalesce(new.cost_pusd, 0)), new.certainty <> 'exact', new.cost_pusd IS NULL, new.input_tokens + new.cache_read_tokens + new.cache_write_tokens, new.output_tokens + new.reasoning_tokens)
    ON CONFLICT (day, key_id, provider, model, chat_id) DO UPDATE SET
        calls = calls + excluded.calls, messages = messages + excluded.messages, pusd = pusd + excluded.pusd, estimated_pusd = estimated_pusd + excluded.estimated_pusd, estimated = estimated + excluded.estimated, unpriced = unpriced + excluded.unpriced, read_tokens = read_tokens + excluded.read_tokens, written_tokens = written_tokens + excluded.written_tokens;
END;
CREATE INDEX usage_by_cost ON usage (cost_pusd, at_ms, key_id, provider, model, chat_id);
CREATE TABLE ledger_accounts (
    id TEXT NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    kind TEXT CHECK (kind IN ('wallet', 'window', 'budget', 'cap', 'spent', 'debt')) NOT NULL,
    unit TEXT CHECK (unit IN ('usd', 'plan_tokens', 'requests', 'tokens')) NOT NULL,
    limited INTEGER NOT NULL CHECK (limited IN (0, 1)),
    granted INTEGER NOT NULL DEFAULT 0,
    posted INTEGER NOT NULL DEFAULT 0,
    held INTEGER NOT NULL DEFAULT 0,
    taken INTEGER NOT NULL DEFAULT 0,
    closes_ms INTEGER,
    name TEXT NOT NULL DEFAULT '',
    CONSTRAINT ledger_held_is_no_debt CHECK (held >= 0),
    CONSTRAINT ledger_never_negative CHECK (limited = 0 OR posted - held >= 0),
    CONSTRAINT ledger_debt_is_owed CHECK (kind <> 'debt' OR posted <= 0),
    CONSTRAINT ledger_taken_back CHECK (taken >= 0)
) STRICT;
CREATE TABLE ledger_holds (
    id TEXT NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    key TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    state TEXT CHECK (state IN ('held', 'dispatched', 'unknown', 'settled', 'released')) NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    frozen TEXT NOT NULL DEFAULT '',
    facts TEXT NOT NULL DEFAULT '',
    attempt INTEGER NOT NULL DEFAULT 0,
    route TEXT NOT NULL DEFAULT '',
    owner TEXT NOT NULL DEFAULT '',
    lease_ms INTEGER,
    output_tokens_seen INTEGER NOT NULL DEFAULT 0,
    ended_ms INTEGER,
    basis TEXT CHECK (basis IN ('provider_usage', 'counted_partial', 'input_only', 'provider_lookup')),
    proof TEXT CHECK (proof IN ('nothing_sent', 'refused', 'no_output')),
    flagged TEXT NOT NULL DEFAULT '',
    receipt TEXT NOT NULL DEFAULT '',
    CONSTRAINT ledger_one_hold_per_key UNIQUE (tenant, key),
    CONSTRAINT ledger_ended_at CHECK ((ended_ms IS NOT NULL) = (state IN ('settled', 'released'))),
    CONSTRAINT ledger_settled_on_a_basis CHECK ((basis IS NOT NULL) = (state = 'settled')),
    CONSTRAINT ledger_proof_of_release CHECK (proof IS NULL OR state = 'released'),
    CONSTRAINT ledger_held_was_not_sent CHECK (state <> 'held' OR attempt = 0),
    CONSTRAINT ledger_sent_has_an_attempt
        CHECK (state NOT IN ('dispatched', 'unknown', 'settled') OR attempt > 0),
    CONSTRAINT ledger_sent_is_released_with_proof
        CHECK (state <> 'released' OR attempt = 0 OR proof IS NOT NULL),
    CONSTRAINT ledger_attempt_has_a_lease CHECK (attempt = 0 OR lease_ms IS NOT NULL),
    CONSTRAINT ledger_tokens_are_counted CHECK (output_tokens_seen >= 0)
) STRICT;
CREATE TABLE ledger_hold_draws (
    hold_id TEXT NOT NULL REFERENCES ledger_holds (id),
    account TEXT NOT NULL REFERENCES ledger_accounts (id),
    line INTEGER NOT NULL,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    charged INTEGER CHECK (charged >= 0),
    PRIMARY KEY (hold_id, account)
) STRICT, WITHOUT ROWID;
CREATE TABLE ledger_attempts (
    hold_id TEXT NOT NULL REFERENCES ledger_holds (id),
    number INTEGER NOT NULL CHECK (number > 0),
    route TEXT NOT NULL,
    owner TEXT NOT NULL,
    output_tokens_seen INTEGER NOT NULL CHECK (output_tokens_seen >= 0),
    given_up_ms INTEGER NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (hold_id, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE ledger_entries (
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    kind TEXT CHECK (kind IN ('grant', 'charge', 'credit', 'take_back', 'write_off', 'correction')) NOT NULL,
    hold_id TEXT REFERENCES ledger_holds (id),
    corrects INTEGER REFERENCES ledger_entries (id),
    note TEXT NOT NULL DEFAULT '',
    CONSTRAINT ledger_charge_has_a_hold CHECK (kind <> 'charge' OR hold_id IS NOT NULL)
) STRICT;
CREATE TABLE ledger_postings (
    entry_id INTEGER NOT NULL REFERENCES ledger_entries (id),
    line INTEGER NOT NULL,
    account TEXT NOT NULL,
    tenant TEXT NOT NULL,
    unit TEXT CHECK (unit IN ('usd', 'plan_tokens', 'requests', 'tokens')) NOT NULL,
    amount INTEGER NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (entry_id, line)
) STRICT, WITHOUT ROWID;
CREATE TABLE ledger_events (
    processor TEXT NOT NULL,
    mode TEXT NOT NULL,
    event_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    payment TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    handled INTEGER NOT NULL DEFAULT 0 CHECK (handled IN (0, 1)),
    outcome TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (processor, mode, event_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE ledger_credits (
    processor TEXT NOT NULL,
    payment TEXT NOT NULL,
    kind TEXT NOT NULL,
    mode TEXT NOT NULL,
    event_id TEXT NOT NULL,
    price TEXT NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL,
    tenant TEXT NOT NULL,
    account TEXT NOT NULL REFERENCES ledger_accounts (id),
    unit TEXT CHECK (unit IN ('usd', 'plan_tokens', 'requests', 'tokens')) NOT NULL,
    granted INTEGER NOT NULL CHECK (granted > 0),
    taken_back INTEGER NOT NULL DEFAULT 0,
    entry_id INTEGER NOT NULL UNIQUE REFERENCES ledger_entries (id),
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (processor, payment, kind),
    CONSTRAINT ledger_taken_back_of_a_credit CHECK (taken_back >= 0 AND taken_back <= granted)
) STRICT, WITHOUT ROWID;
CREATE TABLE ledger_refunds (
    processor TEXT NOT NULL,
    mode TEXT NOT NULL,
    payment TEXT NOT NULL,
    currency TEXT NOT NULL,
    dispute TEXT NOT NULL DEFAULT '',
    amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
    state TEXT NOT NULL CHECK (state IN ('refunded', 'open', 'lost', 'won')),
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (processor, mode, payment, currency, dispute),
    CONSTRAINT ledger_refund_or_dispute CHECK ((dispute = '') = (state = 'refunded'))
) STRICT, WITHOUT ROWID;
CREATE TABLE ledger_notices (
    account TEXT NOT NULL REFERENCES ledger_accounts (id),
    percent INTEGER NOT NULL CHECK (percent > 0),
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (account, percent)
) STRICT, WITHOUT ROWID;
CREATE INDEX ledger_accounts_of_tenant ON ledger_accounts (kind, tenant);
CREATE INDEX ledger_holds_open ON ledger_holds (expires_ms) WHERE ended_ms IS NULL;
CREATE UNIQUE INDEX ledger_one_charge_per_hold ON ledger_entries (hold_id) WHERE kind = 'charge';
CREATE UNIQUE INDEX ledger_corrected_once ON ledger_entries (corrects) WHERE corrects IS NOT NULL;
CREATE INDEX ledger_postings_of_account ON ledger_postings (account, entry_id);
CREATE INDEX ledger_credits_of_tenant ON ledger_credits (tenant, unit);
CREATE TRIGGER ledger_accounts_keep_their_owner BEFORE UPDATE OF id, tenant, kind, unit ON ledger_accounts
BEGIN
    SELECT RAISE (ABORT, 'an account never changes its owner or unit');
END;
CREATE TRIGGER ledger_holds_end_once BEFORE UPDATE ON ledger_holds WHEN OLD.ended_ms IS NOT NULL
BEGIN
    SELECT RAISE (ABORT, 'a hold ends exactly once');
END;
CREATE TRIGGER ledger_holds_in_order BEFORE UPDATE OF state ON ledger_holds WHEN NEW.state IN ('held', 'dispatched') AND OLD.state <> 'held' OR NEW.state IN ('unknown', 'settled') AND OLD.state = 'held' OR NEW.state = 'released' AND OLD.state <> 'held' AND NEW.proof IS NULL OR (NEW.ended_ms IS NULL) <> (NEW.state IN ('held', 'dispatched', 'unknown'))
BEGIN
    SELECT RAISE (ABORT, 'a hold cannot go that way');
END;
CREATE TRIGGER ledger_holds_are_frozen BEFORE UPDATE OF id, tenant, key, body_hash, created_ms, expires_ms, frozen, facts ON ledger_holds
BEGIN
    SELECT RAISE (ABORT, 'what a hold was admitted with never changes');
END;
CREATE TRIGGER ledger_draws_end_once BEFORE UPDATE ON ledger_hold_draws WHEN OLD.charged IS NOT NULL OR NEW.amount <> OLD.amount OR NEW.account <> OLD.account OR NEW.hold_id <> OLD.hold_id
BEGIN
    SELECT RAISE (ABORT, 'a draw is charged exactly once');
END;
CREATE TRIGGER ledger_refunds_only_grow BEFORE UPDATE ON ledger_refunds WHEN NEW.amount_minor < OLD.amount_minor OR OLD.state = 'lost' AND NEW.state <> 'lost' OR OLD.state <> 'open' AND NEW.state = 'open'
BEGIN
    SELECT RAISE (ABORT, 'refund totals only grow, and what ended is not opened again');
END;
CREATE TRIGGER ledger_entries_are_kept BEFORE UPDATE ON ledger_entries
BEGIN
    SELECT RAISE (ABORT, 'the journal is append-only');
END;
CREATE TRIGGER ledger_postings_are_kept BEFORE UPDATE ON ledger_postings
BEGIN
    SELECT RAISE (ABORT, 'the journal is append-only');
END;
CREATE TRIGGER ledger_entries_stay BEFORE DELETE ON ledger_entries
BEGIN
    SELECT RAISE (ABORT, 'the ledger deletes nothing');
END;
CREATE TRIGGER ledger_postings_stay BEFORE DELETE ON ledger_postings
BEGIN
    SELECT RAISE (ABORT, 'the ledger deletes nothing');
END;
CREATE TRIGGER ledger_accounts_stay BEFORE DELETE ON ledger_accounts
BEGIN
    SELECT RAISE (ABORT, 'the ledger deletes nothing');
END;
CREATE TRIGGER ledger_holds_stay BEFORE DELETE ON ledger_holds
BEGIN
    SELECT RAISE (ABORT, 'the ledger deletes nothing');
END;
CREATE TRIGGER ledger_hold_draws_stay BEFORE DELETE ON ledger_hold_draws
BEGIN
    SELECT RAISE (ABORT, 'the ledger deletes nothing');
END;
CREATE TRIGGER ledger_attempts_stay BEFORE DELETE ON ledger_attempts
BEGIN
    SELECT RAISE (ABORT, 'the ledger deletes nothing');
END;
CREATE TRIGGER ledger_events_stay BEFORE DELETE ON ledger_events
BEGIN
    SELECT RAISE (ABORT, 'the ledger deletes nothing');
END;
CREATE TRIGGER ledger_credits_stay BEFORE DELETE ON ledger_credits
BEGIN
    SELECT RAISE (ABORT, 'the ledger deletes nothing');
END;
CREATE TRIGGER ledger_refunds_stay BEFORE DELETE ON ledger_refunds
BEGIN
    SELECT RAISE (ABORT, 'the ledger deletes nothing');
END;
INSERT INTO ledger_accounts (id, tenant, kind, unit, limited, posted, held)
SELECT 'spent/' || key_id, 'me', 'spent', 'usd', 0, -sum(CASE state WHEN 'settled' THEN coalesce(settled_pusd, 0) ELSE 0 END),
    sum(CASE WHEN state IN ('held', 'dispatched', 'unknown') THEN amount_pusd ELSE 0 END)
FROM holds GROUP BY key_id;
INSERT INTO ledger_holds (
    id, tenant, key, body_hash, state, created_ms, expires_ms, frozen, attempt, lease_ms,
    output_tokens_seen, ended_ms, basis
)
SELECT id, 'me', id, '', state, created_ms, created_ms, coalesce(price_json, ''),
    state IN ('dispatched', 'unknown', 'settled'), created_ms, output_tokens_seen,
    CASE WHEN state IN ('held', 'dispatched', 'unknown') THEN NULL ELSE created_ms END,
    CASE
        WHEN state <> 'settled' THEN NULL
        WHEN basis IN ('provider_usage', 'input_only', 'provider_lookup') THEN basis
        ELSE 'counted_partial'
    END
FROM holds;
INSERT INTO ledger_hold_draws (hold_id, account, line, amount, charged)
SELECT id, 'spent/' || key_id, 0, amount_pusd,
    CASE WHEN state IN ('held', 'dispatched', 'unknown') THEN NULL ELSE CASE state WHEN 'settled' THEN coalesce(settled_pusd, 0) ELSE 0 END END
FROM holds;
INSERT INTO ledger_entries (id, at_ms, kind, hold_id)
SELECT seq, created_ms, 'charge', id FROM holds WHERE state = 'settled' AND settled_pusd > 0;
INSERT INTO ledger_postings (entry_id, line, account, tenant, unit, amount)
SELECT seq, 0, 'spent/' || key_id, 'me', 'usd', -settled_pusd
FROM holds WHERE state = 'settled' AND settled_pusd > 0;
INSERT INTO ledger_postings (entry_id, line, account, tenant, unit, amount)
SELECT seq, 1, 'counted/usd/' || date(created_ms / 1000, 'unixepoch'), '', 'usd', settled_pusd
FROM holds WHERE state = 'settled' AND settled_pusd > 0;
CREATE TABLE budgets (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    scope TEXT NOT NULL CHECK (scope IN ('day', 'month', 'chat', 'key', 'assistant')),
    subject_id TEXT NOT NULL,
    period TEXT NOT NULL CHECK (period IN ('day', 'month', 'ever')),
    limit_pusd INTEGER NOT NULL CHECK (limit_pusd >= 0),
    hard INTEGER NOT NULL CHECK (hard IN (0, 1)),
    warn_percent INTEGER NOT NULL CHECK (warn_percent BETWEEN 1 AND 100)
) STRICT;
CREATE TABLE budget_notices (
    seq INTEGER PRIMARY KEY,
    budget_id TEXT NOT NULL,
    account TEXT NOT NULL,
    percent INTEGER NOT NULL,
    UNIQUE (account, percent)
) STRICT;
CREATE TABLE generations (
    seq INTEGER PRIMARY KEY,
    hold_id TEXT NOT NULL UNIQUE,
    generation_id TEXT NOT NULL,
    parked_ms INTEGER,
    output_tokens INTEGER CHECK (output_tokens >= 0),
    how TEXT CHECK (how IN ('died', 'failed')),
    CHECK ((parked_ms IS NULL) = (output_tokens IS NULL)),
    CHECK ((parked_ms IS NULL) = (how IS NULL))
) STRICT;
CREATE TABLE servers (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    demo INTEGER NOT NULL DEFAULT 0 CHECK (demo IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('new', 'signed_in', 'signed_out', 'removed')),
    account TEXT NOT NULL DEFAULT '',
    device TEXT NOT NULL DEFAULT '',
    "where" TEXT NOT NULL DEFAULT '',
    acts_for TEXT NOT NULL DEFAULT '',
    last_event TEXT NOT NULL DEFAULT '',
    created_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE account_cache (
    seq INTEGER PRIMARY KEY,
    server_id TEXT NOT NULL,
    holder TEXT NOT NULL,
    subject TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    content TEXT NOT NULL,
    UNIQUE (server_id, holder, subject)
) STRICT;
CREATE TABLE checkouts (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    server_id TEXT NOT NULL,
    holder TEXT NOT NULL,
    offer TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    url TEXT NOT NULL,
    amount_cents INTEGER NOT NULL CHECK (amount_cents >= 0),
    currency TEXT NOT NULL,
    begun_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE hosted_calls (
    seq INTEGER PRIMARY KEY,
    hold_id TEXT NOT NULL UNIQUE,
    message_id TEXT NOT NULL,
    server_id TEXT NOT NULL,
    holder TEXT NOT NULL,
    model TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    base_letters INTEGER NOT NULL CHECK (base_letters >= 0),
    base_thinking INTEGER NOT NULL CHECK (base_thinking >= 0),
    receipt TEXT
) STRICT;
CREATE TABLE hosted_draws (
    seq INTEGER PRIMARY KEY,
    hold_id TEXT NOT NULL,
    server_id TEXT NOT NULL,
    holder TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    model TEXT NOT NULL,
    grant_id TEXT NOT NULL,
    grant_name TEXT NOT NULL,
    unit TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    UNIQUE (hold_id, grant_id)
) STRICT;
CREATE TABLE account_notices (
    seq INTEGER PRIMARY KEY,
    server_id TEXT NOT NULL,
    grant_id TEXT NOT NULL,
    percent INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    UNIQUE (server_id, grant_id, percent)
) STRICT;
CREATE TABLE licenses (
    seq INTEGER PRIMARY KEY,
    server_id TEXT NOT NULL UNIQUE,
    block TEXT NOT NULL,
    renewed_ms INTEGER,
    pins TEXT NOT NULL,
    list_number INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX hosted_draws_by_time ON hosted_draws (server_id, holder, at_ms);
CREATE INDEX hosted_calls_of_message ON hosted_calls (message_id);

CREATE TABLE chat_groups (
    seq INTEGER PRIMARY KEY,
    chat_id TEXT NOT NULL UNIQUE REFERENCES chats (id) ON DELETE CASCADE,
    server_id TEXT NOT NULL,
    group_id TEXT NOT NULL,
    group_name TEXT NOT NULL
) STRICT;
CREATE TABLE assistants (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    color TEXT NOT NULL DEFAULT '',
    model_ref TEXT NOT NULL DEFAULT '',
    instructions TEXT NOT NULL DEFAULT '',
    tools TEXT NOT NULL DEFAULT '[]',
    created_ms INTEGER NOT NULL,
    removed_ms INTEGER
) STRICT;
CREATE TABLE chat_setups (
    seq INTEGER PRIMARY KEY,
    chat_id TEXT NOT NULL UNIQUE,
    assistant_id TEXT NOT NULL DEFAULT '',
    tools TEXT
) STRICT;
CREATE TABLE assistant_calls (
    seq INTEGER PRIMARY KEY,
    hold_id TEXT NOT NULL UNIQUE,
    assistant_id TEXT NOT NULL,
    message_id TEXT NOT NULL
) STRICT;
CREATE INDEX calls_of_assistant ON assistant_calls (assistant_id);
INSERT INTO "usage" VALUES(2,'u2','m4','c1',1794300001500,'hosted:s1:a1','openai','gpt-4o',312,0,0,75,0,0,'exact',1);
INSERT INTO "hosted_calls" VALUES(1,'h2','m4','s1','a1','gpt-4o',1794300001000,0,0,'{}');
INSERT INTO "hosted_draws" VALUES(1,'h2','s1','a1',1794300001000,'gpt-4o','g1','Free','plan_tokens',1935);
ALTER TABLE hosted_draws ADD COLUMN chat_id TEXT NOT NULL DEFAULT '';
ALTER TABLE hosted_draws ADD COLUMN provider TEXT NOT NULL DEFAULT '';
UPDATE hosted_draws SET (chat_id, provider, at_ms) = (
    SELECT usage.chat_id, usage.provider, usage.at_ms
    FROM hosted_calls JOIN usage ON usage.message_id = hosted_calls.message_id
    WHERE hosted_calls.hold_id = hosted_draws.hold_id
        AND usage.key_id = 'hosted:' || hosted_draws.server_id || ':' || hosted_draws.holder
        AND usage.at_ms >= hosted_draws.at_ms
    ORDER BY usage.at_ms LIMIT 1
)
WHERE EXISTS (
    SELECT 1 FROM hosted_calls JOIN usage ON usage.message_id = hosted_calls.message_id
    WHERE hosted_calls.hold_id = hosted_draws.hold_id
        AND usage.key_id = 'hosted:' || hosted_draws.server_id || ':' || hosted_draws.holder
        AND usage.at_ms >= hosted_draws.at_ms
);
CREATE TABLE draw_days (
    day INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    chat_id TEXT NOT NULL,
    grant_name TEXT NOT NULL,
    unit TEXT NOT NULL,
    draws INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (day, key_id, provider, model, chat_id, grant_name, unit)
) STRICT, WITHOUT ROWID;
DELETE FROM draw_days;
INSERT INTO draw_days (day, key_id, provider, model, chat_id, grant_name, unit, draws, amount)
SELECT (hosted_draws.at_ms - ((hosted_draws.at_ms % 86400000) + 86400000) % 86400000) / 86400000, 'hosted:' || hosted_draws.server_id || ':' || hosted_draws.holder, hosted_draws.provider, hosted_draws.model, hosted_draws.chat_id, hosted_draws.grant_name, hosted_draws.unit, count(*), sum(amount) FROM hosted_draws
GROUP BY 1, 2, 3, 4, 5, 6, 7;
CREATE TRIGGER draw_days_insert AFTER INSERT ON hosted_draws BEGIN
    INSERT INTO draw_days (day, key_id, provider, model, chat_id, grant_name, unit, draws, amount) VALUES ((new.at_ms - ((new.at_ms % 86400000) + 86400000) % 86400000) / 86400000, 'hosted:' || new.server_id || ':' || new.holder, new.provider, new.model, new.chat_id, new.grant_name, new.unit, 1, new.amount)
    ON CONFLICT (day, key_id, provider, model, chat_id, grant_name, unit) DO UPDATE SET draws = draws + 1, amount = amount + excluded.amount;
END;
CREATE TRIGGER draw_days_delete AFTER DELETE ON hosted_draws BEGIN
    UPDATE draw_days SET draws = draws - 1, amount = amount - old.amount WHERE (day, key_id, provider, model, chat_id, grant_name, unit) = ((old.at_ms - ((old.at_ms % 86400000) + 86400000) % 86400000) / 86400000, 'hosted:' || old.server_id || ':' || old.holder, old.provider, old.model, old.chat_id, old.grant_name, old.unit);
    DELETE FROM draw_days WHERE (day, key_id, provider, model, chat_id, grant_name, unit) = ((old.at_ms - ((old.at_ms % 86400000) + 86400000) % 86400000) / 86400000, 'hosted:' || old.server_id || ':' || old.holder, old.provider, old.model, old.chat_id, old.grant_name, old.unit) AND draws = 0;
END;
CREATE TRIGGER draw_days_update AFTER UPDATE ON hosted_draws BEGIN
    UPDATE draw_days SET draws = draws - 1, amount = amount - old.amount WHERE (day, key_id, provider, model, chat_id, grant_name, unit) = ((old.at_ms - ((old.at_ms % 86400000) + 86400000) % 86400000) / 86400000, 'hosted:' || old.server_id || ':' || old.holder, old.provider, old.model, old.chat_id, old.grant_name, old.unit);
    DELETE FROM draw_days WHERE (day, key_id, provider, model, chat_id, grant_name, unit) = ((old.at_ms - ((old.at_ms % 86400000) + 86400000) % 86400000) / 86400000, 'hosted:' || old.server_id || ':' || old.holder, old.provider, old.model, old.chat_id, old.grant_name, old.unit) AND draws = 0;
    INSERT INTO draw_days (day, key_id, provider, model, chat_id, grant_name, unit, draws, amount) VALUES ((new.at_ms - ((new.at_ms % 86400000) + 86400000) % 86400000) / 86400000, 'hosted:' || new.server_id || ':' || new.holder, new.provider, new.model, new.chat_id, new.grant_name, new.unit, 1, new.amount)
    ON CONFLICT (day, key_id, provider, model, chat_id, grant_name, unit) DO UPDATE SET draws = draws + 1, amount = amount + excluded.amount;
END;
CREATE INDEX hosted_draws_of_hold ON hosted_draws (hold_id);
CREATE INDEX draw_days_of_chat ON draw_days (chat_id, unit, amount);
INSERT INTO "assistants" VALUES(1,'tutor','Tutor','','','','[]',1794300000000,NULL);
INSERT INTO "assistant_calls" VALUES(1,'h1','tutor','m2');
INSERT INTO "assistant_calls" VALUES(2,'h2','tutor','m4');
COMMIT;
PRAGMA application_id=1414877264;
PRAGMA user_version=10;
