import { type Command, Interrupted } from './commands/command.ts'
import { OperatorError } from './operations/operator-error.ts'

/** By name; read when it is called for, so that the service does not wait for what only an import needs. */
const commands: Record<string, () => Promise<{ readonly default: Command }>> = {
  serve: () => import('./commands/serve.ts'),
  migrate: () => import('./commands/migrate.ts'),
  'create-admin': () => import('./commands/create-admin.ts'),
  'keys rotate': () => import('./commands/keys-rotate.ts'),
  import: () => import('./commands/import-django.ts'),
  'media sweep': () => import('./commands/media-sweep.ts'),
  doctor: () => import('./commands/doctor.ts'),
  shadow: () => import('./commands/shadow.ts')
}

/** Names that commands had before, which scripts out there still use. */
const formerNames: Record<string, string> = {
  'keys-rotate': 'keys rotate',
  'media-sweep': 'media sweep',
  'import-django': 'import'
}

async function help(): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((load) => load()))
  const lines = all.map(({ default: { usage, summary } }) => `  ${usage.padEnd(52)}${summary}`)
  return [
    'Usage:',
    ...lines,
    '',
    '--help behind a command tells more. Settings come from the environment; the README lists them.'
  ].join('\n')
}

function commandHelp({ usage, summary, details }: Command): string {
  return [`Usage: ${usage}`, '', `${summary}.`, ...(details === undefined ? [] : ['', details])].join('\n')
}

/** The command, of one word or two, and what stands behind it. */
function readCommand([first = 'serve', ...rest]: readonly string[]): { name: string; args: string[] } {
  const pair = `${first} ${rest[0]}`
  if (Object.hasOwn(commands, pair)) return { name: pair, args: rest.slice(1) }
  return { name: Object.hasOwn(formerNames, first) ? (formerNames[first] as string) : first, args: rest }
}

const { name, args } = readCommand(process.argv.slice(2))
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
      // What the signal broke off in the middle would keep the process.
      if (error instanceof Interrupted) process.exit(error.exitCode)
    })
  }
}
