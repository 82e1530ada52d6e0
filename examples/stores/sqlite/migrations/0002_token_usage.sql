-- In a separate table, because usage is written often. A write then changes small rows that are close together, and not
-- the table that is counted and listed. A token that was never used has no row.
CREATE TABLE token_usage (
    owner_id     INTEGER NOT NULL,
    token_id     INTEGER NOT NULL,
    usage_count  INTEGER NOT NULL,
    last_used_at INTEGER,
    PRIMARY KEY (owner_id, token_id),
    FOREIGN KEY (owner_id, token_id) REFERENCES access_token (owner_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

INSERT INTO token_usage (owner_id, token_id, usage_count, last_used_at)
SELECT owner_id, id, usage_count, last_used_at FROM access_token WHERE usage_count <> 0 OR last_used_at IS NOT NULL;

ALTER TABLE access_token DROP COLUMN usage_count;
ALTER TABLE access_token DROP COLUMN last_used_at;
