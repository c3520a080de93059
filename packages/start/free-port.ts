import { tryPort } from "@mcp-fleet/loopback/ports.ts";

/** Throws in one line when somebody listens there already, before a deploy fails over it. */
export async function requireFree(port: number, option: string): Promise<void> {
  const code = await tryPort(port);
  if (code === undefined) return;
  const reason = code === "EADDRINUSE" ? "is in use by another program" : `cannot be opened (${code})`;
  throw new Error(`Port ${port} ${reason}. Choose another: npm start -- ${option} ${port + 1}`);
}
