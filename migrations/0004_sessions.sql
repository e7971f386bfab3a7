-- A session is what a login opens and what every token of it names (`sid`). It holds the id of the newest refresh
-- token and of that token's parent, which is all the rotation rules need (RFC 9700, 4.14).

CREATE TABLE user_session (
    id uuid PRIMARY KEY,
    user_id integer NOT NULL REFERENCES auth_user (id) ON DELETE CASCADE,
    refresh_jti uuid NOT NULL,
    parent_jti uuid,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    last_used_at timestamp with time zone NOT NULL DEFAULT now(),
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    revoked_because varchar(30),
    user_agent varchar(500),
    address inet,
    CONSTRAINT user_session_revoked_with_cause CHECK ((revoked_at IS NULL) = (revoked_because IS NULL))
);

CREATE INDEX user_session_user_id ON user_session (user_id);
