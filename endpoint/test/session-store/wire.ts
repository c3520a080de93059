import { once } from "node:events";
import { connect, type TLSSocket } from "node:tls";

/** One reply, with its type: `["$", "text"]`, `["*", [...]]`, `[":", "1"]`. Maps are flat. */
export type Node = readonly [type: string, value: string | readonly Node[] | null];

/** A client that knows frames and nothing else: what it shows is what was sent. */
export class Wire {
  readonly #socket: TLSSocket;
  #text = "";
  #ended = false;
  #wake = () => {};

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (data: Buffer) => {
      this.#text += data.toString("latin1");
      this.#wake();
    });
    for (const event of ["error", "close"]) {
      socket.on(event, () => {
        this.#ended = true;
        this.#wake();
      });
    }
  }

  static async open({ host, port }: { readonly host: string; readonly port: number }): Promise<Wire> {
    const socket = connect({ host, port, rejectUnauthorized: false });
    await once(socket, "secureConnect");
    return new Wire(socket);
  }

  /** @returns the bytes of the reply, one character each */
  async ask(...words: readonly string[]): Promise<string> {
    this.send(frame(words));
    return this.next();
  }

  send(bytes: string): void {
    this.#socket.write(bytes, "latin1");
  }

  /** The next reply; "closed" where there will be none. */
  async next(): Promise<string> {
    for (;;) {
      const end = parse(this.#text, 0)?.end;
      if (end !== undefined) {
        const reply = this.#text.slice(0, end);
        this.#text = this.#text.slice(end);
        return reply;
      }
      if (this.#ended) return "closed";
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}

export function frame(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
}

export function nodeOf(reply: string): Node {
  return parse(reply, 0)?.node ?? ["", reply];
}

/** As {@link nodeOf}, for replies whose items come in any order. */
export function sorted(node: Node): Node {
  const [type, value] = node;
  if (typeof value === "string" || value === null) return node;
  const items = value.map(sorted).map((item) => JSON.stringify(item));
  return [type, items.toSorted().map((item) => JSON.parse(item))];
}

function parse(text: string, at: number): { readonly node: Node; readonly end: number } | undefined {
  const lineEnd = text.indexOf("\r\n", at);
  if (lineEnd < 0) return undefined;
  const type = text.charAt(at);
  const head = text.slice(at + 1, lineEnd);
  const start = lineEnd + 2;
  if (!"$=*~%>".includes(type) || head === "-1") return { node: [type, head === "-1" ? null : head], end: start };
  if ("$=".includes(type)) {
    const end = start + Number(head) + 2;
    return end > text.length ? undefined : { node: [type, text.slice(start, end - 2)], end };
  }
  const items: Node[] = [];
  let next = start;
  for (let left = Number(head) * (type === "%" ? 2 : 1); left > 0; left--) {
    const item = parse(text, next);
    if (item === undefined) return undefined;
    items.push(item.node);
    next = item.end;
  }
  return { node: [type, items], end: next };
}
