/** What the balancers accept: TLS 1.2 and 1.3. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html */
export const tlsPolicy = "ELBSecurityPolicy-TLS13-1-2-2021-06";
