import type { Operation } from '../../src/contract/document.ts'
import { sandboxPassword } from '../../src/sandbox/seed.ts'
import { contract, requestExample } from '../support/contract.ts'
import type { Step, Story } from './corpus.ts'

/** A step as stories tell it: of an operation, on the contract's own example where no other body is given. */
type Telling = Partial<Step> & { readonly id?: number | string; readonly query?: string }

function step(operationId: string, { id, query, ...rest }: Telling = {}): Step {
  const operation = contract.operations.find((each) => each.operationId === operationId)
  if (!operation) throw new Error(`There is no operation ${operationId}`)
  const { method, path } = operation
  const example = rest.form || 'body' in rest ? undefined : requestExample(operation)
  return {
    operation: operationId,
    method,
    path: path.replace('{id}', String(id)) + (query ? `?${query}` : ''),
    ...(example && { body: example }),
    ...rest
  }
}

const story = (name: string, ...steps: Step[]): Story => ({ name, anywhere: false, steps })
const credentials = { username: 'maria', password: sandboxPassword }
const newPassword = 'a-new-long-private-phrase'
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** An update under each of its names, each with what a state that is known already and an older one lead to. */
const updates = (name: string, read: string, operationIds: readonly string[], id: number | string, telling: Telling): Story =>
  story(
    name,
    ...operationIds.flatMap((operationId) => [
      step(read, { id, as: 'admin', take: { tag: 'header etag' } }),
      step(read, { id, as: 'admin', headers: { 'if-none-match': '{{tag}}' } }),
      step(operationId, { id, as: 'admin', headers: { 'if-match': '"stale"' }, ...telling }),
      step(operationId, { id, as: 'admin', ...telling })
    ])
  )

/** A deletion under each of its names, of something that is made for it. */
const deletions = (name: string, make: (again: number) => Step, operationIds: readonly string[], headers = true): Story =>
  story(
    name,
    ...operationIds.flatMap((operationId, again) => [
      make(again),
      ...(headers ? [step(operationId, { id: '{{made}}', as: 'admin', headers: { 'if-match': '"stale"' } })] : []),
      step(operationId, { id: '{{made}}', as: 'admin' }),
      step(operationId, { id: '{{made}}', as: 'admin' })
    ])
  )

const makeUser = (again: number) =>
  step('createUser', {
    as: 'admin',
    body: { username: `leaving${again}`, email: `leaving${again}@example.org`, password: newPassword },
    take: { made: 'id' }
  })

