import { readFile } from 'node:fs/promises'
import t, { type Test } from 'tap'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'

const fixtures = new URL('../django/fixtures/', import.meta.url)
const djangoTables = [
  'api_provinces',
  'api_userprofile',
  'api_userprofile_roles',
  'auth_group',
  'auth_group_permissions',
  'auth_permission',
  'auth_user',
  'auth_user_groups',
  'auth_user_user_permissions',
  'django_content_type'
]

/** What our tables have beyond Django's, each with its reason. */
const differences: Record<string, string> = {
  "auth_user: CREATE UNIQUE INDEX auth_user_email_without_case ON public.auth_user USING btree (lower((email)::text)) WHERE ((email)::text <> ''::text)":
    'two accounts with one email break a login by email',
  'auth_user: CREATE UNIQUE INDEX auth_user_username_without_case ON public.auth_user USING btree (lower((username)::text))':
    'names that differ in case only are taken for one another',
  'api_userprofile: CREATE INDEX api_userprofile_by_created_at ON public.api_userprofile USING btree (created_at, user_id)':
    'a list in this order sorts all users',
  'api_userprofile: CREATE INDEX api_userprofile_by_updated_at ON public.api_userprofile USING btree (updated_at, user_id)':
    'a list in this order sorts all users',
  'auth_user: CREATE INDEX auth_user_by_date_joined ON public.auth_user USING btree (date_joined, id)':
    'a list in this order sorts all users',
  'auth_user: CREATE INDEX auth_user_by_email ON public.auth_user USING btree (lower((email)::text), id)':
    'a list in this order sorts all users',
  'auth_user: CREATE INDEX auth_user_by_first_name ON public.auth_user USING btree (first_name, id)':
    'a list in this order sorts all users',
  'auth_user: CREATE INDEX auth_user_by_last_name ON public.auth_user USING btree (last_name, id)':
    'a list in this order sorts all users',
  'auth_user: CREATE INDEX auth_user_by_username ON public.auth_user USING btree (lower((username)::text), id)':
    'a list in this order sorts all users',
  'auth_user: CREATE INDEX auth_user_inactive ON public.auth_user USING btree (id) WHERE (NOT is_active)':
    'the few users with this flag are looked for among all',
  "auth_user: CREATE INDEX auth_user_names_trigrams ON public.auth_user USING gin (((((((((username)::text || '\n'::text) || (email)::text) || '\n'::text) || (first_name)::text) || '\n'::text) || (last_name)::text)) gin_trgm_ops) WITH (fastupdate=off)":
    'a search reads all users',
  'auth_user: CREATE INDEX auth_user_staff ON public.auth_user USING btree (id) WHERE is_staff':
    'the few users with this flag are looked for among all'
}

async function open(t: Test, from?: string): Promise<TestDatabase> {
  const db = await createTestDatabase(from)
  t.teardown(() => db.drop())
  return db
}

/** Everything that the catalogue says of a table, a line a fact. */
async function describe(db: TestDatabase, table: string): Promise<string[]> {
  const facts = await db.query<{ fact: string }>(
    `select format('column %s %s %s default %s identity %s', attname, format_type(atttypid, atttypmod),
        case when attnotnull then 'not null' else 'null' end, coalesce(pg_get_expr(adbin, adrelid), '-'), attidentity) as fact
      from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
      where attrelid = $1::regclass and attnum > 0 and not attisdropped
    union all
    select format('constraint %s %s', conname, pg_get_constraintdef(oid)) from pg_constraint
      where conrelid = $1::regclass and contype not in ('n', 't')
    union all
    select pg_get_indexdef(indexrelid) from pg_index where indrelid = $1::regclass
    union all
    select format('sequence %s of %s %s start %s increment %s min %s max %s cycle %s', sequence.relname,
        attname, format_type(seqtypid, null), seqstart, seqincrement, seqmin, seqmax, seqcycle)
      from pg_depend
      join pg_class sequence on sequence.oid = objid and relkind = 'S'
      join pg_sequence on seqrelid = sequence.oid
      join pg_attribute on attrelid = refobjid and attnum = refobjsubid
      where refobjid = $1::regclass`,
    [`public.${table}`]
  )
  return facts.map(({ fact }) => `${table}: ${fact}`).sort()
}

t.test('the tables are those of a real Django, table by table, but for what is listed here', async (t) => {
  const [django, ours] = [await open(t, 'template0'), await open(t)]
  await django.query(await readFile(new URL('schema.sql', fixtures), 'utf8'))
  const listed = new Set(Object.keys(differences))
  for (const table of djangoTables) {
    const [theirs, our] = [await describe(django, table), await describe(ours, table)]
    t.ok(theirs.length > 3, `${table} is there`)
    const surplus = our.filter((fact) => !theirs.includes(fact))
    t.same(
      surplus.filter((fact) => !listed.has(fact)),
      [],
      `${table} has nothing else`
    )
    t.same(
      theirs.filter((fact) => !our.includes(fact)),
      [],
      `${table} lacks nothing`
    )
    for (const fact of surplus) listed.delete(fact)
  }
  t.same([...listed], [], 'every listed difference is there')
})

t.test('beside them there are only tables of ours', async (t) => {
  const db = await open(t)
  const rows = await db.query<{ name: string }>(
    `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`
  )
  const others = rows.map(({ name }) => name).filter((name) => !djangoTables.includes(name))
  t.same(others.sort(), [
    'audit_event',
    'email_confirmation',
    'idempotency_key',
    'legacy_cutoff',
    'legacy_token',
    'login_guess',
    'outbox',
    'outbox_event',
    'outbox_membership',
    'password_reset',
    'queued_mail',
    'user_management_migration',
    'user_management_migration_lock',
    'user_session',
    'webhook_delivery',
    'webhook_endpoint'
  ])
})

t.test(
  'content types and default permissions are those that Django makes, in its order, and the two groups are there',
  async (t) => {
    const db = await open(t)
    const rows = JSON.parse(await readFile(new URL('rows.json', fixtures), 'utf8'))
    t.same(await db.query('select app_label, model from django_content_type order by id'), rows.content_types)
    t.same(
      await db.query(
        `select app_label, model, codename, auth_permission.name from auth_permission
       join django_content_type on django_content_type.id = content_type_id order by auth_permission.id`
      ),
      rows.permissions
    )
    t.same(await db.query('select name from auth_group order by id'), [{ name: 'admin' }, { name: 'cliente' }])
  }
)
