-- What made the tables that stand: by read model (and for the decision states) the shape its code had.
CREATE TABLE {schema}.shapes (what text PRIMARY KEY, shape text NOT NULL);
