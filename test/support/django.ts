import { readFile } from 'node:fs/promises'
import type { Test } from 'tap'
import { relabel } from '../../src/database/app-tables.ts'
import { createTestDatabase, type TestDatabase } from './postgres.ts'

const fixtures = new URL('../django/fixtures/', import.meta.url)

/** What `migrate` of Django 3.2 with AutoField makes of a table: ids of serials, integers in the app. */
const asBefore41 = `
  do $$
  declare
    owned record;
  begin
    for owned in select relname, attname from pg_attribute join pg_class on pg_class.oid = attrelid
      where attidentity <> '' and relnamespace = 'public'::regnamespace
    loop
      execute format('alter table %I alter %I drop identity', owned.relname, owned.attname);
      execute format('create sequence %I owned by %I.%I', owned.relname || '_id_seq', owned.relname, owned.attname);
      execute format('alter table %I alter %I set default nextval(%L)', owned.relname, owned.attname, owned.relname || '_id_seq');
    end loop;
    for owned in select relname, attname from pg_attribute join pg_class on pg_class.oid = attrelid
      where atttypid = 'bigint'::regtype and attnum > 0 and relkind = 'r' and relnamespace = 'public'::regnamespace
    loop
      execute format('alter table %I alter %I type integer', owned.relname, owned.attname);
    end loop;
  end $$`

/** A user of Django's, by id and username; fields that are not given are as Django's defaults have them. */
export interface DjangoUser {
  readonly id: number
  readonly username: string
  readonly email?: string
  readonly password?: string
  readonly superuser?: boolean
  readonly active?: boolean
}

/**
 * A database as Django's `migrate` leaves it: its own dump, with the content types and permissions that it makes, and
 * tables of other apps beside it. Ids begin where a live database's would not: at 1000.
 */
export async function createDjangoDatabase(
  t: Test,
  { appLabel = 'api', before41 = false, users = [] }: { appLabel?: string; before41?: boolean; users?: DjangoUser[] } = {}
): Promise<TestDatabase> {
  const db = await createTestDatabase('template0')
  t.teardown(() => db.drop())
  await db.query(relabel(await readFile(new URL('schema.sql', fixtures), 'utf8'), appLabel))
  if (before41) await db.query(asBefore41)
  await db.query(`
    create table django_migrations (id bigint primary key, app varchar(255), name varchar(255), applied timestamptz);
    create table django_session (session_key varchar(40) primary key, session_data text, expire_date timestamptz);
    create table ${appLabel}_ticket (id bigint primary key, user_id integer not null references auth_user deferrable initially deferred);
    insert into django_session values ('k', 'data', now());
    select setval(pg_get_serial_sequence(name, 'id'), 1000)
      from unnest(array['auth_user', 'auth_group', '${appLabel}_userprofile', '${appLabel}_provinces']) as name`)
  const { content_types: types, permissions } = JSON.parse(await readFile(new URL('rows.json', fixtures), 'utf8'))
  await db.query(
    `insert into django_content_type (app_label, model)
      select replace(app_label, 'api', $2), model from json_to_recordset($1) as type (app_label text, model text)`,
    [JSON.stringify(types), appLabel]
  )
  await db.query(
    `insert into auth_permission (name, content_type_id, codename)
      select permission.name, type.id, codename
      from json_to_recordset($1) as permission (app_label text, model text, codename text, name text)
      join django_content_type type on type.model = permission.model`,
    [JSON.stringify(permissions)]
  )
  await db.query(
    `insert into auth_group (id, name) values (7, 'cliente'); insert into ${appLabel}_provinces values (3, 'Heredia')`
  )
  for (const { id, username, email = '', password = '!', superuser = false, active = true } of users) {
    await db.query(
      `insert into auth_user (id, password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined)
        values ($1, $2, $3, $4, '', '', $5, $3, $6, '2024-05-06 07:08:09.123456Z')`,
      [id, password, superuser, username, email, active]
    )
    await db.query(
      `insert into ${appLabel}_userprofile (user_id, province_id, created_at, updated_at) values ($1, 3, now(), now())`,
      [id]
    )
  }
  return db
}
