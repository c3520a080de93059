import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from "@aws-sdk/client-cloudformation";
import fc from "fast-check";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Cloud, item, startCloudFormation, template } from "./cloud.ts";
import type { Step } from "./memory.ts";

let cloud: Cloud;
beforeEach(async () => {
  cloud = await startCloudFormation();
});
afterEach(() => cloud.close());

/** A resource of a random graph: it may refer to resources with a lower number only, so there is no cycle. */
interface Node {
  readonly present: boolean;
  readonly name: number;
  readonly value: number;
  readonly links: readonly number[];
}
const node: fc.Arbitrary<Node> = fc.record({
  present: fc.boolean(),
  name: fc.integer({ min: 0, max: 1 }),
  value: fc.integer({ min: 0, max: 2 }),
  links: fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
});
const graph = fc.array(node, { minLength: 1, maxLength: 6 });

function body(nodes: readonly Node[]): string {
  const present = (index: number) => nodes[index]?.present === true;
  const resources = nodes.flatMap(({ name, value, links }, index) => {
    if (!present(index)) return [];
    const Links = links.filter((link) => link < index && present(link)).map((link) => ({ Ref: `R${link}` }));
    return [[`R${index}`, item({ Name: name, Value: value, Links })]];
  });
  // Always one resource, as a template must have.
  return template({ Anchor: item(), ...Object.fromEntries(resources) });
}

let count = 0;
async function create(text: string): Promise<string> {
  count += 1;
  const name = `s${count}`;
  await cloud.cfn.send(new CreateStackCommand({ StackName: name, TemplateBody: text }));
  await cloud.cloudFormation.idle();
  return name;
}

async function update(name: string, text: string): Promise<void> {
  await cloud.cfn.send(new UpdateStackCommand({ StackName: name, TemplateBody: text })).catch((error: unknown) => {
    if (!(error instanceof Error && error.message === "No updates are to be performed.")) throw error;
  });
  await cloud.cloudFormation.idle();
}

async function remove(name: string): Promise<void> {
  await cloud.cfn.send(new DeleteStackCommand({ StackName: name }));
  await cloud.cloudFormation.idle();
}

async function status(name: string) {
  const { Stacks } = await cloud.cfn.send(new DescribeStacksCommand({ StackName: name }));
  return Stacks?.[0]?.StackStatus;
}

/** The living resources with physical ids replaced by logical ones, so that two deployments can be compared. */
function shape(): unknown {
  const text = JSON.stringify([...cloud.items.live].sort(([a], [b]) => a.localeCompare(b)));
  return JSON.parse(text.replaceAll(/(R\d|Anchor)-\d+/g, "$1"));
}

it("updates a stack to the same result as a fresh creation, and leaves nothing after deletion", async () => {
  await fc.assert(
    fc.asyncProperty(graph, graph, async (first, second) => {
      const name = await create(body(first));
      await update(name, body(second));
      const updated = shape();
      await remove(name);
      expect(cloud.items.live.size).toBe(0);
      const fresh = await create(body(second));
      expect(updated).toEqual(shape());
      await remove(fresh);
      expect(cloud.items.live.size).toBe(0);
    }),
    { numRuns: 40 },
  );
});

it("returns to the previous state, whichever resource fails", async () => {
  await fc.assert(
    fc.asyncProperty(graph, graph, fc.nat({ max: 14 }), async (first, second, failing) => {
      const name = await create(body(first));
      const before = new Map(cloud.items.live);
      let forward = 0;
      let failed = false;
      const fail = () => {
        if (failed) return;
        failed = forward === failing;
        forward += 1;
        if (failed) throw new Error("injected");
      };
      // Before the change takes effect, and after it did.
      cloud.items.before = (step: Step) => (step === "delete" ? undefined : fail());
      cloud.items.stabilize = fail;
      await update(name, body(second));
      cloud.items.before = () => undefined;
      cloud.items.stabilize = () => undefined;
      if (failed) {
        expect(await status(name)).toBe("UPDATE_ROLLBACK_COMPLETE");
        expect(cloud.items.live).toEqual(before);
      }
      await remove(name);
      expect(cloud.items.live.size).toBe(0);
    }),
    { numRuns: 60 },
  );
});
