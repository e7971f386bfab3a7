import type { FastifyReply } from 'fastify'

/**
 * Which of `types` a client likes best (RFC 9110, 12.5.1). Of those it likes equally, one that it names comes before one
 * that a wildcard stands for, then the first of `types`: a client made from the contract names them all. The first one
 * too where it takes none of them.
 */
export function preferredType(accept: string | undefined, types: readonly [string, ...string[]]): string {
  const [first] = types
  if (accept === undefined) return first
  const weights = readAccept(accept)
  const ranked = types.map((type) => {
    const ranges = [type, type.replace(/\/.*/, '/*'), '*/*']
    const generality = ranges.findIndex((range) => weights.has(range))
    return { type, generality, weight: weights.get(ranges[generality] as string) ?? 0 }
  })
  const [best] = ranked.sort((a, b) => b.weight - a.weight || a.generality - b.generality)
  return best !== undefined && best.weight > 0 ? best.type : first
}

/** Tells caches that the answer depends on `Accept`. */
export function varyByAccept(reply: FastifyReply): void {
  const named = [reply.getHeader('vary') ?? []].flat().join(', ')
  if (!/\baccept\b(?!-)/i.test(named)) reply.header('vary', named === '' ? 'Accept' : `${named}, Accept`)
}

/** Media range in lower case -> its weight. */
export function readAccept(accept: string): Map<string, number> {
  const weights = new Map<string, number>()
  // A comma or semicolon within quotes parts nothing; no range we look for has a quoted parameter.
  for (const part of accept.replaceAll(/"(?:[^"\\]|\\.)*"?/g, '""').split(',')) {
    const [range = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
    const q = parameters.find((parameter) => parameter.startsWith('q='))
    const weight = q === undefined ? 1 : Number(q.slice(2))
    // Of a weight that is none, nothing can be read.
    if (weight >= 0 && weight <= 1) weights.set(range, Math.max(weight, weights.get(range) ?? 0))
  }
  return weights
}
