-- Whoever activates or deactivates an account, Django's administration too, has decided on its registration: the link
-- that waits to be used is good for nothing any more, or it would undo a later ban.

CREATE FUNCTION user_management_drop_registration() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM email_confirmation WHERE user_id = OLD.id AND purpose = 'registration';
    RETURN NULL;
END $$;

CREATE TRIGGER user_management_activation_changed AFTER UPDATE ON auth_user FOR EACH ROW
    WHEN (OLD.is_active IS DISTINCT FROM NEW.is_active)
    EXECUTE FUNCTION user_management_drop_registration();

-- Who waits for a link at an address.
CREATE INDEX email_confirmation_email ON email_confirmation (lower(email));
