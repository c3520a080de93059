import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { browserPath } from "@mcp-fleet/testing/programs.ts";
import { chromium } from "playwright-core";
import { openConsole } from "#console/server.ts";
import type { StagePlan } from "#fleet";
import { createConsoleView } from "#start/console-view.ts";
import type { LocalFleet } from "#start/fleet.ts";

const artifacts = fileURLToPath(new URL("../../artifacts/", import.meta.url));
const timeout = 45_000;

/** Somebody in front of a fleet's console. */
export interface Watch {
  press(button: string): Promise<void>;
  /** Waits until the panel says this, in the entry about something. */
  sees(panel: string, about: string, words: string | RegExp): Promise<void>;
  photograph(name: string): Promise<void>;
  /** What went wrong on the page; nothing should. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export async function openWatch(fleet: LocalFleet, plan: StagePlan): Promise<Watch> {
  await mkdir(artifacts, { recursive: true });
  const [opened, browser] = await Promise.all([
    openConsole({ port: 0, ...createConsoleView(fleet, () => plan), intervalMs: () => 250 }),
    chromium.launch({ executablePath: browserPath ?? "", args: ["--no-sandbox"] }),
  ]);
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(opened.url);
  return {
    complaints,
    press: (name) => page.getByRole("button", { name, exact: true }).click({ timeout }),
    sees: (panel, about, words) =>
      page
        .getByRole("region", { name: panel, exact: true })
        .getByRole("listitem")
        .filter({ hasText: about })
        .getByText(words)
        .first()
        .waitFor({ timeout }),
    async photograph(name) {
      await page.evaluate("scrollTo(0, 0)");
      await page.screenshot({ path: `${artifacts}console-${name}.png`, fullPage: true });
    },
    async close() {
      await Promise.all([browser.close(), opened.close()]);
    },
  };
}
