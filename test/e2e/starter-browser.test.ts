import { exampleUsers } from "@mcp-fleet/endpoint/doubles/google";
import { needs, pathOf } from "@mcp-fleet/testing/programs.ts";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Member } from "#start/client/member.ts";
import { type Stage, setStage } from "./starter/stage.ts";

const [ada] = exampleUsers;

describe("a login in a real browser", needs("chromium"), () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await setStage();
    await stage.front.route((await stage.start()).port);
  });
  afterAll(() => stage?.stop());

  it("goes from the consent page to Google and back to the client: no policy of a page stops a redirect", async () => {
    const browser = await chromium.launch({ executablePath: pathOf("chromium") ?? "", args: ["--no-sandbox"] });
    try {
      const page = await browser.newPage();
      const violations: string[] = [];
      page.on("console", (message) => {
        if (message.text().includes("Content Security Policy")) violations.push(message.text());
      });
      const member = new Member(ada.sub);
      // Nothing listens at the client's redirect URI: the request for it is what counts.
      const arrival = page.waitForRequest((request) => request.url().startsWith(member.redirectUrl));
      await page.goto((await member.beginLogIn(stage.mcp)).href);
      expect(await page.textContent("strong")).toBe("Test client");
      await page.getByRole("button", { name: "Continue with Google" }).click();
      await page.getByRole("button", { name: ada.email }).click();
      await member.endLogIn(stage.mcp, new URL((await arrival).url()));
      expect(violations).toEqual([]);
      expect((await (await member.connect(stage.mcp)).listTools()).tools.length).toBeGreaterThan(0);
    } finally {
      await browser.close();
    }
  });
});
