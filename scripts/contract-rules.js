// Rules of the contract's own for Redocly, beside its `recommended-strict`: what keeps an API safe (after OWASP's API
// Security Top 10, 2023) and what generators of clients need. Configured in redocly.yaml; each reports an operation, parameter
// or schema that does not keep it.

/** Formats that limit a string by themselves; the picture's size is a setting. */
const limiting = ['date', 'date-time', 'uuid', 'binary']
const typesOf = ({ type }) => [type ?? []].flat()

/** Visits a schema and all below it, each once; a nested visitor of Redocly's would only be shown the uppermost. */
function walk(schema, { location, resolve }, visit, seen = new Set()) {
  const { node, location: at } = resolve(schema)
  const place = node === schema ? location : at
  if (typeof node !== 'object' || node === null || seen.has(node)) return
  seen.add(node)
  visit(node, place)
  const below = (child, ...keys) => walk(child, { location: place.child(keys), resolve }, visit, seen)
  for (const [name, property] of Object.entries(node.properties ?? {})) below(property, 'properties', name)
  for (const name of ['items', 'additionalProperties']) if (typeof node[name] === 'object') below(node[name], name)
  for (const name of ['allOf', 'anyOf', 'oneOf']) {
    for (const [index, branch] of (node[name] ?? []).entries()) below(branch, name, index)
  }
}

/** API2, API5: who may call is said at each operation, not by a default that a reader does not see. */
function OperationSecurity() {
  return {
    Operation(operation, { report, location }) {
      if (!operation.security) report({ message: 'The operation does not state its security.', location: location.key() })
    }
  }
}

/** API2, API5: who is refused is told so; and API4: who asks too often. */
function RefusalsDeclared() {
  const Operation = ({ security = [], responses = {}, 'x-probe': probe }, { report, location }) => {
    // Nobody is refused who asks whether the service runs.
    if (probe) return
    const open = security.length === 0 || security.some((requirement) => Object.keys(requirement).length === 0)
    for (const status of open ? ['429'] : ['401', '403', '429']) {
      if (!responses[status])
        report({ message: `The operation does not declare ${status}.`, location: location.child('responses') })
    }
  }
  // Not of webhooks, which others answer.
  return { Paths: { Operation } }
}

/** API4, API3: what a client sends is limited in length and range, and has no fields beyond those that are named. */
function InputLimits() {
  const check = (schema, location, report) => {
    const lacks = (names) => names.filter((name) => schema[name] === undefined)
    const types = typesOf(schema)
    const bare = schema.enum === undefined && schema.const === undefined
    const missing = [
      ...(types.includes('string') && bare && !limiting.includes(schema.format) ? lacks(['maxLength']) : []),
      ...(types.includes('integer') && bare ? lacks(['minimum', 'maximum']) : []),
      ...(types.includes('array') ? lacks(['maxItems', 'items']) : []),
      ...(types.includes('object') && schema.additionalProperties !== false ? ['additionalProperties: false'] : [])
    ]
    if (missing.length > 0) report({ message: `What a client sends lacks ${missing.join(' and ')}.`, location })
  }
  const Schema = (schema, context) => walk(schema, context, (node, location) => check(node, location, context.report))
  // Webhooks are what we send.
  return { Paths: { Parameter: { Schema }, RequestBody: { Schema } } }
}

/** Each request is found in the log, a caller is told how to be known, and who is asked to wait for how long. */
function ResponseHeaders() {
  const further = { 401: ['WWW-Authenticate'], 429: ['Retry-After'], 503: ['Retry-After'] }
  const Response = ({ headers = {} }, { report, location, key }) => {
    for (const name of ['X-Request-Id', ...(further[key] ?? [])]) {
      if (!headers[name])
        report({ message: `The response ${key} lacks the header ${name}.`, location: location.child('headers') })
    }
  }
  return { Paths: { Response } }
}

/** API2: what stands in an address gets into logs and histories. */
function NoCredentialsInAddress() {
  return {
    Parameter(parameter, { report, location }) {
      if (['query', 'path'].includes(parameter.in) && /password|token|secret|refresh/i.test(parameter.name)) {
        report({ message: `${parameter.name} may not stand in an address.`, location: location.child('name') })
      }
    },
    SecurityScheme({ type, scheme }, { report, location }) {
      if (type !== 'http' || scheme !== 'bearer') report({ message: 'Callers are known by bearer tokens only.', location })
    }
  }
}

/** An object or enum that stands inline gets its name from a generator, and another one with the next version of it. */
function NamedSchemas() {
  return {
    Schema(schema, { report, location }) {
      if (/^#\/components\/schemas\/[^/]+$/.test(location.pointer)) return
      if (schema.enum) report({ message: 'An enum needs a name in components/schemas.', location })
      const object = typesOf(schema).includes('object') || schema.properties || schema.allOf || schema.oneOf
      if (object) report({ message: 'An object needs a name in components/schemas.', location })
    }
  }
}

/** A field that may be absent says so in its description, so that none is optional by oversight; null is a type. */
function ResponseFields() {
  const check = (schema, location, { report, resolve }) => {
    if (schema.nullable !== undefined) report({ message: "OpenAPI 3.1 has type: [..., 'null'] for that.", location })
    const required = schema.required ?? []
    for (const [name, field] of Object.entries(schema.properties ?? {})) {
      const description = field.description ?? resolve(field).node?.description ?? ''
      if (!required.includes(name) && !description.startsWith('Optional')) {
        report({
          message: `${name} is neither required nor said to be optional.`,
          location: location.child(['properties', name])
        })
      }
    }
  }
  const Schema = (schema, context) => walk(schema, context, (node, location) => check(node, location, context))
  return { Response: { Schema } }
}

/** An integer is of 32 or 64 bits in most languages, an enum's values with a sign need names. */
function TypesOfLanguages() {
  return {
    Schema(schema, { report, location }) {
      const types = typesOf(schema).filter((type) => type !== 'null')
      if (types.length === 1 && types[0] === 'integer' && !schema.format && !schema.enum) {
        report({ message: 'An integer needs the format int32 or int64.', location })
      }
      const signed = schema.enum?.some((value) => /^\W/.test(value))
      if (signed && schema['x-enum-varnames']?.length !== schema.enum.length) {
        report({ message: 'Such values need names: x-enum-varnames.', location })
      }
    }
  }
}

/** A generator can only make a test or a page of what an operation takes and answers from an example. */
function ExamplesGiven() {
  const MediaType = (media, { report, location, key, resolve }) => {
    const lacks = [media.example, media.examples, resolve(media.schema).node?.example].every((each) => each === undefined)
    if (lacks && key !== 'multipart/form-data') report({ message: 'There is no example.', location })
  }
  return { RequestBody: { MediaType }, Response: { MediaType } }
}

export default function contractRules() {
  return {
    id: 'contract',
    rules: {
      oas3: {
        'operation-security': OperationSecurity,
        'refusals-declared': RefusalsDeclared,
        'input-limits': InputLimits,
        'response-headers': ResponseHeaders,
        'no-credentials-in-address': NoCredentialsInAddress,
        'named-schemas': NamedSchemas,
        'response-fields': ResponseFields,
        'types-of-languages': TypesOfLanguages,
        'examples-given': ExamplesGiven
      }
    }
  }
}
