import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mysql from 'mysql2/promise'
import sqlite from 'node-sqlite3-wasm'
import type { Test } from 'tap'
import { startMysql } from '../support/mysql.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'

export const fixture = (name: string) => readFileSync(new URL(`../django/fixtures/${name}`, import.meta.url), 'utf8')

export interface DumpedObject {
  model: string
  pk?: unknown
  // biome-ignore lint/suspicious/noExplicitAny: a test knows the fields of the model.
  fields: any
}

/** The objects of the dump that Django made, to be changed at will. */
export const dumped = (): DumpedObject[] => JSON.parse(fixture('import/dump.json'))

export async function temporaryFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'user-management-import-test-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Writes a dump. @returns its path */
export async function dumpFile(t: Test, content: DumpedObject[] | string = fixture('import/dump.json')): Promise<string> {
  const path = join(await temporaryFolder(t), 'dump.json')
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

/** Makes the SQLite file that Django had. @returns its path */
export async function sqliteFile(t: Test, text = fixture('import/sqlite.sql')): Promise<string> {
  const path = join(await temporaryFolder(t), 'db.sqlite3')
  const database = new sqlite.Database(path)
  // A dump makes its tables in the order of their names, not in that of their references.
  database.exec(`pragma foreign_keys = off; ${text}`)
  database.close()
  return path
}

/** Makes the Postgres that Django had. */
export async function djangoPostgres(t: Test): Promise<TestDatabase> {
  const db = await createTestDatabase('template0')
  t.teardown(() => db.drop())
  await db.query(fixture('schema.sql'))
  await db.query(`begin; ${fixture('import/postgresql.sql')} commit`)
  return db
}

/** Makes the MariaDB that Django had. @returns its URL */
export async function djangoMysql(t: Test): Promise<string> {
  const url = await startMysql(t)
  const connection = await mysql.createConnection({ uri: url, multipleStatements: true })
  await connection.query(fixture('import/mysql.sql'))
  await connection.end()
  return url
}
