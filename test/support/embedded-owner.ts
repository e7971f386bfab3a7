// Starts the embedded Postgres in the folder it is given, says so, and stays until it is killed.
import { startEmbedded } from '../../src/database/embedded.ts'

const { url } = await startEmbedded(process.argv[2] as string)
process.stdout.write(`${url}\n`)
setInterval(() => {}, 1000)
