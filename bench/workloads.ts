/**
 * Every workload of `examples/workloads`: what it is, what its conflict graph allows, what stops it, and how long the
 * whole job takes against `runBlock` of @ethereumjs/vm: `npm run examples [-- NAME… OPTIONS]`. Names are those of
 * workloads and of groups; default: all.
 *
 * Options: `--size N` transactions (20), `--contention X` from 0 to 1 (0.5; for patterns 1), `--seed N` (1), `--workers N` (2),
 * `--rounds N` of the timing (1, after one that does not count), `--out FOLDER` for `NAME/block.json`,
 * `NAME/prestate.json` and `NAME/names.json`, which the command line reads; `--write` puts the tables into `docs/workloads.md`. Exits with
 * 1 if a derived set misses an access.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createExecutor } from '../dist/index.js';
import { type WorkloadGroup, workloadGroups } from '../examples/workloads/registry.ts';
import { buildWorkload, type Workload, type WorkloadOptions } from '../examples/workloads/workload.ts';
import { describeMachine, machineText } from './machine.ts';
import { numberOf } from './options.ts';
import { ownContender } from './own-contenders.ts';
import { runBlockContender } from './run-block.ts';
import { withSection } from './table.ts';
import { measureWorkload, type WorkloadRow } from './workload-row.ts';
import { type MeasuredGroup, rowText, workloadTables } from './workload-tables.ts';

const DOCUMENT = new URL('../docs/workloads.md', import.meta.url);

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      size: { type: 'string', default: '20' },
      contention: { type: 'string' },
      seed: { type: 'string', default: '1' },
      workers: { type: 'string', default: '2' },
      rounds: { type: 'string', default: '1' },
      out: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  });
  return {
    groups: selectGroups(positionals, values.contention === undefined ? null : Number(values.contention)),
    seed: numberOf('seed', values.seed),
    size: numberOf('size', values.size),
    workers: numberOf('workers', values.workers),
    rounds: numberOf('rounds', values.rounds),
    out: values.out ?? null,
    isWritten: values.write,
  };
}

/**
 * Groups with those of their workloads that were asked for.
 *
 * @param contention - Of all of them; `null`: each group's own.
 */
function selectGroups(names: readonly string[], contention: number | null): WorkloadGroup[] {
  const all = Object.entries<WorkloadGroup>(workloadGroups);
  const known = new Set(all.flatMap(([name, { workloads }]) => [name, ...workloads.map((one) => one.name)]));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) throw new RangeError(`no workload is called ${unknown.join(', ')}`);
  const isAsked = (group: string, workload: Workload) =>
    names.length === 0 || names.includes(group) || names.includes(workload.name);
  return all
    .map(([name, group]) => ({
      ...group,
      contention: contention ?? group.contention,
      workloads: group.workloads.filter((one) => isAsked(name, one)),
    }))
    .filter(({ workloads }) => workloads.length > 0);
}

async function writeFiles(folder: string, workload: Workload, load: WorkloadOptions): Promise<void> {
  const { block, prestate, names } = await buildWorkload(workload, load);
  const own = join(folder, workload.name);
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, 'block.json'), `${JSON.stringify(block, null, 1)}\n`);
  writeFileSync(join(own, 'prestate.json'), `${JSON.stringify(prestate, null, 1)}\n`);
  writeFileSync(join(own, 'names.json'), `${JSON.stringify(Object.fromEntries(names), null, 1)}\n`);
}

async function main(): Promise<void> {
  const { groups, seed, size, workers, rounds, out, isWritten } = readArguments();
  const executor = await createExecutor({ workers });
  const contenders = [
    runBlockContender('runBlock', 'plain'),
    ownContender('pevm-analyze', executor, 'many', 'auto'),
  ];
  const measured: MeasuredGroup[] = [];
  for (const { title, contention, workloads } of groups) {
    const load = { seed, size, contention };
    const rows: WorkloadRow[] = [];
    process.stdout.write(`\n${title}\n`);
    for (const workload of workloads) {
      if (out !== null) await writeFiles(out, workload, load);
      const row = await measureWorkload(workload, load, { contenders, rounds });
      rows.push(row);
      process.stdout.write(rowText(row));
    }
    measured.push({ title, contention, rows });
  }
  await executor.close();
  if (isWritten) {
    const method =
      `\`npm run examples -- --write\`: ${size} transactions each, seed ${seed}; ${workers} workers, ` +
      `${rounds === 1 ? 'one run' : `medians of ${rounds} runs`} after one that does not count; ${machineText(describeMachine())}.`;
    const text = `${method}\n\n${workloadTables(measured)}`;
    writeFileSync(DOCUMENT, withSection(readFileSync(DOCUMENT, 'utf8'), 'workloads', text));
  }
  if (measured.some(({ rows }) => rows.some(({ misses }) => misses > 0))) process.exitCode = 1;
}

await main();
