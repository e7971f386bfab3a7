import { parseArgs } from 'node:util'
import { serve } from '../main.ts'
import type { Command } from './command.ts'

export default {
  summary: 'runs the service',
  usage: 'serve',
  async run(args) {
    parseArgs({ args, options: {} })
    await serve(process.env)
  }
} satisfies Command
