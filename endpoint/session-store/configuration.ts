import { splitInline } from "./inline.ts";

/** What a `redis.conf` configures: the same file starts a real server. */
export interface Configuration {
  readonly host: string;
  readonly port: number;
  readonly certFile: string;
  readonly keyFile: string;
  readonly maxMemory: number;
  readonly maxClients: number;
  /** Names and rules, in their order. */
  readonly users: readonly (readonly [name: string, ...rules: string[]])[];
}

/** For what this server does in one way only. */
const fixed: Readonly<Record<string, string>> = {
  port: "0",
  "tls-auth-clients": "no",
  save: "",
  appendonly: "no",
  "maxmemory-policy": "volatile-lru",
};
/** What has no meaning here: nobody shows a certificate, nothing is written. */
const ignored: ReadonlySet<string> = new Set(["tls-ca-cert-file", "dir"]);

/** Throws where the file asks for anything that this server does not do. */
export function parseConfiguration(text: string): Configuration {
  const said = new Map<string, string>();
  const users: (readonly [string, ...string[]])[] = [];
  for (const line of text.split("\n")) {
    const [directive, value, ...rest] = splitInline(line) ?? [line];
    if (directive === undefined || directive.startsWith("#") || ignored.has(directive)) continue;
    if (directive === "user" && value !== undefined) users.push([value, ...rest]);
    else if (value === undefined || rest.length > 0 || (fixed[directive] ?? value) !== value)
      throw new Error(`The session store cannot do ${JSON.stringify(line)}.`);
    else said.set(directive, value);
  }
  return {
    host: wanted("bind"),
    port: natural("tls-port"),
    certFile: wanted("tls-cert-file"),
    keyFile: wanted("tls-key-file"),
    maxMemory: natural("maxmemory"),
    maxClients: natural("maxclients"),
    users,
  };

  function wanted(directive: string): string {
    const value = said.get(directive);
    if (value === undefined) throw new Error(`The session store needs ${directive} in its configuration.`);
    return value;
  }

  function natural(directive: string): number {
    const value = wanted(directive);
    if (!/^\d{1,15}$/.test(value)) throw new Error(`${directive} is ${JSON.stringify(value)}; it is a whole number.`);
    return Number(value);
  }
}
