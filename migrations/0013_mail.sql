-- Mails that wait to be sent, queued in the transaction of what they tell of. They hold tokens that are good for a while,
-- so contents are encrypted with a key that is not in the database, and a row goes once its mail is sent or out of date.

CREATE TABLE queued_mail (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    content bytea NOT NULL,
    queued_at timestamp with time zone NOT NULL DEFAULT now(),
    expires_at timestamp with time zone NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    -- While a replica is sending it: when another one may take it, should that one have died.
    next_attempt_at timestamp with time zone NOT NULL DEFAULT now()
);

CREATE INDEX queued_mail_next_attempt_at ON queued_mail (next_attempt_at);
