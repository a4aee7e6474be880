/** The reference of the public names, as Markdown, from the declarations and doc comments in `dist`. */
import { fileURLToPath } from 'node:url';
import { type ExportedDeclarations, type JSDoc, Node, Project } from 'ts-morph';

/** Folder or file of `src` to heading, in the order of the stages. */
const STAGES: readonly (readonly [string, string])[] = [
  ['run', 'A whole run'],
  ['input', 'Input'],
  ['state', 'State'],
  ['snapshot', 'Snapshots'],
  ['analysis', 'Analysis'],
  ['graph', 'Conflict graph and plan'],
  ['executor', 'Execution'],
  ['mempool', 'Mempool'],
  ['ordering', 'Blocks out of pools'],
  ['names', 'Names for people'],
  ['lint', 'Lint'],
  ['advice', 'Advice'],
  ['report', 'Reports'],
  ['output', 'Files'],
  ['errors', 'Errors'],
];

interface Entry {
  readonly name: string;
  readonly stage: string;
  readonly text: string;
  readonly isCallable: boolean;
}

export function apiReference(): string {
  const dist = fileURLToPath(new URL('../dist/', import.meta.url));
  const project = new Project({ compilerOptions: { skipLibCheck: true }, skipAddingFilesFromTsConfig: true });
  const index = project.addSourceFileAtPath(`${dist}index.d.ts`);
  const entries: Entry[] = [];
  for (const [name, declarations] of index.getExportedDeclarations()) {
    const [first] = declarations;
    if (first === undefined) continue;
    const stage = first.getSourceFile().getFilePath().slice(dist.length).split(/[/.]/)[0] ?? '';
    entries.push({ name, stage, text: entryText(name, first), isCallable: isCallable(first) });
  }
  const unplaced = entries.filter(({ stage }) => !STAGES.some(([known]) => known === stage));
  if (unplaced.length > 0) {
    throw new Error(`no heading for ${unplaced.map(({ name, stage }) => `${name} of ${stage}`).join(', ')}`);
  }
  const sections = STAGES.flatMap(([stage, heading]) => {
    const own = entries.filter((entry) => entry.stage === stage).sort(byName);
    const ordered = [...own.filter((entry) => entry.isCallable), ...own.filter((entry) => !entry.isCallable)];
    return own.length === 0 ? [] : [`## ${heading}`, ...ordered.map(({ text }) => text)];
  });
  return `${['# The library', INTRODUCTION, ...sections].join('\n\n')}\n`;
}

const INTRODUCTION = `Every public name of \`import … from 'pevm-analyze'\`, functions before types. Made from the declarations and their comments by \`npm run docs\`. The JSON document has a [schema](../schema/pevm-analyze-1.schema.json) of its own.`;

function byName(one: Entry, other: Entry): number {
  return one.name < other.name ? -1 : 1;
}

function isCallable(node: ExportedDeclarations): boolean {
  return Node.isFunctionDeclaration(node);
}

function entryText(name: string, node: ExportedDeclarations): string {
  const documented = Node.isVariableDeclaration(node) ? node.getVariableStatementOrThrow() : node;
  const docs = Node.isJSDocable(documented) ? documented.getJsDocs() : [];
  const declaration = documented
    .getText()
    .replace(/^export (declare )?/, '')
    .replace(/^ +/gm, (indent) => ' '.repeat(Math.ceil(indent.length / 2)));
  return [`### ${name}`, ...docs.map(docText), `\`\`\`ts\n${declaration}\n\`\`\``].join('\n\n');
}

function docText(doc: JSDoc): string {
  const tags = doc.getTags().map((tag) => {
    const comment = (tag.getCommentText() ?? '').replace(/\n/g, ' ');
    const subject = Node.isJSDocParameterTag(tag) ? `\`${tag.getName()}\` ` : '';
    return `- *${tag.getTagName()}* ${subject}${comment}`;
  });
  const text = (doc.getCommentText() ?? '').trim();
  return [text, ...(tags.length === 0 ? [] : [tags.join('\n')])].filter((part) => part !== '').join('\n\n');
}
