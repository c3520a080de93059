export type Shell = "bash" | "zsh" | "fish";

/**
 * The script with which a shell completes `fleet`: a function of that name, and one that asks `fleet complete` what can
 * come next. It contains no names, so the map may change while a shell is open.
 * @param door the path of `./fleet`
 */
export function completionFor(shell: Shell, door: string): string {
  switch (shell) {
    case "bash":
      return bash(door);
    case "zsh":
      return zsh(door);
    case "fish":
      return fish(door);
    default:
      return shell satisfies never;
  }
}

/** https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion.html */
function bash(door: string): string {
  return `fleet() { ${quoted(door)} "$@"; }
_fleet() {
  local IFS=$'\\n' typed="\${COMP_WORDS[COMP_CWORD]}"
  if [ "\${COMP_WORDS[COMP_CWORD-1]}" = --from-file ]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$typed"))
  else
    COMPREPLY=($(fleet complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  fi
}
complete -F _fleet fleet`;
}

/** https://zsh.sourceforge.io/Doc/Release/Completion-Widgets.html#Completion-Builtin-Commands */
function zsh(door: string): string {
  return `(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i -D }
fleet() { ${quoted(door)} "$@" }
_fleet() {
  if [[ $words[CURRENT-1] == --from-file ]]; then _files; return; fi
  local -a found
  found=(\${(f)"$(fleet complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  compadd -a found
}
compdef _fleet fleet`;
}

/** https://fishshell.com/docs/current/completions.html */
function fish(door: string): string {
  return `function fleet; ${quoted(door)} $argv; end
function __fleet_complete
  set -l before (commandline -opc)
  set -l typed (commandline -ct)
  set -e before[1]
  fleet complete -- $before "$typed" 2>/dev/null
end
complete -c fleet -e
complete -c fleet -f -a '(__fleet_complete)'
complete -c fleet -n 'string match -q -- --from-file (commandline -opc)[-1]' -F`;
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\\\''")}'`;
}
