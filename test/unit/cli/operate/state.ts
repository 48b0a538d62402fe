/** A stack's state as Pulumi writes it, with two roles, an accessory and the proxy on two hosts. */
const shell = (name: string) => ({ name, destination: `root@${name}.test`, port: 22 });
const directory = "/usr/local/lib/sextant/0123456789ab";

const container = (name: string, host: string, labels: Record<string, string>, more: object = {}) => ({
  urn: `urn:pulumi:prod::demo::sextant:index:App$sextant:index:Container::${name}`,
  type: "sextant:index:Container",
  inputs: { shell: shell(host), labels, ...more },
});
export const role = (app: string, name: string, host: string) =>
  container(`${app}-${name}-${host}`, host, {
    "sextant.app": app,
    "sextant.role": `demo/prod/${app}/${name}`,
    "sextant.owner": `demo/prod/app/${app}`,
  });

export const state = {
  deployment: {
    resources: [
      ...["web-1", "web-2"].flatMap((name) => [
        { type: "sextant:index:HostReady", inputs: { shell: shell(name), directory } },
        { type: "sextant:index:Ready", inputs: { shell: shell(name) } },
      ]),
      ...["web-2", "web-1"].map((name) =>
        container("proxy", name, { "sextant.proxy": "demo/prod/proxy" }, { name: "kamal-proxy" }),
      ),
      container("db", "web-1", { "sextant.accessory": "db", "sextant.owner": "demo/prod/accessory/db" }),
      {
        urn: "urn:pulumi:prod::demo::sextant:index:App::shop",
        type: "sextant:index:App",
        outputs: {
          version: "v1",
          roles: [
            { name: "web", hosts: ["web-2", "web-1"] },
            { name: "job", hosts: ["web-1"] },
          ],
          commands: { console: ["bin/console"], queues: ["bin/queues", "--all"] },
        },
      },
      role("shop", "job", "web-1"),
      role("shop", "web", "web-1"),
      role("shop", "web", "web-2"),
      { ...role("shop", "web", "web-3"), delete: true },
      {
        urn: "urn:pulumi:prod::demo::sextant:index:App$sextant:index:Schedule::shop-nightly-schedule",
        type: "sextant:index:Schedule",
        inputs: {
          ...{ shell: shell("web-1"), role: "demo/prod/shop/nightly", name: "demo-prod-shop-nightly" },
          ...{ schedule: "15 3 * * *", timeZone: "UTC", stopTimeout: "30s" },
        },
      },
      { type: "docker:index/container:Container", inputs: { labels: { "sextant.role": "x" } } },
    ],
  },
};

/** Of a role alone, which has three containers on one host and two on another, of a release that went on there no further. */
export const withReplicas = {
  deployment: {
    resources: [
      ...state.deployment.resources.filter(({ type }) => type === "sextant:index:App"),
      role("shop", "web", "web-1"),
      ...["-2", "-3"].map((number) => ({
        ...role("shop", "web", "web-1"),
        urn: `urn:pulumi:prod::demo::sextant:index:App$sextant:index:Container::shop-web-web-1${number}`,
      })),
      role("shop", "web", "web-2"),
      { ...role("shop", "web", "web-2"), delete: true },
    ],
  },
};

/** With a canary of a role on both of its hosts: the release before it failed on one of them. */
export const withCanary = {
  deployment: {
    resources: [
      ...state.deployment.resources,
      ...["web-1", "web-2"].flatMap((host) => [
        role("shop", "web-canary", host),
        {
          urn: `urn:pulumi:prod::demo::sextant:index:App$sextant:index:Canary::shop-web-canary-${host}`,
          type: "sextant:index:Canary",
          inputs: {
            ...{ shell: shell(host), role: "demo/prod/shop/web-canary", container: `canary-${host}` },
            ...{ percent: 10, visitors: ["team"] },
          },
          outputs: { undone: host === "web-2" },
        },
      ]),
    ],
  },
};
