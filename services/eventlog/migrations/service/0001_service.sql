-- What every service has alike in its own schema: decided commands, decision state, outbox, cursor, parked records.
CREATE TABLE {schema}.commands (
    commandid uuid PRIMARY KEY,
    commandhash text NOT NULL,
    subject text NOT NULL,
    streamversion bigint NOT NULL,
    refusal jsonb
);

CREATE TABLE {schema}.streams (subject text PRIMARY KEY, version bigint NOT NULL, state bytea NOT NULL);
CREATE INDEX streams_rules ON {schema}.streams (version) WHERE subject LIKE 'rules:%';
CREATE INDEX streams_prefix ON {schema}.streams (subject text_pattern_ops);

CREATE TABLE {schema}.outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    commandid uuid NOT NULL,
    subject text NOT NULL,
    body bytea NOT NULL
);
ALTER TABLE {schema}.outbox ALTER COLUMN body SET STORAGE EXTERNAL;

-- `revision` rises with every change to the partition's read models; the compare-and-swap on it fences zombies.
CREATE TABLE {schema}.cursor (
    partition smallint PRIMARY KEY,
    sequence bigint NOT NULL DEFAULT 0,
    hash bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex'),
    seek_offset bigint NOT NULL DEFAULT -1,
    revision bigint NOT NULL DEFAULT 0
);

CREATE TABLE {schema}.parked (
    partition smallint NOT NULL,
    sequence bigint NOT NULL,
    subject text NOT NULL,
    reason text NOT NULL,
    value bytea NOT NULL,
    PRIMARY KEY (partition, sequence)
);
CREATE INDEX parked_subject ON {schema}.parked (subject);

-- Everything a decision reads, in one round trip: c = decided commands, s = streams, n = the instant, r = rules version, d = door.
CREATE FUNCTION {schema}.load_decisions(wanted uuid[], subjects text[])
RETURNS TABLE (what "char", key text, version bigint, content bytea, words text, instant timestamptz) LANGUAGE sql STABLE AS $$
    SELECT 'c'::"char", commandid::text, streamversion, convert_to(commandhash, 'UTF8'), refusal::text, NULL::timestamptz
        FROM {schema}.commands WHERE commandid = ANY (wanted)
    UNION ALL SELECT 's', subject, version, state, NULL, NULL FROM {schema}.streams WHERE subject = ANY (subjects)
    UNION ALL SELECT 'n', NULL, NULL, NULL, NULL, log.now()
    UNION ALL SELECT 'r', NULL, coalesce(sum(version), 0)::bigint, NULL, NULL, NULL FROM {schema}.streams WHERE subject LIKE 'rules:%'
    UNION ALL SELECT 'd', code, open::int::bigint, convert_to(reason_zh, 'UTF8'), reason_en, NULL FROM log.door_state()
$$;

