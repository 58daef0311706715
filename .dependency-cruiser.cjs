/**
 * The floors of docs/architecture.md: data flows one way, and a folder imports only from floors below its own.
 *
 *   api > domains > abilities > ground        (main.ts, composition/ and cli/ put them together and know everybody)
 *
 * Type-only imports count: they say as much about who knows whom as others do.
 */
const SERVER = '^packages/server/src/';
const DOMAINS = ['callback', 'services', 'orchestration', 'outbound', 'context', 'chat'];
const ABILITIES = ['routing', 'telephony', 'calendar', 'notify', 'reporting'];
const GROUND = ['config', 'store', 'kernel'];

/** A folder of the server, as a pattern; several are alternatives. */
const folder = (...names) => `${SERVER}(${names.join('|')})/`;
/** Files that are only part of a test run. */
const TESTS = ['\\.test\\.ts$', '/testing\\.ts$', '/testing-cluster\\.ts$', '/acceptance-bed\\.ts$'];

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Files that import each other in a circle cannot be understood, tested or moved alone.',
      severity: 'error',
      from: { pathNot: TESTS },
      to: { circular: true },
    },
    {
      name: 'composition-root-is-known-by-nobody',
      comment: 'main.ts, composition/ and cli/ put the parts together; no part knows them.',
      severity: 'error',
      from: { path: folder('api', ...DOMAINS, ...ABILITIES, ...GROUND) },
      to: { path: `${SERVER}(main\\.ts$|composition/|cli/)` },
    },
    {
      name: 'nobody-imports-an-api',
      comment: 'An API translates for the outside; nothing inside depends on how.',
      severity: 'error',
      from: { path: folder(...DOMAINS, ...ABILITIES, ...GROUND) },
      to: { path: folder('api') },
    },
    {
      name: 'abilities-do-not-know-the-business',
      comment: 'What the business asks for does not know who asks.',
      severity: 'error',
      from: { path: folder(...ABILITIES, ...GROUND) },
      to: { path: folder(...DOMAINS) },
    },
    {
      name: 'abilities-do-not-know-each-other',
      comment: 'Whoever needs two of them combines them above; all of them report what they do.',
      severity: 'error',
      from: { path: folder(...ABILITIES), pathNot: TESTS },
      to: { path: folder(...ABILITIES), pathNot: [`${SERVER}$1/`, folder('reporting')] },
    },
    {
      name: 'reporting-knows-no-other-ability',
      comment: 'The journal is written by all of them.',
      severity: 'error',
      from: { path: folder('reporting') },
      to: { path: folder(...ABILITIES.filter((name) => name !== 'reporting')) },
    },
    {
      name: 'ground-knows-no-abilities',
      comment: 'Configuration, storage and the kernel are below everything else.',
      severity: 'error',
      from: { path: folder(...GROUND) },
      to: { path: folder(...ABILITIES) },
    },
    {
      name: 'the-kernel-stands-alone',
      comment: 'The kernel is what everything else is written in.',
      severity: 'error',
      from: { path: folder('kernel') },
      to: { path: folder('config', 'store') },
    },
    {
      name: 'storage-knows-no-configuration',
      comment: 'Configuration is stored; the store does not know what it stores.',
      severity: 'error',
      from: { path: folder('store') },
      to: { path: folder('config') },
    },
    {
      name: 'through-the-door',
      comment: "Another folder's index.ts is its door (store has a second one, sql.ts, for who needs no driver).",
      severity: 'error',
      from: { path: folder(...DOMAINS, ...ABILITIES, ...GROUND, 'api'), pathNot: TESTS },
      to: {
        path: folder(...DOMAINS, ...ABILITIES, ...GROUND),
        pathNot: [`${SERVER}$1/`, '/index\\.ts$', '/store/sql\\.ts$'],
      },
    },
    {
      name: 'the-engine-stands-alone',
      comment: 'packages/scxml is published alone: no I/O, no timers, no contact centre.',
      severity: 'error',
      from: { path: '^packages/scxml/' },
      to: { path: '^packages/(server|console)/' },
    },
    {
      name: 'the-engine-by-its-package',
      comment: 'The server uses the engine as any other program would.',
      severity: 'error',
      from: { path: '^packages/server/' },
      to: { path: '^packages/scxml/src/' },
    },
    {
      name: 'tests-are-nobodys-dependency',
      severity: 'error',
      from: { pathNot: TESTS },
      to: { path: TESTS },
    },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: '\\.d\\.ts$' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      extensions: ['.ts', '.js'],
      conditionNames: ['types', 'import', 'default'],
    },
  },
};
