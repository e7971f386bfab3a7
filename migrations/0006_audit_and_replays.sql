-- Who did what to whom, written in the transaction of the change. No foreign keys: an event outlives what it is about.

CREATE TABLE audit_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    occurred_at timestamp with time zone NOT NULL DEFAULT now(),
    action varchar(50) NOT NULL,
    actor_id bigint,
    actor_name varchar(150),
    target_type varchar(30),
    target_id bigint,
    target_name varchar(150),
    address inet,
    request_id varchar(128),
    before jsonb,
    after jsonb
);

CREATE INDEX audit_event_occurred_at ON audit_event (occurred_at);
CREATE INDEX audit_event_actor ON audit_event (actor_id, id);
CREATE INDEX audit_event_target ON audit_event (target_type, target_id, id);
CREATE INDEX audit_event_action ON audit_event (action, id);

-- How refresh tokens are replayed, by cause, so that an operator sees who would break under REFRESH_REUSE=strict:
-- when the newest token was made, how often its parent came again since, and the counts over the session's life.

ALTER TABLE user_session
    ADD COLUMN rotated_at timestamp with time zone,
    ADD COLUMN parent_replays integer NOT NULL DEFAULT 0,
    ADD COLUMN replays_parallel_tab integer NOT NULL DEFAULT 0,
    ADD COLUMN replays_lost_response integer NOT NULL DEFAULT 0,
    ADD COLUMN replays_never_stored integer NOT NULL DEFAULT 0;
