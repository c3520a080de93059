import { readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { AwsService, PassThrough } from "./core/service.ts";
import { openIdleCloud } from "./idle-cloud.ts";
import { inertTypes } from "./services/cloudformation/inert/types.ts";

/** Where `npm run docs -w endpoint` writes it. */
export const pagePath = fileURLToPath(new URL("OPERATIONS.md", import.meta.url));

/** The ready-made emulators, and where their packages keep a file an operation. */
const emulators: Readonly<Record<string, { readonly name: string; readonly folder: URL; readonly note: string }>> = {
  dynamodb: {
    name: "dynalite",
    folder: new URL("actions/", import.meta.resolve("dynalite")),
    note: "The endpoint answers `UpdateTimeToLive` and `DescribeContinuousBackups` in front of it.",
  },
  s3: {
    name: "fauxqs",
    folder: new URL("s3/actions/", import.meta.resolve("fauxqs")),
    note: "The endpoint answers a bucket's configuration (versioning, encryption, tagging …) in front of it.",
  },
  sqs: {
    name: "fauxqs",
    folder: new URL("sqs/actions/", import.meta.resolve("fauxqs")),
    note: "The endpoint puts queue URLs and ARNs into its own account.",
  },
};

/** What each service answers and which resource types it creates, read from the services of an endpoint that runs. */
export async function operationsPage(): Promise<string> {
  const { cloud, close } = await openIdleCloud();
  try {
    return pageOf(cloud.services);
  } finally {
    await close();
  }
}

function pageOf(services: readonly (AwsService | PassThrough)[]): string {
  const sections = [...services].sort((one, other) => one.signingName.localeCompare(other.signingName)).map(sectionOf);
  const own = new Set(services.flatMap(({ resources }) => Object.keys(resources ?? {})));
  const records = Object.keys(inertTypes).filter((type) => !own.has(type));
  return [
    "# What the endpoint answers",
    "",
    "Written by `npm run docs -w endpoint` from the running code; a test fails when it is stale. An operation that is not",
    "here answers `UnsupportedOperation`. A resource type in *italics* is inert: CloudFormation keeps a record of it, and",
    "nothing runs.",
    "",
    ...sections,
    "## Records of CloudFormation alone",
    "",
    `${records.sort().map(inert).join(", ")}, and every \`Custom::…\` type by its function.`,
    "",
  ].join("\n");
}

function sectionOf(service: AwsService | PassThrough): string {
  const { signingName, resources = {} } = service;
  const types = Object.entries(resources)
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([type, provider]) => (provider.inert ? inert(type) : `\`${type}\``));
  const lines = [`## ${signingName}`, "", answersOf(service)];
  if (types.length > 0) lines.push("", `Resource types: ${types.join(", ")}`);
  return `${lines.join("\n")}\n`;
}

function answersOf(service: AwsService | PassThrough): string {
  if ("operations" in service) return namesOf(Object.keys(service.operations));
  const emulator = emulators[service.signingName];
  if (emulator === undefined) throw new Error(`${service.signingName} has an emulator that this page does not know.`);
  const files = readdirSync(emulator.folder).filter((file) => file.endsWith(".js"));
  const names = files.map((file) => `${file.charAt(0).toUpperCase()}${file.slice(1, -".js".length)}`);
  return `By \`${emulator.name}\`: ${namesOf(names)}\n\n${emulator.note}`;
}

function namesOf(operations: readonly string[]): string {
  return [...operations]
    .sort()
    .map((name) => `\`${name}\``)
    .join(", ");
}

function inert(type: string): string {
  return `*${type}*`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(pagePath, await operationsPage());
