import { describe, expect, it } from "vitest";
import { post } from "#cli/audit/hec.ts";

const settings = { url: "https://splunk.example.com:8088", token: "a-token" };
const answering =
  (status: number, body: unknown): typeof fetch =>
  async () =>
    new Response(JSON.stringify(body), { status });

describe("what HEC answers", () => {
  it.each([
    [200, 0, "Success"],
    [400, 5, "No data"],
  ])("%d, code %d means that it takes the token", async (status, code, text) => {
    expect(await post(answering(status, { code, text }), settings, "")).toEqual({ kind: "accepted" });
  });

  it.each([
    [401, 2, "Token is required", /wrong or missing/, /fleet secrets set splunk SPLUNK_HEC_TOKEN/],
    [403, 4, "Invalid token", /does not know this token/, /fleet secrets set splunk SPLUNK_HEC_TOKEN/],
    [403, 1, "Token disabled", /token is disabled/, /Enable it in Splunk/],
    [403, 9, "Forbidden", /HEC is disabled on the Splunk side/, /Enable it in Splunk/],
    [400, 7, "Incorrect index", /may not write to the index/, /Allow the index/],
    [503, 9, "Server is busy", /cannot accept events right now/, /Try again/],
  ])("[AUD-4] %d, code %d is explained, with what to do", async (status, code, text, what, remedy) => {
    const verdict = await post(answering(status, { code, text }), settings, "{}");
    expect(verdict).toMatchObject({
      kind: "refused",
      what: expect.stringMatching(what),
      remedy: expect.stringMatching(remedy),
    });
    expect(JSON.stringify(verdict)).not.toContain(settings.token);
  });

  it("[AUD-4] a host without an answer is named, with the reason", async () => {
    const verdict = await post(
      () => Promise.reject(new TypeError("fetch failed", { cause: new Error("ECONNREFUSED") })),
      settings,
      "{}",
    );
    expect(verdict).toMatchObject({ kind: "refused", what: "splunk.example.com:8088 does not answer (ECONNREFUSED)" });
  });
});
