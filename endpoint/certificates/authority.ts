import { createHash, createPrivateKey, KeyObject, webcrypto, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { join } from "node:path";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { type Pair, readPair, writePair } from "./pair.ts";

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

const signing = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** As ACM names those that it makes keys of: https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html */
const keyAlgorithms = {
  EC_prime256v1: signing,
  EC_secp384r1: { name: "ECDSA", namedCurve: "P-384" },
  RSA_2048: {
    name: "RSASSA-PKCS1-v1_5",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: "SHA-256",
  },
} as const;
export type KeyAlgorithm = keyof typeof keyAlgorithms;

/** A certificate authority of this project alone, for names that only resolve to loopback. */
export interface Authority {
  /** What clients are told to trust: `NODE_EXTRA_CA_CERTS`, `curl --cacert`, `redis-cli --cacert`. */
  readonly caPath: string;
  readonly ca: string;
  /**
   * A server certificate for `names` (DNS names, wildcards, IP addresses) and for localhost; the same one while it is
   * valid for 30 days more and was signed by this authority. Its key is of 256 bits on an elliptic curve by default.
   */
  issue(names: readonly string[], algorithm?: KeyAlgorithm): Promise<Certificate>;
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
    async issue(names, algorithm = "EC_prime256v1") {
      const covered = [...new Set([...names, ...ownNames])].sort();
      const identity = createHash("sha256")
        .update([...covered, algorithm].join())
        .digest("hex")
        .slice(0, 16);
      const base = join(folder, `leaf-${identity}`);
      const paths = { certificatePath: `${base}.pem`, privateKeyPath: `${base}.key` };
      const kept = await readPair(paths);
      if (kept !== undefined && isFresh(kept.certificate, now()) && isSignedBy(kept.certificate, signer)) {
        return { ...kept, ...paths };
      }
      const leaf = await certify({
        subject: covered[0] ?? "localhost",
        keys: await makeKeys(algorithm),
        lifetime: [now() - day, now() - day + leafLifetime],
        extensions: [
          new BasicConstraintsExtension(false, undefined, true),
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
          new SubjectAlternativeNameExtension(
            covered.map((name) => ({ type: isIP(name) === 0 ? ("dns" as const) : ("ip" as const), value: name })),
          ),
        ],
        issuer: {
          name: signer.subject,
          key: await createPrivateKey(pair.privateKey).toCryptoKey(signing, false, ["sign"]),
        },
      });
      const issued = { ...leaf, certificate: `${leaf.certificate}\n${pair.certificate}` };
      await writePair(paths, issued);
      return { ...issued, ...paths };
    },
  };
}

async function authorityPair(folder: string, now: () => number) {
  const paths = { certificatePath: join(folder, "ca.pem"), privateKeyPath: join(folder, "ca.key") };
  const kept = await readPair(paths);
  if (kept !== undefined && isFresh(kept.certificate, now())) return { pair: kept, ...paths };
  const keys = await makeKeys("EC_prime256v1");
  const pair = await certify({
    subject: "mcp-fleet local CA",
    keys,
    lifetime: [now() - day, now() + authorityLifetime],
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
    issuer: { name: "CN=mcp-fleet local CA", key: keys.privateKey },
  });
  await writePair(paths, pair);
  return { pair, ...paths };
}

async function makeKeys(algorithm: KeyAlgorithm): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(keyAlgorithms[algorithm], true, ["sign", "verify"]);
}

async function certify(of: {
  readonly subject: string;
  readonly keys: webcrypto.CryptoKeyPair;
  /** From and until, milliseconds since the epoch. */
  readonly lifetime: readonly [number, number];
  readonly extensions: Extension[];
  readonly issuer: { readonly name: string; readonly key: webcrypto.CryptoKey };
}): Promise<Pair> {
  const certificate = await X509CertificateGenerator.create({
    subject: `CN=${of.subject}`,
    issuer: of.issuer.name,
    notBefore: new Date(of.lifetime[0]),
    notAfter: new Date(of.lifetime[1]),
    signingAlgorithm: signing,
    publicKey: of.keys.publicKey,
    signingKey: of.issuer.key,
    extensions: of.extensions,
  });
  const privateKey = KeyObject.from(of.keys.privateKey).export({ type: "pkcs8", format: "pem" });
  return { certificate: certificate.toString("pem"), privateKey: String(privateKey) };
}

function isFresh(pem: string, now: number): boolean {
  const certificate = new X509Certificate(pem);
  return certificate.validFromDate.getTime() <= now && certificate.validToDate.getTime() - renewBefore > now;
}

function isSignedBy(pem: string, signer: X509Certificate): boolean {
  return new X509Certificate(pem).verify(signer.publicKey);
}
