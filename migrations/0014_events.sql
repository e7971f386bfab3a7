-- Events for other services: an outbox that is written in the transaction of the change, whoever makes it (this service,
-- Django, an operator in psql), and from which webhooks and GET events/ are served. What an event tells is public: never a
-- password, and of a profile which fields changed, not what they hold.
--
-- Triggers write an event when the transaction is about to be committed: so it has the last state, once a kind and user,
-- whatever the steps were, and a role that is deleted needs no event for each of a million members.

CREATE TABLE outbox (
    id integer PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    -- EVENTS=off.
    enabled boolean NOT NULL DEFAULT true,
    -- The last position that was given to an event, and the last one whose event was deleted for its age.
    last_position bigint NOT NULL DEFAULT 0,
    pruned_position bigint NOT NULL DEFAULT 0
);
INSERT INTO outbox DEFAULT VALUES;

CREATE TABLE outbox_event (
    -- The order of writing, in which a row that is committed late comes to stand between others.
    written bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    -- The order of reading: given once it is committed, so that nothing ever comes before what was read already.
    position bigint UNIQUE,
    transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
    type varchar(50) NOT NULL,
    subject varchar(30) NOT NULL,
    occurred_at timestamp with time zone NOT NULL DEFAULT clock_timestamp(),
    data jsonb NOT NULL
);
CREATE INDEX outbox_event_unordered ON outbox_event (written) WHERE position IS NULL;
CREATE UNIQUE INDEX outbox_event_once ON outbox_event (transaction, subject, type) WHERE position IS NULL;

-- Who came to have a role, or lost it, in one statement; lives until the end of its transaction.
CREATE TABLE outbox_membership (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    group_id integer NOT NULL,
    user_ids integer[] NOT NULL
);

-- An endpoint of WEBHOOK_URLS: up to which position its deliveries were queued, and when it said that it is gone.
CREATE TABLE webhook_endpoint (
    id text PRIMARY KEY,
    position bigint NOT NULL,
    stopped_at timestamp with time zone
);

