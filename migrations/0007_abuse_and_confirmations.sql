-- Wrong passwords by what was typed for a name (hashed), for each client address and over all: a table of ours, shared
-- by all replicas. Rows are worth nothing once they are older than an hour.

CREATE TABLE login_guess (
    key bytea PRIMARY KEY,
    failures integer NOT NULL,
    blocked_until timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL DEFAULT now()
);

CREATE INDEX login_guess_updated_at ON login_guess (updated_at);

-- Emails that wait for the link sent to them to be used: a change, or that of a registration. Only the SHA-256 of the
-- token is kept; one a user.

CREATE TABLE email_confirmation (
    user_id integer PRIMARY KEY REFERENCES auth_user (id) ON DELETE CASCADE,
    token_hash bytea NOT NULL UNIQUE,
    email varchar(254) NOT NULL,
    purpose varchar(20) NOT NULL CHECK (purpose IN ('change', 'registration')),
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    expires_at timestamp with time zone NOT NULL
);

-- What was answered to a request with an Idempotency-Key. No status yet: it is under way.

CREATE TABLE idempotency_key (
    key bytea PRIMARY KEY,
    request bytea NOT NULL,
    claimed_at timestamp with time zone NOT NULL DEFAULT now(),
    status integer,
    body jsonb
);

CREATE INDEX idempotency_key_claimed_at ON idempotency_key (claimed_at);
