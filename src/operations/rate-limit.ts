import { isIP } from 'node:net'
import fastifyRateLimit, { type FastifyRateLimitStore, type FastifyRateLimitStoreCtor } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Redis } from 'ioredis'
import type { Operation } from '../contract/document.ts'
import { tooManyRequests } from '../contract/problems.ts'
import type { Metrics } from './metrics.ts'

/** So many requests in so many seconds. */
export interface RateLimit {
  readonly max: number
  readonly seconds: number
}

export interface RateLimitSettings {
  /** For all requests of an address together; undefined for none. */
  readonly all: RateLimit | undefined
  /** For each operation that takes guesses at a password or token. */
  readonly credentials: RateLimit | undefined
  /** Where counts are shared by replicas; without it each counts for itself. */
  readonly redisUrl: string | undefined
}

/** Counts a request, at an operation or elsewhere, against its address's limits. @throws Problem too_many_requests */
export type LimitRate = (request: FastifyRequest, operation: Operation | undefined) => Promise<void>

/** How many addresses are counted in memory; the oldest are forgotten. */
const counted = 20_000

/**
 * Rate limits by client address (@fastify/rate-limit). Counts are kept in Redis where there is one, else in memory: in
 * Postgres they would cost every request a write, more than most requests cost themselves. What has to hold over all
 * replicas with or without Redis, guesses at a password, is counted in Postgres (`sessions/guesses.ts`).
 * While Redis is gone each replica counts for itself, in memory, and the log says so once.
 */
export async function startRateLimits(
  app: FastifyInstance,
  settings: RateLimitSettings,
  { countLimit }: Pick<Metrics, 'countLimit'>
): Promise<LimitRate> {
  const redis = settings.redisUrl === undefined ? undefined : await connectRedis(app, settings.redisUrl)
  await app.register(fastifyRateLimit, { global: false, store: countStore(redis) })
  const limiter = (limit: RateLimit | undefined, key: (request: FastifyRequest) => string) =>
    limit && app.createRateLimit({ max: limit.max, timeWindow: limit.seconds * 1000, keyGenerator: key })

  const all = limiter(settings.all, (request) => `all ${addressBlock(clientAddress(request))}`)
  const credentials = limiter(
    settings.credentials,
    (request) => `${request.routeOptions.config.operationId} ${addressBlock(clientAddress(request))}`
  )
  return async (request, operation) => {
    const limits = { requests: all, credentials: operation?.takesCredentials ? credentials : undefined }
    for (const [kind, limit] of Object.entries(limits) as [keyof typeof limits, typeof all][]) {
      const count = await limit?.(request)
      if (count && !count.isAllowed && count.isExceeded) {
        countLimit(kind)
        throw tooManyRequests('Too many requests from this address.', count.ttlInSeconds)
      }
    }
  }
}

/** How many requests there were in the present window, and the milliseconds until it ends. */
interface Count {
  readonly current: number
  readonly ttl: number
}

/** Counts one more. */
type CountOne = (key: string, window: number) => Count | Promise<Count>

/** In Redis, or in memory while it is gone; as @fastify/rate-limit has its stores. */
function countStore(redis: Redis | undefined): FastifyRateLimitStoreCtor {
  const inMemory = memoryCounts()
  const inRedis = redis && redisCounts(redis)
  class Store implements FastifyRateLimitStore {
    incr(key: string, done: (error: Error | null, count?: Count) => void, window: number): void {
      // One that is not connected is not asked: whatever waits for it would wait for nothing.
      const count: Promise<Count> | Count =
        inRedis && redis.status === 'ready'
          ? Promise.resolve(inRedis(key, window)).catch(() => inMemory(key, window))
          : inMemory(key, window)
      if (count instanceof Promise) count.then((value) => done(null, value), done)
      else done(null, count)
    }
    child(): Store {
      return this
    }
  }
  return Store
}

/** On the clock that never jumps: a window ends when its time is over, whatever the clock on the wall is set to. */
function memoryCounts(): CountOne {
  const windows = new Map<string, { count: number; readonly ends: number }>()
  return (key, window) => {
    const now = performance.now()
    let known = windows.get(key)
    if (known === undefined || known.ends <= now) {
      windows.delete(key)
      // A Map keeps its entries in the order they came.
      if (windows.size >= counted) windows.delete(windows.keys().next().value as string)
      known = { count: 0, ends: now + window }
      windows.set(key, known)
    }
    known.count += 1
    return { current: known.count, ttl: known.ends - now }
  }
}

/** In one step, so that a count never stays without its end. */
const countInRedis = `
  local count = redis.call('INCR', KEYS[1])
  if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
  return {count, redis.call('PTTL', KEYS[1])}`

function redisCounts(redis: Redis): CountOne {
  return async (key, window) => {
    const [current, ttl] = (await redis.eval(countInRedis, 1, `user-management-${key}`, window)) as [number, number]
    return { current, ttl }
  }
}

async function connectRedis(app: FastifyInstance, url: string): Promise<Redis> {
  const { Redis } = await import('ioredis')
  // Without a queue, and a second at the most: a request does not wait for a Redis that is gone.
  const redis = new Redis(url, { connectTimeout: 500, commandTimeout: 1000, maxRetriesPerRequest: 1, enableOfflineQueue: false })
  let [gone, closing] = [false, false]
  const lost = (err?: Error) => {
    if (!gone && !closing) app.log.error({ err }, 'Redis is gone; each replica counts requests for itself until it is back')
    gone = true
  }
  redis.on('error', lost)
  redis.on('close', () => lost())
  redis.on('ready', () => {
    if (gone) app.log.info('Redis is back; replicas count requests together again')
    gone = false
  })
  app.addHook('onClose', async () => {
    closing = true
    redis.disconnect()
  })
  return redis
}

/**
 * The address of a client: as the trusted proxies have it, without the port or brackets that some of them write, or else
 * of whoever is connected.
 */
export function clientAddress({ ip, socket }: FastifyRequest): string {
  if (isIP(ip) !== 0 && !ip.includes('%')) return ip
  const bare = ip
    .replace(/^\[([^\]]*)\](:\d+)?$/, '$1')
    .replace(/^([\d.]+):\d+$/, '$1')
    .replace(/%.*$/, '')
  return isIP(bare) === 0 ? (socket.remoteAddress ?? '0.0.0.0').replace(/%.*$/, '') : bare
}

/** What stands for a client: an IPv4 address, or the /64 network that an IPv6 client has to itself. */
export function addressBlock(address: string): string {
  if (!address.includes(':')) return address
  if (address.startsWith('::ffff:') && address.includes('.')) return address.slice(7)
  const [head = '', tail = ''] = address.split('::') as [string, string?]
  const before = head.split(':').filter(Boolean)
  const after = tail.split(':').filter(Boolean)
  const groups = address.includes('::') ? [...before, ...Array(8 - before.length - after.length).fill('0'), ...after] : before
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}
