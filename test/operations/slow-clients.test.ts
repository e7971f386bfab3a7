import { type AddressInfo, connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { type Service, startService } from '../support/service.ts'
import { Tally } from '../support/tally.ts'
import { until, untilNoUpload } from '../support/wait.ts'

async function listen(service: Service): Promise<number> {
  await service.app.listen({ host: '127.0.0.1', port: 0 })
  return (service.app.server.address() as AddressInfo).port
}

/** Sends `head`, and then a byte now and again, for as long as it is let. @returns the whole answer */
function dribble(t: Test, port: number, head: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(head)
  const timer = setInterval(() => socket.writable && socket.write('x'), 100)
  socket.once('close', () => clearInterval(timer))
  t.teardown(() => {
    clearInterval(timer)
    socket.destroy()
  })
  return text(socket)
}

t.test('who sends headers or a body a byte at a time is answered 408, leaves nothing, and holds nobody up', async (t) => {
  const service = await startService(t, { REQUEST_TIMEOUT: '1s' })
  const user = await service.user()
  const port = await listen(service)
  const form = `PUT /api/auth/profile/ HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer ${user.access}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 5000\r\n\r\n--b\r\ncontent-disposition: form-data; name="profile_picture"; filename="a.png"\r\n\r\n`
  const heads = {
    headers: 'GET /api/auth/provinces/ HTTP/1.1\r\nHost: here\r\nX-Slow: ',
    'a JSON body':
      'POST /api/auth/token/ HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"a": "',
    'a form': form
  }
  const begun = performance.now()
  const slow = Object.entries(heads).flatMap(([what, head]) =>
    Array.from({ length: 10 }, async () => ({ what, answer: await dribble(t, port, head) }))
  )
  const [slowOnes, others] = [new Tally(), new Tally()]
  const all = Promise.all(slow)
  let over = false
  void all.then(() => (over = true))
  while (!over) others.add((await fetch(`http://127.0.0.1:${port}/api/auth/provinces/`)).status)
  for (const { what, answer } of await all) {
    t.match(answer, /^HTTP\/1\.1 408 [\s\S]*application\/problem\+json[\s\S]*did not arrive in time/, what)
    slowOnes.add(Number(answer.slice(9, 12)))
  }
  t.same(others.statuses, ['200'])
  await untilNoUpload(service.config.dataDir)
  t.notMatch(service.log(), /"level":50/, 'a slow client is no fault of ours')
  const seconds = ((performance.now() - begun) / 1000).toFixed(1)
  t.comment(
    `fault: 30 slow clients (limit 1 s) | slow: ${slowOnes}, others: ${others} | nothing lost or left | all gone after ${seconds} s`
  )
})

t.test('there are no more connections than MAX_CONNECTIONS; further ones are closed at once', async (t) => {
  const service = await startService(t, { MAX_CONNECTIONS: '5' })
  const port = await listen(service)
  const idle: Socket[] = []
  t.teardown(() => {
    for (const socket of idle) socket.destroy()
  })
  for (let count = 0; count < 5; count += 1) {
    const socket = connect(port, '127.0.0.1')
    idle.push(socket)
    await new Promise((done) => socket.once('connect', done))
  }
  const sixth = connect(port, '127.0.0.1')
  sixth.on('error', () => {})
  await new Promise((done) => sixth.once('close', done))
  t.match(service.log(), /More connections than MAX_CONNECTIONS/)
  idle[0]?.destroy()
  await until('an answer', () =>
    fetch(`http://127.0.0.1:${port}/healthz`).then(
      ({ ok }) => ok,
      () => false
    )
  )
})
