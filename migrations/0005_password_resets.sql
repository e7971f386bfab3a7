-- One open reset a user at the most: issuing a new one takes the place of the old one. Only the SHA-256 of the token
-- is kept. account_state is a hash over password and email, so that a reset dies once either changes, whoever
-- changed it (Django too). A request for an unknown email leaves a row without a user: it costs what a known one does.

CREATE TABLE password_reset (
    token_hash bytea PRIMARY KEY,
    user_id integer UNIQUE REFERENCES auth_user (id) ON DELETE CASCADE,
    account_state bytea,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    expires_at timestamp with time zone NOT NULL
);

CREATE INDEX password_reset_expires_at ON password_reset (expires_at);
