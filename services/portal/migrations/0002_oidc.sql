-- By which way each session began, and sign-ins by the identity provider that were used: none is used twice.
ALTER TABLE {schema}.sessions ADD COLUMN method text NOT NULL DEFAULT 'password';
CREATE TABLE {schema}.spent_sign_ins (
    id bytea PRIMARY KEY,
    spent_at timestamptz NOT NULL
);
CREATE INDEX spent_sign_ins_at ON {schema}.spent_sign_ins (spent_at);
