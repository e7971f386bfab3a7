import {
  type IdentifierNode,
  type KyselyPlugin,
  OperationNodeTransformer,
  type PluginTransformQueryArgs,
  type PluginTransformResultArgs,
  type QueryResult,
  type RootOperationNode,
  type UnknownRow
} from 'kysely'

/**
 * The label of the Django app that profiles and provinces belong to; its tables begin with it. Code, types and migrations
 * are written for this one, and DJANGO_APP_LABEL takes its place where statements are sent.
 */
export const defaultAppLabel = 'api'

/** A migration for another app label: tables, what is named after them, and the label of content types. */
export function relabel(text: string, appLabel: string): string {
  return text.replaceAll(/\bapi_(?=provinces|userprofile)/g, `${appLabel}_`).replaceAll("'api'", `'${appLabel}'`)
}

/**
 * Puts another app label into every statement of Kysely's, raw ones too where they name a table by `sql.table` or a column
 * by `sql.ref`.
 */
export class AppTables extends OperationNodeTransformer implements KyselyPlugin {
  readonly #names: ReadonlyMap<string, string>

  constructor(appLabel: string) {
    super()
    const tables = ['provinces', 'userprofile', 'userprofile_roles']
    this.#names = new Map(tables.map((table) => [`${defaultAppLabel}_${table}`, `${appLabel}_${table}`]))
  }

  transformQuery({ node, queryId }: PluginTransformQueryArgs): RootOperationNode {
    return this.transformNode(node, queryId)
  }

  async transformResult({ result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    return result
  }

  protected override transformIdentifier(node: IdentifierNode): IdentifierNode {
    const name = this.#names.get(node.name)
    return name === undefined ? node : { ...node, name }
  }
}
