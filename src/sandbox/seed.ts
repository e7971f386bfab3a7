import { createHash } from 'node:crypto'
import type { Insertable } from 'kysely'
import type { ApiUserprofile, AuthUser } from '../../generated/database.ts'
import { pictureFolder } from '../pictures/names.ts'

/** Everybody's. */
export const sandboxPassword = 'sandbox-password'

/** Made with the rest of the seed, when the service starts. */
export const seedAdministrator = { username: 'admin', madePassword: sandboxPassword } as const

/** Ids of what is made after a reset begin here, so that those below can grow without moving them. */
export const firstNewId = 1001

export interface SeedUser {
  readonly user: Omit<Insertable<AuthUser>, 'password'> & { readonly id: number; readonly username: string }
  readonly roles: readonly number[]
  /** Undefined: none yet; it is made when it is first asked for. */
  readonly profile: Omit<Insertable<ApiUserprofile>, 'user_id' | 'created_at' | 'updated_at'> | undefined
}

/** Roles beside those that every deployment starts with (1 admin, 2 cliente): id, name, permissions. */
export const seedRoles = [{ id: 3, name: 'auditor', permissions: ['view_user', 'view_userprofile'] }] as const

const [admin, cliente, auditor] = [1, 2, 3]

/** PNGs of one colour, 64 pixels square. */
const pictureOfMaria = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAEAAAABAAQMAAACQp+OdAAAAA1BMVEW1F5522zv0AAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAD0lEQVQokWNgGAWjgHwAAAJAAAFgVTVqAAAAAElFTkSuQmCC',
  'base64'
)
const pictureOfLucia = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAEAAAABAAQMAAACQp+OdAAAAA1BMVEUqnY8rSJQKAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAD0lEQVQokWNgGAWjgHwAAAJAAAFgVTVqAAAAAElFTkSuQmCC',
  'base64'
)

/** Named as a picture is that was sent, with the user's id where that has random bits. */
function seedPicture(userId: number, data: Buffer) {
  const hash = createHash('sha256').update(data).digest('hex')
  return { path: `${pictureFolder}/${hash}-${String(userId).padStart(16, '0')}.png`, data }
}

const [mariasPicture, luciasPicture] = [seedPicture(3, pictureOfMaria), seedPicture(5, pictureOfLucia)]
export const seedPictures = [mariasPicture, luciasPicture]

function user(
  id: number,
  username: string,
  [first_name, last_name]: readonly [string, string],
  flags: Partial<SeedUser['user']> = {}
): SeedUser['user'] {
  return {
    id,
    username,
    email: `${username}@example.org`,
    first_name,
    last_name,
    is_active: true,
    is_staff: false,
    is_superuser: false,
    date_joined: new Date(Date.UTC(2026, 0, id, 12)),
    ...flags
  }
}

function profile(id: number, fields: Partial<NonNullable<SeedUser['profile']>> = {}): SeedUser['profile'] {
  return { id, phone: '', address: '', bio: '', ...fields }
}

/** Who is there after a reset; docs/sandbox.md lists them for those who write tests. */
export const seedUsers: readonly SeedUser[] = [
  { user: user(1, 'admin', ['Ada', 'Mora'], { is_staff: true, is_superuser: true }), roles: [admin], profile: profile(1) },
  { user: user(2, 'staff', ['Olga', 'Vega'], { is_staff: true }), roles: [admin], profile: profile(2, { province_id: 1 }) },
  {
    user: user(3, 'maria', ['María', 'Rojas']),
    roles: [cliente],
    profile: profile(3, {
      phone: '+506 2222 3333',
      address: '200 m norte de la iglesia, Barva',
      birth_date: '1990-05-17',
      bio: 'Likes coffee, and mountains.',
      province_id: 4,
      profile_picture: mariasPicture.path
    })
  },
  { user: user(4, 'juan', ['Juan', 'Soto']), roles: [cliente], profile: profile(4, { phone: '+506 8888 4444', province_id: 7 }) },
  {
    user: user(5, 'lucia', ['Lucía', 'Castro']),
    roles: [cliente, auditor],
    profile: profile(5, { province_id: 2, profile_picture: luciasPicture.path })
  },
  { user: user(6, 'pedro', ['Pedro', 'Luna'], { is_active: false }), roles: [cliente], profile: profile(6) },
  { user: user(7, 'sofia', ['Sofía', 'Arias']), roles: [cliente], profile: undefined },
  { user: user(8, 'andres', ['', ''], { email: '' }), roles: [], profile: profile(8) }
]
