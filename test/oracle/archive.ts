/** Files of a `.tar.gz`, one after the other, without unpacking it to disk. */
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { keccak256 } from '../../src/input/keccak.ts';

export interface ArchiveFile {
  readonly name: string;
  readonly json: unknown;
}

/** The JSON files of an archive in its order; `wanted` decides by name, before anything is parsed. */
export async function* archiveFiles(
  path: string,
  wanted: (name: string) => boolean,
): AsyncGenerator<ArchiveFile> {
  const entries = extract();
  const source = createReadStream(path);
  const unzipped = source.pipe(createGunzip());
  source.on('error', (error) => entries.destroy(error));
  unzipped.on('error', (error) => entries.destroy(error));
  unzipped.pipe(entries);
  try {
    for await (const entry of entries) {
      const { name, type } = entry.header;
      if (type === 'file' && name.endsWith('.json') && wanted(name)) {
        yield { name, json: JSON.parse(await textOf(entry)) };
      } else {
        entry.resume();
      }
    }
  } finally {
    source.destroy();
  }
}

async function textOf(entry: AsyncIterable<unknown>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks).toString('utf8');
}

/** Whether a name is among the one in `every` that are taken: always the same ones. */
export function isSampled(name: string, every: number): boolean {
  const [a = 0, b = 0, c = 0] = keccak256(new TextEncoder().encode(name));
  return (a * 65536 + b * 256 + c) % every === 0;
}
