import { parseArgs } from 'node:util'
import { serve } from '../main.ts'
import type { Command } from './command.ts'

export default {
  summary: 'runs the service',
  usage: 'serve',
  details: `Brings the database to this version, makes a superuser where there is none (ADMIN_USERNAME, ADMIN_PASSWORD), and
listens at HOST and PORT. SIGTERM and SIGINT let requests under way end (SHUTDOWN_TIMEOUT).

Ends with 0 after a signal; with 1, and the reason, if it can't start. doctor tells what is wrong.`,
  async run(args) {
    parseArgs({ args, options: {} })
    await serve(process.env)
  }
} satisfies Command
