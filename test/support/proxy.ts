import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { Test } from 'tap'
import { freePort } from '../../src/database/embedded.ts'
import { findProgram, runProcess } from './process.ts'
import { until } from './wait.ts'

/**
 * A gateway as gateways are: round robin, kept-alive connections to both replicas, and another replica where one can't be
 * connected to. What was sent to a replica is not sent again.
 * @returns its origin
 */
export async function startNodeProxy(t: Test, ports: readonly number[]): Promise<string> {
  const agents = new Map(ports.map((port) => [port, new Agent({ keepAlive: true, maxFreeSockets: 16 })]))
  let turn = 0

  function pass(incoming: IncomingMessage, body: Buffer, response: ServerResponse, first: number, tries = 1): void {
    const port = ports[(first + tries) % ports.length] as number
    const { method, url: path, headers } = incoming
    const { connection: _hop, ...rest } = headers
    const outgoing = request({ host: '127.0.0.1', port, method, path, headers: rest, agent: agents.get(port) }, (answer) => {
      const { connection: _end, 'keep-alive': _kept, ...passed } = answer.headers
      response.writeHead(answer.statusCode as number, passed)
      answer.pipe(response)
    })
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' && tries < ports.length) return pass(incoming, body, response, first, tries + 1)
      response.writeHead(502, { 'x-cause': `${error.code}${outgoing.reusedSocket ? ' on a kept-alive connection' : ''}` }).end()
    })
    outgoing.end(body)
  }

  const server = createServer(async (incoming, response) => {
    turn += 1
    pass(incoming, await buffer(incoming), response, turn)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(async () => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
    for (const agent of agents.values()) agent.destroy()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const nginx = findProgram('nginx', '/usr/sbin/nginx')
export const nginxMissing = nginx === undefined && 'SKIPPED: there is no nginx here'

/** Starts nginx in front of replicas on `ports`. @returns its origin */
export async function startNginx(t: Test, ports: readonly number[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'user-management-nginx-'))
  const port = await freePort()
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`)
  const configuration = `
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    worker_processes 1;
    pid ${folder}/nginx.pid;
    error_log ${folder}/error.log;
    events { worker_connections 256; }
    http {
      access_log off;
      ${temporary.join('\n')}
      upstream service {
        ${ports.map((each) => `server 127.0.0.1:${each} max_fails=0;`).join('\n')}
        keepalive 16;
      }
      server {
        listen 127.0.0.1:${port};
        client_max_body_size 6m;
        location / {
          proxy_pass http://service;
          proxy_http_version 1.1;
          proxy_set_header Connection "";
          proxy_set_header Host $host;
        }
      }
    }`
  await writeFile(join(folder, 'nginx.conf'), configuration)
  // Before the program, and so removed after it has ended.
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  runProcess(t, nginx as string, ['-p', folder, '-c', join(folder, 'nginx.conf'), '-g', 'daemon off;'])
  const origin = `http://127.0.0.1:${port}`
  await until('nginx', () =>
    fetch(origin).then(
      () => true,
      () => false
    )
  )
  return origin
}
