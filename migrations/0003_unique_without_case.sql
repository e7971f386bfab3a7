-- Django compares usernames with regard to case and does not keep emails unique at all; two accounts with one
-- email break a login by email. An empty email stands for none.

CREATE UNIQUE INDEX auth_user_username_without_case ON auth_user (lower(username));

CREATE UNIQUE INDEX auth_user_email_without_case ON auth_user (lower(email)) WHERE email <> '';
