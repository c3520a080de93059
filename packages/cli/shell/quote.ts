/**
 * Words as one line. The Session Manager agent splits it as a shell would, and runs it without one: a single word with
 * spaces in it is a command line, `fleet shell google 'ls | wc -l'`, and gets a shell.
 */
export function quote(words: readonly string[]): string {
  const [only] = words;
  if (words.length === 1 && only !== undefined && /\s/.test(only)) return `/bin/sh -c ${quoteWord(only)}`;
  return words.map(quoteWord).join(" ");
}

/** Quoted as one word for a POSIX shell. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
