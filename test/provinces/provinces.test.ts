import t from 'tap'
import { startService } from '../support/service.ts'

t.test('provinces are listed by name, for everyone', async (t) => {
  const service = await startService(t)
  const { status, body } = await service.get('/api/auth/provinces/')
  t.equal(status, 200)
  t.same(
    body.map(({ name }: { name: string }) => name),
    ['Alajuela', 'Cartago', 'Guanacaste', 'Heredia', 'Limón', 'Puntarenas', 'San José']
  )
})
