/** Findings as SARIF 2.1.0, for code scanning. */
import { type RegionFinder, regionsIn } from '../input/text-region.ts';
import type { Finding } from './finding.ts';
import type { LintResult } from './lint.ts';
import { RULES, type Rule } from './rules.ts';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/** What the findings stand in. */
export interface SarifSource {
  /** Path of the input's file, relative to the repository, with `/` between its parts; absent: there is none. */
  readonly path?: string;
  /** The file's text; absent: regions are not known. */
  readonly text?: string;
  /** Of this package. */
  readonly version?: string;
}

/** A SARIF log: plain JSON values. */
export interface SarifLog {
  readonly $schema: string;
  readonly version: '2.1.0';
  readonly runs: readonly Readonly<Record<string, unknown>>[];
}

/** One run of one tool, with a result for each finding. The same for the same findings and source. */
export function buildSarif(result: LintResult, source: SarifSource = {}): SarifLog {
  const { path, text, version } = source;
  const uri = path === undefined ? null : uriOf(path);
  const regions = text === undefined ? null : regionsIn(text);
  const rules = Object.entries<Rule>(RULES);
  const indices = new Map(rules.map(([id], index) => [id, index]));
  const fingerprints = fingerprintsOf(result);
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'pevm-analyze',
            ...(version !== undefined && { semanticVersion: version }),
            rules: rules.map(([id, { severity, title, help }]) => ({
              id,
              shortDescription: { text: `${title}.` },
              fullDescription: { text: help },
              help: { text: help },
              defaultConfiguration: { level: severity },
            })),
          },
        },
        ...(uri !== null && { artifacts: [{ location: { uri } }] }),
        columnKind: 'utf16CodeUnits',
        results: result.findings.map((finding, at) => ({
          ruleId: finding.rule,
          ruleIndex: indices.get(finding.rule) ?? -1,
          level: finding.severity,
          message: { text: finding.message },
          locations: [location(finding, result, uri, regions)],
          partialFingerprints: { 'finding/v1': fingerprints[at] ?? '' },
          ...(finding.gas !== null && { properties: { savesGas: Number(finding.gas) } }),
        })),
      },
    ],
  };
}

function location(finding: Finding, result: LintResult, uri: string | null, regions: RegionFinder | null) {
  const region = regions?.(finding.transaction, ...innerPath(finding)) ?? null;
  return {
    ...(uri !== null && {
      physicalLocation: {
        artifactLocation: { uri, index: 0 },
        ...(region !== null && { region }),
      },
    }),
    logicalLocations: [
      {
        name: `transactions[${finding.transaction}]`,
        fullyQualifiedName: qualifiedName(finding, result),
        kind: 'object',
      },
    ],
  };
}

function innerPath({ entry, entrySlot }: Finding): (string | number)[] {
  if (entry === null) return [];
  return ['accessList', entry, ...(entrySlot === null ? [] : ['storageKeys', entrySlot])];
}

function hashOf({ transaction }: Finding, { input }: LintResult): string {
  return input.transactions[transaction]?.hash ?? `${transaction}`;
}

/** Transaction, account and slot. */
function qualifiedName(finding: Finding, result: LintResult): string {
  return [hashOf(finding, result), finding.address, finding.slot].filter((part) => part !== null).join('/');
}

/**
 * What makes each finding the same one in another run: not where it stands, nor how much gas it is about. Of several
 * on the same thing, such as a slot that is listed three times, the first is the first one again.
 */
function fingerprintsOf(result: LintResult): string[] {
  const counts = new Map<string, number>();
  return result.findings.map((finding) => {
    const name = `${finding.rule}:${qualifiedName(finding, result)}`;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === 1 ? name : `${name}:${count}`;
  });
}

/** A relative reference, or a `file:` URI for an absolute path. */
function uriOf(path: string): string {
  const plain = path.replaceAll('\\', '/');
  const encoded = plain
    .split('/')
    .map((part) => encodeURIComponent(part))
    .join('/');
  if (plain.startsWith('/')) return `file://${encoded}`;
  return encoded.replace(/^(\.\/)+/, '');
}
