import type { Command } from './commands/command.ts'
import { OperatorError } from './operations/operator-error.ts'

/** By name; read when it is called for, so that the service does not wait for what only an import needs. */
const commands: Record<string, () => Promise<{ readonly default: Command }>> = {
  serve: () => import('./commands/serve.ts'),
  migrate: () => import('./commands/migrate.ts'),
  'keys-rotate': () => import('./commands/keys-rotate.ts'),
  'create-admin': () => import('./commands/create-admin.ts'),
  'media-sweep': () => import('./commands/media-sweep.ts'),
  shadow: () => import('./commands/shadow.ts'),
  'import-django': () => import('./commands/import-django.ts')
}

async function help(): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((load) => load()))
  const lines = all.map(({ default: { usage, summary } }) => `  ${usage.padEnd(52)}${summary}`)
  return ['Usage:', ...lines, '', 'Settings come from the environment; the README lists them.'].join('\n')
}

function commandHelp({ usage, summary, details }: Command): string {
  return [`Usage: ${usage}`, '', `${summary}.`, ...(details === undefined ? [] : ['', details])].join('\n')
}

const [name = 'serve', ...args] = process.argv.slice(2)
const load = Object.hasOwn(commands, name) ? commands[name] : undefined
if (name === '--help' || name === 'help') console.log(await help())
else if (!load) {
  console.error(`There is no command ${name}.\n\n${await help()}`)
  process.exitCode = 2
} else {
  const { default: command } = await load()
  if (args.includes('--help')) console.log(commandHelp(command))
  else {
    await command.run(args).catch((error: Error) => {
      console.error(error instanceof OperatorError ? error.message : error)
      process.exitCode = 1
    })
  }
}
