import * as v from "valibot";
import { AwsError, notEmulated } from "#endpoint/core/errors.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import { changedAttributes, initialAttributes, listenerAttributes, shownAttributes } from "../attributes.ts";
import { defaultSslPolicy, sslPolicies } from "../balancer/tls.ts";
import { type ControlPlane, limits } from "../control-plane.ts";
import { type ListenerRecord, newId } from "../records.ts";
import { completeActions } from "../rule-actions.ts";
import { action, attributes, certificates, invalid, paged, paging, port, tags, text, texts } from "../schema.ts";
import { withTags } from "./tags.ts";

export const listenerInput = {
  Protocol: v.optional(text),
  Port: v.optional(port),
  SslPolicy: v.optional(text),
  Certificates: v.optional(certificates),
};
const createInput = v.object({
  LoadBalancerArn: text,
  ...listenerInput,
  DefaultActions: v.array(action),
  Tags: tags,
});
const modifyInput = v.object({ ListenerArn: text, ...listenerInput, DefaultActions: v.optional(v.array(action)) });
const byArn = { ListenerArn: text };

type Settings = Pick<ListenerRecord, "port" | "protocol" | "sslPolicy" | "certificateArn">;

export async function createListener(
  control: ControlPlane,
  input: v.InferOutput<typeof createInput>,
): Promise<ListenerRecord> {
  const { records } = control;
  const balancer = records.loadBalancer(input.LoadBalancerArn);
  const settings = settingsOf(input, undefined);
  const actions = completeActions(input.DefaultActions, records);
  control.checkAssociations(balancer.arn, actions);
  checkPortIsFree(control, balancer.arn, settings.port, undefined);
  if (records.listenersOf(balancer.arn).length >= limits.listenersPerLoadBalancer) {
    throw new AwsError(
      "TooManyListeners",
      `A load balancer can have at most '${limits.listenersPerLoadBalancer}' listeners`,
    );
  }
  const path = `${balancer.fullName}/${newId()}`;
  const record: ListenerRecord = {
    ...settings,
    arn: control.arn(`listener/${path}`),
    loadBalancerArn: balancer.arn,
    extraCertificateArns: new Set(),
    actions,
    defaultRuleArn: control.arn(`listener-rule/${path}/${newId()}`),
    attributes: initialAttributes(listenerAttributes),
  };
  records.tags.set(record.arn, withTags(undefined, input.Tags));
  records.listeners.set(record.arn, record);
  await control.change(balancer.arn, () => records.listeners.delete(record.arn));
  return record;
}

export async function modifyListener(
  control: ControlPlane,
  input: v.InferOutput<typeof modifyInput>,
): Promise<ListenerRecord> {
  const { records } = control;
  const record = records.listener(input.ListenerArn);
  const before: Settings & Pick<ListenerRecord, "actions"> = { ...record };
  const settings = settingsOf(input, record);
  checkPortIsFree(control, record.loadBalancerArn, settings.port, record.arn);
  const actions = input.DefaultActions === undefined ? record.actions : completeActions(input.DefaultActions, records);
  control.checkAssociations(record.loadBalancerArn, actions);
  Object.assign(record, settings, { actions });
  const { port, protocol, sslPolicy, certificateArn } = before;
  const undo = () => Object.assign(record, { port, protocol, sslPolicy, certificateArn, actions: before.actions });
  await control.change(record.loadBalancerArn, undo);
  return record;
}

/** Takes the listener and its rules out of the records; the caller publishes. */
export function deleteListener({ records }: ControlPlane, arn: string): void {
  for (const rule of records.rulesOf(arn)) {
    records.rules.delete(rule.arn);
    records.tags.delete(rule.arn);
  }
  records.listeners.delete(arn);
  records.tags.delete(arn);
}

