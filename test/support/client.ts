import { createHmac } from 'node:crypto'
import type { Test } from 'tap'
import { type Client, type ClientOptions, createClient } from '../../clients/typescript/src/index.ts'
import { checkAnswer, claims, type Service, startService } from './service.ts'

const secret = 'a secret for tests, long enough to sign'

export interface ClientService {
  readonly service: Service
  readonly baseUrl: string
  /** Method and path, without the query, of each request that clients sent so far. */
  readonly sent: string[]
  /** Sends a request over HTTP, notes it, and checks the answer against the contract. */
  readonly fetch: typeof fetch
  client(options?: Partial<ClientOptions>): Client
}

/** Starts the service on a port, for clients. */
export async function startClientService(t: Test, settings: Record<string, string> = {}): Promise<ClientService> {
  const service = await startService(t, { JWT_SECRET: secret, ...settings })
  const baseUrl = await service.app.listen({ host: '127.0.0.1', port: 0 })
  const sent: string[] = []
  const checked: typeof fetch = async (input, init) => {
    const { method, url } = new Request(input, init)
    const { pathname, search } = new URL(url)
    sent.push(`${method} ${pathname}`)
    const response = await fetch(input, init)
    const answer = { status: response.status, headers: Object.fromEntries(response.headers), text: await response.clone().text() }
    checkAnswer(t, method, `${pathname}${search}`, answer, service.config)
    return response
  }
  return {
    service,
    baseUrl,
    sent,
    fetch: checked,
    client: (options) => createClient({ baseUrl, fetch: checked, ...options })
  }
}

/** The same access token as it is once it has expired. */
export function expired(access: string): string {
  const text = `${access.split('.')[0]}.${Buffer.from(JSON.stringify({ ...claims(access), exp: 1 })).toString('base64url')}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}
