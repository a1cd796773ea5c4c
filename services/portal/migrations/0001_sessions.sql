-- Who is signed in at this moment. Nothing here is remembered: what was signed in stands on the log.
CREATE TABLE {schema}.sessions (
    id bytea PRIMARY KEY,
    account text NOT NULL,
    acts_as text NOT NULL,
    role text NOT NULL,
    town text NOT NULL,
    must_change_password boolean NOT NULL,
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL
);
CREATE INDEX sessions_account ON {schema}.sessions (account);