function settingsOf(
  input: Omit<v.InferOutput<typeof modifyInput>, "ListenerArn">,
  current: Settings | undefined,
): Settings {
  const protocol = input.Protocol ?? current?.protocol;
  const port = input.Port ?? current?.port;
  if (protocol === undefined || port === undefined) throw invalid("A listener must have a protocol and a port");
  if (protocol !== "HTTP" && protocol !== "HTTPS") {
    if (["TCP", "TLS", "UDP", "TCP_UDP", "GENEVE"].includes(protocol))
      throw notEmulated(`A listener of protocol '${protocol}'`);
    throw new AwsError("UnsupportedProtocol", `Listener protocol '${protocol}' must be HTTP or HTTPS`);
  }
  if (protocol === "HTTP") return { port, protocol, sslPolicy: undefined, certificateArn: undefined };
  const certificateArn = input.Certificates?.[0]?.CertificateArn ?? current?.certificateArn;
  if (certificateArn === undefined) {
    throw new AwsError("CertificateNotFound", "A certificate must be specified for HTTPS listeners");
  }
  const sslPolicy = input.SslPolicy ?? current?.sslPolicy ?? defaultSslPolicy;
  if (!sslPolicies.has(sslPolicy)) throw new AwsError("SSLPolicyNotFound", `SSL policy '${sslPolicy}' not found`);
  return { port, protocol, sslPolicy, certificateArn };
}

function checkPortIsFree(control: ControlPlane, balancerArn: string, port: number, except: string | undefined): void {
  const other = control.records.listenersOf(balancerArn).find((one) => one.port === port && one.arn !== except);
  if (other !== undefined) {
    throw new AwsError(
      "DuplicateListener",
      `A listener already exists on this port for this load balancer '${balancerArn}'`,
    );
  }
}

function shown(record: ListenerRecord) {
  return {
    ListenerArn: record.arn,
    LoadBalancerArn: record.loadBalancerArn,
    Port: record.port,
    Protocol: record.protocol,
    Certificates: record.certificateArn === undefined ? undefined : [{ CertificateArn: record.certificateArn }],
    SslPolicy: record.sslPolicy,
    DefaultActions: record.actions,
  };
}

export function listenerOperations(control: ControlPlane): Operations {
  const { records } = control;
  return {
    CreateListener: define(createInput, async (input) => ({
      Listeners: [shown(await createListener(control, input))],
    })),
    ModifyListener: define(modifyInput, async (input) => ({
      Listeners: [shown(await modifyListener(control, input))],
    })),
    DeleteListener: define(v.object(byArn), async ({ ListenerArn }) => {
      const { loadBalancerArn } = records.listener(ListenerArn);
      deleteListener(control, ListenerArn);
      await control.publish(loadBalancerArn);
      return {};
    }),
    DescribeListeners: define(
      v.object({ LoadBalancerArn: v.optional(text), ListenerArns: v.optional(texts), ...paging }),
      (input) => {
        if (input.ListenerArns === undefined && input.LoadBalancerArn === undefined) {
          throw invalid("You must specify either listener ARNs or a load balancer ARN");
        }
        const chosen =
          input.ListenerArns?.map((arn) => records.listener(arn)) ??
          records.listenersOf(records.loadBalancer(input.LoadBalancerArn ?? "").arn);
        const { page, NextMarker } = paged(chosen, input);
        return { Listeners: page.map(shown), NextMarker };
      },
    ),
    DescribeListenerAttributes: define(v.object(byArn), ({ ListenerArn }) => ({
      Attributes: shownAttributes(records.listener(ListenerArn).attributes),
    })),
    ModifyListenerAttributes: define(v.object({ ...byArn, Attributes: attributes }), (input) => {
      const record = records.listener(input.ListenerArn);
      record.attributes = changedAttributes(listenerAttributes, record.attributes, input.Attributes);
      return { Attributes: shownAttributes(record.attributes) };
    }),
    DescribeSSLPolicies: define(v.object({ Names: v.optional(texts), ...paging }), (input) => {
      const names = input.Names ?? [...sslPolicies.keys()];
      const unknown = names.find((name) => !sslPolicies.has(name));
      if (unknown !== undefined) throw new AwsError("SSLPolicyNotFound", `SSL policy '${unknown}' not found`);
      const { page, NextMarker } = paged(names, input);
      const policies = page.map((Name) => ({
        Name,
        SslProtocols: sslPolicies.get(Name),
        SupportedLoadBalancerTypes: ["application", "network"],
      }));
      return { SslPolicies: policies, NextMarker };
    }),
  };
}
