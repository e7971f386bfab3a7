import type { Compilable, CompiledQuery } from 'kysely'
import type { Connection } from './connection.ts'

/** Stands for a parameter's value while a statement is built. */
class Placeholder {}

/** A statement that is built and compiled once, and then only run, each time with other values. */
export interface Prepared<Values extends readonly unknown[], Row> {
  all(connection: Connection, ...values: Values): Promise<Row[]>
  first(connection: Connection, ...values: Values): Promise<Row | undefined>
}

/**
 * Building a statement with Kysely costs several times what it takes to send one that Postgres has prepared; for those
 * that most requests need, this does it once.
 *
 *     const userName = prepared((connection, userId: number) => connection.selectFrom('auth_user').select('username').where('id', '=', id(userId)))
 *     const row = await userName.first(database, 7)
 *
 * @param build must put each of its values into the statement as a parameter, and look at none of them
 * @param count of the values, where `build` takes a list of them
 */
export function prepared<Values extends readonly unknown[], Row>(
  build: (connection: Connection, ...values: Values) => Compilable<Row>,
  count = build.length - 1
): Prepared<Values, Row> {
  // What a statement is compiled to depends on a connection's plugins (`app-tables.ts`), and on nothing else.
  const compiled = new WeakMap<object, { readonly query: CompiledQuery<Row>; readonly order: readonly (number | undefined)[] }>()
  const unlabelled = {}

  function compile(connection: Connection) {
    const placeholders = Array.from({ length: count }, () => new Placeholder())
    const query = build(connection, ...(placeholders as unknown as Values)).compile()
    const order = query.parameters.map((parameter) => {
      const index = placeholders.indexOf(parameter as Placeholder)
      return index < 0 ? undefined : index
    })
    const unused = placeholders.filter((placeholder) => !query.parameters.includes(placeholder))
    if (unused.length > 0) throw new Error(`A prepared statement has to use its values as they are: ${query.sql}`)
    return { query, order }
  }

  async function all(connection: Connection, ...values: Values): Promise<Row[]> {
    const key = connection.getExecutor().plugins[0] ?? unlabelled
    let known = compiled.get(key)
    if (known === undefined) {
      known = compile(connection)
      compiled.set(key, known)
    }
    const { query, order } = known
    const parameters = order.map((index, position) => (index === undefined ? query.parameters[position] : values[index]))
    return (await connection.executeQuery<Row>({ ...query, parameters })).rows
  }

  return { all, first: async (connection, ...values) => (await all(connection, ...values))[0] }
}
