import { createReadStream } from 'node:fs'
import streamArray from 'stream-json/streamers/stream-array.js'
import { type Batch, batchSize, type Source, SourceError } from './sources.ts'
import { columnsOf, type SourceRow, type TableName } from './tables.ts'

/** An object of a model, as Django's JSON serializer writes it. */
interface DumpedObject {
  readonly model: string
  readonly pk?: unknown
  readonly fields: Readonly<Record<string, unknown>>
}

/** A field that holds a list of ids, and the table that they are rows of: the object's column, the other's. */
type Link = readonly [field: string, table: TableName, own: string, other: string]

interface Model {
  readonly table: TableName
  readonly links: readonly Link[]
}

function dumpedModels(appLabel: string): Map<string, Model> {
  return new Map<string, Model>([
    ['contenttypes.contenttype', { table: 'django_content_type', links: [] }],
    ['auth.permission', { table: 'auth_permission', links: [] }],
    ['auth.group', { table: 'auth_group', links: [['permissions', 'auth_group_permissions', 'group_id', 'permission_id']] }],
    [
      'auth.user',
      {
        table: 'auth_user',
        links: [
          ['groups', 'auth_user_groups', 'user_id', 'group_id'],
          ['user_permissions', 'auth_user_user_permissions', 'user_id', 'permission_id']
        ]
      }
    ],
    [`${appLabel}.provinces`, { table: 'api_provinces', links: [] }],
    [
      `${appLabel}.userprofile`,
      { table: 'api_userprofile', links: [['roles', 'api_userprofile_roles', 'userprofile_id', 'group_id']] }
    ]
  ])
}

/**
 * Reads a file of `manage.py dumpdata`, object by object. Every object has to have its id, and to name others by
 * theirs: natural keys are refused, since ids are kept.
 */
export function openDump(path: string, appLabel: string): Source {
  const models = dumpedModels(appLabel)

  async function* read(): AsyncGenerator<Batch> {
    const pending = new Map<TableName, SourceRow[]>()
    const seen = new Set<string>()
    for await (const object of readObjects(path)) {
      seen.add(object.model)
      const model = models.get(object.model)
      if (!model) continue
      for (const [table, row] of rowsOf(object, model)) {
        const rows = pending.get(table) ?? []
        pending.set(table, rows)
        if (rows.push(row) < batchSize) continue
        pending.delete(table)
        yield { table, rows }
      }
    }
    for (const needed of ['auth.user', `${appLabel}.userprofile`]) {
      if (seen.has(needed)) continue
      throw new SourceError(`${path} has no ${needed} (is --app-label right?); it has ${[...seen].join(', ') || 'nothing'}`)
    }
    for (const [table, rows] of pending) yield { table, rows }
  }

  return { read, async close() {} }
}

async function* readObjects(path: string): AsyncGenerator<DumpedObject> {
  const file = createReadStream(path)
  const objects = streamArray.withParserAsStream()
  file.on('error', (error) => objects.destroy(error))
  try {
    for await (const { value } of file.pipe(objects)) {
      if (typeof value?.model !== 'string' || typeof value.fields !== 'object' || value.fields === null) {
        throw new SourceError(`has an entry that is no object of a model: ${JSON.stringify(value).slice(0, 80)}`)
      }
      yield value
    }
  } catch (error) {
    throw new SourceError(`${path} can't be used: ${(error as Error).message}`, { cause: error })
  } finally {
    file.destroy()
  }
}

function* rowsOf({ model, pk, fields }: DumpedObject, { table, links }: Model): Generator<[TableName, SourceRow]> {
  if (pk === undefined || pk === null) {
    throw new SourceError(`An object of ${model} has no pk: dump again without --natural-primary, since ids are kept`)
  }
  const plain = (field: string, value: unknown) => {
    if (!Array.isArray(value)) return value
    throw new SourceError(`The ${field} of ${model} ${pk} is a natural key: dump again without --natural-foreign`)
  }
  const row: Record<string, unknown> = { id: pk }
  for (const [name] of columnsOf(table)) {
    const field = name.replace(/_id$/, '')
    if (name !== 'id') row[name] = plain(field, fields[field])
  }
  yield [table, row]
  for (const [field, linkTable, own, other] of links) {
    const ids = fields[field] ?? []
    if (!Array.isArray(ids)) throw new SourceError(`The ${field} of ${model} ${pk} is no list`)
    for (const id of ids) yield [linkTable, { [own]: pk, [other]: plain(field, id) }]
  }
}
