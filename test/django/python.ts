import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Makes a virtual environment with what `requirements` names, from PyPI: in `folder`, or in VENV, where it stays for the
 * next run. PYTHON names another interpreter than python3.
 * @param requirements a file beside this one
 * @returns the environment's interpreter; undefined where there is no Python or no PyPI, which is told
 */
export async function setUpPython(folder: string, requirements: string): Promise<string | undefined> {
  const venv = process.env.VENV ?? join(folder, 'venv')
  const python = join(venv, 'bin/python')
  const file = fileURLToPath(new URL(requirements, import.meta.url))
  try {
    await run(process.env.PYTHON ?? 'python3', ['-m', 'venv', venv])
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--retries', '1', '-r', file])
    return python
  } catch (error) {
    console.error(`SKIPPED: nothing was checked. This needs python3 with venv, and PyPI.\n${(error as Error).message}`)
    return undefined
  }
}
