import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { CloudWatchClient, SetAlarmStateCommand } from "@aws-sdk/client-cloudwatch";
import { ECSClient, UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { journey } from "@mcp-fleet/testing/journey.ts";
import { browserPath, needs } from "@mcp-fleet/testing/programs.ts";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, vi } from "vitest";
import type { Service } from "#console/model/service.ts";
import { viewOf } from "./console/many.ts";
import { type ConsoleStage, openConsoleStage } from "./console/stage.ts";

const artifacts = fileURLToPath(new URL("../../artifacts/", import.meta.url));
const absent: Service = {
  key: "slack",
  url: "https://slack.mcp.example.com",
  hostname: "slack.mcp.example.com",
  status: "absent",
  desired: 0,
  running: 0,
  healthy: 0,
  deployments: [],
  tasks: [],
};
const patience = { timeout: 10_000, interval: 50 };

describe("the console", () => {
  let stage: ConsoleStage;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    if (browserPath === undefined) return;
    await mkdir(artifacts, { recursive: true });
    stage = await openConsoleStage();
    page = await stage.browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    await page.goto(stage.console.url);
  });
  afterAll(() => stage?.close());

  const panel = (name: string) => page.getByRole("region", { name, exact: true });
  const tiles = (phase: string) => page.getByRole("list", { name: "Tasks of echo" }).locator(`.${phase}`);
  const seen = (locator: { readonly waitFor: (options: { timeout: number }) => Promise<void> }) =>
    locator.waitFor({ timeout: patience.timeout });
  const shoot = async (name: string) => {
    // The line at the top stays in sight: in a picture of the whole page it belongs to the top.
    await page.evaluate("scrollTo(0, 0)");
    await page.screenshot({ path: `${artifacts}console-${name}.png`, fullPage: true });
  };
  const healthy = (count: number) =>
    vi.waitFor(async () => expect(await tiles("healthy").count()).toBe(count), patience);

  async function sendAuditEvent(event: object): Promise<number> {
    const { hec } = stage.fleet;
    const { token } = hec.getToken("audit") ?? hec.createToken({ name: "audit", indexes: ["mcp_audit"] });
    const { status } = await fetch(new URL("/services/collector/event", hec.url), {
      method: "POST",
      headers: { authorization: `Splunk ${token}` },
      body: JSON.stringify({ event, index: "mcp_audit", source: "mcp-echo" }),
    });
    return status;
  }

  journey(
    "[OPS-1] [OPS-2] in a browser,",
    { ...needs("chromium"), timeout: 120_000 },
    {
      async "shows the services, their tasks, secrets and alarms, and live requests"() {
        await healthy(2);
        for (let count = 0; count < 40; count += 1) await stage.visit(`/mcp/${count}`);
        await seen(panel("Requests").getByText("GET /mcp/39"));
        await seen(panel("Services").getByText("local-mcp-echo:1, steady"));
        expect(await tiles("healthy").first().textContent()).toMatch(/pid \d+/);
        await seen(panel("Alarms").getByText("errors5xx"));
        await seen(page.getByRole("list", { name: /Versions of greeting/ }).getByText("AWSCURRENT"));
        await sendAuditEvent({
          action: "tool_call",
          tool: "search",
          outcome: "success",
          user: { id: "1", email: "ada@example.com" },
        });
        await seen(panel("Audit events").getByText("ada@example.com"));
        await stage.call("search_mail");
        await seen(panel("Requests").getByText("search_mail tools/call"));
        await seen(panel("AWS API calls").getByText("cloudformation CreateStack"));
        expect(await panel("AWS API calls").getByText("DescribeTargetHealth").count()).toBe(0);
        await vi.waitFor(
          async () => expect(await panel("Services").locator("dd").nth(3).textContent()).not.toBe("0.0"),
          patience,
        );
        await shoot("steady");
      },

      async "shows hostile hosts, paths and events as the text they are"() {
        const attack = '<img src=x onerror="document.title=1">';
        await stage.visit("/</td><script>document.title=2</script>".replaceAll(" ", "%20"), attack);
        await sendAuditEvent({ action: attack, tool: attack, outcome: "success", user: { id: attack } });
        await seen(panel("Audit events").getByText(attack).first());
        await seen(panel("Requests").getByText("<script>document.title=2</script>"));
        expect(await page.locator("main img, main script").count()).toBe(0);
        expect(await page.title()).toBe("local · mcp-fleet");
      },

      async "kills a task, announces it to a screen reader, keeps the keyboard's place, and shows ECS replace it"() {
        const kill = page.getByRole("button", { name: /^Kill task/ }).first();
        const name = (await kill.getAttribute("aria-label")) ?? "";
        await kill.focus();
        await page.keyboard.press("Enter");
        await seen(page.getByRole("status").getByText(/^Killed task/));
        await seen(tiles("failure").getByText("Essential container in task exited"));
        await seen(page.locator("output.spoken").getByText(/echo: task [0-9a-f]{8} stopped/));
        await vi.waitFor(async () => {
          const focused = await page.evaluate(
            "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent",
          );
          expect(focused).toBe("echo");
        }, patience);
        await healthy(2);
        expect(await page.getByRole("button", { name }).count()).toBe(0);
        await shoot("killed-task");
      },

      async "rolls a service from the keyboard, old tasks next to new ones"() {
        // It is there for as long as the roll takes, which may be less than a press does on a busy machine.
        await Promise.all([
          seen(panel("Services").getByText(/rolling out local-mcp-echo:1/)),
          page.getByRole("button", { name: "Roll echo" }).press("Enter"),
        ]);
        await seen(panel("What changed").getByText("echo: a rollout of local-mcp-echo:1 began."));
        await seen(panel("What changed").getByText("echo: steady on local-mcp-echo:1."));
        await page.reload();
        await seen(panel("What changed").getByText("echo: steady on local-mcp-echo:1."));
        await healthy(2);
      },

      async "rotates a secret: a version becomes current, and no value is anywhere"() {
        const versions = page.getByRole("list", { name: /Versions of greeting/ });
        const before = await versions
          .getByText("AWSCURRENT")
          .locator("xpath=ancestor::li")
          .locator("code")
          .textContent();
        await page.getByRole("button", { name: "Rotate greeting now" }).click();
        await seen(panel("What changed").getByText(/^greeting: version [0-9a-f]{8} is current/));
        const previous = versions.getByText("AWSPREVIOUS").locator("xpath=ancestor::li").locator("code");
        await vi.waitFor(async () => expect(await previous.textContent()).toBe(before), patience);
        await shoot("rotation");
        expect(await page.content()).not.toContain("never-shown");
      },

      async "shows a rollout that fails, and its rollback"() {
        const ecs = new ECSClient(stage.client);
        const [cluster, service] = ["local-mcp-cluster", "local-mcp-echo"];
        await ecs.send(new UpdateServiceCommand({ cluster, service, taskDefinition: stage.broken }));
        await seen(panel("What changed").getByText("echo: the rollout failed and is rolled back."));
        await seen(panel("Services").getByText("a new version failed, the old one serves:"));
        await healthy(2);
        await shoot("failed-rollout");
      },

      async "shows an alarm and its recovery"() {
        const cloudWatch = new CloudWatchClient(stage.client);
        const set = (StateValue: "ALARM" | "OK", StateReason: string) =>
          cloudWatch.send(new SetAlarmStateCommand({ AlarmName: "local-mcp-echo-errors5xx", StateValue, StateReason }));
        await set("ALARM", "Threshold Crossed: 7 errors in one minute.");
        await seen(page.getByRole("navigation", { name: "At a glance" }).getByText("1 in alarm"));
        expect(await page.title()).toBe("1 in alarm · local · mcp-fleet");
        await seen(page.getByRole("list", { name: "In alarm" }).getByText("7 errors in one minute"));
        await page.emulateMedia({ colorScheme: "dark" });
        await shoot("alarm-dark");
        await set("OK", "No error for a minute.");
        await seen(panel("What changed").getByText("local-mcp-echo-errors5xx is OK again."));
        await shoot("recovery-dark");
        await page.emulateMedia({ colorScheme: "light" });
      },

      async "makes Splunk refuse tokens, and accept them again"() {
        const event = { action: "login", outcome: "success" };
        await page.getByRole("button", { name: "Refuse tokens" }).click();
        await seen(panel("Audit events").getByText(/refuses tokens, \d+ s left/));
        expect(await sendAuditEvent(event)).toBe(403);
        await page.getByRole("button", { name: "Accept tokens" }).click();
        await seen(page.getByRole("button", { name: "Refuse tokens" }));
        expect(await sendAuditEvent(event)).toBe(200);
      },

      async "silences a chat for a minute, keeps the keyboard's place, and lets it post again"() {
        const { chats } = stage.fleet;
        const post = async () =>
          (await fetch(chats.secret.GOOGLE_CHAT_WEBHOOK_URL ?? "", { method: "POST", body: '{"text":"hello"}' }))
            .status;
        await page.getByRole("button", { name: "Silence google-chat" }).focus();
        await page.keyboard.press("Enter");
        await seen(panel("Chats").getByText(/silent, \d+ s left/));
        expect(await post()).toBe(500);
        expect(await (await fetch(new URL("/feed", chats.url))).text()).toContain("Made to fail just now");
        const unsilence = page.getByRole("button", { name: "Unsilence google-chat" });
        expect(await unsilence.evaluate("document.activeElement.getAttribute('aria-label')")).toBe(
          "Unsilence google-chat",
        );
        await page.keyboard.press("Enter");
        await seen(panel("What changed").getByText("google-chat answers again."));
        expect(await post()).toBe(200);
      },

      async "is read-only without actions, and shows no log that nobody writes"() {
        const { browser, lookout } = stage;
        const other = await browser.newPage();
        await other.goto(lookout.url);
        await seen(other.getByText("read-only"));
        await seen(other.getByText("a new version failed, the old one serves:"));
        expect(await other.getByRole("button").allTextContents()).toEqual(["Pause"]);
        expect(await other.getByRole("region", { name: "Requests" }).count()).toBe(0);
        await other.close();
      },

      async "explains what is missing, and why a part cannot be read"() {
        const refused = () => Promise.reject(new Error("not authorized to perform: secretsmanager:ListSecrets"));
        const empty = stage.lookoutOf({
          stage: "prod",
          toDeploy: "npx sst deploy --stage prod",
          services: async () => [absent],
          secrets: refused,
          alarms: async () => [],
          tools: async () => ({ times: [], tools: [], more: 0, marks: [] }),
          chats: async () => ({ chats: [], messages: [], mutes: [], waiting: 0, dead: 0 }),
          traffic: async () => [],
        });
        const other = await stage.browser.newPage({ viewport: { width: 1280, height: 700 }, colorScheme: "dark" });
        await other.goto((await empty).url);
        const region = (name: string) => other.getByRole("region", { name, exact: true });
        await seen(region("Services").getByText("Nothing is deployed here yet: npx sst deploy --stage prod"));
        await seen(
          region("Secrets").getByText("Could not be read: not authorized to perform: secretsmanager:ListSecrets"),
        );
        await seen(region("Alarms").getByText("No alarm is deployed."));
        await seen(region("Chats").getByText("This stage has no chats."));
        await seen(region("Audit events").getByText("They are in Splunk"));
        await other.screenshot({ path: `${artifacts}console-nothing-deployed.png` });
        await other.close();
      },

      async "of five hundred services, shows those that need somebody, finds any by typing, and has a page for each"() {
        const { url } = await stage.lookoutOf(viewOf(500));
        const other = await stage.browser.newPage({ viewport: { width: 1440, height: 900 } });
        other.on("pageerror", (error) => complaints.push(error.message));
        await other.goto(url);
        const services = other.getByRole("region", { name: "Services", exact: true });
        await seen(services.getByText("497 more services are well"));
        expect(await services.getByRole("heading", { level: 3 }).allTextContents()).toEqual([
          "service-007",
          "service-049",
          "service-059",
        ]);
        await seen(other.getByRole("region", { name: "Alarms" }).getByText("2999 are OK"));
        // One screen and a bit, where it were hundreds.
        expect(await other.evaluate("document.documentElement.scrollHeight")).toBeLessThan(1_800);
        await other.screenshot({ path: `${artifacts}console-500.png`, fullPage: true });

        await seen(services.getByText("in alarm: errors5xx"));
        await other.keyboard.press("/");
        await other.keyboard.type("service-42");
        await seen(services.getByRole("link", { name: "service-429" }));
        await other.keyboard.press("ArrowDown");
        await other.keyboard.press("ArrowDown");
        expect(await other.evaluate("document.activeElement.textContent")).toBe("service-421");
        await other.keyboard.press("Enter");
        await seen(other.getByRole("heading", { name: "service-421", level: 2 }));
        expect(new URL(other.url()).hash).toBe("#/services/service-421");
        await seen(other.getByRole("region", { name: "Alarms" }).getByText("latencyP99"));
        const tools = other.getByRole("region", { name: "Tools and requests" });
        for (const chart of [/^Calls a minute: at most \d/, /^Errors a minute: at most \d/, /^Latency/])
          await seen(tools.getByRole("img", { name: chart }));
        await seen(tools.getByRole("row", { name: /send_mail .* %/ }));
        await seen(tools.getByRole("list", { name: "What changed" }).getByText("deployment, successful"));
        await other.getByRole("combobox", { name: "How far back" }).selectOption("2w");
        await seen(tools.getByRole("img", { name: /^Calls in 2 hours/ }));
        const audits = other.getByRole("region", { name: "Audit events" });
        await seen(audits.getByText("grace@example.com"));
        await audits.getByRole("searchbox").fill("nobody");
        await seen(audits.getByText("No audit event has these words."));
        await audits.getByRole("searchbox").fill("grace send");
        await seen(audits.getByRole("cell", { name: "send_mail" }));
        await other.screenshot({ path: `${artifacts}console-service.png`, fullPage: true });
        for (const width of [360, 768]) {
          await other.setViewportSize({ width, height: 800 });
          expect(await other.evaluate("document.documentElement.scrollWidth")).toBe(width);
        }
        await other.goBack();
        await seen(services.getByText("service-429"));
        await other.getByRole("searchbox", { name: /^Filter/ }).fill("nothing-is-called-so");
        for (const kind of ["service", "secret"])
          await seen(other.getByText(`No ${kind} matches “nothing-is-called-so”.`));
        await other.getByRole("searchbox", { name: /^Filter/ }).fill("service-42");
        await seen(services.getByText("service-429"));
        await other.screenshot({ path: `${artifacts}console-500-narrow.png` });
        await other.close();
      },

      async "[OPS-2] shows what a deploy adds and removes in the open page, and keeps filter and keyboard where they are"() {
        const [before, after] = [viewOf(50), viewOf(60)];
        let view = before;
        const gone = new Set<string>();
        const { url } = await stage.lookoutOf({
          ...before,
          services: async () => (await view.services()).filter(({ key }) => !gone.has(key)),
        });
        const other = await stage.browser.newPage({ viewport: { width: 1440, height: 900 } });
        other.on("pageerror", (error) => complaints.push(error.message));
        await other.goto(url);
        const services = other.getByRole("region", { name: "Services", exact: true });
        const focused = () => other.evaluate("document.activeElement.textContent");
        await seen(services.getByText("48 more services are well"));
        await other.keyboard.press("/");
        await other.keyboard.type("service-0");
        for (const _ of [1, 2, 3, 4]) await other.keyboard.press("ArrowDown");
        expect(await focused()).toBe("service-001");
        gone.add("service-000");
        await seen(other.getByText("service-000: no longer in the map."));
        expect(await focused()).toBe("service-001");
        gone.add("service-001");
        await seen(other.getByText("service-001: no longer in the map."));
        expect(await services.getByRole("link", { name: "service-001" }).count()).toBe(0);
        expect(await focused()).toBe("service-002");
        view = after;
        await seen(other.getByText("service-050, service-051, service-052 and 7 more services: new in the map."));
        await seen(services.getByRole("link", { name: "service-055" }));
        expect(await focused()).toBe("service-002");
        expect(await other.getByRole("searchbox", { name: /^Filter/ }).inputValue()).toBe("service-0");
        await other.close();
      },

      async "[OPS-2] tells why a saved map is left out, for as long as it is"() {
        let reason: string | undefined;
        const { url } = await stage.lookoutOf({
          ...viewOf(2),
          mapTrouble: () => (reason === undefined ? undefined : { kind: "refused", reason }),
        });
        const other = await stage.browser.newPage({ viewport: { width: 360, height: 800 } });
        await other.goto(url);
        await seen(other.locator("#service-service-000"));
        const banner = other.getByRole("region", { name: "The map", exact: true });
        expect(await banner.count()).toBe(0);
        reason = `fleet.config.ts has a mistake\n  port = <b>"${"8".repeat(5_000)}"`;
        await seen(banner.getByText("What you see is by the last one that was right."));
        expect(await banner.locator("pre").textContent()).toMatch(
          /^fleet.config.ts has a mistake\n {2}port = <b>"8+…$/,
        );
        expect(await other.evaluate("document.documentElement.scrollWidth")).toBe(360);
        await seen(other.locator("#service-service-000"));
        await other.reload();
        await seen(banner);
        reason = undefined;
        await banner.waitFor({ state: "detached", timeout: patience.timeout });
        await seen(other.getByText("The map is shown as it was saved again."));
        await other.close();
      },

      async "[OPS-1] fits names and reasons of any length, at every width"() {
        const view = viewOf(8);
        const long = "x".repeat(240);
        const [first, ...others] = await view.services();
        const [alarm, ...alarms] = await view.alarms();
        if (first === undefined || alarm === undefined) throw new Error("Nothing to lengthen.");
        const named = {
          ...first,
          key: `s_${"a".repeat(60)}`,
          hostname: `${"h".repeat(63)}.example.com`,
          failure: long,
        };
        const { url } = await stage.lookoutOf({
          ...view,
          services: async () => [named, ...others],
          alarms: async () => [{ ...alarm, name: long, subject: long, state: "ALARM", reason: long }, ...alarms],
          tools: async (_, span) => {
            const history = await view.tools(first.key, span);
            return { ...history, marks: history.marks.map((mark) => ({ ...mark, text: long })) };
          },
        });
        for (const address of [url, `${url}/#/services/${named.key}`]) {
          const other = await stage.browser.newPage({ viewport: { width: 360, height: 800 } });
          await other.goto(address);
          await seen(other.locator(`#service-${named.key}`));
          await seen(other.getByRole("region", { name: "Alarms" }).getByRole("heading").first());
          for (const width of [360, 768, 1280, 1920]) {
            await other.setViewportSize({ width, height: 800 });
            expect(await other.evaluate("document.documentElement.scrollWidth")).toBe(width);
          }
          await other.close();
        }
      },

      async "stays as it is while paused, and catches up"() {
        const pause = page.getByRole("button", { name: "Pause" });
        await pause.click();
        expect(await pause.getAttribute("aria-pressed")).toBe("true");
        const before = await panel("Requests").textContent();
        await stage.visit("/while-paused");
        // A second watcher has seen it: the paused page was told as well.
        const other = await stage.browser.newPage();
        await other.goto(stage.console.url);
        await seen(other.getByText("GET /while-paused"));
        await other.close();
        expect(await panel("Requests").textContent()).toBe(before);
        await pause.click();
        await seen(panel("Requests").getByText("GET /while-paused"));
      },

      async "fits a phone, and logged no error"() {
        await page.setViewportSize({ width: 360, height: 800 });
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
        await shoot("telephone");
        expect(complaints).toEqual([]);
      },

      async "says so when the server is gone"() {
        await stage.console.close();
        await seen(page.getByText(/^not connected; last update at/));
      },
    },
  );
});
