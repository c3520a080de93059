import type { ConsoleState } from "../state/state.ts";

/** Why nothing can be read, shown once when every part fails alike: the endpoint is gone, or the credentials are. */
export function commonProblem({ unreadable }: ConsoleState): string | undefined {
  const [first, ...others] = Object.values(unreadable);
  return others.length > 0 && others.every((reason) => reason === first) ? first : undefined;
}

export function Unreadable({ reason }: { readonly reason: string }) {
  return (
    <p class="problem whole" role="alert">
      <strong>The fleet cannot be read.</strong> What you see is from before. {reason}
    </p>
  );
}
