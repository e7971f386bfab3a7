import { createHmac } from 'node:crypto'

export interface Message {
  readonly id: string
  readonly body: string
}

/**
 * The headers by which a receiver knows that a message is ours and new (Standard Webhooks 1.0, symmetric scheme).
 * @param time seconds since 1970
 */
export function signedHeaders({ id, body }: Message, secrets: readonly Buffer[], time: number): Record<string, string> {
  const signatures = secrets.map((secret) => {
    return `v1,${createHmac('sha256', secret).update(`${id}.${time}.${body}`).digest('base64')}`
  })
  return { 'webhook-id': id, 'webhook-timestamp': String(time), 'webhook-signature': signatures.join(' ') }
}
