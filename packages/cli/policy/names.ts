export const policyNames = ["first", "later", "read", "drill", "execution"] as const;
export type PolicyName = (typeof policyNames)[number];
