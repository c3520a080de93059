/** The recipes that operators have, character by character: what they type must keep working. */
export const seed = {
  targetHealth: `aws elbv2 describe-target-health \\
  --target-group-arn $(aws elbv2 describe-target-groups \\
    --names prod-mcp-google-workspace-tg \\
    --query 'TargetGroups[0].TargetGroupArn' --output text)
`,
  redeploy: `   aws ecs update-service \\
     --cluster prod-mcp-cluster \\
     --service prod-mcp-google-workspace \\
     --force-new-deployment
`,
  deployments: `   aws ecs describe-services \\
     --cluster prod-mcp-cluster \\
     --services prod-mcp-google-workspace \\
     --query 'services[0].deployments'
`,
  shell: `TASK=$(aws ecs list-tasks --cluster prod-mcp-cluster \\
  --service-name prod-mcp-google-workspace \\
  --query 'taskArns[0]' --output text)

aws ecs execute-command \\
  --cluster prod-mcp-cluster \\
  --task "$TASK" \\
  --container google_workspace \\
  --interactive --command /bin/sh
`,
  redis: `redis-cli -h "$REDIS_HOST" -p 6379 --tls`,
  follow: `aws logs tail /ecs/prod/mcp/google_workspace --follow
`,
  hecErrors: `aws logs tail /ecs/prod/mcp/google_workspace --since 15m --filter-pattern HEC
`,
} as const;

/** What the seed names and does not print: the runbook's lines. */
export const secretRecipes = {
  put: (json: string) => `aws secretsmanager put-secret-value --secret-id /prod/mcp/splunk-admin \\
  --secret-string '${json}'
`,
  get: "aws secretsmanager get-secret-value --secret-id /prod/mcp/splunk-admin --query SecretString --output text",
} as const;
