/** A variable in an argument: `$NAME` or `${NAME}`. */
const variable = /\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/g;

/**
 * Arguments with the variables put in whose values are known: a program that is started without a shell would see
 * `$PORT` as it stands. What is unknown stays, for a shell to expand.
 */
export function expandArguments(args: readonly string[], values: Readonly<Record<string, string>>): readonly string[] {
  return args.map((arg) =>
    arg.replace(variable, (whole, plain?: string, braced?: string) => {
      const name = plain ?? braced ?? "";
      return Object.hasOwn(values, name) ? (values[name] ?? whole) : whole;
    }),
  );
}

/** Names of the variables in arguments, each once. */
export function variablesIn(args: readonly string[]): readonly string[] {
  const found = args.flatMap((arg) => [...arg.matchAll(variable)].map(([, plain, braced]) => plain ?? braced ?? ""));
  return [...new Set(found)];
}

/** Whether a shell reads the arguments, and expands what is in them by itself. */
export function isShell([program = ""]: readonly string[]): boolean {
  return /^(?:.*\/)?(?:ba|da|a|z)?sh$/.test(program);
}