-- An event that an endpoint has not taken yet. One that is being sent is due again when its sender must have ended.
CREATE TABLE webhook_delivery (
    endpoint text NOT NULL REFERENCES webhook_endpoint ON DELETE CASCADE,
    position bigint NOT NULL,
    subject varchar(30) NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (endpoint, position)
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (endpoint, due_at, position);
CREATE INDEX webhook_delivery_subject ON webhook_delivery (endpoint, subject, position);

-- Gives positions to at most so many of the events that were committed, and says to how many. One transaction at a time
-- does it, and of one user's events the earlier is always committed first (they hold the user's row): so they keep their
-- order, and all positions up to the last one are taken for good.
CREATE FUNCTION user_management_order_events(most integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    ordered integer;
BEGIN
    IF NOT EXISTS (SELECT FROM outbox_event WHERE position IS NULL) THEN RETURN 0; END IF;
    PERFORM FROM outbox FOR UPDATE;
    -- A statement of its own: it sees what the one that held the lock before has committed.
    UPDATE outbox_event SET position = outbox.last_position + next.place
    FROM outbox, (
        SELECT written, row_number() OVER (ORDER BY written) AS place
        FROM (SELECT written FROM outbox_event WHERE position IS NULL ORDER BY written LIMIT most) AS unordered
    ) AS next
    WHERE outbox_event.written = next.written;
    GET DIAGNOSTICS ordered = ROW_COUNT;
    UPDATE outbox SET last_position = last_position + ordered;
    RETURN ordered;
END $$;

-- A user as events show it; null where there is none.
CREATE FUNCTION user_management_event_user(user_id integer) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object(
        'id', id, 'username', username, 'email', email, 'first_name', first_name, 'last_name', last_name,
        'is_active', is_active, 'is_staff', is_staff,
        'roles', to_jsonb(ARRAY(
            SELECT group_id FROM auth_user_groups WHERE auth_user_groups.user_id = auth_user.id ORDER BY group_id
        )),
        'date_joined', to_char(date_joined AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    ) FROM auth_user WHERE id = user_id
$$;

-- Writes an event, or brings the one that this transaction has written of the kind up to its last state.
CREATE FUNCTION user_management_write_event(kind text, about text, content jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO outbox_event (type, subject, data) VALUES (kind, about, content)
    ON CONFLICT (transaction, subject, type) WHERE position IS NULL DO UPDATE SET data = CASE
        WHEN excluded.data ? 'changed' THEN excluded.data || jsonb_build_object('changed', (
            SELECT coalesce(jsonb_agg(DISTINCT field), '[]')
            FROM jsonb_array_elements((outbox_event.data -> 'changed') || (excluded.data -> 'changed')) AS field
        ))
        ELSE excluded.data END;
    PERFORM pg_notify('user_management_events', '');
END $$;

-- Whether this transaction has written the event that a user was created, which says all there is to say then.
CREATE FUNCTION user_management_is_new(user_id integer) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM outbox_event
        WHERE transaction = pg_current_xact_id() AND subject = 'user/' || user_id AND type = 'user.created' AND position IS NULL
    )
$$;

-- The names of the fields of two rows, either of which may be null, that differ.
CREATE FUNCTION user_management_changed_fields(before jsonb, after jsonb, fields text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(jsonb_agg(replace(field, 'province_id', 'province')), '[]') FROM unnest(fields) AS field
    WHERE coalesce(before -> field, 'null') <> coalesce(after -> field, 'null')
$$;

-- As their owner: who may write users, Django's database user for one, need not have any right to our tables.
CREATE FUNCTION user_management_user_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    about text := 'user/' || coalesce(NEW.id, OLD.id);
    shown jsonb;
    changed jsonb;
BEGIN
    IF NOT (SELECT enabled FROM outbox) THEN RETURN NULL; END IF;
    IF TG_OP = 'DELETE' THEN
        shown := jsonb_build_object('id', OLD.id, 'username', OLD.username);
        PERFORM user_management_write_event('user.deleted', about, jsonb_build_object('user', shown));
        RETURN NULL;
    END IF;
    shown := user_management_event_user(NEW.id);
    -- Deleted by a later step of the transaction, which tells that.
    IF shown IS NULL THEN RETURN NULL; END IF;
    shown := jsonb_build_object('user', shown, 'changed', '[]'::jsonb);
    IF TG_OP = 'INSERT' OR user_management_is_new(NEW.id) THEN
        PERFORM user_management_write_event('user.created', about, shown);
        RETURN NULL;
    END IF;
    changed := user_management_changed_fields(to_jsonb(OLD), to_jsonb(NEW), '{username,first_name,last_name,is_staff}');
    IF changed <> '[]' THEN
        PERFORM user_management_write_event('user.updated', about, shown || jsonb_build_object('changed', changed));
    END IF;
    IF OLD.email IS DISTINCT FROM NEW.email THEN
        PERFORM user_management_write_event('user.email_changed', about, shown || '{"changed": ["email"]}');
    END IF;
    IF OLD.is_active IS DISTINCT FROM NEW.is_active THEN
        PERFORM user_management_write_event(
            CASE WHEN NEW.is_active THEN 'user.activated' ELSE 'user.deactivated' END,
            about, shown || '{"changed": ["is_active"]}'
        );
    END IF;
    -- A login that brings the hash up to date notes the login too; the password is the same.
    IF OLD.password IS DISTINCT FROM NEW.password AND OLD.last_login IS NOT DISTINCT FROM NEW.last_login THEN
        PERFORM user_management_write_event('user.password_changed', about, shown || '{"changed": ["password"]}');
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER user_management_user_created AFTER INSERT ON auth_user DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION user_management_user_event();
CREATE CONSTRAINT TRIGGER user_management_user_updated AFTER UPDATE ON auth_user DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW
    WHEN (OLD.username IS DISTINCT FROM NEW.username OR OLD.email IS DISTINCT FROM NEW.email
        OR OLD.first_name IS DISTINCT FROM NEW.first_name OR OLD.last_name IS DISTINCT FROM NEW.last_name
        OR OLD.is_active IS DISTINCT FROM NEW.is_active OR OLD.is_staff IS DISTINCT FROM NEW.is_staff
        OR (OLD.password IS DISTINCT FROM NEW.password AND OLD.last_login IS NOT DISTINCT FROM NEW.last_login))
    EXECUTE FUNCTION user_management_user_event();
CREATE CONSTRAINT TRIGGER user_management_user_gone AFTER DELETE ON auth_user DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION user_management_user_event();

CREATE FUNCTION user_management_note_members() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO outbox_membership (group_id, user_ids)
    SELECT group_id, array_agg(DISTINCT user_id) FROM changed WHERE (SELECT enabled FROM outbox) GROUP BY group_id;
    RETURN NULL;
END $$;

CREATE TRIGGER user_management_role_given AFTER INSERT ON auth_user_groups REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION user_management_note_members();
CREATE TRIGGER user_management_role_taken AFTER DELETE ON auth_user_groups REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION user_management_note_members();

CREATE FUNCTION user_management_roles_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    DELETE FROM outbox_membership WHERE id = NEW.id;
    -- A role that is gone is told once, for all who had it.
    IF NOT EXISTS (SELECT FROM auth_group WHERE id = NEW.group_id) THEN RETURN NULL; END IF;
    -- Memberships hold no lock on their user that keeps others of the same user waiting; without one, two at the same
    -- moment would each tell of itself only, in any order.
    PERFORM FROM auth_user WHERE id IN (SELECT unnest(NEW.user_ids)) ORDER BY id FOR NO KEY UPDATE;
    INSERT INTO outbox_event (type, subject, data)
    SELECT
        CASE WHEN is_new THEN 'user.created' ELSE 'user.roles_changed' END,
        'user/' || id,
        jsonb_build_object(
            'user', user_management_event_user(id),
            'changed', CASE WHEN is_new THEN '[]'::jsonb ELSE '["roles"]' END
        )
    FROM auth_user, user_management_is_new(auth_user.id) AS is_new
    WHERE id IN (SELECT unnest(NEW.user_ids))
    ORDER BY id
    ON CONFLICT (transaction, subject, type) WHERE position IS NULL DO UPDATE SET data = excluded.data;
    PERFORM pg_notify('user_management_events', '');
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER user_management_roles_changed AFTER INSERT ON outbox_membership DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION user_management_roles_event();

CREATE FUNCTION user_management_role_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT (SELECT enabled FROM outbox) THEN RETURN NULL; END IF;
    PERFORM user_management_write_event(
        CASE TG_OP WHEN 'INSERT' THEN 'role.created' WHEN 'UPDATE' THEN 'role.renamed' ELSE 'role.deleted' END,
        'role/' || coalesce(NEW.id, OLD.id),
        jsonb_build_object('role', jsonb_build_object('id', coalesce(NEW.id, OLD.id), 'name', coalesce(NEW.name, OLD.name)))
    );
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER user_management_role_created AFTER INSERT OR DELETE ON auth_group DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION user_management_role_event();
CREATE CONSTRAINT TRIGGER user_management_role_renamed AFTER UPDATE ON auth_group DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION user_management_role_event();

CREATE FUNCTION user_management_profile_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    owner jsonb;
    changed jsonb := user_management_changed_fields(
        to_jsonb(OLD), to_jsonb(NEW), '{phone,address,birth_date,profile_picture,bio,province_id}'
    );
BEGIN
    -- A row without anything in it comes with the first look at a profile.
    IF changed = '[]' OR NOT (SELECT enabled FROM outbox) THEN RETURN NULL; END IF;
    SELECT jsonb_build_object('id', id, 'username', username) INTO owner
    FROM auth_user WHERE id = coalesce(NEW.user_id, OLD.user_id);
    -- Deleted with its profile, which is told already.
    IF owner IS NULL THEN RETURN NULL; END IF;
    PERFORM user_management_write_event(
        'profile.updated', 'user/' || (owner ->> 'id'), jsonb_build_object('user', owner, 'changed', changed)
    );
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER user_management_profile_made AFTER INSERT OR DELETE ON api_userprofile DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION user_management_profile_event();
CREATE CONSTRAINT TRIGGER user_management_profile_updated AFTER UPDATE ON api_userprofile DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW
    WHEN (OLD.phone IS DISTINCT FROM NEW.phone OR OLD.address IS DISTINCT FROM NEW.address
        OR OLD.birth_date IS DISTINCT FROM NEW.birth_date OR OLD.profile_picture IS DISTINCT FROM NEW.profile_picture
        OR OLD.bio IS DISTINCT FROM NEW.bio OR OLD.province_id IS DISTINCT FROM NEW.province_id)
    EXECUTE FUNCTION user_management_profile_event();
