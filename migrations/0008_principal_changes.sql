-- Whoever changes who may do what (this service, Django, an operator in psql) tells all replicas when it is committed:
-- they remember who a session speaks for until then (src/sessions/principals.ts). The payload is the user's id, or * for
-- everybody. Rows are not touched, and nothing is told of a change that no access depends on, such as a login's.

CREATE FUNCTION user_management_tell_principal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The column of OLD that holds the user's id; none for a table that is about everybody.
    PERFORM pg_notify('user_management_principals', coalesce(to_jsonb(OLD) ->> TG_ARGV[0], '*'));
    RETURN NULL;
END $$;

-- Who comes to have a role, or has it no more; a statement that does it to many tells it once.
CREATE FUNCTION user_management_tell_members() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    members text[] := ARRAY(SELECT DISTINCT user_id::text FROM changed LIMIT 101);
BEGIN
    IF cardinality(members) > 100 THEN members := '{*}'; END IF;
    PERFORM pg_notify('user_management_principals', member) FROM unnest(members) AS member;
    RETURN NULL;
END $$;

CREATE TRIGGER user_management_user_changed AFTER UPDATE ON auth_user FOR EACH ROW
    WHEN (OLD.is_active IS DISTINCT FROM NEW.is_active OR OLD.is_superuser IS DISTINCT FROM NEW.is_superuser
        OR OLD.username IS DISTINCT FROM NEW.username)
    EXECUTE FUNCTION user_management_tell_principal('id');
CREATE TRIGGER user_management_user_deleted AFTER DELETE ON auth_user FOR EACH ROW
    EXECUTE FUNCTION user_management_tell_principal('id');

CREATE TRIGGER user_management_role_changed AFTER UPDATE OR DELETE ON auth_group FOR EACH STATEMENT
    EXECUTE FUNCTION user_management_tell_principal();

CREATE TRIGGER user_management_members_added AFTER INSERT ON auth_user_groups REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION user_management_tell_members();
CREATE TRIGGER user_management_members_removed AFTER DELETE ON auth_user_groups REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION user_management_tell_members();

CREATE TRIGGER user_management_session_ended AFTER UPDATE ON user_session FOR EACH ROW
    WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL)
    EXECUTE FUNCTION user_management_tell_principal('user_id');
CREATE TRIGGER user_management_session_deleted AFTER DELETE ON user_session FOR EACH ROW
    WHEN (OLD.revoked_at IS NULL)
    EXECUTE FUNCTION user_management_tell_principal('user_id');
