import { type FastifyReply, type FastifyRequest, LogController } from 'fastify'

/**
 * One log line a request, when it is answered, with the id that the client was given; its arrival at `debug`. Without the
 * query, which in a link that leads here by mistake holds a token.
 */
export class RequestLog extends LogController {
  constructor() {
    super({ requestIdLogLabel: 'request_id' })
  }

  override incomingRequest(request: FastifyRequest): void {
    request.log.debug({ method: request.method, path: request.url.split('?', 1)[0] }, 'incoming request')
  }

  override requestCompleted(error: Error | null, request: FastifyRequest, reply: FastifyReply): void {
    const fields = {
      method: request.method,
      path: request.url.split('?', 1)[0],
      operation: request.routeOptions.config.operationId,
      user_id: request.principal?.userId,
      address: request.ip,
      status: reply.statusCode,
      milliseconds: Math.round(reply.elapsedTime * 10) / 10
    }
    // An error here came after the answer had begun, most often a client that went away.
    if (error) request.log.warn({ ...fields, err: error }, 'request broken off')
    else request.log.info(fields, 'request completed')
  }
  /** A fault after the answer had begun, which breaks it off; `buildApp` tells of a client that went away. */
  override streamError(error: Error, request: FastifyRequest): void {
    if ((error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE') return
    request.log.error({ err: error, operation: request.routeOptions.config.operationId }, 'The answer could not be ended')
  }
}
