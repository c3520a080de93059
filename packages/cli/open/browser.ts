import { spawn } from "node:child_process";
import { once } from "node:events";
import { Failure, reasonOf } from "../failure.ts";
import { isMissing } from "../file.ts";

/** The program that opens an address in the user's browser, by system. */
const openers: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ["open"],
  win32: ["explorer.exe"],
};

export async function openInBrowser(url: string): Promise<void> {
  const [program, ...args] = openers[process.platform] ?? ["xdg-open"];
  const opener = spawn(program, [...args, url], { stdio: "ignore", detached: true });
  try {
    await once(opener, "spawn");
  } catch (error) {
    if (isMissing(error)) throw new Failure(`${program} is not installed: copy the address, or use --print.`);
    throw new Failure(`${program} cannot open it (${reasonOf(error)}): copy the address, or use --print.`);
  }
  opener.unref();
}
