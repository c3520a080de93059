/**
 * A request's head as it goes to the target. Undefined for what could be read as more than one line: HTTP/2 carries
 * bytes that HTTP/1.1 must not.
 */
export function requestHead(method: string, path: string, fields: readonly string[]): string | undefined {
  if (/[^\x21-\xff]/.test(path)) return undefined;
  let head = `${method} ${path} HTTP/1.1\r\n`;
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const value = fields[index + 1] ?? "";
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) return undefined;
    head += `${fields[index]}: ${value}\r\n`;
  }
  return `${head}\r\n`;
}
