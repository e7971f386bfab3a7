import {
  type IdentifierNode,
  type KyselyPlugin,
  OperationNodeTransformer,
  type PluginTransformQueryArgs,
  type PluginTransformResultArgs,
  type QueryId,
  type QueryResult,
  type RawNode,
  type RootOperationNode,
  type UnknownRow
} from 'kysely'

/**
 * The label of the Django app that profiles and provinces belong to; its tables begin with it. Code, types and migrations
 * are written for this one, and DJANGO_APP_LABEL takes its place where statements are sent.
 */
export const defaultAppLabel = 'api'

/** SQL for another app label: tables, what is named after them, and the label of content types. */
export function relabel(text: string, appLabel: string): string {
  return text.replaceAll(/\bapi_(?=provinces|userprofile)/g, `${appLabel}_`).replaceAll("'api'", `'${appLabel}'`)
}

/** Puts another app label into every statement of Kysely's, raw ones too, however they name a table. */
export class AppTables extends OperationNodeTransformer implements KyselyPlugin {
  readonly #appLabel: string
  readonly #names: ReadonlyMap<string, string>

  constructor(appLabel: string) {
    super()
    this.#appLabel = appLabel
    const tables = ['provinces', 'userprofile', 'userprofile_roles']
    this.#names = new Map(tables.map((table) => [`${defaultAppLabel}_${table}`, `${appLabel}_${table}`]))
  }

  transformQuery({ node, queryId }: PluginTransformQueryArgs): RootOperationNode {
    return this.transformNode(node, queryId)
  }

  async transformResult({ result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    return result
  }

  protected override transformRaw(node: RawNode, queryId?: QueryId): RawNode {
    const sqlFragments = node.sqlFragments.map((text) => relabel(text, this.#appLabel))
    return super.transformRaw({ ...node, sqlFragments }, queryId)
  }

  protected override transformIdentifier(node: IdentifierNode): IdentifierNode {
    const name = this.#names.get(node.name)
    return name === undefined ? node : { ...node, name }
  }
}
