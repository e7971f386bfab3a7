import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import { ConfigError } from '../config.ts'
import type { Access, Contract, Operation } from './document.ts'
import type { Principal } from './handlers.ts'
import { challenge, Problem } from './problems.ts'

/**
 * Finds who a bearer token speaks for now; undefined when the token is not valid (any more).
 * @param permission asked for in the same statement, as `app_label.codename`; see `Principal.permitted`
 */
export type Authenticate = (token: string, permission: string | undefined) => Promise<Principal | undefined>

/** The value in REQUIRED_ROLES that opens a GET to everyone. */
const everyone = 'public'

/**
 * The access rule of each operation: the contract's, or the deployment's where REQUIRED_ROLES names it (an alias goes
 * by the rule of what it is an alias of).
 * @throws ConfigError that names every entry of REQUIRED_ROLES that fits no operation or can't be granted
 */
export function accessRules({ operations }: Contract, required: ReadonlyMap<string, readonly string[]>): Map<string, Access> {
  const faults: string[] = []
  for (const [operationId, roles] of required) {
    const operation = operations.find((each) => each.operationId === operationId && each.handledBy === operationId)
    if (!operation) faults.push(`${operationId} is no operation of the contract, or an alias of one`)
    else if (roles.includes(everyone) && (roles.length > 1 || operation.method !== 'GET' || operation.needsCaller)) {
      faults.push(`${operationId} can't be public: only a GET that is not about the caller can, without other roles`)
    }
  }
  if (faults.length > 0) throw new ConfigError([`REQUIRED_ROLES: ${faults.join('; ')}`])
  return new Map(operations.map((operation) => [operation.operationId, rule(operation, required.get(operation.handledBy))]))
}

function rule({ access }: Operation, roles: readonly string[] | undefined): Access {
  if (roles === undefined) return access
  if (roles.includes(everyone)) return { anonymous: true, roles: [], owner: undefined }
  return { ...access, anonymous: false, roles }
}

/** Every role that a rule names: without these roles nobody but a superuser could pass it. */
export function rolesInRules(rules: ReadonlyMap<string, Access>): Set<string> {
  return new Set([...rules.values()].flatMap(({ roles }) => roles))
}

/** Whether `principal` holds any of `roles`; a superuser holds all. */
export function holdsRole(principal: Principal | undefined, ...roles: string[]): boolean {
  return principal !== undefined && (principal.isSuperuser || roles.some((role) => principal.roles.includes(role)))
}

/**
 * Checks a request against `access` before its body is read, and sets `request.principal`.
 * @throws Problem not_authenticated, invalid_token (RFC 6750, 3) or permission_denied
 */
export function accessHook(access: Access, authenticate: Authenticate): onRequestAsyncHookHandler {
  return async (request) => {
    const token = bearerToken(request)
    if (token === undefined) {
      if (access.anonymous) return
      throw new Problem('not_authenticated', 'This operation needs an access token.')
    }
    const permission = queryValue(request, access.permissionParameter)
    const principal = await authenticate(token, permission)
    if (principal === undefined) {
      // A client that sends its stale token along everywhere must be able to log in, register and log out.
      if (access.anonymous) return
      throw new Problem('invalid_token', 'The access token is not valid, has expired, or its session has ended.', {
        headers: { 'www-authenticate': `${challenge}, error="invalid_token"` }
      })
    }
    // First, so that the log tells who was refused.
    request.principal = principal
    if (access.roles.length > 0 && !holdsRole(principal, ...access.roles) && !isOwner(request, access, principal)) {
      throw new Problem('permission_denied', `This operation needs the role ${access.roles.join(' or ')}.`)
    }
    const role = queryValue(request, access.roleParameter)
    if (role !== undefined && !holdsRole(principal, role)) {
      throw new Problem('permission_denied', `The caller lacks the role ${role}.`)
    }
    if (!principal.permitted) throw new Problem('permission_denied', `The caller lacks the permission ${permission}.`)
  }
}

function bearerToken(request: FastifyRequest): string | undefined {
  // RFC 6750, 2.1; the scheme's name is taken without regard to case (RFC 9110, 11.1).
  return /^Bearer +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(request.headers.authorization ?? '')?.[1]
}

/** The value of a query parameter, if the request has it once and as text can be; validation refuses the rest. */
function queryValue(request: FastifyRequest, name: string | undefined): string | undefined {
  const value = name === undefined ? undefined : (request.query as Record<string, unknown>)[name]
  return typeof value === 'string' && !value.includes('\0') ? value : undefined
}

function isOwner(request: FastifyRequest, { owner }: Access, { userId }: Principal): boolean {
  return owner !== undefined && (request.params as Record<string, string>)[owner] === String(userId)
}
