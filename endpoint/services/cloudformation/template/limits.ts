import type { Template } from "./document.ts";
import { refused } from "./errors.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const MAX_MEMBERS = { Resources: 500, Outputs: 200, Parameters: 200, Mappings: 200 } as const;
const MAX_INLINE_BYTES = 51_200;
const MAX_STORED_BYTES = 1_048_576;
const LOGICAL_ID = /^[A-Za-z0-9]{1,255}$/;

export function checkLimits(template: Template): void {
  for (const [section, max] of Object.entries(MAX_MEMBERS)) {
    const members = Object.keys(sectionOf(template, section)).length;
    if (members > max) {
      throw refused(`Template may not exceed ${max} ${section.toLowerCase()}; it has ${members}. Split the stack.`);
    }
  }
  for (const [section, names] of [
    ["Resources", Object.keys(template.Resources)],
    ["Outputs", Object.keys(template.Outputs)],
  ] as const) {
    const wrong = names.find((name) => !LOGICAL_ID.test(name));
    if (wrong !== undefined) {
      throw refused(`Template format error: ${section} name ${wrong} is non alphanumeric.`);
    }
  }
}

function sectionOf(template: Template, section: string): object {
  switch (section) {
    case "Resources":
      return template.Resources;
    case "Outputs":
      return template.Outputs;
    case "Parameters":
      return template.Parameters;
    default:
      return template.Mappings;
  }
}

export function checkInlineSize(body: string): void {
  const bytes = Buffer.byteLength(body);
  if (bytes > MAX_INLINE_BYTES) {
    throw refused(
      `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${MAX_INLINE_BYTES}`,
    );
  }
}

export function checkStoredSize(body: string): void {
  if (Buffer.byteLength(body) > MAX_STORED_BYTES) {
    throw refused(`Template may not exceed ${MAX_STORED_BYTES} bytes in size.`);
  }
}
