import { createHash, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { join } from "node:path";
import { generate } from "selfsigned";
import { readPair, writePair } from "./pair.ts";

const day = 24 * 60 * 60 * 1000;

/** Browsers refuse leaves valid for longer than 398 days; a day is left for clocks that differ. */
const leafLifetime = 397 * day;
const authorityLifetime = 3650 * day;

/** A certificate is replaced this long before it expires, so that none expires while `npm start` is up. */
const renewBefore = 30 * day;

/** Covers the names that an operator or a health check uses on this machine, whatever else is asked for. */
const ownNames = ["localhost", "127.0.0.1"] as const;

/** A certificate with its private key, as PEM text and as the files that hold them. */
export interface Certificate {
  /** The leaf and the authority that signed it. */
  readonly certificate: string;
  readonly privateKey: string;
  readonly certificatePath: string;
  readonly privateKeyPath: string;
}

/** A certificate authority of this project alone, for names that only resolve to loopback. */
export interface Authority {
  /** What clients are told to trust: `NODE_EXTRA_CA_CERTS`, `curl --cacert`, `redis-cli --cacert`. */
  readonly caPath: string;
  readonly ca: string;
  /**
   * A server certificate for `names` (DNS names, wildcards, IP addresses) and for localhost; the same one while it is
   * valid for 30 days more and was signed by this authority.
   */
  issue(names: readonly string[]): Promise<Certificate>;
}

/**
 * Opens the authority kept in `folder`, or makes it on first use. Private keys are readable by their owner only.
 * @param now milliseconds since the epoch
 */
export async function openAuthority(folder: string, now: () => number = Date.now): Promise<Authority> {
  const { pair, certificatePath } = await authorityPair(folder, now);
  const signer = new X509Certificate(pair.certificate);

  return {
    caPath: certificatePath,
    ca: pair.certificate,
    async issue(names) {
      const covered = [...new Set([...names, ...ownNames])].sort();
      const base = join(folder, `leaf-${createHash("sha256").update(covered.join()).digest("hex").slice(0, 16)}`);
      const paths = { certificatePath: `${base}.pem`, privateKeyPath: `${base}.key` };
      const kept = await readPair(paths);
      if (kept !== undefined && isFresh(kept.certificate, now()) && isSignedBy(kept.certificate, signer)) {
        return { ...kept, ...paths };
      }
      const leaf = await generate([{ name: "commonName", value: covered[0] ?? "localhost" }], {
        keyType: "ec",
        algorithm: "sha256",
        notBeforeDate: new Date(now() - day),
        notAfterDate: new Date(now() - day + leafLifetime),
        ca: { key: pair.privateKey, cert: pair.certificate },
        extensions: [
          { name: "basicConstraints", cA: false, critical: true },
          { name: "keyUsage", digitalSignature: true, critical: true },
          { name: "extKeyUsage", serverAuth: true },
          {
            name: "subjectAltName",
            altNames: covered.map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name })),
          },
        ],
      });
      const issued = { certificate: `${leaf.cert.trimEnd()}\n${pair.certificate}`, privateKey: leaf.private };
      await writePair(paths, issued);
      return { ...issued, ...paths };
    },
  };
}

async function authorityPair(folder: string, now: () => number) {
  const paths = { certificatePath: join(folder, "ca.pem"), privateKeyPath: join(folder, "ca.key") };
  const kept = await readPair(paths);
  if (kept !== undefined && isFresh(kept.certificate, now())) return { pair: kept, ...paths };
  const made = await generate([{ name: "commonName", value: "mcp-fleet local CA" }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(now() - day),
    notAfterDate: new Date(now() + authorityLifetime),
    extensions: [
      { name: "basicConstraints", cA: true, pathLenConstraint: 0, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const pair = { certificate: made.cert, privateKey: made.private };
  await writePair(paths, pair);
  return { pair, ...paths };
}

function isFresh(pem: string, now: number): boolean {
  const certificate = new X509Certificate(pem);
  return certificate.validFromDate.getTime() <= now && certificate.validToDate.getTime() - renewBefore > now;
}

function isSignedBy(pem: string, signer: X509Certificate): boolean {
  return new X509Certificate(pem).verify(signer.publicKey);
}