const told: readonly Story[] = [
  story(
    'tokens',
    step('obtainToken', { body: credentials, take: { access: 'access', refresh: 'refresh' } }),
    step('obtainToken', { body: { username: 'maria@example.org', password: sandboxPassword } }),
    step('obtainToken', { body: { username: 'maria', password: 'not-the-password' } }),
    step('obtainToken', { body: {} }),
    step('verifyToken', { body: { token: '{{access}}' } }),
    step('verifyToken', { body: { token: 'not.a.token' } }),
    step('refreshToken', { body: { refresh: '{{refresh}}' }, take: { renewed: 'refresh' } }),
    step('refreshToken', { body: { refresh: '{{access}}' } }),
    step('getProfile', { as: '{{access}}', advance: 301 }),
    step('refreshToken', { body: { refresh: '{{renewed}}' }, take: { later: 'access' } }),
    step('getProfile', { as: '{{later}}' }),
    step('refreshToken', { body: { refresh: '{{renewed}}' }, advance: 8 * 86_400 })
  ),
  story(
    'login and logout',
    step('login', {
      body: { email: 'maria@example.org', password: sandboxPassword },
      take: { access: 'access', refresh: 'refresh' }
    }),
    step('login', { body: { email: 'maria@example.org', password: 'not-the-password' } }),
    step('login', { body: { email: 'pedro@example.org', password: sandboxPassword } }),
    step('logout', { body: { refresh: '{{refresh}}' } }),
    step('getProfile', { as: '{{access}}' })
  ),
  story(
    'sessions',
    step('obtainToken', { body: credentials, take: { access: 'access' } }),
    step('listSessions', { as: 'maria' }),
    step('listSessions', { as: '{{access}}', take: { session: '0.id' } }),
    step('endSession', { id: '{{session}}', as: '{{access}}' }),
    step('endSession', { id: '00000000-0000-4000-8000-000000000000', as: 'maria' }),
    step('listUserSessions', { id: 4, as: 'admin' }),
    step('endUserSessions', { id: 4, as: 'admin' })
  ),
  story(
    'one’s own profile',
    step('getProfile', { as: 'maria', take: { tag: 'header etag', picture: 'profile_picture' } }),
    step('getProfile', { as: 'maria', headers: { 'if-none-match': '{{tag}}' } }),
    step('getProfile', { as: 'sofia' }),
    step('updateProfile', { as: 'maria', headers: { 'if-match': '{{tag}}' } }),
    step('updateProfile', { as: 'maria', headers: { 'if-match': '"stale"' } }),
    step('patchProfile', { as: 'maria', body: { province: null } }),
    step('patchProfile', { as: 'maria', body: { province: 'Atlantis' } }),
    step('patchProfile', { as: 'maria', body: { birth_date: '2199-01-01', phone: '1'.repeat(21) } }),
    step('updateProfile', {
      as: 'juan',
      form: { fields: { first_name: 'Juan José' }, file: { name: 'profile_picture', base64: png } }
    }),
    step('updateProfile', { as: 'juan', form: { fields: {}, file: { name: 'profile_picture', base64: 'bm90IGEgcGljdHVyZQ==' } } })
  ),
  story(
    'what the caller may do',
    step('getPermissions', { as: 'lucia' }),
    step('getPermissions', { as: 'juan' }),
    step('verifyAccess', { as: 'lucia' }),
    step('verifyAccess', { as: 'lucia', query: 'role=auditor' }),
    step('verifyAccess', { as: 'juan', query: 'role=auditor' }),
    step('verifyAccess', { as: 'lucia', query: 'permission=auth.view_user' }),
    step('verifyAccess', { as: 'juan', query: 'permission=auth.view_user' })
  ),
  story(
    'lists of users and profiles',
    step('listUsers', { as: 'admin', query: 'role=cliente&ordering=username' }),
    step('listUsers', { as: 'staff', query: 'search=juan' }),
    step('listUsers', { as: 'staff', query: 'is_active=false' }),
    step('listUsers', { as: 'staff', query: 'page=2&page_size=3&ordering=-id' }),
    step('listUsers', { as: 'staff', query: 'ordering=shoe_size&page=0' }),
    step('listUsers', { as: 'admin', query: 'role=cliente', headers: { accept: 'text/csv' } }),
    step('listUsers', { as: 'admin', query: 'role=cliente', headers: { accept: 'application/x-ndjson' } }),
    step('listUserProfiles', { as: 'admin', query: 'province=4' }),
    step('listUserProfiles', { as: 'admin', query: 'page_size=501' })
  ),
  story(
    'users are made',
    step('createUser', {
      as: 'admin',
      headers: { 'idempotency-key': 'made-once' },
      body: { username: 'nueva', email: 'nueva@example.org', password: newPassword, roles: [2], profile: { province: 'Heredia' } }
    }),
    step('createUser', {
      as: 'admin',
      headers: { 'idempotency-key': 'made-once' },
      body: { username: 'nueva', email: 'nueva@example.org', password: newPassword, roles: [2], profile: { province: 'Heredia' } }
    }),
    step('createUser', {
      as: 'admin',
      headers: { 'idempotency-key': 'made-once' },
      body: { username: 'otra', password: newPassword }
    }),
    step('createUser', { as: 'admin' }),
    step('createUser', { as: 'admin', body: { username: 'débil', password: '12345678', roles: [99] } }),
    step('getUser', { id: 1001, as: 'admin' })
  ),
  updates('a user is changed', 'getUser', ['updateUser', 'putUser', 'patchUser'], 4, {}),
  updates('a user’s details', 'getUserDetail', ['patchUser'], 5, { body: { username: 'MARIA' } }),
  updates('a user’s profile is changed', 'getUserProfile', ['updateUserProfile', 'putUserProfile', 'patchUserProfile'], 4, {}),
  deletions('users are deleted', makeUser, ['deleteUser', 'destroyUser']),
  deletions('profiles are deleted', (again) => makeUser(again + 10), ['deleteUserProfile', 'destroyUserProfile']),
  story(
    'administrators are kept',
    step('deleteUser', { id: 1, as: 'staff' }),
    step('patchUser', { id: 2, as: 'admin', body: { roles: [] } }),
    step('deleteUser', { id: 1, as: 'admin' })
  ),
  story(
    'an administrator sets and resets passwords',
    step('setUserPassword', { id: 4, as: 'admin' }),
    step('setUserPassword', { id: 4, as: 'admin', body: { new_password: 'password' } }),
    step('obtainToken', { body: { username: 'juan', password: newPassword } }),
    step('sendUserPasswordReset', { id: 4, as: 'admin' }),
    step('sendUserPasswordReset', { id: 8, as: 'admin' })
  ),
  story(
    'roles and their permissions',
    step('listRoles', { as: 'juan' }),
    step('createRole', { as: 'admin' }),
    step('createRole', { as: 'admin' }),
    step('listPermissions', { as: 'admin' })
  ),
  updates('a role is renamed', 'getRole', ['updateRole'], 3, {}),
  updates('a role is renamed by its other names', 'retrieveRole', ['putRole'], 3, {}),
  updates('a role that rules name is kept', 'getRole', ['updateRole'], 1, {}),
  updates('the permissions of a role', 'getRolePermissions', ['updateRolePermissions'], 3, {}),
  updates('the permissions of a role by their other names', 'retrieveRolePermissions', ['putRolePermissions'], 3, {}),
  updates('permissions that there are not', 'getRolePermissions', ['updateRolePermissions'], 3, {
    body: { permissions: [1, 999] }
  }),
  deletions(
    'roles are deleted',
    (again) => step('createRole', { as: 'admin', body: { name: `role ${again}` }, take: { made: 'id' } }),
    ['deleteRole', 'destroyRole']
  ),
  story('a role that rules name is not deleted', step('deleteRole', { id: 1, as: 'admin' })),
  story(
    'provinces',
    step('listProvinces'),
    step('getProvince', { id: 4 }),
    step('createProvince', { as: 'admin' }),
    step('createProvince', { as: 'admin' }),
    step('updateProvince', { id: 1, as: 'admin', body: { name: 'Chepe' } }),
    step('putProvince', { id: 1, as: 'admin', body: { name: 'San José' } }),
    step('updateProvince', { id: 1, as: 'admin', body: { name: 'Heredia' } })
  ),
  deletions(
    'provinces are deleted',
    (again) => step('createProvince', { as: 'admin', body: { name: `Province ${again}` }, take: { made: 'id' } }),
    ['deleteProvince', 'destroyProvince'],
    false
  ),
  story(
    'registration',
    step('register', { body: { username: 'nueva', email: 'nueva@example.org', password: newPassword } }),
    step('register', { body: { username: 'NUEVA', email: 'maria@example.org', password: newPassword } }),
    step('register', { body: { username: 'a b', email: 'none', password: 'short' } }),
    step('register', { body: { username: 'boss', password: newPassword, roles: [1] } }),
    step('register', {
      form: {
        fields: { username: 'foto', password: newPassword, 'profile.phone': '1' },
        file: { name: 'profile.profile_picture', base64: png }
      }
    }),
    step('resendConfirmation')
  ),
  story(
    'a forgotten password',
    step('forgotPassword'),
    step('forgotPassword', { body: { email: 'nobody@example.org' } }),
    step('confirmPasswordReset', {
      mail: 'maria@example.org',
      body: { uid: '{{uid}}', token: '{{token}}', new_password: '12345678' }
    }),
    step('confirmPasswordReset', { body: { uid: '{{uid}}', token: '{{token}}', new_password: newPassword } }),
    step('confirmPasswordReset', { body: { uid: '{{uid}}', token: '{{token}}', new_password: newPassword } }),
    step('obtainToken', { body: { username: 'maria', password: newPassword } })
  ),
  story(
    'a reset that came too late',
    step('forgotPassword'),
    step('confirmPasswordReset', {
      mail: 'maria@example.org',
      advance: 3601,
      body: { uid: '{{uid}}', token: '{{token}}', new_password: newPassword }
    })
  ),
  story(
    'another password and another email',
    step('changePassword', { as: 'lucia', body: { old_password: 'not-the-password', new_password: newPassword } }),
    step('changePassword', { as: 'lucia', body: { old_password: sandboxPassword, new_password: newPassword } }),
    step('changeEmail', { as: 'juan', body: { email: 'maria@example.org', password: sandboxPassword } }),
    step('changeEmail', { as: 'juan', body: { email: 'juan.new@example.org', password: sandboxPassword } }),
    step('confirmEmail', { mail: 'juan.new@example.org', body: { uid: '{{uid}}', token: '{{token}}' } }),
    step('confirmEmail', { body: { uid: '{{uid}}', token: '{{token}}' } })
  ),
  story(
    'the audit log',
    step('createRole', { as: 'admin' }),
    step('listAuditEvents', { as: 'admin', query: 'action=role.created' }),
    step('listAuditEvents', { as: 'admin', query: 'action=no.such_action' })
  ),
  story(
    'events for other services',
    step('listEvents', { as: 'admin', query: 'after=latest' }),
    step('listEvents', { as: 'admin', query: 'types=no.such_type' })
  )
]

