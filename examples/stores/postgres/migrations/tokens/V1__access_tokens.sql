-- Every key begins with the owner. So a list or a look-up reads entries that are close together in one index. If tables
-- are distributed by owner, these entries are on one node. A digest is unique only among the digests of its owner.

-- Counting and skipping rows reads only the index of the primary key. Only the rows of a page are fetched.
CREATE TABLE access_token (
    owner_id    bigint      NOT NULL,
    id          bigint      NOT NULL,
    name        text        NOT NULL,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz,
    revoked_at  timestamptz,
    -- Addresses and ranges in the library's own form. The type `inet` has the same value for 203.0.113.12 and
    -- 203.0.113.12/32. NULL means no restriction, and '{}' admits nobody.
    allowed_ips text[],
    PRIMARY KEY (owner_id, id)
);

-- One row for each token. Usage has a separate table, because it changes often, and a changed row cannot be counted
-- from the index alone until the next vacuum. The key is the only index, and each page of the table has free space. So
-- the new version of a row is written to the same page, and no index changes.
CREATE TABLE token_usage (
    owner_id     bigint NOT NULL,
    token_id     bigint NOT NULL,
    usage_count  bigint NOT NULL,
    last_used_at timestamptz,
    PRIMARY KEY (owner_id, token_id),
    FOREIGN KEY (owner_id, token_id) REFERENCES access_token (owner_id, id) ON DELETE CASCADE
) WITH (fillfactor = 50);

-- Secrets have a separate table, so that no query for a list can return a digest.
CREATE TABLE token_secret (
    owner_id bigint NOT NULL,
    -- SHA-256 of the whole secret.
    digest   bytea  NOT NULL,
    token_id bigint NOT NULL,
    PRIMARY KEY (owner_id, digest),
    UNIQUE (owner_id, token_id),
    FOREIGN KEY (owner_id, token_id) REFERENCES access_token (owner_id, id) ON DELETE CASCADE
);
