import * as v from "valibot";
import { reasonOf } from "../../failure.ts";
import { findSecret } from "../../secrets/read.ts";
import { readKeys } from "../../secrets/value.ts";
import type { Stage } from "../../stage.ts";
import { type Check, type Finding, skipped, warning } from "../check.ts";

/** FIX-6: each tool family of the Google Workspace server, and the API without which it answers 403. */
export const toolFamilies: Readonly<Record<string, string>> = {
  gmail: "gmail.googleapis.com",
  drive: "drive.googleapis.com",
  calendar: "calendar-json.googleapis.com",
  docs: "docs.googleapis.com",
  sheets: "sheets.googleapis.com",
  slides: "slides.googleapis.com",
  forms: "forms.googleapis.com",
  chat: "chat.googleapis.com",
  tasks: "tasks.googleapis.com",
  contacts: "people.googleapis.com",
  search: "customsearch.googleapis.com",
  appscript: "script.googleapis.com",
};

export const googleApis: Check = {
  id: "google-apis",
  ok: "Every tool family has its Google API enabled.",
  async look({ stage }) {
    const token = stage.env.GOOGLE_ACCESS_TOKEN;
    if (token === undefined)
      return [
        skipped(
          "No Google credential: cannot check which APIs the project has enabled.",
          "GOOGLE_ACCESS_TOKEN=$(gcloud auth print-access-token) ./fleet doctor",
        ),
      ];
    const project = await readProject(stage);
    if (project === undefined)
      return [skipped("GOOGLE_OAUTH_CLIENT_ID does not begin with the number of a Google project.")];
    return judgeApis(await readEnabled(stage, project, token), project);
  },
};

/** Client ids begin with the number of their project: `123456789012-abc.apps.googleusercontent.com`. */
async function readProject(stage: Stage): Promise<string | undefined> {
  const owner = stage.plan.secrets.find(({ keys }) => "GOOGLE_OAUTH_CLIENT_ID" in keys);
  if (owner === undefined) return undefined;
  const { GOOGLE_OAUTH_CLIENT_ID = "" } = await readKeys(stage, findSecret(stage.plan, owner.key));
  return /^(\d+)-/.exec(GOOGLE_OAUTH_CLIENT_ID)?.[1];
}

const Page = v.object({
  services: v.optional(v.array(v.object({ config: v.object({ name: v.string() }) })), []),
  nextPageToken: v.optional(v.string()),
});

/** https://cloud.google.com/service-usage/docs/reference/rest/v1/services/list */
async function readEnabled({ fetch: using, env }: Stage, project: string, token: string): Promise<readonly string[]> {
  const base = env.GOOGLE_SERVICE_USAGE_URL ?? "https://serviceusage.googleapis.com";
  const enabled: string[] = [];
  let pageToken: string | undefined = "";
  while (pageToken !== undefined) {
    const url = new URL(`/v1/projects/${project}/services`, base);
    url.searchParams.set("filter", "state:ENABLED");
    url.searchParams.set("pageSize", "200");
    if (pageToken !== "") url.searchParams.set("pageToken", pageToken);
    const headers = { authorization: `Bearer ${token}` };
    const response = await using(url, { headers, signal: AbortSignal.timeout(10_000) }).catch((error: unknown) => {
      throw new Error(`Google's Service Usage API does not answer: ${reasonOf(error)}`);
    });
    if (!response.ok)
      throw new Error(
        `Google's Service Usage API answers ${response.status}: is GOOGLE_ACCESS_TOKEN valid, and may it see project ${project}?`,
      );
    const page = v.parse(Page, await response.json());
    enabled.push(...page.services.map(({ config }) => config.name));
    pageToken = page.nextPageToken;
  }
  return enabled;
}

export function judgeApis(enabled: readonly string[], project: string): readonly Finding[] {
  const without = Object.entries(toolFamilies).filter(([, api]) => !enabled.includes(api));
  if (without.length === 0) return [];
  const total = Object.keys(toolFamilies).length;
  return [
    warning(
      `${without.length} of ${total} tool families lack their API in Google project ${project}: ${without.map(([family]) => family).join(", ")}.`,
      `gcloud services enable --project ${project} ${without.map(([, api]) => api).join(" ")}`,
    ),
  ];
}