const idIn = ({ path }: Operation) => (path.includes('/sessions/{id}') ? '00000000-0000-4000-8000-000000000000' : 999_999)

/** What all operations have in common. */
const common: readonly Story[] = [
  {
    name: 'what anybody may read, and what nobody may without a token',
    anywhere: true,
    steps: [
      step('listProvinces'),
      step('getProvince', { id: 999_999_999 }),
      step('getProvince', { id: 'none' }),
      step('verifyToken', { body: { token: 'not.a.token' } }),
      { operation: 'no operation', method: 'GET', path: '/api/auth/nothing/' },
      ...contract.operations
        .filter(({ method, access }) => method === 'GET' && !access.anonymous)
        .flatMap((operation) => {
          const id = idIn(operation)
          return [step(operation.operationId, { id }), step(operation.operationId, { id, as: 'not.a.token' })]
        })
    ]
  },
  story(
    'a token is needed',
    ...contract.operations
      .filter(({ method, access }) => method !== 'GET' && !access.anonymous)
      .map((operation) => step(operation.operationId, { id: idIn(operation) }))
  ),
  story(
    'the role is needed',
    ...contract.operations
      .filter(({ access }) => access.roles.length > 0)
      .map((operation) => step(operation.operationId, { id: idIn(operation), as: 'juan' }))
  ),
  story(
    'what there is not',
    ...contract.operations
      .filter(({ path, statuses }) => path.includes('{id}') && statuses.includes(404))
      .map((operation) => step(operation.operationId, { id: idIn(operation), as: 'admin' }))
  ),
  story(
    'a field that there is not',
    ...contract.operations
      .filter(({ body }) => body !== undefined)
      .map((operation) => step(operation.operationId, { id: idIn(operation), as: 'admin', body: { no_such_field: 1 } }))
  )
]

export const stories: readonly Story[] = [...told, ...common]
