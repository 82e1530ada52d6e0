-- Times are whole microseconds since 1970. SQLite counts and skips rows in the index of the primary key, and fetches
-- only the rows of a page.
CREATE TABLE access_token (
    owner_id     INTEGER NOT NULL,
    id           INTEGER NOT NULL,
    name         TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    usage_count  INTEGER NOT NULL,
    expires_at   INTEGER,
    revoked_at   INTEGER,
    -- A JSON array of addresses and ranges. NULL means no restriction. '[]' admits nobody.
    allowed_ips  TEXT,
    PRIMARY KEY (owner_id, id)
) STRICT;

-- In a separate table, so that a query for a list cannot return a digest.
CREATE TABLE token_secret (
    -- SHA-256 of the whole secret.
    digest   BLOB    NOT NULL PRIMARY KEY,
    owner_id INTEGER NOT NULL,
    token_id INTEGER NOT NULL,
    UNIQUE (owner_id, token_id),
    FOREIGN KEY (owner_id, token_id) REFERENCES access_token (owner_id, id) ON DELETE CASCADE
) STRICT;
