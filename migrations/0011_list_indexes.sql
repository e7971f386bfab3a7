-- What lists are walked along, for each ordering that they offer: its value, and the id that breaks ties. A page then costs
-- the same in a list of any length. By last login there is none: each login would have to write to every index of the
-- table, that of search above all, also where it finds room beside the old row and writes to none (a heap-only update),
-- for an order that is seldom asked for.

CREATE INDEX auth_user_by_username ON auth_user (lower(username), id);
CREATE INDEX auth_user_by_email ON auth_user (lower(email), id);
CREATE INDEX auth_user_by_first_name ON auth_user (first_name, id);
CREATE INDEX auth_user_by_last_name ON auth_user (last_name, id);
CREATE INDEX auth_user_by_date_joined ON auth_user (date_joined, id);

CREATE INDEX api_userprofile_by_created_at ON api_userprofile (created_at, user_id);
CREATE INDEX api_userprofile_by_updated_at ON api_userprofile (updated_at, user_id);

-- The few users that the flags single out.

CREATE INDEX auth_user_staff ON auth_user (id) WHERE is_staff;
CREATE INDEX auth_user_inactive ON auth_user (id) WHERE NOT is_active;
