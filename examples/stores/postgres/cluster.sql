-- Distributes the tables over several servers by owner, for tests. Each server holds the rows of a part of the owners. It
-- reads and writes all other rows on the servers that hold them. A store can connect to any of the servers.
--
-- First run the store's migrations in a schema `part`, which will hold the server's own rows. Then run this file in the
-- schema that the store uses, and call the function on each server:
--
--     SELECT share_tokens(node => 0, hosts => '{10.0.0.1,10.0.0.2,10.0.0.3}', ports => '{5432,5432,5432}');
--
-- `node` is the index of the server in `hosts`, from 0. If servers need a password, add it to the user mappings.
--
-- The store detects that the tables are partitioned, and lets PostgreSQL make a new plan for each execution of a
-- statement. The plan involves only the server that holds the rows of the statement's owner. A plan for all owners
-- would involve every server.

CREATE EXTENSION postgres_fdw;

CREATE FUNCTION share_tokens(node integer, hosts text[], ports integer[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    nodes CONSTANT integer := cardinality(hosts);
    name  text;
BEGIN
    FOR other IN 0 .. nodes - 1 LOOP
        CONTINUE WHEN other = node;
        -- The timeouts equal the store's timeouts for a connection and a statement. Many rows are fetched at a time,
        -- because each fetch waits for the other server.
        EXECUTE format(
            'CREATE SERVER node_%s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (
                host %L, port %L, dbname %L, connect_timeout ''2'', options ''-c statement_timeout=2s'', fetch_size ''10000''
            )',
            other, hosts[other + 1], ports[other + 1], current_database()
        );
        EXECUTE format('CREATE USER MAPPING FOR CURRENT_USER SERVER node_%s OPTIONS (user %L)', other, current_user);
    END LOOP;

    -- All tables are partitioned by the same column into the same number of parts, so that all rows of one owner are on one
    -- server. A foreign table has no keys. The keys of each server are enough, because they all begin with the owner.
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

    -- Tokens are joined with their usage on the server that has both.
    EXECUTE format('ALTER DATABASE %I SET enable_partitionwise_join = on', current_database());
END
$$;
