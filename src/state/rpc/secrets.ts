/** What of a node's address may be shown: its host. Keys stand in paths, queries, and before the host. */

/** Shorter parts of a path are names such as `v3` or `rpc`. */
const SHORTEST_SECRET = 6;

export interface NodeAddress {
  /** Host and port, as errors name the node. */
  readonly host: string;
  /** The address without user and password. */
  readonly url: string;
  readonly credentials: { readonly user: string; readonly password: string } | null;
  /** Blots out all of the address but the host, wherever a text quotes it. */
  readonly redact: (text: string) => string;
}

/** Takes the address of a node apart. */
export function nodeAddress(address: string): NodeAddress {
  const url = new URL(address);
  const { username, password, host, pathname, search } = url;
  url.username = '';
  url.password = '';
  const user = decodeURIComponent(username);
  const word = decodeURIComponent(password);
  const parts = [...pathname.split('/'), ...[...url.searchParams.values()], user, word];
  const secrets = [address, url.href, `${pathname}${search}`, ...parts]
    .filter((part) => part.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length);
  return {
    host,
    url: url.href,
    credentials: username === '' && password === '' ? null : { user, password: word },
    redact: (text) => secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text),
  };
}
