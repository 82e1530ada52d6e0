-- Every key begins with the owner. So all that a listing or a look-up reads of one owner lies together: in one index,
-- and where tables are distributed by owner, on one node. A digest is therefore unique among its owner's only.

-- The primary key's index holds all that counting and passing over rows needs; only the rows of a page are fetched.
CREATE TABLE access_token (
    owner_id    bigint      NOT NULL,
    id          bigint      NOT NULL,
    name        text        NOT NULL,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz,
    revoked_at  timestamptz,
    -- Addresses and ranges in the library's own form: `inet` would not tell 203.0.113.12 from 203.0.113.12/32. NULL is
    -- no restriction, '{}' admits nobody.
    allowed_ips text[],
    PRIMARY KEY (owner_id, id)
);

-- Apart from the tokens, because it changes all the time: changed rows would take the listing's index out of use until
-- the next vacuum. One row a token. No index but the key, and room on every page, so that a new version of a row goes
-- beside the old one and touches no index.
CREATE TABLE token_usage (
    owner_id     bigint NOT NULL,
    token_id     bigint NOT NULL,
    usage_count  bigint NOT NULL,
    last_used_at timestamptz,
    PRIMARY KEY (owner_id, token_id),
    FOREIGN KEY (owner_id, token_id) REFERENCES access_token (owner_id, id) ON DELETE CASCADE
) WITH (fillfactor = 50);

-- Apart from the tokens, so that no query for a listing can show a digest.
CREATE TABLE token_secret (
    owner_id bigint NOT NULL,
    -- SHA-256 of the whole secret.
    digest   bytea  NOT NULL,
    token_id bigint NOT NULL,
    PRIMARY KEY (owner_id, digest),
    UNIQUE (owner_id, token_id),
    FOREIGN KEY (owner_id, token_id) REFERENCES access_token (owner_id, id) ON DELETE CASCADE
);
