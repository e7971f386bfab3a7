-- The rows Django makes for these models after `migrate`: content types, and the four default permissions of each
-- model, in Django's order; and what every deployment starts with: the two groups and Costa Rica's seven provinces.

INSERT INTO django_content_type (app_label, model) VALUES
    ('contenttypes', 'contenttype'),
    ('auth', 'permission'),
    ('auth', 'group'),
    ('auth', 'user'),
    ('api', 'provinces'),
    ('api', 'userprofile');

INSERT INTO auth_permission (name, content_type_id, codename)
SELECT permission.name, content_type.id, permission.codename
FROM (VALUES
    (1, 'contenttypes', 'contenttype', 'add_contenttype', 'Can add content type'),
    (2, 'contenttypes', 'contenttype', 'change_contenttype', 'Can change content type'),
    (3, 'contenttypes', 'contenttype', 'delete_contenttype', 'Can delete content type'),
    (4, 'contenttypes', 'contenttype', 'view_contenttype', 'Can view content type'),
    (5, 'auth', 'permission', 'add_permission', 'Can add permission'),
    (6, 'auth', 'permission', 'change_permission', 'Can change permission'),
    (7, 'auth', 'permission', 'delete_permission', 'Can delete permission'),
    (8, 'auth', 'permission', 'view_permission', 'Can view permission'),
    (9, 'auth', 'group', 'add_group', 'Can add group'),
    (10, 'auth', 'group', 'change_group', 'Can change group'),
    (11, 'auth', 'group', 'delete_group', 'Can delete group'),
    (12, 'auth', 'group', 'view_group', 'Can view group'),
    (13, 'auth', 'user', 'add_user', 'Can add user'),
    (14, 'auth', 'user', 'change_user', 'Can change user'),
    (15, 'auth', 'user', 'delete_user', 'Can delete user'),
    (16, 'auth', 'user', 'view_user', 'Can view user'),
    (17, 'api', 'provinces', 'add_provinces', 'Can add provinces'),
    (18, 'api', 'provinces', 'change_provinces', 'Can change provinces'),
    (19, 'api', 'provinces', 'delete_provinces', 'Can delete provinces'),
    (20, 'api', 'provinces', 'view_provinces', 'Can view provinces'),
    (21, 'api', 'userprofile', 'add_userprofile', 'Can add user profile'),
    (22, 'api', 'userprofile', 'change_userprofile', 'Can change user profile'),
    (23, 'api', 'userprofile', 'delete_userprofile', 'Can delete user profile'),
    (24, 'api', 'userprofile', 'view_userprofile', 'Can view user profile')
) AS permission (position, app_label, model, codename, name)
JOIN django_content_type content_type USING (app_label, model)
ORDER BY permission.position;

INSERT INTO auth_group (name) VALUES ('admin'), ('cliente');

INSERT INTO api_provinces (name) VALUES
    ('San José'), ('Alajuela'), ('Cartago'), ('Heredia'), ('Guanacaste'), ('Puntarenas'), ('Limón');
