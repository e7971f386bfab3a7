-- Tokens that Django signed are good for a while, and have no session. One that is used opens one, once: its id (from its
-- `jti`) stays here until it has expired, so that ending the session ends the token. Those that were not used yet end with
-- the user's sessions: they count only if they were issued after `issued_after`.

CREATE TABLE legacy_token (
    id uuid PRIMARY KEY,
    user_id integer NOT NULL REFERENCES auth_user (id) ON DELETE CASCADE,
    expires_at timestamp with time zone NOT NULL
);

CREATE INDEX legacy_token_user_id ON legacy_token (user_id);
CREATE INDEX legacy_token_expires_at ON legacy_token (expires_at);

CREATE TABLE legacy_cutoff (
    user_id integer PRIMARY KEY REFERENCES auth_user (id) ON DELETE CASCADE,
    issued_after timestamp with time zone NOT NULL
);
