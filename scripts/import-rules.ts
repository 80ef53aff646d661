import type { IConfiguration, IRegularForbiddenRuleType } from 'dependency-cruiser';

// Imports go one way (docs/architecture.md). Of the folders that are not named here, scripts and bench, each may import all.
const allowed: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  contracts: [],
  platform: ['domain', 'contracts'],
  gateways: ['platform', 'domain', 'contracts'],
  workers: ['platform', 'domain', 'contracts'],
  adapters: ['platform', 'domain', 'contracts'],
  environments: [],
  k8s: ['environments', 'gateways', 'workers', 'contracts', 'platform', 'domain'],
  // The rest of the composition root: wires what main.ts names.
  composition: ['adapters', 'platform', 'domain', 'contracts'],
};

/** The folders whose imports are looked at; `main.ts` is, too. */
export const ours = [
  'domain',
  'contracts',
  'platform',
  'gateways',
  'workers',
  'adapters',
  'composition',
  'environments',
  'scripts',
  'bench',
  'k8s',
];

const layers = Object.entries(allowed).map(([folder, targets]) => ({
  name: `imports-of-${folder}`,
  severity: 'error' as const,
  from: { path: `^${folder}/`, pathNot: '\\.test\\.ts$' },
  to: { path: `^(${ours.filter((o) => o !== folder && !targets.includes(o)).join('|')}|main\\.ts)` },
}));

const forbidden: IRegularForbiddenRuleType[] = [
  ...layers,
  {
    name: 'imports-of-main',
    severity: 'error' as const,
    from: { path: '^main\\.ts$' },
    // The image has none of them.
    to: { path: '^(k8s|environments|scripts|bench)/' },
  },
  {
    name: 'nobody-needs-benchmarks',
    severity: 'error' as const,
    from: { pathNot: '^bench/' },
    to: { path: '^bench/' },
  },
  {
    name: 'no-cycles',
    severity: 'error' as const,
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  {
    name: 'no-worker-to-worker',
    severity: 'error' as const,
    from: { path: '^workers/', pathNot: '^workers/index\\.ts$|\\.test\\.ts$' },
    to: { path: '^workers/' },
  },
  {
    name: 'adapters-see-ports-only',
    severity: 'error' as const,
    from: { path: '^adapters/' },
    to: { path: '^platform/', pathNot: '^platform/(ports|errors|telemetry)' },
  },
  {
    name: 'pure-domain',
    severity: 'error' as const,
    from: { path: '^(domain|contracts)/', pathNot: '\\.test\\.ts$' },
    to: { dependencyTypes: ['core'], pathNot: 'crypto' },
  },
  { name: 'resolvable', severity: 'error' as const, from: {}, to: { couldNotResolve: true } },
];

export const importRules: IConfiguration = {
  forbidden,
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
