import * as ec2 from "aws-cdk-lib/aws-ec2";
import { Construct } from "constructs";

const everyTcpPort = { ipProtocol: "tcp", fromPort: 0, toPort: 65_535 };

/** Who may talk to whom: the internet to the balancers, the balancers to the tasks, the tasks to the outside. */
export class SecurityGroups extends Construct {
  readonly balancer: string;
  readonly tasks: string;

  /** @param cidrs of the network */
  constructor(scope: Construct, id: string, vpcId: string, cidrs: readonly string[]) {
    super(scope, id);
    const balancer = new ec2.CfnSecurityGroup(this, "Balancer", {
      vpcId,
      groupDescription: "Balancers of the fleet: in from anywhere, out to the network",
      securityGroupIngress: [
        { ipProtocol: "tcp", fromPort: 80, toPort: 80, cidrIp: "0.0.0.0/0", description: "HTTP, redirected to HTTPS" },
        { ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIp: "0.0.0.0/0", description: "HTTPS" },
      ],
      securityGroupEgress: cidrs.map((cidrIp) => ({
        ...everyTcpPort,
        cidrIp,
        description: "Requests and health checks to the tasks",
      })),
    });
    this.balancer = balancer.attrGroupId;
    // All ports, so that a service with a new port changes nothing here; the balancer sends to registered ports only.
    const tasks = new ec2.CfnSecurityGroup(this, "Tasks", {
      vpcId,
      groupDescription: "Tasks of the fleet: in from the balancers, out through NAT",
      securityGroupIngress: [
        { ...everyTcpPort, sourceSecurityGroupId: this.balancer, description: "Requests and health checks" },
      ],
      securityGroupEgress: [
        { ipProtocol: "-1", cidrIp: "0.0.0.0/0", description: "Registries, AWS, Splunk and the APIs behind the tools" },
      ],
    });
    this.tasks = tasks.attrGroupId;
  }
}
