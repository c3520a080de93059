/** A caller's mistake on `/mcp`: the status says whose it is, and the JSON-RPC error what it was. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: number;

  constructor(status: number, message: string, code = -32000) {
    super(message);
    this.name = "Refusal";
    this.status = status;
    this.code = code;
  }
}
