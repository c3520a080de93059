/** A client that is connected to one server, and logged in where that asks for it. */
export interface Connection {
  call(tool: string, input: Record<string, unknown>): Promise<unknown>;
  close(): Promise<void>;
}
