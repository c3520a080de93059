/** Where an entry of the documentation belongs in `fleet.config.ts`. */
type Room = "services" | "secrets" | "stages" | "chat" | "alarms";

/**
 * `fleet.config.ts` with an entry of the documentation put where a reader would put it: an entry in place of the one of
 * its name, or the first of its room.
 * @throws {Error} for an entry of no room
 */
export function insertEntry(source: string, entry: string): string {
  const name = /^([\w"-]+): \{/m.exec(entry)?.[1];
  const room = roomOf(entry);
  if (name === undefined || room === undefined) throw new Error(`This is no entry of a map:\n${entry}`);
  if (room === "alarms") return settingsOf(entry).reduce(setAlarm, source);
  if (room === "chat") return replaceBlock(source, /^ {2}chat: \{\n.*?^ {2}\},\n/ms, indent(entry, 2));
  const own = new RegExp(`^ {4}${name}: \\{(?:[^\\n]*\\},\\n|\\n.*?^ {4}\\},\\n)`, "ms");
  const header = `  ${room}: {\n`;
  const [before = "", after] = source.split(header);
  if (after === undefined) throw new Error(`fleet.config.ts has no ${room}.`);
  const end = after.search(/^ {2}\},/m);
  const kept = after.slice(0, end).replace(own, "");
  return `${before}${header}${indent(entry, 4)}${kept}${after.slice(end)}`;
}

function roomOf(entry: string): Room | undefined {
  if (/^chat: \{/m.test(entry)) return "chat";
  if (/^alarms: \{/m.test(entry)) return "alarms";
  if (/^ {2}keys: /m.test(entry)) return "secrets";
  if (/^ {2}host: /m.test(entry)) return "services";
  return /^ {2}(account|runsOn): /m.test(entry) ? "stages" : undefined;
}

/** The lines of a block that set something, each with its name. */
function settingsOf(entry: string): readonly (readonly [name: string, line: string])[] {
  return [...entry.matchAll(/^ {2}(\w+): .*$/gm)].map(([line, name = ""]) => [name, line]);
}

/** As one line among the fleet's alarms, in place of its own. */
function setAlarm(source: string, [name, line]: readonly [name: string, line: string]): string {
  return source.replace(/^ {2}alarms: \{\n.*?^ {2}\},\n/ms, (block) => {
    const kept = block.replace(new RegExp(`^ {4}${name}: .*\\n`, "m"), "");
    return kept.replace(/^ {2}\},\n$/m, () => `  ${line}\n  },\n`);
  });
}

function replaceBlock(source: string, block: RegExp, by: string): string {
  if (!block.test(source)) throw new Error(`fleet.config.ts has no ${block.source}.`);
  return source.replace(block, () => by);
}

function indent(text: string, by: number): string {
  return `${text.replaceAll(/^(?=.)/gm, " ".repeat(by))}\n`;
}
