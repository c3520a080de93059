import * as v from "valibot";
import { define, type Operations } from "#endpoint/core/service.ts";
import { limits } from "../control-plane.ts";
import { paged, paging } from "../schema.ts";

export function accountLimitOperations(): Operations {
  return {
    DescribeAccountLimits: define(v.object(paging), (input) => {
      const all = [
        ["application-load-balancers", limits.loadBalancers],
        ["target-groups", limits.targetGroups],
        ["target-groups-per-application-load-balancer", limits.targetGroupsPerLoadBalancer],
        ["targets-per-application-load-balancer", limits.targetsPerGroup],
        ["listeners-per-application-load-balancer", limits.listenersPerLoadBalancer],
        ["rules-per-application-load-balancer", limits.rulesPerLoadBalancer],
      ] as const;
      const { page, NextMarker } = paged(all, input);
      return { Limits: page.map(([Name, max]) => ({ Name, Max: String(max) })), NextMarker };
    }),
  };
}
