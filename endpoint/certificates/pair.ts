import { createPrivateKey, randomUUID, X509Certificate } from "node:crypto";
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** A certificate and its private key as PEM text. */
export interface Pair {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface PairPaths {
  readonly certificatePath: string;
  readonly privateKeyPath: string;
}

/** The pair on disk, or undefined when it is missing, unreadable as PEM, or the halves do not belong together. */
export async function readPair(paths: PairPaths): Promise<Pair | undefined> {
  const [certificate, privateKey] = await Promise.all([
    readIfThere(paths.certificatePath),
    readIfThere(paths.privateKeyPath),
  ]);
  if (certificate === undefined || privateKey === undefined) return undefined;
  return belongTogether(certificate, privateKey) ? { certificate, privateKey } : undefined;
}

/** Each file appears whole or not at all; a crash between the two leaves halves that `readPair` rejects. */
export async function writePair(paths: PairPaths, pair: Pair): Promise<void> {
  await mkdir(dirname(paths.privateKeyPath), { recursive: true, mode: 0o700 });
  await replaceFile(paths.privateKeyPath, pair.privateKey, 0o600);
  await replaceFile(paths.certificatePath, pair.certificate, 0o644);
}

function belongTogether(certificate: string, privateKey: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey));
  } catch {
    // Not PEM: as good as missing, so a new one is made.
    return false;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, text, { mode });
  await chmod(draft, mode);
  await rename(draft, path);
}
