import * as v from "valibot";
import { unlessEmpty } from "#endpoint/core/properties.ts";
import { define, type Operations, type Output } from "#endpoint/core/service.ts";
import type { CloudFormationEngine } from "../engine.ts";
import { requiredCapability } from "../template/capabilities.ts";
import type { Template } from "../template/document.ts";
import { refused } from "../template/errors.ts";
import { parseTemplate } from "../template/parse.ts";
import { checkReferences } from "../template/validate.ts";

import { stackName } from "./input.ts";
import { templateText } from "./template-source.ts";

const text = { TemplateBody: v.optional(v.string()), TemplateURL: v.optional(v.string()) } as const;
const GetTemplate = v.object({ StackName: v.optional(v.string()), ChangeSetName: v.optional(v.string()) });
const GetTemplateSummary = v.object({ ...text, StackName: v.optional(v.string()) });
const SetStackPolicy = v.object({
  ...stackName,
  StackPolicyBody: v.optional(v.string()),
  StackPolicyURL: v.optional(v.string()),
});

/** The operations on templates and on the stack policy, which is kept and shown but not enforced here. */
export function templateOperations({ stacks, changeSets, place, objects }: CloudFormationEngine): Operations {
  return {
    GetTemplate: define(GetTemplate, ({ StackName, ChangeSetName }) => {
      const body =
        ChangeSetName === undefined || ChangeSetName === ""
          ? stacks.get(StackName ?? "").current?.body
          : changeSets.get(ChangeSetName, StackName).target.body;
      // A stack under review has none yet.
      return { TemplateBody: body ?? "{}", StagesAvailable: ["Original", "Processed"] };
    }),

    GetTemplateSummary: define(GetTemplateSummary, async ({ StackName, ...given }) => {
      if (StackName === undefined || StackName === "") {
        return summarize(parseTemplate(await templateText(given, place, objects)));
      }
      const { current } = stacks.get(StackName);
      if (current === undefined) throw refused(`Stack ${StackName} has no template yet`);
      return summarize(current.template);
    }),

    ValidateTemplate: define(v.object(text), async (given) => {
      const template = parseTemplate(await templateText(given, place, objects));
      checkReferences(template);
      const { Parameters, Description, Capabilities, CapabilitiesReason, DeclaredTransforms } = summarize(template);
      return { Parameters, Description, Capabilities, CapabilitiesReason, DeclaredTransforms };
    }),

    SetStackPolicy: define(SetStackPolicy, async ({ StackName, StackPolicyBody, StackPolicyURL }) => {
      const stack = stacks.get(StackName);
      stack.policy = await templateText({ TemplateBody: StackPolicyBody, TemplateURL: StackPolicyURL }, place, objects);
      return {};
    }),

    GetStackPolicy: define(v.object(stackName), ({ StackName }) => ({ StackPolicyBody: stacks.get(StackName).policy })),
  };
}

function summarize(template: Template): Output {
  const required = requiredCapability(template);
  return {
    Description: template.Description,
    Parameters: Object.entries(template.Parameters).map(([key, declaration]) => ({
      ParameterKey: key,
      DefaultValue: declaration.Default,
      ParameterType: declaration.Type,
      NoEcho: declaration.NoEcho ?? false,
      Description: declaration.Description,
      ParameterConstraints: { AllowedValues: declaration.AllowedValues ?? [] },
    })),
    Capabilities: required && [required.capability],
    CapabilitiesReason: required && `The following resource(s) require capabilities: [${required.types.join(", ")}]`,
    ResourceTypes: [...new Set(Object.values(template.Resources).map(({ Type }) => Type))],
    Version: "2010-09-09",
    Metadata: template.Metadata === undefined ? undefined : JSON.stringify(template.Metadata),
    DeclaredTransforms: unlessEmpty([template.Transform].flat()),
  };
}
