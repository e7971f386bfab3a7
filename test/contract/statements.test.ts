import t from 'tap'
import { contract } from '../support/contract.ts'
import { makeMaria, sample } from '../support/samples.ts'
import { type Service, startService } from '../support/service.ts'
import { until } from '../support/wait.ts'

/**
 * How many statements an operation sends at the most, with those that begin and end its transaction; the principal is
 * remembered, and a profile that is missing made. An operation that is not named here sends one at the most.
 */
const budgets: Record<string, number> = {
  listEvents: 2,
  getProfile: 3,
  updateProfile: 10,
  getUserProfile: 3,
  updateUserProfile: 14,
  deleteUserProfile: 7,
  updateUser: 13,
  deleteUser: 14,
  createRole: 4,
  updateRole: 7,
  deleteRole: 10,
  updateRolePermissions: 8,
  obtainToken: 8,
  login: 8,
  logout: 6,
  listUserSessions: 2,
  endUserSessions: 7,
  endSession: 5,
  register: 15,
  forgotPassword: 4,
  confirmPasswordReset: 8,
  changePassword: 11,
  setUserPassword: 8,
  sendUserPasswordReset: 6,
  changeEmail: 12,
  confirmEmail: 9,
  resendConfirmation: 4,
  createProvince: 4,
  updateProvince: 5,
  deleteProvince: 7
}

async function countOf(service: Service, ask: () => Promise<unknown>): Promise<number> {
  const before = service.statements()
  await ask()
  return service.statements() - before
}

/** Until the service is told of changes, it asks for the principal at each request. */
function untilListening(service: Service, as: Parameters<Service['get']>[1]): Promise<void> {
  return until('a principal that is remembered', async () => {
    return (await countOf(service, () => service.get('/api/auth/verify/', as))) === 0
  })
}

t.test('no operation sends more statements than it is known to need', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  await untilListening(service, { as: admin })
  for (const operation of contract.operations) {
    const { operationId, handledBy, method } = operation
    if (operationId === 'createUser') continue
    if (!(await service.db.query("select from auth_user where username = 'maria'")).length) await makeMaria(service, admin)
    const { path, options } = await sample(service, operation, admin)
    if (options.as) await service.get('/api/auth/verify/', { as: options.as })
    const sent = await countOf(service, () => service.request(method as 'GET', path, options))
    const most = budgets[handledBy] ?? 1
    t.ok(sent <= most, `${operationId} sent ${sent}, at most ${most}`)
  }
})

t.test('however many rows there are, an operation sends as many statements', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  await untilListening(service, { as: admin })
  const lists = contract.operations.filter(
    ({ method, path }) => method === 'GET' && !path.includes('{') && path !== '/api/auth/verify/'
  )
  const writes: [string, (many: boolean) => object][] = [
    [`/api/auth/users/${admin.id}/update/`, () => ({ roles: [1, 2] })],
    ['/api/auth/permissions/2/update/', (many) => ({ permissions: many ? Array.from({ length: 24 }, (_, n) => n + 1) : [1] })]
  ]
  const counts = async (many: boolean) => {
    const found: Record<string, number> = {}
    for (const { operationId, path } of lists) found[operationId] = await countOf(service, () => service.get(path, { as: admin }))
    for (const [path, body] of writes) {
      await service.put(path, body(many), { as: admin })
      found[path] = await countOf(service, () => service.put(path, body(many), { as: admin }))
    }
    return found
  }
  await service.get('/api/auth/profile/', { as: admin })
  const few = await counts(false)
  await service.db.query(`
    insert into auth_user (password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined)
      select '!', false, 'many' || n, '', '', '', false, true, now() from generate_series(1, 200) n;
    insert into api_userprofile (user_id, created_at, updated_at) select id, now(), now() from auth_user
      where username like 'many%';
    insert into auth_group (name) select 'group' || n from generate_series(1, 50) n;
    insert into auth_user_groups (user_id, group_id) select auth_user.id, auth_group.id from auth_user, auth_group
      on conflict do nothing;
    insert into api_provinces (name) select 'province' || n from generate_series(1, 50) n`)
  await untilListening(service, { as: admin })
  t.same(await counts(true), few)
  t.ok(Object.keys(few).length > 8)
})
