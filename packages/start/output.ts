import { createPaint, isColored, writable } from "#cli/paint.ts";

const colored = { stdout: isColored(process.stdout, process.env), stderr: isColored(process.stderr, process.env) };

/** The colours of `npm start`'s output. */
export const pc = createPaint(colored.stdout);

/** The one way to stdout: text from tasks, deploys and outsiders cannot drive the terminal. */
export function print(line: string): void {
  console.log(writable(line, colored.stdout));
}

/** As `print`, to stderr. */
export function complain(line: string): void {
  console.error(writable(line, colored.stderr));
}
