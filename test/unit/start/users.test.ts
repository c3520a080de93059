import { expect, it } from "vitest";
import { defineFleet, planStage, type ServiceDefinition } from "#fleet";
import { redirectUrisOf, userAt, usersOf } from "#start/doubles.ts";
import fixture from "../../fixture/map.ts";

const entry = (host: string, environment: Readonly<Record<string, string>>): ServiceDefinition => ({
  host,
  image: `registry.example.com/mcp/${host}:1.0.0`,
  port: 8000,
  cpu: 256,
  memory: 512,
  environment,
  secrets: ["google-oauth"],
});
const planOf = (services: Readonly<Record<string, ServiceDefinition>>) =>
  planStage(defineFleet({ ...fixture, services }), "prod");

it("[MCP-3] logs in at each service as somebody whom it lets in", () => {
  const plan = planOf({
    any: entry("any", {}),
    sales: entry("sales", { GOOGLE_OAUTH_ALLOWED_DOMAINS: "Sales.example, shared.example" }),
    notes: entry("notes", { GOOGLE_OAUTH_ALLOWED_DOMAINS: "notes.example" }),
  });
  const users = usersOf(plan);
  const domains = plan.services.map((service) => [service.key, userAt(service, users).hd]);
  expect(Object.fromEntries(domains)).toEqual({ any: "sales.example", sales: "sales.example", notes: "notes.example" });
  expect(new Set(users.map(({ sub }) => sub)).size).toBe(users.length);
});

it("[MCP-3] is sent back to where the entry says", () => {
  const GOOGLE_OAUTH_REDIRECT_URI = "{url}/auth/google/callback";
  expect(redirectUrisOf(planOf({ any: entry("any", {}), own: entry("own", { GOOGLE_OAUTH_REDIRECT_URI }) }))).toEqual([
    "https://any.mcp.themailworks.com/oauth2callback",
    "https://own.mcp.themailworks.com/auth/google/callback",
  ]);
});
