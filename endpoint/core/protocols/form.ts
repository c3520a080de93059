/** Whether a request speaks the query protocol, in its body or, on a GET, in its address. */
export function isForm(request: {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}): boolean {
  return (
    request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded") ?? request.query.has("Action")
  );
}
