-- An index of trigrams on the text that a search looks in (src/users/search.ts). Where the extension can't be had, a
-- search reads all users instead; `migrate` tries again every time, so this may run more than once.

DO $$
DECLARE
    extension_schema text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('auth_user_names_trigrams'));
    IF to_regclass('auth_user_names_trigrams') IS NOT NULL THEN
        RETURN;
    END IF;
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    SELECT nspname INTO extension_schema
    FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
    WHERE extname = 'pg_trgm';
    -- A list of entries that wait to be sorted in, which fastupdate keeps, would be read whole by each search.
    EXECUTE format(
        $index$CREATE INDEX auth_user_names_trigrams ON auth_user USING gin (
            (username || E'\n' || email || E'\n' || first_name || E'\n' || last_name) %I.gin_trgm_ops)
            WITH (fastupdate = off)$index$,
        extension_schema
    );
    -- How many users a word finds is estimated from so many of them.
    ALTER INDEX auth_user_names_trigrams ALTER COLUMN 1 SET STATISTICS 300;
    ANALYZE auth_user;
EXCEPTION
    -- The extension is not installed (two codes, by version), or may not be made or used.
    WHEN feature_not_supported OR undefined_file OR insufficient_privilege THEN
        RAISE NOTICE 'No index for search: %', SQLERRM;
END
$$;
