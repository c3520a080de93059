export interface TerminalSize {
  readonly cols: number;
  readonly rows: number;
}

/**
 * A command line on a terminal of its own, as ECS Exec gives it one: `script` opens a pseudo-terminal. What Linux and
 * the BSDs call `script` differ in how they are told the command.
 */
export function onTerminal(
  commandLine: string,
  { cols, rows }: TerminalSize,
): { readonly command: string; readonly args: readonly string[] } {
  const sized = `stty rows ${rows} cols ${cols}; ${commandLine}`;
  return process.platform === "linux"
    ? { command: "script", args: ["-q", "-e", "-f", "-c", sized, "/dev/null"] }
    : { command: "script", args: ["-q", "/dev/null", "/bin/sh", "-c", sized] };
}
