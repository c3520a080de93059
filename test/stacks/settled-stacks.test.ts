import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from "@aws-sdk/client-cloudformation";
import { expect, it } from "vitest";
import { waitForStacks } from "../../stacks/deploy/settled-stacks.ts";

/** CloudFormation's answers about one stack, its status as this is when it is asked; and what it was asked. */
function clientOf(status: (asked: number) => string) {
  const asked: string[] = [];
  const client = new CloudFormationClient({
    region: "eu-west-1",
    credentials: { accessKeyId: "operator", secretAccessKey: "operator" },
  });
  client.middlewareStack.add(
    (_, { commandName = "" }) =>
      () => {
        asked.push(commandName);
        const StackStatus = status(asked.length);
        const output = { $metadata: {}, Stacks: [{ StackName: "network", CreationTime: new Date(), StackStatus }] };
        return Promise.resolve({ response: {}, output });
      },
    { step: "finalizeRequest" },
  );
  waitForStacks(client);
  return { client, asked };
}

const command = new DescribeStacksCommand({ StackName: "network" });
const statusOf = async (client: CloudFormationClient) => (await client.send(command)).Stacks?.[0]?.StackStatus;

it("answers what SST asks about a stack once that is done, and its events after it", async () => {
  const { client, asked } = clientOf((times) => (times < 3 ? "CREATE_IN_PROGRESS" : "CREATE_COMPLETE"));
  const events = (status: Promise<unknown>) =>
    Promise.all([status, client.send(new DescribeStackEventsCommand({ StackName: "network" }))]);
  expect((await events(statusOf(client)))[0]).toBe("CREATE_COMPLETE");
  expect(asked).toEqual([...Array(3).fill("DescribeStacksCommand"), "DescribeStackEventsCommand"]);
});

it.each(["ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED", "DELETE_FAILED"])(
  "answers at once about a stack that is %s",
  async (status) => {
    const { client, asked } = clientOf(() => status);
    expect([await statusOf(client), asked.length]).toEqual([status, 1]);
  },
);

it("does not hold what SST asks about a stack that takes longer", async () => {
  const { client } = clientOf(() => "UPDATE_IN_PROGRESS");
  expect(await statusOf(client)).toBe("UPDATE_IN_PROGRESS");
});
