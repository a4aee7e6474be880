/** The direction of imports, and what is deliberately absent from each stage (ARCHITECTURE.md, "Invariants"). */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../src/', import.meta.url));

/** Data moves this way; a file imports from its own stage and from earlier ones. */
const STAGES = [
  'errors.ts',
  'input',
  'state',
  'analysis',
  'graph',
  'mempool',
  'executor',
  'names',
  'report',
  'advice',
  'lint',
  'ordering',
  'page',
  'output',
  'run.ts',
  'snapshot',
  'index.ts',
  'cli',
  'cli.ts',
] as const;

interface Module {
  readonly path: string;
  readonly stage: number;
  /** Without comments and without the insides of strings. */
  readonly code: string;
  readonly imports: readonly string[];
  /** Those of `imports` that are there when it runs. */
  readonly valueImports: readonly string[];
}

function stageOf(path: string): number {
  return STAGES.indexOf(path.split(sep)[0] as (typeof STAGES)[number]);
}

function importsOf(source: string): string[] {
  return [...source.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)'([^']+)'/g)].map(([, name]) => name ?? '');
}

function withoutTypeImports(source: string): string {
  return source.replace(/\b(import|export) type [^;]*? from '[^']+'/g, '');
}

/** Path below `src` of what a file imports from this package. */
function targetsOf(path: string, imports: readonly string[]): string[] {
  return imports.filter((name) => name.startsWith('.')).map((name) => normalize(join(dirname(path), name)));
}

/** Blanks comments, strings and the text of templates; good enough for this code base, and checked below. */
function bare(source: string): string {
  return source.replace(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|"(?:\\.|[^"\\\n])*"/g,
    (match) =>
      match.startsWith('`') ? [...match.matchAll(/\$\{([^}]*)\}/g)].map(([, inner]) => inner).join(' ') : '',
  );
}

const modules: readonly Module[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .sort()
  .map((path) => {
    const source = readFileSync(join(root, path), 'utf8');
    return {
      path,
      stage: stageOf(path),
      code: bare(source),
      imports: importsOf(source),
      valueImports: importsOf(withoutTypeImports(source)),
    };
  });

function of(...stages: (typeof STAGES)[number][]): Module[] {
  return modules.filter(({ stage }) => stages.includes(STAGES[stage] as (typeof STAGES)[number]));
}

describe('layout', () => {
  test('every module belongs to a stage', () => {
    expect(modules.filter(({ stage }) => stage < 0).map(({ path }) => path)).toEqual([]);
  });

  test('no folder of things that belong nowhere', () => {
    expect(modules.filter(({ path }) => /\b(utils?|helpers?|common|types)\b/.test(path))).toEqual([]);
  });
});

test('imports go forward only', () => {
  const backward = modules.flatMap(({ path, stage, imports }) =>
    targetsOf(path, imports)
      .filter((target) => stageOf(target) > stage || stageOf(target) < 0)
      .map((target) => `${path} imports ${target}`),
  );
  expect(backward).toEqual([]);
});

test('files do not import each other in a circle', () => {
  const importsByPath = new Map(
    modules.map(({ path, valueImports }) => [path, targetsOf(path, valueImports)]),
  );
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      circles.push([...trail.slice(trail.indexOf(path)), path].join(' > '));
    } else if (!done.has(path)) {
      for (const next of importsByPath.get(path) ?? []) {
        visit(next, [...trail, path]);
      }
      done.add(path);
    }
  };
  for (const { path } of modules) {
    visit(path, []);
  }
  expect(circles).toEqual([]);
});

test('analysis, graph and mempool know no threads, no time, no files and no promises', () => {
  const forbidden =
    /\b(?:async|await|set(?:Timeout|Interval|Immediate)|queueMicrotask|Date|performance|process|Worker)\b|\bnew Promise\b|\bPromise\.|\bMath\.random\b/;
  for (const { path, code, imports } of of('analysis', 'graph', 'mempool')) {
    expect([path, forbidden.exec(code)?.[0]]).toEqual([path, undefined]);
    expect([path, imports.filter((name) => name.startsWith('node:'))]).toEqual([path, []]);
  }
});

test('nothing after the analysis sees how it works, only its results', () => {
  const results = [
    'access',
    'foresight',
    'recorded',
    'overlap',
    'known-hashes',
    'reason',
    'result',
    'block',
    'growing-block',
    'resolution',
    'pool',
    'region-text',
  ].map((name) => `analysis/${name}.ts`);
  const peeks = of('graph', 'mempool', 'executor', 'report', 'advice', 'lint', 'output', 'run.ts').flatMap(
    ({ path, imports }) =>
      targetsOf(path, imports)
        .filter((target) => target.startsWith(`analysis${sep}`) && !results.includes(target))
        .map((target) => `${path} imports ${target}`),
  );
  expect(peeks).toEqual([]);
});

test('only the command line reads arguments, prints, or sets an exit code', () => {
  const forbidden = /\bconsole\b|\bprocess\.(argv|exit|exitCode|stdout|stderr|abort)\b/;
  for (const { path, code } of modules.filter((module) => !/^cli\b/.test(module.path))) {
    expect([path, forbidden.exec(code)?.[0]]).toEqual([path, undefined]);
  }
});

test('the page imports what runs in a browser, and makes no markup of data', () => {
  const pages = of('page');
  const reached = new Set<string>();
  const follow = (path: string): void => {
    const module = modules.find((one) => one.path === path);
    if (module === undefined || reached.has(path)) return;
    reached.add(path);
    for (const target of targetsOf(path, module.valueImports)) follow(target);
  };
  for (const { path } of pages) follow(path);
  expect(reached.size).toBeGreaterThan(pages.length);
  for (const { path, code, valueImports } of modules.filter((module) => reached.has(module.path))) {
    expect([path, valueImports.filter((name) => name.startsWith('node:'))]).toEqual([path, []]);
    expect([path, /\b(process|__dirname|require)\b/.exec(code)?.[0]]).toEqual([path, undefined]);
  }
  for (const { path, code } of pages) {
    const forbidden =
      /\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|fetch|XMLHttpRequest|Function)\b/;
    expect([path, forbidden.exec(code)?.[0]]).toEqual([path, undefined]);
  }
});

test('the checks above see code, and not comments or strings', () => {
  const source = ["const a = 'process.exit'; // console", 'f(`x $', '{process.argv} y`); /* Date */'];
  expect(bare(`${source[0]}\n${source[1]}${source[2]}`)).toBe('const a = ; \nf(process.argv); ');
});
