/** The pages of the manual, one a command, as Markdown, from the source of `--help`. */
import { type Argument, Command, type Option } from 'commander';
import { EXIT_CODES, type FileKind, type Manual } from '../src/cli/manual.ts';
import { commands } from '../src/cli/program.ts';

type Row = readonly string[];

/** File name in `docs/commands` to text. */
export function commandPages(): ReadonlyMap<string, string> {
  return new Map(
    commands(new Command('pevm-analyze')).map(({ command, manual }) => [
      `${command.name()}.md`,
      pageText(command, manual),
    ]),
  );
}

function pageText(command: Command, { about, examples, files }: Manual): string {
  return `${[
    `# pevm-analyze ${command.name()}`,
    `Made from the source of \`pevm-analyze help ${command.name()}\` by \`npm run docs\`.`,
    fenced(`pevm-analyze ${command.name()} ${command.usage()}`),
    about,
    '## Examples',
    fenced(examples.map((example) => `# ${example.does}\n${example.command}`).join('\n\n')),
    '## Arguments',
    table(['argument', 'is'], command.registeredArguments.map(argumentRow)),
    ...[...optionGroups(command.options)].flatMap(([heading, options]) => [
      `## ${heading}`,
      table(['option', 'does'], options.map(optionRow)),
    ]),
    '## Files',
    'Kinds of files for `--out`, by extension. With `.gz` behind it a file is compressed.',
    table(['extension', 'holds'], files.map(fileRow)),
    '## Exit codes',
    table(
      ['code', 'means'],
      EXIT_CODES.map(({ code, means }) => [`${code}`, means]),
    ),
  ].join('\n\n')}\n`;
}

/** By heading, in the order in which the headings come first. */
function optionGroups(options: readonly Option[]): ReadonlyMap<string, readonly Option[]> {
  const groups = new Map<string, readonly Option[]>();
  for (const option of options) {
    const heading = option.helpGroupHeading?.replace(/:$/, '') ?? 'Options';
    groups.set(heading, [...(groups.get(heading) ?? []), option]);
  }
  return groups;
}

function fileRow({ extension, description, needs }: FileKind): Row {
  return [code(extension), needs === 'execution' ? `${description} (\`execute\` only)` : description];
}

function argumentRow(argument: Argument): Row {
  return [code(argument.required ? `<${argument.name()}>` : `[${argument.name()}]`), argument.description];
}

function optionRow({
  flags,
  description,
  argChoices,
  defaultValue,
  defaultValueDescription,
  negate,
}: Option): Row {
  const notes = [
    ...(argChoices === undefined ? [] : [`one of ${argChoices.map(code).join(', ')}`]),
    ...(defaultValue === undefined || negate
      ? []
      : [`default: ${defaultValueDescription ?? code(defaultValue)}`]),
  ];
  return [code(flags), notes.length === 0 ? description : `${description} (${notes.join('; ')})`];
}

function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function fenced(text: string): string {
  return `\`\`\`sh\n${text}\n\`\`\``;
}

function code(text: string): string {
  return `\`${text}\``;
}
