import { parseArgs } from 'node:util'
import { readConfig } from '../config.ts'
import { startHashing } from '../passwords/hashing.ts'
import { readAdministrator } from '../users/administrator.ts'
import { insertUser } from '../users/queries.ts'
import { type Command, CommandError, withDatabase } from './command.ts'

export default {
  summary: 'makes a superuser; the password comes from ADMIN_PASSWORD',
  usage: 'create-admin --username NAME [--email ADDRESS]',
  details: `Into a database that was migrated.

  --username NAME     by which the superuser logs in
  --email ADDRESS     to which a password reset is sent
  ADMIN_PASSWORD      (variable) the password, by the rules that all passwords go by

Ends with 0; with 1, and nothing made, if the name, the email or the password can't be used.`,
  async run(args) {
    const { values } = parseArgs({ args, options: { username: { type: 'string' }, email: { type: 'string', default: '' } } })
    const { username, email } = values
    const { ADMIN_PASSWORD: password } = process.env
    if (username === undefined || password === undefined) {
      throw new CommandError('Give --username, and the password in the environment variable ADMIN_PASSWORD.')
    }
    const { user, faults } = readAdministrator(username, email, password)
    if (faults.length > 0) throw new CommandError(faults.map((fault) => fault.join(': ')).join('\n'))
    await withDatabase(async (database) => {
      const hashing = startHashing(readConfig(process.env).passwords.hashCost, 1)
      const made = { ...user, password: await hashing.hash(password) }
      const id = await database.transaction().execute((transaction) => insertUser(transaction, made))
      await hashing.close()
      if (id === undefined) throw new CommandError('The username or the email is taken.')
      console.log(`Superuser ${user.username} made, with the id ${id}.`)
    })
  }
} satisfies Command
