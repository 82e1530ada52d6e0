-- The number of tokens of an owner in each block of ids. A block begins at its first id and ends where the next block begins.
-- The first block of an owner begins at the lowest possible id, so every id has a block, in any order of insertion. A block
-- of more than 2,048 tokens is split. An empty block is removed, and its ids belong to the block before it.
--
-- Triggers update the counts in the transaction of the change, so that both become visible at once.
CREATE TABLE token_block (
    owner_id bigint  NOT NULL,
    first_id bigint  NOT NULL,
    tokens   integer NOT NULL,
    PRIMARY KEY (owner_id, first_id)
) WITH (fillfactor = 50);

CREATE FUNCTION count_tokens() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    maximum CONSTANT integer := 2048;
    lowest  CONSTANT bigint := -9223372036854775808;
    highest CONSTANT bigint := 9223372036854775807;
    sign    CONSTANT integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
    block   token_block;
    last_id bigint;
    size    integer;
BEGIN
    -- Locks the owner's first block until the transaction ends, without changing the block. So each owner has one writer at
    -- a time, and the statements below see the changes of all earlier writers. Owners are locked in order, so that writers
    -- do not deadlock.
    INSERT INTO token_block (owner_id, first_id, tokens)
    SELECT DISTINCT owner_id, lowest, 0 FROM changed ORDER BY owner_id
    ON CONFLICT (owner_id, first_id) DO UPDATE SET tokens = 0 WHERE FALSE;

    FOR block IN
        UPDATE token_block SET tokens = token_block.tokens + change.tokens
        FROM (
            SELECT changed.owner_id, around.first_id, sign * count(*) AS tokens
            FROM changed CROSS JOIN LATERAL (
                SELECT first_id FROM token_block
                WHERE owner_id = changed.owner_id AND first_id <= changed.id
                ORDER BY first_id DESC LIMIT 1
            ) AS around
            GROUP BY changed.owner_id, around.first_id
        ) AS change
        WHERE token_block.owner_id = change.owner_id AND token_block.first_id = change.first_id
        RETURNING token_block.*
    LOOP
        IF block.tokens = 0 AND block.first_id > lowest THEN
            DELETE FROM token_block WHERE owner_id = block.owner_id AND first_id = block.first_id;
        ELSIF block.tokens > maximum THEN
            SELECT min(first_id) - 1 INTO last_id FROM token_block
            WHERE owner_id = block.owner_id AND first_id > block.first_id;
            -- New ids are usually the highest, so the last block is split into full blocks. Any other block is split into
            -- halves, so that more tokens fit into each.
            size := CASE
                WHEN last_id IS NULL THEN maximum
                ELSE ceil(block.tokens / round(2.0 * block.tokens / maximum))
            END;
            INSERT INTO token_block (owner_id, first_id, tokens)
            SELECT block.owner_id, CASE number WHEN 0 THEN block.first_id ELSE min(id) END, count(*)
            FROM (
                SELECT id, (row_number() OVER (ORDER BY id) - 1) / size AS number, count(*) OVER () AS tokens
                FROM access_token
                WHERE owner_id = block.owner_id AND id BETWEEN block.first_id AND coalesce(last_id, highest)
            ) AS row
            -- The two counts differ if the statement also made changes that are not counted yet. Then the block is not
            -- split.
            WHERE tokens = block.tokens
            GROUP BY number
            ON CONFLICT (owner_id, first_id) DO UPDATE SET tokens = excluded.tokens;
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;

CREATE FUNCTION forget_tokens() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    TRUNCATE token_block;
    RETURN NULL;
END
$$;

CREATE FUNCTION keep_token_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE 'the key of a token does not change';
END
$$;

-- From here on, no other transaction can write tokens until this one ends.
CREATE TRIGGER count_inserted AFTER INSERT ON access_token REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION count_tokens();

CREATE TRIGGER count_deleted AFTER DELETE ON access_token REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION count_tokens();

CREATE TRIGGER count_truncated AFTER TRUNCATE ON access_token
FOR EACH STATEMENT EXECUTE FUNCTION forget_tokens();

CREATE TRIGGER keep_key BEFORE UPDATE OF owner_id, id ON access_token
FOR EACH ROW WHEN ((OLD.owner_id, OLD.id) IS DISTINCT FROM (NEW.owner_id, NEW.id)) EXECUTE FUNCTION keep_token_key();

INSERT INTO token_block (owner_id, first_id, tokens)
SELECT owner_id, CASE number WHEN 0 THEN -9223372036854775808 ELSE min(id) END, count(*)
FROM (
    SELECT owner_id, id, (row_number() OVER (PARTITION BY owner_id ORDER BY id) - 1) / 2048 AS number FROM access_token
) AS row
GROUP BY owner_id, number;
