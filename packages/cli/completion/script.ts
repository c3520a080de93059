import type { Parent } from "../command.ts";

/** What may follow the words of a command, `["secrets", "set"]`. */
interface Node {
  readonly path: readonly string[];
  readonly words: readonly string[];
}

/** A script for the shell, made from the commands themselves: a new command completes without a line here. */
export function completionFor(shell: "bash" | "zsh" | "fish", program: Parent): string {
  const nodes = nodesOf(program, []);
  switch (shell) {
    case "bash":
      return bash(nodes);
    case "zsh":
      // zsh runs bash's completions: https://zsh.sourceforge.io/Doc/Release/Completion-System.html
      return `autoload -U +X bashcompinit && bashcompinit\n${bash(nodes)}`;
    case "fish":
      return fish(nodes);
    default:
      return shell satisfies never;
  }
}

function nodesOf(command: Parent, path: readonly string[]): readonly Node[] {
  const options = command.options.flatMap(({ long }) => long ?? []);
  const own = { path, words: [...command.commands.map((child) => child.name()), ...options, "--help"] };
  return [own, ...command.commands.flatMap((child) => nodesOf(child, [...path, child.name()]))];
}

/** A service's name is no part of a command: the longest beginning of what is typed that is a command counts. */
function bash(nodes: readonly Node[]): string {
  const cases = nodes.map(({ path, words }) => `      "${path.join(" ")}") words="${words.join(" ")}"; break ;;`);
  return `_fleet() {
  local word path="" words=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  while :; do
    case "$path" in
${cases.join("\n")}
      *" "*) path="\${path% *}" ;;
      *) path="" ;;
    esac
  done
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _fleet fleet`;
}

function fish(nodes: readonly Node[]): string {
  return nodes
    .flatMap(({ path, words }) => {
      const here =
        path.length === 0
          ? "__fish_use_subcommand"
          : path.map((word) => `__fish_seen_subcommand_from ${word}`).join("; and ");
      return words.map((word) =>
        word.startsWith("--")
          ? `complete -c fleet -f -n '${here}' -l ${word.slice(2)}`
          : `complete -c fleet -f -n '${here}' -a ${word}`,
      );
    })
    .join("\n");
}
