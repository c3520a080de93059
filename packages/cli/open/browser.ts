import { spawn } from "node:child_process";
import { once } from "node:events";
import { Failure, reasonOf } from "../failure.ts";
import { isMissing } from "../file.ts";

/** The program with which each system opens an address as its user would. */
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
    if (isMissing(error)) throw new Failure(`${program} is not there to open it: copy the address, or give --print.`);
    throw new Failure(`${program} does not open it (${reasonOf(error)}): copy the address, or give --print.`);
  }
  opener.unref();
}
