/** A request's head as it goes to the target. */
export function requestHead(method: string, path: string, fields: readonly string[]): string {
  let head = `${method} ${path} HTTP/1.1\r\n`;
  for (let index = 0; index + 1 < fields.length; index += 2) head += `${fields[index]}: ${fields[index + 1]}\r\n`;
  return `${head}\r\n`;
}

/** Whether nothing in it could be read as another line: HTTP/2 carries bytes that HTTP/1.1 must not. */
export function fitsHttp1(path: string, fields: readonly string[]): boolean {
  return !/[^\x21-\xff]/.test(path) && !fields.some((field) => /[^\t\x20-\x7e\x80-\xff]/.test(field));
}
