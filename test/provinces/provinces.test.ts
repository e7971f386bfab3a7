import t from 'tap'
import { startService } from '../support/service.ts'

t.test('the seven provinces are listed by name, for everyone', async (t) => {
  const service = await startService(t)
  const { status, body } = await service.get('/api/auth/provinces/')
  t.equal(status, 200)
  t.same(
    body.map(({ name }: { name: string }) => name),
    ['Alajuela', 'Cartago', 'Guanacaste', 'Heredia', 'Limón', 'Puntarenas', 'San José']
  )
  t.same((await service.get('/api/auth/provinces/7/')).body, { id: 7, name: 'Limón' })
})

t.test('an administrator makes, renames and deletes; profiles that named a deleted one are left without', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const { status, body } = await service.post('/api/auth/provinces/create/', { name: ' Talamanca ' }, { as: admin })
  t.same([status, body.name], [201, 'Talamanca'])
  await service.put('/api/auth/profile/', { province: 'talamanca', phone: '1' }, { as: admin })
  t.same((await service.put(`/api/auth/provinces/${body.id}/update/`, { name: 'Limón Sur' }, { as: admin })).body, {
    id: body.id,
    name: 'Limón Sur'
  })
  t.equal((await service.delete(`/api/auth/provinces/${body.id}/delete/`, { as: admin })).status, 204)
  t.match((await service.get('/api/auth/profile/', { as: admin })).body, { province: null, phone: '1' })
})

t.test('a taken name is a 409, a blank or long one a 400', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const create = '/api/auth/provinces/create/'
  t.equal((await service.post(create, { name: 'Heredia' }, { as: admin })).status, 409)
  t.equal((await service.put('/api/auth/provinces/1/update/', { name: 'Heredia' }, { as: admin })).status, 409)
  t.equal((await service.put('/api/auth/provinces/1/', { name: 'Heredia ' }, { as: admin })).status, 409)
  for (const name of ['', '   ', 'x'.repeat(31), 7, null, 'a\0b']) {
    const { status, body } = await service.post(create, { name }, { as: admin })
    t.equal(status, 400)
    t.ok(body.errors.name, String(name))
  }
})

t.test('a province that a table of another application refers to stays, and the profiles keep it', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  await service.put('/api/auth/profile/', { province: 1 }, { as: admin })
  await service.db.query(
    `create table api_branch (province_id bigint references api_provinces deferrable initially deferred);
     insert into api_branch values (1)`
  )
  for (const path of ['/api/auth/provinces/1/delete/', '/api/auth/provinces/1/']) {
    const { status, body } = await service.delete(path, { as: admin })
    t.same([status, body.code], [409, 'still_referenced'])
  }
  t.equal((await service.get('/api/auth/profile/', { as: admin })).body.province, 1)
})
