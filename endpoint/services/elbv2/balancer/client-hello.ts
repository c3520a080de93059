/** What the first flight of a TLS client says of the server it wants; no host when it names none. */
export type ServerName = { readonly kind: "incomplete" } | { readonly kind: "read"; readonly host: string | undefined };

const incomplete: ServerName = { kind: "incomplete" };
const nameless: ServerName = { kind: "read", host: undefined };

const recordHeader = 5;
const handshakeHeader = 4;
const handshakeRecord = 22;
const clientHello = 1;
const serverNameExtension = 0;
const hostName = 0;

/**
 * The server name that a client asks for, read without answering it.
 * https://www.rfc-editor.org/rfc/rfc8446#section-4.1.2 and https://www.rfc-editor.org/rfc/rfc6066#section-3
 */
export function serverNameOf(bytes: Buffer): ServerName {
  const message = firstMessage(bytes);
  if (message === undefined) return incomplete;
  // Whatever is malformed names no host: the TLS server that gets the connection says what is wrong with it.
  if (message[0] !== clientHello) return nameless;
  try {
    return { kind: "read", host: nameIn(message) };
  } catch (error) {
    if (error instanceof RangeError) return nameless;
    throw error;
  }
}

/** The first handshake message, which may come in several records. Undefined while some of it is missing. */
function firstMessage(bytes: Buffer): Buffer | undefined {
  let message: Buffer = Buffer.alloc(0);
  for (let at = 0; at + recordHeader <= bytes.length && bytes[at] === handshakeRecord; ) {
    const end = at + recordHeader + bytes.readUInt16BE(at + 3);
    if (end > bytes.length) return undefined;
    message = Buffer.concat([message, bytes.subarray(at + recordHeader, end)]);
    if (message.length >= handshakeHeader && message.length >= handshakeHeader + message.readUIntBE(1, 3)) {
      return message;
    }
    at = end;
  }
  return undefined;
}

function nameIn(hello: Buffer): string | undefined {
  // Past the version and the random number.
  let at = handshakeHeader + 2 + 32;
  at += 1 + hello.readUInt8(at); // the session's id
  at += 2 + hello.readUInt16BE(at); // cipher suites
  at += 1 + hello.readUInt8(at); // compression methods
  const end = at + 2 + hello.readUInt16BE(at);
  at += 2;
  while (at + 4 <= end) {
    const [type, length] = [hello.readUInt16BE(at), hello.readUInt16BE(at + 2)];
    at += 4;
    // A list with one entry: its kind, then the name.
    if (type === serverNameExtension && hello.readUInt8(at + 2) === hostName) {
      const start = at + 5;
      return hello.toString("latin1", start, start + hello.readUInt16BE(at + 3)).toLowerCase();
    }
    at += length;
  }
  return undefined;
}
