/** What the tests edit of their program; it reads them as JSON from INTERRUPTIONS. */
export interface Edit {
  /** Release of the shop; the blog's stays. */
  version: string;
  /** Name of the shop's role for the web. */
  role: string;
  /** Whether that role has a route. */
  routed: boolean;
  /** Environment of the shop. */
  env: Record<string, string>;
  readyTimeout: `${number}s`;
  shopHosts: string[];
  blogHosts: string[];
}

export const plain: Edit = {
  version: "v1",
  role: "web",
  routed: true,
  env: {},
  readyTimeout: "40s",
  shopHosts: ["shop.turn", "www.turn"],
  blogHosts: ["blog.turn"],
};