-- One transaction, one round trip: commands, stream versions and states, outbox. Any conflict undoes it all (40001: decide again).
CREATE FUNCTION {schema}.commit_decisions(
    c_ids uuid[], c_hashes text[], c_subjects text[], c_versions bigint[], c_refusals text[],
    s_subjects text[], s_expected bigint[], s_versions bigint[], s_states bytea[],
    o_commandids uuid[], o_subjects text[], o_bodies bytea[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE changed bigint;
BEGIN
    IF NOT (SELECT open FROM log.door_state()) THEN
        RAISE EXCEPTION 'the log is closed' USING ERRCODE = '55000';
    END IF;
    INSERT INTO {schema}.commands SELECT u.a, u.b, u.c, u.d, u.e::jsonb
        FROM unnest(c_ids, c_hashes, c_subjects, c_versions, c_refusals) AS u (a, b, c, d, e)
        ORDER BY u.a ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS changed = ROW_COUNT;
    IF changed <> cardinality(c_ids) THEN
        RAISE EXCEPTION 'a command id was taken meanwhile' USING ERRCODE = '40001';
    END IF;
    INSERT INTO {schema}.streams AS s SELECT u.a, u.c, u.d
        FROM unnest(s_subjects, s_expected, s_versions, s_states) AS u (a, b, c, d) WHERE u.b = 0
        ORDER BY u.a ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS changed = ROW_COUNT;
    IF changed <> (SELECT count(*) FROM unnest(s_expected) e WHERE e = 0) THEN
        RAISE EXCEPTION 'a stream was begun meanwhile' USING ERRCODE = '40001';
    END IF;
    IF EXISTS (SELECT FROM unnest(s_expected) e WHERE e > 0) THEN
        PERFORM FROM {schema}.streams WHERE subject = ANY (s_subjects) ORDER BY subject FOR NO KEY UPDATE;
        UPDATE {schema}.streams AS s SET version = u.c, state = u.d
            FROM unnest(s_subjects, s_expected, s_versions, s_states) AS u (a, b, c, d)
            WHERE s.subject = u.a AND u.b > 0 AND s.version = u.b;
        GET DIAGNOSTICS changed = ROW_COUNT;
        IF changed <> (SELECT count(*) FROM unnest(s_expected) e WHERE e > 0) THEN
            RAISE EXCEPTION 'a stream moved meanwhile' USING ERRCODE = '40001';
        END IF;
    END IF;
    INSERT INTO {schema}.outbox (commandid, subject, body) SELECT u.a, u.b, u.c
        FROM unnest(o_commandids, o_subjects, o_bodies) WITH ORDINALITY AS u (a, b, c, n) ORDER BY u.n;
END $$;

-- Rows of read models as JSON text, for the keys a batch touches in one partition.
CREATE FUNCTION {schema}.load_rows(at_partition smallint, models text[], keys text[])
RETURNS TABLE (model text, key text, doc text) LANGUAGE plpgsql STABLE AS $$
DECLARE wanted text;
BEGIN
    FOR wanted IN SELECT DISTINCT m FROM unnest(models) m LOOP
        RETURN QUERY EXECUTE format(
            'SELECT %L, r.key, r.doc::text FROM {schema}.%I r WHERE r.partition = $1 AND r.key = ANY (SELECT k FROM unnest($2, $3) AS u (m, k) WHERE m = %L)',
            wanted, 'm_' || wanted, wanted) USING at_partition, models, keys;
    END LOOP;
END $$;

-- One transaction, one round trip: cursor compare-and-swap, read models (NULL document = no row), parked records.
-- The sequence is compared too: after a crash that took commits back, another worker may have raised the revision again.
CREATE FUNCTION {schema}.apply_batch(
    at_partition smallint, expected_revision bigint, expected_sequence bigint, new_sequence bigint, new_hash bytea, new_offset bigint,
    models text[], keys text[], docs text[],
    p_sequences bigint[], p_subjects text[], p_reasons text[], p_values bytea[]
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE wanted text;
BEGIN
    -- The log is the truth: what a crash of the server takes back here, cursor and all, is read from the log again.
    PERFORM set_config('synchronous_commit', 'off', true);
    UPDATE {schema}.cursor SET sequence = new_sequence, hash = new_hash, seek_offset = new_offset, revision = revision + 1
        WHERE partition = at_partition AND revision = expected_revision AND sequence = expected_sequence;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    FOR wanted IN SELECT DISTINCT m FROM unnest(models) m ORDER BY m LOOP
        EXECUTE format(
            'INSERT INTO {schema}.%I (key, partition, doc) SELECT k, $1, d::jsonb FROM unnest($2, $3, $4) AS u (m, k, d) WHERE m = %L AND d IS NOT NULL
             ON CONFLICT (key, partition) DO UPDATE SET doc = excluded.doc', 'm_' || wanted, wanted) USING at_partition, models, keys, docs;
        EXECUTE format(
            'DELETE FROM {schema}.%I r USING unnest($2, $3, $4) AS u (m, k, d) WHERE m = %L AND d IS NULL AND r.key = k AND r.partition = $1',
            'm_' || wanted, wanted) USING at_partition, models, keys, docs;
    END LOOP;
    INSERT INTO {schema}.parked SELECT at_partition, u.a, u.b, u.c, u.d
        FROM unnest(p_sequences, p_subjects, p_reasons, p_values) AS u (a, b, c, d);
    RETURN true;
END $$;

-- Requests to re-drive the parked records of a subject; the worker carries them out and removes them.
CREATE TABLE {schema}.redrive (
    subject text PRIMARY KEY,
    discard boolean NOT NULL,
    reason text NOT NULL,
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
