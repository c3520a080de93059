/**
 * The commands of a bash block, each on one line as a shell reads it: continued lines joined, comments left out. A
 * quote or a parenthesis that is open at the end of a line goes on in the next.
 */
export function commandsOf(text: string): readonly string[] {
  const commands: string[] = [];
  let open = "";
  for (const line of text.replaceAll(/\\\n\s*/g, "").split("\n")) {
    open = open === "" ? withoutComment(line) : `${open}\n${line}`;
    if (isOpen(open)) continue;
    const command = open.trim().replaceAll(/ {2,}/g, " ");
    if (command !== "") commands.push(command);
    open = "";
  }
  if (open !== "") throw new Error(`A quote or a parenthesis is left open: ${open}`);
  return commands;
}

/** The words after `./fleet`, where a command is that and nothing a shell would have to do. */
export function fleetWords(command: string): readonly string[] | undefined {
  const words = /^\.\/fleet ([^$`|<>&;()"'\\]+)$/.exec(command)?.[1];
  return words?.trim().split(/\s+/);
}

/** What `export` lines of a block set. */
export function exportsOf(commands: readonly string[]): Readonly<Record<string, string>> {
  const assignments = commands
    .filter((command) => command.startsWith("export "))
    .flatMap((command) => [...command.matchAll(/([A-Z_]+)=([^\s"'$`]+)/g)]);
  return Object.fromEntries(assignments.map(([, name = "", value = ""]) => [name, value]));
}

function withoutComment(line: string): string {
  return /^\s*#/.test(line) ? "" : line.replace(/\s+#\s[^'"]*$/, "");
}

function isOpen(command: string): boolean {
  const count = (of: string) => command.split(of).length - 1;
  const unquoted = command.replaceAll(/'[^']*'/g, "");
  const parentheses = unquoted.split("(").length - unquoted.split(")").length;
  return count("'") % 2 === 1 || parentheses > 0;
}
