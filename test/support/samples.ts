import type { Operation } from '../../src/contract/document.ts'
import { encodeUid } from '../../src/passwords/uid.ts'
import { contract, requestExample } from './contract.ts'
import { password, type RequestOptions, type Service, type TestUser } from './service.ts'

/** A request that succeeds: the contract's own example, on objects made for it. */
export interface Sample {
  readonly path: string
  readonly options: RequestOptions
}

let made = 0

/** Fills in an operation's path and example so that the request succeeds on `service`. */
export async function sample(service: Service, operation: Operation, admin: TestUser): Promise<Sample> {
  made += 1
  const { handledBy, path } = operation
  const example = requestExample(operation)
  let id: number | string = 0
  let as = admin
  let body: Record<string, unknown> | undefined = example && { ...example }

  if (/users|user_profile/.test(path) && path.includes('{id}')) {
    id = (await service.user({ username: `sample${made}` })).id
    if (handledBy === 'deleteUserProfile') await service.get(`/api/auth/user_profile/${id}/`, { as: admin })
  } else if (/roles|permissions/.test(path) && path.includes('{id}')) {
    id = (await service.post('/api/auth/roles/create/', { name: `role ${made}` }, { as: admin })).body.id
  } else if (/provinces/.test(path) && path.includes('{id}')) {
    id = (await service.post('/api/auth/provinces/create/', { name: `province ${made}` }, { as: admin })).body.id
  }
  if (handledBy === 'endSession') {
    const other = await service.user({ username: `elsewhere${made}` })
    as = other
    id = (await service.get('/api/auth/sessions/', { as: other })).body[0].id
  }
  if (body && 'name' in body) body.name = `${body.name} ${made}`
  if (body && ('refresh' in body || 'token' in body) && !handledBy.startsWith('confirm')) {
    const user = await service.user({ username: `bearer${made}` })
    body = handledBy === 'verifyToken' ? { token: user.access } : { refresh: user.refresh }
  }
  if (handledBy === 'confirmPasswordReset') {
    const user = await service.user({ username: `forgetful${made}` })
    const { uid, token } = (await service.post('/api/auth/forgot-password/', { email: user.email })).body
    body = { ...body, uid, token }
  }
  if (handledBy === 'changePassword' || handledBy === 'changeEmail') {
    as = await service.user({ username: `changing${made}` })
    body = handledBy === 'changeEmail' ? { ...body, password } : { ...body, old_password: password }
  }
  if (handledBy === 'confirmEmail') {
    const user = await service.user({ username: `confirming${made}` })
    await service.db.query(
      `insert into email_confirmation (user_id, token_hash, email, purpose, expires_at)
       values ($1, sha256(convert_to($2, 'UTF8')), $3, 'change', now() + interval '1 hour')`,
      [user.id, body?.token, `new-${user.email}`]
    )
    body = { ...body, uid: encodeUid(user.id) }
  }
  return { path: path.replace('{id}', String(id)), options: { as, ...(body && { body }) } }
}

/** Makes the user whom the contract's examples log in as, by the contract's own example. */
export async function makeMaria(service: Service, admin: TestUser): Promise<void> {
  const createUser = contract.operations.find(({ operationId }) => operationId === 'createUser') as Operation
  await service.post('/api/auth/users/create/', requestExample(createUser), { as: admin })
}
