import { partitionOf, type RotationMap, type StagePlan } from "#fleet";
import { secretKeyStatements, topicKeyStatements } from "../encryption/key-use.ts";
import type { FunctionRoomProps, RoomStatement } from "../parts/function-room.ts";
import type { Stack } from "../sst.ts";
import { mapFileName } from "./map-file.ts";

/** What the three rooms of this stack share. */
export interface RotationProps {
  readonly plan: StagePlan;
  readonly map: RotationMap;
  readonly secretArns: ReadonlyMap<string, string>;
  readonly topicArn: string;
  readonly topicKeyArn: string | undefined;
  /** The map as a file, from the project's root. */
  readonly mapFile: string;
}

/** What the rooms have alike: the map, the topic, and no client that nothing loads. */
export function shared({ map, mapFile, topicArn }: RotationProps) {
  const hasRedis = map.secrets.some(({ rotation }) => "issuer" in rotation && rotation.issuer === "redis-auth");
  return {
    files: [{ from: mapFile, to: mapFileName }],
    environment: { ROTATION_MAP: mapFileName, ALARM_TOPIC_ARN: topicArn },
    ...(!hasRedis && { without: ["@aws-sdk/client-elasticache"] }),
  } satisfies Partial<FunctionRoomProps>;
}

/** Telling people, through a topic that a key of the fleet's encrypts. */
export function announcing(
  stack: Stack,
  { topicArn, topicKeyArn }: Pick<RotationProps, "topicArn" | "topicKeyArn">,
): readonly RoomStatement[] {
  return [{ actions: ["sns:Publish"], resources: [topicArn] }, ...topicKeyStatements(stack, topicKeyArn)];
}

export type Entry = RotationProps["map"]["secrets"][number];

export function arnsOf({ secretArns, map }: RotationProps, chosen: (entry: Entry) => boolean): readonly string[] {
  return map.secrets.filter(chosen).map(({ key }) => {
    const arn = secretArns.get(key);
    if (arn === undefined) throw new Error(`The secret ${key} was neither created nor adopted in this stage.`);
    return arn;
  });
}

/** What it takes to use the keys that encrypt them, where those are not Secrets Manager's own. */
export function keysOf(
  stack: Stack,
  { plan, map }: RotationProps,
  access: "read" | "write",
  chosen: (entry: Entry) => boolean,
): readonly RoomStatement[] {
  const keys = new Set(map.secrets.filter(chosen).map(({ key }) => key));
  return secretKeyStatements(stack, plan, access, (key) => keys.has(key));
}

/** Keys of the secrets with an administrator's credentials. */
export function adminKeys({ map }: RotationProps): readonly string[] {
  return map.secrets.flatMap(({ rotation }) => ("admin" in rotation ? [rotation.admin] : []));
}

/** What issuers call beside the secrets. */
export function issuing(stack: Stack, props: RotationProps): readonly RoomStatement[] {
  const { region, account } = stack;
  const isAdmin = ({ key }: Entry) => adminKeys(props).includes(key);
  const admins = arnsOf(props, isAdmin);
  const groups = props.map.secrets.flatMap(({ rotation }) =>
    "replicationGroup" in rotation
      ? [
          `arn:${partitionOf(props.plan.region)}:elasticache:${region}:${account}:replicationgroup:${rotation.replicationGroup}`,
        ]
      : [],
  );
  return [
    ...(admins.length === 0
      ? []
      : [{ actions: ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"], resources: admins }]),
    ...keysOf(stack, props, "read", isAdmin),
    ...(groups.length === 0
      ? []
      : [
          {
            actions: ["elasticache:DescribeReplicationGroups", "elasticache:ModifyReplicationGroup"],
            resources: groups,
          },
        ]),
  ];
}
