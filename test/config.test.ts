import t from 'tap'
import { readConfig } from '../src/config.ts'

const faultsOf = (variables: Record<string, string>): string => {
  try {
    readConfig(variables)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

const production = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://db/users',
  JWT_SECRET: 'q8f3kz0v6m1x9c4b7n2l5j8h3g6d1s4a',
  PASSWORD_RESET_DELIVERY: 'response',
  PUBLIC_URL: 'https://accounts.example.org/'
}

t.test('with nothing set the service is for development on this machine', async (t) => {
  const config = readConfig({})
  t.match(config, { production: false, host: '127.0.0.1', port: 8000, publicUrl: 'http://127.0.0.1:8000', trustProxy: [] })
  t.match(config.tokens, { accessTtl: 300, refreshTtl: 604_800, refreshReuse: 'lenient', secret: undefined })
  t.match(config.passwords, { hashCost: 12, resetDelivery: 'response', resetTtl: 3600 })
  t.same(config.pathAliases, [{ from: '/auth', to: '/api/auth' }])
  t.same(readConfig({ PORT: '', DATABASE_URL: '', JWT_SECRET: '' }), config, 'an empty variable counts as not set')
  t.equal(readConfig({ HOST: '0.0.0.0', PORT: '80' }).publicUrl, 'http://localhost:80')
})

t.test('all faults are told in one message, a line each', async (t) => {
  const message = faultsOf({
    PORT: '70000',
    LOG_LEVEL: 'loud',
    RESPONSE_CHECK_SAMPLE: '1.1',
    ACCESS_TOKEN_TTL: '5 minutes',
    DATABASE_URL: 'mysql://db',
    PUBLIC_URL: 'accounts.example.org',
    TRUST_PROXY: '10.0.0.0/8, all',
    PATH_ALIASES: 'auth',
    REQUIRED_ROLES: 'listUsers',
    JWT_SECRET: 'short',
    RATE_LIMIT: 'many',
    SHUTDOWN_DELAY: '5',
    REQUEST_TIMEOUT: '0s',
    MAX_CONNECTIONS: '0',
    DATABASE_STATEMENT_TIMEOUT: 'never',
    DATABASE_LOCK_TIMEOUT: '0s',
    CORS_ORIGINS: '*',
    EMAIL_VERIFICATION: 'required',
    MEDIA_STORE: 's3'
  })
  for (const name of [
    'PORT',
    'LOG_LEVEL',
    'RESPONSE_CHECK_SAMPLE',
    'ACCESS_TOKEN_TTL',
    'DATABASE_URL',
    'PUBLIC_URL',
    'TRUST_PROXY',
    'PATH_ALIASES',
    'REQUIRED_ROLES'
  ]) {
    t.match(message, new RegExp(`^  - ${name}:`, 'm'))
  }
  for (const name of [
    'JWT_SECRET',
    'RATE_LIMIT',
    'CORS_ORIGINS',
    'SMTP_URL',
    'MAIL_FROM',
    'S3_BUCKET',
    'SHUTDOWN_DELAY',
    'REQUEST_TIMEOUT',
    'MAX_CONNECTIONS',
    'DATABASE_STATEMENT_TIMEOUT',
    'DATABASE_LOCK_TIMEOUT'
  ])
    t.match(message, new RegExp(`^  - ${name}:`, 'm'))
})

t.test('production refuses what is dangerous, all of it in one message', async (t) => {
  t.equal(faultsOf(production), '')
  t.equal(readConfig(production).publicUrl, 'https://accounts.example.org')
  const message = faultsOf({ NODE_ENV: 'production', PASSWORD_HASH_COST: '4' })
  for (const name of ['DATABASE_URL', 'JWT_PRIVATE_KEY', 'PASSWORD_RESET_DELIVERY', 'PUBLIC_URL', 'PASSWORD_HASH_COST'])
    t.match(message, name)
  for (const secret of [
    'x'.repeat(40),
    'change-me-change-me-change-me-change-me',
    'django-insecure-0123456789abcdefghijklmn',
    'your-secret-key-your-secret-key-!!'
  ]) {
    t.match(faultsOf({ ...production, JWT_SECRET: secret }), /JWT_SECRET: looks like an example/, secret)
  }
})

t.test('production refuses each danger by itself', async (t) => {
  const dangers: [Record<string, string>, RegExp][] = [
    [{ DATABASE_URL: '' }, /DATABASE_URL: needed in production/],
    [{ JWT_SECRET: '' }, /JWT_SECRET: needed in production/],
    [{ JWT_SECRET: 'change-me-change-me-change-me-change-me' }, /JWT_SECRET: looks like an example/],
    [{ PASSWORD_RESET_DELIVERY: '' }, /PASSWORD_RESET_DELIVERY: choose/],
    [{ PUBLIC_URL: '' }, /PUBLIC_URL: needed in production/],
    [{ PASSWORD_HASH_COST: '9' }, /PASSWORD_HASH_COST: must be at least 10/]
  ]
  for (const [change, danger] of dangers) {
    const [, ...faults] = faultsOf({ ...production, ...change }).split('\n')
    t.match(faults, [danger], Object.keys(change).join())
    t.equal(faults.length, 1, 'and nothing else')
    t.notMatch(faultsOf({ ...production, ...change, NODE_ENV: 'development' }), danger, 'development allows it')
  }
})

t.test('durations are a whole number with its unit', async (t) => {
  const ttl = (text: string) => readConfig({ ACCESS_TOKEN_TTL: text }).tokens.accessTtl
  t.same(['1500ms', '90s', '15m', '2h', '7d'].map(ttl), [1.5, 90, 900, 7200, 604_800])
  for (const wrong of ['0s', '5', 'm', '-1s', '1.5h', '1w', '5 m', '1h30m', 'PT5M']) {
    t.match(faultsOf({ ACCESS_TOKEN_TTL: wrong }), /ACCESS_TOKEN_TTL/, wrong)
  }
})

t.test('proxies are trusted by address or network, never all of them', async (t) => {
  t.same(readConfig({ TRUST_PROXY: '127.0.0.1, 10.0.0.0/8,::1,fd00::/8,loopback' }).trustProxy, [
    '127.0.0.1',
    '10.0.0.0/8',
    '::1',
    'fd00::/8',
    'loopback'
  ])
  for (const value of ['true', '*', 'all', '1', 'proxy.example.org', '10.0.0.0/8,true', '0.0.0.0/0', '::/0', '0.0.0.0/1']) {
    t.match(faultsOf({ TRUST_PROXY: value }), /TRUST_PROXY/, value)
  }
})

t.test('the path prefix and the public address each make up for the other, and can not differ', async (t) => {
  const address = (env: Record<string, string>) => {
    const { publicUrl, basePath } = readConfig(env)
    return [publicUrl, basePath]
  }
  const [given, both] = ['https://example.org', ['https://example.org/iam/accounts', '/iam/accounts']]
  t.same(address({}), ['http://127.0.0.1:8000', ''])
  t.same(address({ BASE_PATH: '/accounts/' }), ['http://127.0.0.1:8000/accounts', '/accounts'])
  t.same(address({ PUBLIC_URL: `${given}/` }), [given, ''])
  t.same(address({ PUBLIC_URL: given, BASE_PATH: '/iam/accounts' }), both)
  t.same(address({ PUBLIC_URL: `${given}/iam/accounts/` }), both)
  t.same(address({ PUBLIC_URL: `${given}/iam/accounts`, BASE_PATH: '/iam/accounts' }), both)
  t.match(faultsOf({ PUBLIC_URL: `${given}/iam`, BASE_PATH: '/accounts' }), /BASE_PATH: is \/accounts/)
  for (const path of ['accounts', '/', '//accounts', '/a b', '/a?b', '/a%2Fb']) {
    t.match(faultsOf({ BASE_PATH: path }), /BASE_PATH/, path)
  }
  for (const path of ['/api', '/api/auth', '/auth', '/docs', '/media/x']) {
    t.match(faultsOf({ BASE_PATH: path }), /BASE_PATH: .* begins as paths of the service itself do/, path)
  }
})

t.test('a standby is a Postgres too, and may be late for so long', async (t) => {
  const { readUrl, readMaxLag } = readConfig({ READ_DATABASE_URL: 'postgres://standby/x', READ_DATABASE_MAX_LAG: '2s' }).database
  t.same([readUrl, readMaxLag], ['postgres://standby/x', 2])
  t.same([readConfig({}).database.readUrl, readConfig({}).database.readMaxLag], [undefined, 0.25])
  t.match(faultsOf({ READ_DATABASE_URL: 'mysql://x' }), /READ_DATABASE_URL/)
  t.match(faultsOf({ READ_DATABASE_MAX_LAG: '1' }), /READ_DATABASE_MAX_LAG/)
})

t.test('settings that exclude or need each other are told', async (t) => {
  t.match(faultsOf({ JWT_SECRET: production.JWT_SECRET, JWT_PRIVATE_KEY: 'x' }), /JWT_SECRET, JWT_PRIVATE_KEY: set one/)
  t.match(faultsOf({ PASSWORD_RESET_DELIVERY: 'email' }), /SMTP_URL[\s\S]*MAIL_FROM/)
  t.match(faultsOf({ REQUIRED_ROLES: 'a=b;a=c' }), /names an operation again/)
  t.same(
    [...readConfig({ REQUIRED_ROLES: 'listUsers=auditor|admin; listRoles=public;register=' }).requiredRoles],
    [
      ['listUsers', ['auditor', 'admin']],
      ['listRoles', ['public']],
      ['register', []]
    ]
  )
  t.same(readConfig({ PATH_ALIASES: '' }).pathAliases, [])
})

t.test('what Django signed is taken until a time that is set with its key, and not far away', async (t) => {
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
  t.equal(readConfig({}).tokens.legacy, undefined)
  const day = inDays(30).slice(0, 10)
  t.same(readConfig({ LEGACY_JWT_SECRET: 'x', LEGACY_JWT_UNTIL: day }).tokens.legacy, { secret: 'x', until: new Date(day) })
  for (const until of [inDays(89), '2020-02-29', '2020-01-31T23:59:59.5+06:00']) {
    t.equal(faultsOf({ LEGACY_JWT_SECRET: 'x', LEGACY_JWT_UNTIL: until }), '', until)
  }
  for (const until of [
    'tomorrow',
    '2020-02-30',
    '2020-1-1',
    '2020-01-01T25:00:00Z',
    '2020-01-01T00:00:00',
    '1700000000',
    inDays(91)
  ]) {
    t.match(faultsOf({ LEGACY_JWT_SECRET: 'x', LEGACY_JWT_UNTIL: until }), /^ {2}- LEGACY_JWT_UNTIL: /m, until)
  }
  for (const half of [{ LEGACY_JWT_SECRET: 'x' }, { LEGACY_JWT_UNTIL: day }]) t.match(faultsOf(half), /set both, or neither/)
})

t.test('the label of the Django app is one that a table can begin with', async (t) => {
  t.equal(readConfig({ DJANGO_APP_LABEL: 'accounts_2' }).database.appLabel, 'accounts_2')
  for (const label of ['2nd', 'Api', 'a-b', 'a"b', 'ñ', 'a'.repeat(29)])
    t.match(faultsOf({ DJANGO_APP_LABEL: label }), /DJANGO_APP_LABEL/, label)
})

t.test('traces are sent where there is an endpoint, and OpenTelemetry is not switched off', async (t) => {
  const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://collector:4318'
  const traces = (variables: Record<string, string>) => readConfig(variables).traces
  t.equal(traces({}), false)
  t.equal(traces({ OTEL_EXPORTER_OTLP_ENDPOINT }), true)
  t.equal(traces({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://collector/v1/traces' }), true)
  t.equal(traces({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SDK_DISABLED: 'TRUE' }), false)
  t.equal(traces({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }), false)
  t.match(faultsOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }), /OTEL_EXPORTER_OTLP_ENDPOINT/)
  t.match(faultsOf({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }), /OTEL_EXPORTER_OTLP_PROTOCOL.*http\/protobuf/)
})

t.test('a sandbox is refused in production, and has defaults of its own elsewhere', async (t) => {
  t.match(faultsOf({ ...production, SANDBOX: '1' }), /^ {2}- SANDBOX: never in production/m)
  t.equal(faultsOf({ ...production, SANDBOX: '0' }), '')
  t.match(faultsOf({ SANDBOX: 'yes' }), /^ {2}- SANDBOX:/m)
  t.match(
    faultsOf({ SANDBOX: '1', WORKERS: '2', SMTP_URL: 'smtp://mail', MEDIA_STORE: 's3', S3_BUCKET: 'b' }),
    /WORKERS(.|\n)*SMTP_URL(.|\n)*MEDIA_STORE/
  )
  const config = readConfig({ SANDBOX: '1', EMAIL_VERIFICATION: 'required' })
  t.match(config, { sandbox: true, rateLimits: { all: undefined, credentials: undefined } })
  t.match(config.passwords, { hashCost: 4, resetDelivery: 'email' })
  t.match(config.dataDir, /data\/sandbox$/)
  t.equal(readConfig({ SANDBOX: '1', PASSWORD_RESET_DELIVERY: 'response' }).passwords.resetDelivery, 'response')
  t.match(readConfig({}), { sandbox: false, database: { searchPath: undefined } })
})
