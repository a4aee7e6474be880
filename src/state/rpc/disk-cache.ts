/**
 * What never changes once it is known, on disk: blocks, code, and the state after a block, by their hashes. Every
 * entry is a file of its own with a checksum in front; it appears whole or not at all, so that any number of
 * processes may share a folder. What cannot be read, or is not what was written, counts as not there, and what
 * cannot be written is left: a cache is never why something fails.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

/** Bytes on disk; a block's state takes some hundred thousand. */
const MAX_BYTES = 512 * 2 ** 20;
const CHECKSUM_BYTES = 32;

/** Folders of entries. */
export const ENTRY_FOLDERS = { state: 'state', code: 'code' } as const;
/** Names of entries, as `CachedState` makes them, and of those that are not whole yet. Nothing else is ever removed. */
const ENTRIES: readonly (readonly [folder: string, name: RegExp])[] = [
  [ENTRY_FOLDERS.state, /^[0-9]+-0x[0-9a-f]{64}(\.[0-9a-f-]{36}\.tmp)?$/],
  [ENTRY_FOLDERS.code, /^[0-9a-f]{64}(\.[0-9a-f-]{36}\.tmp)?$/],
];

/** Where caches of users are kept (XDG Base Directory Specification). */
export function userCacheFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const base = environment.XDG_CACHE_HOME ?? '';
  return join(isAbsolute(base) ? base : join(homedir(), '.cache'), 'pevm-analyze');
}

export class DiskCache {
  readonly #folder: string;
  readonly #maxBytes: number;

  constructor(folder: string, maxBytes = MAX_BYTES) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  /** The entry's content; `null`: it is not there. */
  async read(name: string): Promise<Buffer | null> {
    const path = join(this.#folder, name);
    try {
      const file = await readFile(path);
      const body = file.subarray(CHECKSUM_BYTES);
      if (!checksum(body).equals(file.subarray(0, CHECKSUM_BYTES))) return null;
      const now = new Date();
      await utimes(path, now, now).catch(() => {});
      return gunzipSync(body);
    } catch {
      return null;
    }
  }

  /** Puts an entry there, in place of an earlier one. */
  async write(name: string, content: Uint8Array | string): Promise<void> {
    const path = join(this.#folder, name);
    const temporary = `${path}.${randomUUID()}.tmp`;
    try {
      const body = gzipSync(content);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(temporary, Buffer.concat([checksum(body), body]));
      await rename(temporary, path);
    } catch {
      await rm(temporary, { force: true }).catch(() => {});
    }
  }

  /** Removes entries that have not been used for longest, where there is too much of them. */
  async trim(): Promise<void> {
    try {
      const paths = await Promise.all(ENTRIES.map(([folder, form]) => this.#entries(folder, form)));
      const files = await Promise.all(
        paths.flat().map(async (path) => {
          const found = await stat(path).catch(() => null);
          return found?.isFile() === true ? [{ path, bytes: found.size, usedAt: found.mtimeMs }] : [];
        }),
      );
      const oldestFirst = files.flat().sort((a, b) => a.usedAt - b.usedAt);
      let bytes = oldestFirst.reduce((sum, file) => sum + file.bytes, 0);
      for (const file of oldestFirst) {
        if (bytes <= this.#maxBytes) return;
        await rm(file.path, { force: true });
        bytes -= file.bytes;
      }
    } catch {
      // There is none, or it is somebody else's.
    }
  }

  /** The folder is the user's choice: other files may lie there. */
  async #entries(folder: string, form: RegExp): Promise<string[]> {
    const names = await readdir(join(this.#folder, folder)).catch(() => []);
    return names.filter((name) => form.test(name)).map((name) => join(this.#folder, folder, name));
  }
}

function checksum(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
