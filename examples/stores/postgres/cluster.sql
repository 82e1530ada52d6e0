-- Makes the tables of several servers one, distributed by owner: each server holds a part of the owners, with all that is
-- theirs, and reads and writes the rest where it is. A store can then be connected to any of the servers.
--
-- To be run on each of them, in the schema that the store is to use. The store's migrations must have been run in another
-- one by the name of `part`, which will hold what is the server's own:
--
--     SELECT share_tokens(node => 0, hosts => '{10.0.0.1,10.0.0.2,10.0.0.3}', ports => '{5432,5432,5432}');
--
-- where `node` is which of the hosts it is, from 0. Who is to connect with a password adds it to the user mappings.
--
-- The store finds out that the tables are partitioned, and plans every statement for its owner. A plan for any owner has to
-- do with every node, and so with one that is down.

CREATE EXTENSION postgres_fdw;

CREATE FUNCTION share_tokens(node integer, hosts text[], ports integer[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    nodes CONSTANT integer := cardinality(hosts);
    name  text;
BEGIN
    FOR other IN 0 .. nodes - 1 LOOP
        CONTINUE WHEN other = node;
        -- Neither connecting nor a statement waits longer than the store's callers do. Rows are fetched in as few turns as
        -- an owner of many tokens allows.
        EXECUTE format(
            'CREATE SERVER node_%s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (
                host %L, port %L, dbname %L, connect_timeout ''2'', options ''-c statement_timeout=2s'', fetch_size ''10000''
            )',
            other, hosts[other + 1], ports[other + 1], current_database()
        );
        EXECUTE format('CREATE USER MAPPING FOR CURRENT_USER SERVER node_%s OPTIONS (user %L)', other, current_user);
    END LOOP;

    -- All by the same column into as many parts, so that what belongs to one owner is on one node. A foreign part can have
    -- no key; each node keeps those of its own, which suffices, because they all begin with the owner.
    FOREACH name IN ARRAY '{access_token, token_usage, token_secret}'::text[] LOOP
        EXECUTE format('CREATE TABLE %I (LIKE part.%1$I) PARTITION BY HASH (owner_id)', name);
        FOR other IN 0 .. nodes - 1 LOOP
            IF other = node THEN
                EXECUTE format(
                    'ALTER TABLE %I ATTACH PARTITION part.%1$I FOR VALUES WITH (MODULUS %s, REMAINDER %s)',
                    name, nodes, other
                );
            ELSE
                EXECUTE format(
                    'CREATE FOREIGN TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS %s, REMAINDER %s)
                    SERVER node_%4$s OPTIONS (schema_name ''part'', table_name %2$L)',
                    name || '_' || other, name, nodes, other
                );
            END IF;
        END LOOP;
    END LOOP;

    -- Tokens are joined with their uses where both are.
    EXECUTE format('ALTER DATABASE %I SET enable_partitionwise_join = on', current_database());
END
$$;
