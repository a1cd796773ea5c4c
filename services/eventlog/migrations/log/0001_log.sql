-- The log's own schema: the journal (what is on the log, and in which order), its watermarks, the writer's fence, the clock.
CREATE SCHEMA log;

CREATE TABLE log.journal (
    partition smallint NOT NULL,
    sequence bigint NOT NULL,
    commandid uuid NOT NULL,
    subject text NOT NULL,
    value bytea NOT NULL,
    hash bytea NOT NULL,
    sealed_ms bigint NOT NULL,
    PRIMARY KEY (partition, sequence)
);
ALTER TABLE log.journal ALTER COLUMN value SET STORAGE EXTERNAL;
CREATE INDEX journal_commandid ON log.journal (commandid);

CREATE FUNCTION log.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log.journal
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();

-- One row a partition: how far it is sealed, and how far Kafka acknowledged it (acked_offset is where the last one stands).
CREATE TABLE log.watermark (
    partition smallint PRIMARY KEY,
    sealed_sequence bigint NOT NULL DEFAULT 0,
    sealed_hash bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex'),
    sealed_ms bigint NOT NULL DEFAULT 0,
    acked_sequence bigint NOT NULL DEFAULT 0,
    acked_offset bigint NOT NULL DEFAULT -1
);

-- Whoever raises the epoch is the log writer; a transaction of an older epoch finds no row and stops.
CREATE TABLE log.writer (only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), epoch bigint NOT NULL DEFAULT 0);
INSERT INTO log.writer DEFAULT VALUES;

-- Commands are decided only while the door is open; a fresh database opens it once journal and log agree.
CREATE TABLE log.door (only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), open boolean NOT NULL DEFAULT false,
    code text NOT NULL DEFAULT 'starting', reason_zh text NOT NULL DEFAULT '日志尚未核对', reason_en text NOT NULL DEFAULT 'the log was not yet compared with the journal');
INSERT INTO log.door DEFAULT VALUES;

-- Sample mode only: the simulated instant. Empty means real time.
CREATE TABLE log.simulated_clock (only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), instant timestamptz NOT NULL);

CREATE FUNCTION log.now() RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER SET search_path = log AS
    'SELECT coalesce((SELECT instant FROM log.simulated_clock), clock_timestamp())';

CREATE FUNCTION log.door_state() RETURNS TABLE (open boolean, code text, reason_zh text, reason_en text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = log AS 'SELECT open, code, reason_zh, reason_en FROM log.door';

-- Where the last fact of a command stands, and whether Kafka acknowledged it; no row while it is not sealed.
CREATE FUNCTION log.place_of(wanted uuid) RETURNS TABLE (partition smallint, sequence bigint, acked boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = log AS $$
    SELECT j.partition, j.sequence, w.acked_sequence >= j.sequence
    FROM log.journal j JOIN log.watermark w USING (partition)
    WHERE j.commandid = wanted ORDER BY j.sequence DESC LIMIT 1 $$;

-- How far a partition of the log is sealed: what a read must have applied to be as new as every committed decision before it.
CREATE FUNCTION log.sealed_sequence(at_partition smallint) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = log AS
    'SELECT coalesce((SELECT sealed_sequence FROM log.watermark WHERE partition = at_partition), 0)';
