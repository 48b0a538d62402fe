/** What a canary is called, and what is said of its part of the visitors. */

/** The canary of a role, which is a role itself. */
export const canaryName = (role: string): string => `${role}-canary`;

/** The role of a canary, by the canary's name. */
export const canariedRole = (canary: string): string => canary.replace(/-canary$/, "");

/** How many of a hundred visitors it gets, and how many more by name: a phrase each. */
export const partWords = (percent: number | string, named: number): string[] => [
  `${percent}% of the visitors`,
  ...(named === 0 ? [] : [`${named} by name`]),
];
