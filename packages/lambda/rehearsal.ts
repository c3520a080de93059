/**
 * All of a call of the SDK but the call: its client finds its settings, writes the request, signs it and loads Node's HTTP,
 * and ends where an aborted request ends. While a function starts, Lambda gives it more processor time than with an event.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
export async function rehearse(
  call: (options: { readonly abortSignal: AbortSignal }) => Promise<unknown>,
): Promise<void> {
  // What is wrong but that it was aborted, such as an unknown region, is told by the first call, too: to whom it matters.
  await call({ abortSignal: AbortSignal.abort() }).catch(() => undefined);
}
