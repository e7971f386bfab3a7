/**
 * The limit that the service is held against: Fastify with one named prepared query that gives the same JSON as
 * `GET profile/`, and nothing else: no authorization, no log, no headers of ours.
 *
 *   DATABASE_URL=… PORT=… node bench/baseline.ts
 */
import Fastify from 'fastify'
import pg from 'pg'
import { collectDefaultMetrics, register } from 'prom-client'
import { loadContract } from '../src/contract/document.ts'

const text = `
  select auth_user.id, username, email, first_name, last_name, phone, address, birth_date::text,
    case when profile_picture <> '' then 'http://127.0.0.1/media/' || profile_picture end as profile_picture, bio,
    province_id::integer as province, created_at, updated_at,
    (select coalesce(json_agg(json_build_object('id', auth_group.id, 'name', auth_group.name) order by auth_group.name), '[]')
      from api_userprofile_roles as membership join auth_group on auth_group.id = membership.group_id
      where membership.userprofile_id = api_userprofile.id) as roles,
    (select coalesce(json_agg(json_build_object('id', auth_group.id, 'name', auth_group.name) order by auth_group.name), '[]')
      from auth_user_groups as membership join auth_group on auth_group.id = membership.group_id
      where membership.user_id = auth_user.id) as user_roles
  from auth_user join api_userprofile on api_userprofile.user_id = auth_user.id
  where auth_user.id = $1`

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })
const app = Fastify()
const { components } = loadContract().document as { components: { schemas: Record<string, object> } }
app.addSchema({ $id: 'contract', components })
const response = { 200: { $ref: 'contract#/components/schemas/Profile' } }
app.get<{ Params: { id: string } }>('/profile/:id', { schema: { response } }, async ({ params }) => {
  const { rows } = await pool.query({ name: 'profile', text, values: [params.id] })
  return rows[0]
})
collectDefaultMetrics()
app.get('/metrics', async (_request, reply) => reply.type(register.contentType).send(await register.metrics()))
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })
process.on('SIGTERM', () => void app.close().then(() => pool.end()))
