import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import * as pulumi from "@pulumi/pulumi";
import {
  App,
  Proxy,
  Registry,
  letsEncrypt,
  ownCertificate,
  type AppArgs,
  type Host,
  type RoleArgs,
} from "../../../../components";
import type { CertificatesInputs } from "../../../../provider/release/certificates";
import type { CleanUpInputs } from "../../../../provider/release/clean-up";
import { releaseBody, type ReleaseInputs } from "../../../../provider/release/release";
import type { Step, StepInputs } from "../../../../provider/release/step";
import { steps, type StepType } from "../../../../provider/release/steps";
import type { SwitchInputs } from "../../../../provider/release/switch";
import { pairFor } from "../certificates";
import { fakeHost, fakeNetwork } from "../fake-host";
import { type Graph, newGraph, refusal, registered, unmarked } from "../graph";

/** A host as the app sees it, without a machine behind it. */
function hostNamed(hostName: string): Host {
  return fakeHost(hostName, fakeNetwork(hostName));
}

async function graphOf(
  change: (hosts: Host[], proxy: Proxy) => Partial<AppArgs>,
): Promise<{ graph: Graph; app: App }> {
  const graph = await newGraph();
  const hosts = [hostNamed("web-1"), hostNamed("web-2")];
  const proxy = new Proxy("proxy", { servers: hosts });
  const app = new App(
    "shop",
    {
      image: "registry.test/shop",
      version: "v2",
      proxy,
      route: { hosts: ["shop.test"] },
      roles: { web: { servers: hosts } },
      ...change(hosts, proxy),
    },
    graph.watching,
  );
  await registered();
  return { graph, app };
}

const containerType = "sextant:index:Container";
const readyType = "sextant:index:Ready";
const switchType = "sextant:index:Switch";
/** Everything that runs a line on a host. */
const verbTypes = /^(command:remote:Command|sextant:index:.*)$/;

describe("App", () => {
  it("makes one container a role and host, beside the old one and without a name of its own", async () => {
    const { graph } = await graphOf(() => ({}));
    const made = graph.made.filter(({ type, name }) => type === containerType && name.startsWith("shop-"));
    expect(made.map(({ name }) => name)).toEqual(["shop-web-web-1", "shop-web-web-2"]);
    for (const { name, inputs } of made) {
      expect(inputs["name"]).toBeUndefined();
      expect(graph.optionsOf(containerType, name).deleteBeforeReplace).toBe(false);
    }
  });

  it("makes several containers of a role with replicas, a check of each that knows the others, and one switch and clean-up for all", async () => {
    const { graph, app } = await graphOf((hosts) => ({
      roles: { web: { servers: hosts, replicas: 3 }, job: { servers: hosts.slice(0, 1), replicas: 2 } },
    }));
    const of = (type: string): string[] =>
      graph.made
        .filter((each) => each.type === type && each.name.startsWith("shop-"))
        .map(({ name }) => name);
    const web = (host: string): string[] => [`shop-web-${host}`, `shop-web-${host}-2`, `shop-web-${host}-3`];
    const job = ["shop-job-web-1", "shop-job-web-1-2"];
    const all = [...web("web-1"), ...web("web-2"), ...job];
    expect(of(containerType).toSorted()).toEqual(all.toSorted());
    expect(of(readyType).toSorted()).toEqual(all.map((name) => `${name}-ready`).toSorted());
    expect(of(switchType).toSorted()).toEqual(
      ["shop-job-web-1-switch", "shop-web-web-1-switch", "shop-web-web-2-switch"].toSorted(),
    );
    const [first] = app.placements;
    const gates = app.placements.flatMap(({ replicas }) => replicas.map(({ ready }) => ready));
    expect(gates).toHaveLength(all.length);
    expect(first?.replicas[0]).toMatchObject({ container: first?.container, ready: first?.ready });
    expect(graph.optionsOf(switchType, "shop-web-web-1-switch").dependsOn).toEqual(
      expect.arrayContaining(gates),
    );
    const inputs = (type: string, name: string) => graph.find(type, name).inputs;

    const named = web("web-1").map((name) => inputs(containerType, name)["hostname"]);
    expect(named).toEqual(["web-1", "web-1-2", "web-1-3"]);
    for (const name of web("web-1")) expect(inputs(readyType, `${name}-ready`)["replicas"]).toHaveLength(2);
    expect(inputs(switchType, "shop-web-web-1-switch")["replicas"]).toHaveLength(2);
    expect(inputs(switchType, "shop-job-web-1-switch")["replicas"]).toHaveLength(1);
    const { places } = inputs("sextant:index:CleanUp", "shop-clean-up") as { places: { replicas?: [] }[] };
    expect(places.map(({ replicas }) => replicas?.length)).toEqual([2, 2, 1]);
  });

  describe("with an image of a role's own", () => {
    const inputsOf =
      (graph: Graph) =>
      (type: string, name: string): Record<string, unknown> =>
        graph.find(`sextant:index:${type}`, name).inputs;
    const pulledOn = (inputs: Record<string, unknown>): string[] =>
      (inputs["hosts"] as { shell: { name: string } }[]).map(({ shell: { name } }) => name);
    const jobs = "registry.test/jobs:v7";

    it("has it on the role's hosts alone, in all that is of the role, before anything starts", async () => {
      const { graph, app } = await graphOf(([first, second]) => ({
        release: ["bin/migrate"],
        assetPath: "/assets",
        roles: {
          web: { servers: [first as Host] },
          job: {
            ...{ servers: [second as Host], image: "registry.test/jobs", version: "v7" },
            route: { hosts: ["jobs.test"] },
          },
          nightly: {
            ...{ servers: [second as Host], image: "registry.test/jobs", version: "v7" },
            ...{ schedule: "0 3 * * *", command: ["report"] },
          },
        },
      }));
      const inputs = inputsOf(graph);
      expect(inputs("Pull", "shop-pull")).toMatchObject({ image: "registry.test/shop:v2" });
      expect(pulledOn(inputs("Pull", "shop-pull"))).toEqual(["web-1"]);
      expect(inputs("Pull", "shop-job-pull")).toMatchObject({
        ...{ image: jobs, owner: "shop/test/shop/job" },
      });
      expect(pulledOn(inputs("Pull", "shop-job-pull"))).toEqual(["web-2"]);
      expect(inputs("Container", "shop-web-web-1")).toMatchObject({
        ...{ image: "registry.test/shop:v2", env: { KAMAL_VERSION: "v2" } },
      });
      expect(inputs("Container", "shop-job-web-2")).toMatchObject({
        ...{ image: jobs, env: { KAMAL_VERSION: "v7" } },
      });
      expect(inputs("Schedule", "shop-nightly-schedule")).toMatchObject({
        ...{ image: jobs, env: { KAMAL_VERSION: "v7" } },
      });
      expect(inputs("Release", "shop-release")).toMatchObject({
        ...{ image: "registry.test/shop:v2", env: { KAMAL_VERSION: "v2" } },
      });
      const assets = inputs("Assets", "shop-job-web-2-assets");
      expect(assets).toMatchObject({ image: jobs, path: "/assets" });
      const mounts = inputs("Container", "shop-job-web-2")["volumes"] as { hostPath: string }[];
      expect(mounts.map(({ hostPath }) => hostPath).join()).toContain(String(assets["release"]));
      const { places, repository } = inputs("CleanUp", "shop-clean-up") as {
        repository: string;
        places: { role: string; repository?: string; owner?: string; assets?: string }[];
      };
      expect(repository).toBe("registry.test/shop");
      const own = { repository: "registry.test/jobs", owner: "shop/test/shop/job" };
      expect(places.map(({ role, ...rest }) => [role, rest.repository, rest.owner])).toEqual([
        ["shop/test/shop/web", undefined, undefined],
        ["shop/test/shop/job", own.repository, own.owner],
        ["shop/test/shop/nightly", own.repository, own.owner],
      ]);
      expect(places[1]?.assets).toContain(String(assets["release"]));
      const pulls = graph.made
        .filter(({ type, name }) => type === "sextant:index:Pull" && name.startsWith("shop-"))
        .map(({ name }) => name);
      expect(pulls).toEqual(["shop-pull", "shop-job-pull"]);
      const waited = graph.optionsOf("sextant:index:Release", "shop-release").dependsOn as {
        __name?: string;
      }[];
      expect(waited.map(({ __name }) => __name)).toEqual(expect.arrayContaining(pulls));
      expect(await new Promise((done) => app.version.apply(done))).toBe("v2");
    });

    it("waits with each container for all images, where no command runs before", async () => {
      const { graph } = await graphOf((hosts) => ({
        roles: { web: { servers: hosts }, job: { servers: hosts, image: "registry.test/jobs" } },
      }));
      for (const name of ["shop-web-web-1", "shop-web-web-2", "shop-job-web-1", "shop-job-web-2"]) {
        const waited = graph.optionsOf(containerType, name).dependsOn as { __name?: string }[];
        expect(waited.map(({ __name }) => __name)).toEqual(
          expect.arrayContaining(["shop-pull", "shop-job-pull"]),
        );
      }
    });

    it("brings the app's image to the host of the release command as well, and to no other host", async () => {
      const { graph } = await graphOf(([first, second]) => ({
        release: ["bin/migrate"],
        roles: {
          web: { servers: [first as Host, second as Host], image: "registry.test/web" },
          job: { servers: [second as Host], image: "registry.test/jobs" },
        },
      }));
      const inputs = inputsOf(graph);
      expect(pulledOn(inputs("Pull", "shop-pull"))).toEqual(["web-1"]);
      expect(pulledOn(inputs("Pull", "shop-web-pull"))).toEqual(["web-1", "web-2"]);
      expect(inputs("Release", "shop-release")).toMatchObject({ image: "registry.test/shop:v2" });
    });

    describe("and the app's runs the release command alone", () => {
      /** What the clean-up is about on each host, in short. */
      const cleaned = (graph: Graph): string[] => {
        const { places, repository, owner } = inputsOf(graph)(
          ...(["CleanUp", "shop-clean-up"] as const),
        ) as unknown as CleanUpInputs;
        return places.map((place) =>
          [
            ...[place.shell.name, place.role, place.repository ?? repository, place.owner ?? owner],
            ...(place.imagesOnly === true ? [`only images, of ${place.image ?? "any"}`] : []),
          ].join(" "),
        );
      };
      const web = "shop/test/shop/web registry.test/web shop/test/shop/web";
      const ofApp = "shop/test/shop registry.test/shop shop/test/shop only images, of registry.test/shop:v2";
      const roles = ([first, second]: Host[]): Record<string, RoleArgs> => ({
        web: { servers: [first as Host, second as Host], image: "registry.test/web" },
      });

      it("has the app's images removed on its host, and anew with each release", async () => {
        const { graph } = await graphOf((hosts) => ({ release: ["bin/migrate"], roles: roles(hosts) }));
        expect(cleaned(graph)).toEqual([`web-1 ${web}`, `web-2 ${web}`, `web-1 ${ofApp}`]);
      });

      it("has them removed where a run that names a host has run it", async () => {
        vi.stubEnv("SEXTANT_HOSTS", "web-2");
        const { graph } = await graphOf((hosts) => ({ release: ["bin/migrate"], roles: roles(hosts) }));
        vi.unstubAllEnvs();
        expect(cleaned(graph)).toEqual([`web-2 ${web}`, `web-2 ${ofApp}`]);
      });

      it.each<[string, (hosts: Host[]) => Partial<AppArgs>]>([
        ["there is none", (hosts) => ({ roles: { ...roles(hosts), job: { servers: hosts.slice(1) } } })],
        [
          "its host has another role of the app's image",
          (hosts) => ({
            ...{ release: ["bin/migrate"] },
            roles: { ...roles(hosts), job: { servers: hosts.slice(0, 1) } },
          }),
        ],
        [
          "its role is of the app's repository",
          (hosts) => ({
            ...{ release: ["bin/migrate"], roles: { web: { servers: hosts, version: "v1" } } },
          }),
        ],
        [
          "no role has an image of its own",
          (hosts) => ({
            ...{ release: ["bin/migrate"], roles: { web: { servers: hosts } } },
          }),
        ],
        [
          "a job of the app's image is there",
          (hosts) => ({
            ...{ release: ["bin/migrate"] },
            roles: { ...roles(hosts), nightly: { servers: hosts.slice(0, 1), schedule: "0 3 * * *" } },
          }),
        ],
      ])("has no place of its own where %s", async (_, args) => {
        const { graph } = await graphOf(args);
        const { places } = inputsOf(graph)(
          ...(["CleanUp", "shop-clean-up"] as const),
        ) as unknown as CleanUpInputs;
        expect(places.map(({ role }) => role)).not.toContain("shop/test/shop");
      });
    });

    it("is that of the role's canary, too, unless the canary says otherwise", async () => {
      const canaryOf = async (canary: object): Promise<unknown> => {
        const { graph } = await graphOf(([first]) => ({
          roles: {
            job: { servers: [first as Host] },
            web: {
              ...{ servers: [first as Host], image: "registry.test/web", route: { hosts: ["web.test"] } },
              canary: { percent: 10, ...canary },
            },
          },
        }));
        return inputsOf(graph)("Container", "shop-web-canary-web-1")["image"];
      };
      expect(await canaryOf({})).toBe("registry.test/web:v2");
      expect(await canaryOf({ version: "v3" })).toBe("registry.test/web:v3");
      expect(await canaryOf({ image: "registry.test/other" })).toBe("registry.test/other:v2");
    });

    it("is not pulled in a run of its role's canary alone", async () => {
      vi.stubEnv("SEXTANT_ROLES", "web-canary");
      const { graph } = await graphOf((hosts) => ({
        roles: {
          job: { servers: hosts },
          web: {
            ...{ servers: hosts, image: "registry.test/web", route: { hosts: ["web.test"] } },
            canary: { percent: 10 },
          },
        },
      }));
      vi.unstubAllEnvs();
      expect(graph.optionsOf("sextant:index:Pull", "shop-web-pull").ignoreChanges).toContain("image");
      expect(graph.optionsOf("sextant:index:Pull", "shop-pull").ignoreChanges).toContain("image");
    });

    it("is pulled as the role is released, where a run names another role alone", async () => {
      vi.stubEnv("SEXTANT_ROLES", "web");
      const { graph } = await graphOf((hosts) => ({
        roles: { web: { servers: hosts }, job: { servers: hosts, image: "registry.test/jobs" } },
      }));
      vi.unstubAllEnvs();
      expect(graph.optionsOf("sextant:index:Pull", "shop-job-pull").ignoreChanges).toContain("image");
      expect(graph.optionsOf("sextant:index:Pull", "shop-pull").ignoreChanges ?? []).toEqual([]);
    });
  });

  it("makes a canary of its own release beside a role, behind the switch, with its part of each route; the release command is not its", async () => {
    const { graph, app } = await graphOf((hosts) => ({
      env: { A: "app", B: "app" },
      release: ["bin/migrate"],
      roles: {
        web: {
          servers: hosts.slice(0, 1),
          replicas: 2,
          env: { B: "web", C: "web" },
          canary: { version: "v3", env: { C: "canary" }, percent: 10, visitors: ["team"] },
        },
      },
    }));
    const inputs = (type: string, name: string) => graph.find(`sextant:index:${type}`, name).inputs;
    expect(inputs("Container", "shop-web-canary-web-1")).toMatchObject({
      image: "registry.test/shop:v3",
      env: { A: "app", B: "web", C: "canary", KAMAL_VERSION: "v3" },
      labels: { "sextant.role": "shop/test/shop/web-canary" },
    });
    expect(inputs("Container", "shop-web-web-1")).toMatchObject({
      image: "registry.test/shop:v2",
      env: { C: "web", KAMAL_VERSION: "v2" },
    });
    expect(inputs("Pull", "shop-web-canary-pull")).toMatchObject({ image: "registry.test/shop:v3" });
    expect(inputs("Ready", "shop-web-canary-web-1-ready")).toMatchObject({ health: { path: "/up" } });
    expect(inputs("Canary", "shop-web-canary-web-1-visitors")).toMatchObject({
      ...{ role: "shop/test/shop/web-canary", percent: 10, visitors: ["team"] },
      routes: [{ service: "shop-web", port: 3000, drainTimeout: "30s" }],
    });
    expect(graph.made.filter(({ name }) => name.includes("canary")).map(({ type }) => type)).not.toContain(
      switchType,
    );
    expect(inputs("Release", "shop-release")).toMatchObject({ image: "registry.test/shop:v2" });
    const canary = app.placements.find(({ role }) => role === "web-canary");
    expect(graph.optionsOf("sextant:index:Canary", "shop-web-canary-web-1-visitors").dependsOn).toContain(
      canary?.ready,
    );
    expect(graph.optionsOf(containerType, "shop-web-canary-web-1").dependsOn).toEqual(
      expect.arrayContaining(
        app.placements.filter(({ role }) => role === "web").flatMap(({ switches }) => switches),
      ),
    );
    const { places } = inputs("CleanUp", "shop-clean-up") as { places: { role: string }[] };
    expect(places.map(({ role }) => role)).toContain("shop/test/shop/web-canary");
  });

  it("keeps nothing of a release waiting for a canary but the clean-up, and a canary for all that goes out", async () => {
    const { graph, app } = await graphOf((hosts) => ({
      rollout: { batch: 1 },
      hooks: { afterRelease: "true" },
      roles: {
        web: { servers: hosts, canary: { version: "v3", percent: 10 } },
        admin: { servers: hosts.slice(0, 1), route: { hosts: ["admin.test"], tls: letsEncrypt() } },
        nightly: { servers: hosts.slice(0, 1), command: ["report"], schedule: "0 3 * * *" },
      },
    }));
    const waits = (type: string, name: string): Set<unknown> =>
      new Set([graph.optionsOf(type, name).dependsOn].flat() as unknown[]);
    const canaries = app.placements.flatMap(({ canary }) => (canary === undefined ? [] : [canary]));
    expect(canaries).toHaveLength(2);
    const ofCanaries = app.placements
      .filter(({ role }) => role === "web-canary")
      .flatMap(({ container, ready, canary }) => [container, ready, canary]);
    const schedules = app.scheduled.map(({ step }) => step);
    const released: [string, string][] = [
      [containerType, "shop-web-web-2"],
      ["sextant:index:Schedule", "shop-nightly-schedule"],
      ["sextant:index:Certificates", "shop-certificates"],
      ["command:local:Command", "shop-after-release"],
    ];
    for (const [type, name] of released)
      for (const each of ofCanaries) expect(waits(type, name), name).not.toContain(each);
    const cleanUp = waits("sextant:index:CleanUp", "shop-clean-up");
    for (const each of [...canaries, ...schedules]) expect(cleanUp).toContain(each);
    const last = app.placements.filter(({ role, host }) => role === "web" && host.hostName === "web-2");
    for (const host of ["web-1", "web-2"])
      for (const each of [...schedules, ...last.flatMap(({ switches }) => switches)])
        expect(waits(containerType, `shop-web-canary-${host}`)).toContain(each);
  });

  it("gives a role that reads for another one its requests by that one's switch, on the hosts that have both", async () => {
    const { graph } = await graphOf((hosts) => ({
      route: { hosts: ["shop.test"], readers: { writerAffinity: "5s", websockets: true } },
      roles: { web: { servers: hosts }, reader: { servers: hosts.slice(0, 1), reads: "web", replicas: 2 } },
    }));
    const inputs = (type: string, name: string) => graph.find(`sextant:index:${type}`, name).inputs;
    const first = inputs("Switch", "shop-web-web-1-switch");
    expect(first).toMatchObject({ route: { readers: { writerAffinity: "5s", websockets: true } } });
    expect(first["readers"]).toHaveLength(2);
    expect(inputs("Switch", "shop-web-web-2-switch")).not.toHaveProperty("readers");
    const own = inputs("Switch", "shop-reader-web-1-switch");
    expect(own).toMatchObject({ reads: "shop/test/shop/web" });
    expect(own).not.toHaveProperty("route");
    expect(inputs("Ready", "shop-reader-web-1-2-ready")).toMatchObject({ health: { path: "/up" } });
  });

  it("says nothing of replicas of a role that has one container, as before there were any", async () => {
    const { graph } = await graphOf((hosts) => ({ roles: { web: { servers: hosts, replicas: 1 } } }));
    for (const { type, inputs } of graph.made)
      if ([readyType, switchType].includes(type)) expect(inputs).not.toHaveProperty("replicas");
    const { places } = graph.find("sextant:index:CleanUp", "shop-clean-up").inputs as { places: object[] };
    for (const place of places) expect(place).not.toHaveProperty("replicas");
  });

  it("gives a host's login to what may have to pull: the image, each container and the release command", async () => {
    const login = (at: number): Registry =>
      new Registry(`r${at}`, { address: "registry.test", username: "deploy", password: `p${at}` });
    const { graph, app } = await graphOf((hosts) => {
      const logged = hosts.map(
        (host, at) => Object.create(host, { registries: { value: [login(at)] } }) as Host,
      );
      return { roles: { web: { servers: logged } }, release: ["bin/migrate"] };
    });
    // The mocks get a secret as an object around its value.
    const passwordOf = (secret: unknown): unknown => {
      const { value: line } = secret as { value: string };
      return (JSON.parse(Buffer.from(line, "base64url").toString()) as { password: string }).password;
    };
    const inputs = (type: string, name: string) => graph.find(`sextant:index:${type}`, name).inputs;
    const all = inputs("Pull", "shop-pull")["__auth"] as { value: Record<string, string> };
    const each = ["web-1", "web-2"].map((name) => passwordOf({ value: all.value[name] }));
    expect(each).toEqual(["p0", "p1"]);
    expect(inputs("Pull", "shop-pull")).toMatchObject({
      image: "registry.test/shop:v2",
      owner: "shop/test/shop",
    });
    expect(passwordOf(inputs("Container", "shop-web-web-1")["__auth"])).toBe("p0");
    expect(passwordOf(inputs("Container", "shop-web-web-2")["__auth"])).toBe("p1");
    expect(passwordOf(inputs("Release", "shop-release")["__auth"])).toBe("p0");
    expect(inputs("Release", "shop-release")["image"]).toBe("registry.test/shop:v2");
    expect(await pulumi.isSecret(login(0).pullLine)).toBe(true);
    expect(app.release).toBeDefined();
  });

  it("switches a host only after every gate, and one host after the other", async () => {
    const { graph, app } = await graphOf(() => ({}));
    const [first, second] = app.placements;
    const waits = (name: string): unknown[] => graph.optionsOf(switchType, name).dependsOn as unknown[];
    const gates = app.placements.map(({ ready }) => ready);
    expect(waits("shop-web-web-1-switch")).toEqual(expect.arrayContaining(gates));
    // After the other gates by the first switch: the state grows with each name.
    const next = waits("shop-web-web-2-switch");
    expect(next).toEqual(expect.arrayContaining([second?.ready, ...(first?.switches ?? [undefined])]));
    expect([...next, ...waits("shop-web-web-1-switch")]).toEqual(expect.arrayContaining(gates));
    expect(next).not.toContain(first?.ready);
    expect(waits("shop-web-web-1-switch")).not.toEqual(
      expect.arrayContaining(second?.switches ?? [undefined]),
    );
  });

  it("pulls on all hosts before the first container, and cleans up after the last switch: a resource each", async () => {
    const { graph, app } = await graphOf(() => ({}));
    const shells = (type: string, name: string, member: string): unknown[] =>
      (
        graph.find(`sextant:index:${type}`, name).inputs[member] as {
          shell: { name: string };
        }[]
      ).map(({ shell }) => shell.name);
    expect(shells("Pull", "shop-pull", "hosts")).toEqual(["web-1", "web-2"]);
    for (const name of ["shop-web-web-1", "shop-web-web-2"])
      expect(graph.optionsOf(containerType, name).dependsOn).toContain(app.image);
    expect(shells("CleanUp", "shop-clean-up", "places")).toEqual(["web-1", "web-2"]);
    const after = graph.optionsOf("sextant:index:CleanUp", "shop-clean-up").dependsOn;
    expect(after).toEqual(app.placements.at(-1)?.switches);
  });

  it("asks for the certificates of Let's Encrypt after the last switch: a place a route and host, and none without", async () => {
    const { graph, app } = await graphOf((hosts) => ({
      route: [
        { hosts: ["a.test", "b.test"], tls: letsEncrypt({ staging: true }) },
        { name: "plain", hosts: ["c.test"] },
      ],
      roles: { web: { servers: hosts.slice(0, 1) } },
    }));
    const type = "sextant:index:Certificates";
    const { places } = graph.find(type, "shop-certificates").inputs as unknown as CertificatesInputs;
    expect(places).toMatchObject([
      { hosts: ["a.test", "b.test"], path: "/up", staging: true, addresses: ["192.0.2.1"] },
    ]);
    expect(places).toHaveLength(1);
    expect(graph.optionsOf(type, "shop-certificates").dependsOn).toEqual(app.placements.at(-1)?.switches);
    const { graph: without, app: plain } = await graphOf(() => ({}));
    expect(plain.certificates).toBeUndefined();
    expect(without.made.filter((made) => made.type === type)).toEqual([]);
  });

  it("puts a certificate where the switch of its route finds it, with its key as a secret", async () => {
    const own = pairFor("a.test");
    const { graph } = await graphOf(() => ({
      route: { hosts: ["a.test"], tls: ownCertificate(own.certificate, pulumi.secret(own.key)) },
    }));
    const { inputs } = graph.find("sextant:index:Certificate", "shop-web-web-1-certificate");
    expect(inputs).toMatchObject({
      directory: expect.stringMatching(/\/tls\/shop-web\.[0-9a-f]{8}-[0-9a-f]{12}$/) as string,
      certificate: own.certificate,
      privateKey: { value: own.key },
    });
    expect(graph.find(switchType, "shop-web-web-1-switch").inputs["route"]).toMatchObject({
      tls: { certificate: inputs["directory"] },
    });
  });

  it("runs hooks once a release: before the release command and every container, and after the last switch", async () => {
    const { graph, app } = await graphOf(() => ({
      release: ["bin/migrate"],
      hooks: { beforeRelease: "bin/before", afterRelease: "bin/after" },
    }));
    const type = "command:local:Command";
    expect(graph.find(type, "shop-before-release").inputs).toMatchObject({
      create: "bin/before",
      update: "bin/before",
      environment: {
        ...{ KAMAL_COMMAND: "deploy", KAMAL_SERVICE: "shop", KAMAL_VERSION: "v2" },
        ...{ KAMAL_HOSTS: "web-1,web-2", KAMAL_ROLES: "web", KAMAL_DESTINATION: "test" },
        KAMAL_SERVICE_VERSION: "shop@v2",
      },
    });
    expect(graph.optionsOf(type, "shop-before-release").dependsOn).toEqual([app.image]);
    const waits = graph.optionsOf("sextant:index:Release", "shop-release").dependsOn as {
      __pulumiType?: string;
    }[];
    expect(waits.filter(({ __pulumiType }) => __pulumiType === type)).toHaveLength(1);
    expect(graph.optionsOf(type, "shop-after-release").dependsOn).toEqual(app.placements.at(-1)?.switches);
    const { graph: plain } = await graphOf(() => ({}));
    expect(plain.made.filter((each) => each.type === type)).toEqual([]);
  });

  it("keeps what is on a host or of a role that a run does not name, and tells hooks of the others alone", async () => {
    vi.stubEnv("SEXTANT_HOSTS", "web-2");
    const { graph } = await graphOf((hosts) => ({
      roles: { web: { servers: hosts }, job: { servers: hosts.slice(0, 1) } },
      release: ["bin/migrate"],
      hooks: { beforeRelease: "true", afterRelease: "true" },
    }));
    vi.unstubAllEnvs();
    const stays = (type: string): string[] =>
      graph.made
        .filter((each) => each.type === type && each.name.startsWith("shop-"))
        .filter(({ name }) => (graph.optionsOf(type, name).ignoreChanges ?? []).length > 0)
        .map(({ name }) => name)
        .sort();
    expect(stays(containerType)).toEqual(["shop-job-web-1", "shop-web-web-1"]);
    expect(stays(readyType)).toEqual(["shop-job-web-1-ready", "shop-web-web-1-ready"]);
    expect(stays(switchType)).toEqual(["shop-job-web-1-switch", "shop-web-web-1-switch"]);
    expect(stays("sextant:index:Release")).toEqual([]);
    const { environment } = graph.find("command:local:Command", "shop-after-release").inputs;
    expect(environment).toMatchObject({ KAMAL_HOSTS: "web-2", KAMAL_ROLES: "web" });
  });

  it("runs the release command where the run releases to, also where the primary role is on no such host", async () => {
    const on = async (named: NodeJS.ProcessEnv): Promise<unknown> => {
      for (const [name, value] of Object.entries(named)) vi.stubEnv(name, value);
      const { graph } = await graphOf((hosts) => ({
        roles: { web: { servers: hosts.slice(0, 1) }, job: { servers: hosts.slice(1) } },
        release: ["bin/migrate"],
      }));
      vi.unstubAllEnvs();
      return (graph.find("sextant:index:Release").inputs["shell"] as { name: string }).name;
    };
    expect(await on({})).toBe("web-1");
    expect(await on({ SEXTANT_HOSTS: "web-2" })).toBe("web-2");
    expect(await on({ SEXTANT_ROLES: "job" })).toBe("web-2");
    expect(await on({ SEXTANT_ROLES: "web" })).toBe("web-1");
  });

  it("asks nothing of hosts that a run does not name: no image, assets, pages, certificates, volumes or clean-up", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sextant-pages-"));
    writeFileSync(join(folder, "503.html"), "x");
    const pair = pairFor("shop.test");
    vi.stubEnv("SEXTANT_HOSTS", "web-2");
    const { graph } = await graphOf((hosts) => ({
      route: { hosts: ["shop.test"], tls: ownCertificate(pair.certificate, pair.key) },
      roles: { web: { servers: hosts, volumes: { uploads: "/uploads" } } },
      assetPath: "/assets",
      errorPages: folder,
      release: ["bin/migrate"],
    }));
    const { graph: other } = await graphOf(([one, two]: Host[]) => ({
      route: { hosts: ["shop.test"], tls: letsEncrypt() },
      roles: {
        web: { servers: one === undefined ? [] : [one] },
        admin: {
          servers: two === undefined ? [] : [two],
          route: { hosts: ["admin.test"], tls: letsEncrypt() },
        },
      },
    }));
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
    const leftOut = graph.made
      .filter(({ inputs }) => inputs["__leftOut"] === true)
      .map(({ type, name }) => {
        expect(graph.optionsOf(type, name).ignoreChanges ?? [], name).not.toEqual([]);
        return type.split(":").at(-1);
      });
    expect(leftOut.toSorted()).toEqual([
      ...["Assets", "Certificate", "Container", "ErrorPages", "Ready", "Switch", "Volume"],
    ]);
    const named = (places: unknown): string[] =>
      (places as { shell: { name: string } }[]).map(({ shell }) => shell.name);
    expect(named(graph.find("sextant:index:Pull", "shop-pull").inputs["hosts"])).toEqual(["web-2"]);
    expect(named(graph.find("sextant:index:CleanUp").inputs["places"])).toEqual(["web-2"]);
    expect(named(other.find("sextant:index:Certificates").inputs["places"])).toEqual(["web-2"]);
    expect(graph.find("sextant:index:Release").inputs).toMatchObject({ env: { KAMAL_HOST: "web-2" } });
  });

  it("runs no release command and no hooks where a run names a canary alone", async () => {
    vi.stubEnv("SEXTANT_ROLES", "web-canary");
    const { graph } = await graphOf((hosts) => ({
      roles: { web: { servers: hosts, canary: { version: "v3", percent: 10 } } },
      release: ["bin/migrate"],
      hooks: { beforeRelease: "true", afterRelease: "true" },
    }));
    vi.unstubAllEnvs();
    for (const [type, name] of [
      ["sextant:index:Release", "shop-release"],
      ["sextant:index:Pull", "shop-pull"],
      ["command:local:Command", "shop-before-release"],
      ["command:local:Command", "shop-after-release"],
    ] as const)
      expect(graph.optionsOf(type, name).ignoreChanges ?? [], name).not.toEqual([]);
    expect(graph.optionsOf(containerType, "shop-web-canary-web-1").ignoreChanges ?? []).toEqual([]);
    expect(graph.find("sextant:index:CleanUp").inputs["places"]).toHaveLength(2);
  });

  it("keeps all of an app of which a run names nothing, its release command and hooks among it", async () => {
    vi.stubEnv("SEXTANT_ROLES", "other");
    const { graph } = await graphOf(() => ({ release: ["bin/migrate"], hooks: { afterRelease: "true" } }));
    vi.unstubAllEnvs();
    for (const [type, name] of [
      [containerType, "shop-web-web-2"],
      ["sextant:index:Release", "shop-release"],
      ["sextant:index:Pull", "shop-pull"],
      ["sextant:index:CleanUp", "shop-clean-up"],
      ["command:local:Command", "shop-after-release"],
    ] as const)
      expect(graph.optionsOf(type, name).ignoreChanges ?? [], name).not.toEqual([]);
  });

  it("is without a role that has no servers, where that is let be, and the route stays with the first one", async () => {
    const { graph } = await graphOf((hosts) => ({
      allowEmptyRoles: true,
      roles: { web: { servers: [] }, job: { servers: hosts } },
    }));
    const of = (type: string): string[] =>
      graph.made
        .filter((each) => each.type === type && each.name.startsWith("shop-"))
        .map(({ name }) => name);
    expect(of(containerType).sort()).toEqual(["shop-job-web-1", "shop-job-web-2"]);
    for (const name of of(switchType)) expect(graph.find(switchType, name).inputs["route"]).toBeUndefined();
  });

  it("mounts volumes with Docker's options behind their paths", async () => {
    const volumes = { uploads: "/uploads:z", "/etc/ssl/certs": "/certs:ro", plain: "/plain" };
    const { graph } = await graphOf(() => ({ volumes, release: ["bin/migrate"] }));
    const mounts = [
      { volumeName: "shop-test-shop-uploads", containerPath: "/uploads", options: ["z"] },
      { hostPath: "/etc/ssl/certs", containerPath: "/certs", options: ["ro"] },
      { volumeName: "shop-test-shop-plain", containerPath: "/plain" },
    ];
    expect(graph.find(containerType, "shop-web-web-1").inputs["volumes"]).toEqual(mounts);
    expect(graph.find("sextant:index:Release").inputs["volumes"]).toEqual(mounts);
  });

  it("shows nothing of hooks that are quiet, all of them or by name", async () => {
    const quiet = async (output: NonNullable<AppArgs["hooks"]>["output"]): Promise<string[]> => {
      const hooks = { beforeRelease: "true", beforeBatch: "true", afterRelease: "true", output };
      const { graph } = await graphOf(() => ({ hooks }));
      return graph.made
        .filter(({ type, inputs }) => type === "command:local:Command" && inputs["logging"] === "none")
        .map(({ name }) => name)
        .sort();
    };
    expect(await quiet("quiet")).toEqual([
      "shop-after-release",
      "shop-before-batch-1",
      "shop-before-release",
    ]);
    expect(await quiet({ beforeBatch: "quiet", afterRelease: "verbose" })).toEqual(["shop-before-batch-1"]);
    expect(await quiet(undefined)).toEqual([]);
  });

  it("tells the plugin of each of its resources what runs where that fails, and makes no resource of it", async () => {
    const { graph } = await graphOf(() => ({
      release: ["bin/migrate"],
      volumes: { uploads: "/uploads" },
      hooks: { afterFailure: "bin/notify", afterRelease: "true", output: { afterFailure: "quiet" } },
    }));
    const told = {
      line: "bin/notify",
      quiet: true,
      environment: {
        ...{ KAMAL_COMMAND: "deploy", KAMAL_SERVICE: "shop", KAMAL_VERSION: "v2" },
        ...{ KAMAL_HOSTS: "web-1,web-2", KAMAL_ROLES: "web", KAMAL_DESTINATION: "test" },
        KAMAL_SERVICE_VERSION: "shop@v2",
      },
    };
    const types = [
      containerType,
      switchType,
      "sextant:index:Ready",
      "sextant:index:Pull",
      "sextant:index:Data",
    ];
    for (const type of [...types, "sextant:index:Release", "sextant:index:Volume", "sextant:index:CleanUp"]) {
      const made = graph.made.filter((each) => each.type === type && each.name.startsWith("shop"));
      expect(made.length, type).toBeGreaterThan(0);
      for (const { inputs } of made) expect(inputs, type).toMatchObject({ __afterFailure: told });
    }
    // What is not of the app is told nothing, and neither is anything without a line.
    const others = graph.made.filter(({ name }) => !name.startsWith("shop"));
    expect(others.length).toBeGreaterThan(0);
    for (const { inputs } of others) expect(inputs).not.toHaveProperty("__afterFailure");
    const { graph: plain } = await graphOf(() => ({ hooks: { afterRelease: "true" } }));
    for (const { inputs } of plain.made) expect(inputs).not.toHaveProperty("__afterFailure");
  });

  it("runs hooks around each batch, and goes on only after them", async () => {
    const { graph, app } = await graphOf(() => ({
      rollout: { batch: 1, wait: "1s" },
      hooks: { beforeBatch: "bin/out", afterBatch: "bin/in" },
    }));
    const type = "command:local:Command";
    const waits = (of: string, name: string): unknown[] => {
      const { dependsOn = [] } = graph.optionsOf(of, name);
      return (dependsOn as { urn?: unknown; __name?: string }[]).map(
        (each) => (each as { __name?: string }).__name,
      );
    };
    const told = ["before-batch-1", "after-batch-1", "before-batch-2", "after-batch-2"].map((name) => {
      const { create, environment } = graph.find(type, `shop-${name}`).inputs as {
        create: string;
        environment: Record<string, string>;
      };
      return [create, environment["KAMAL_HOSTS"]];
    });
    expect(told).toEqual([
      ["bin/out", "web-1"],
      ["bin/in", "web-1"],
      ["bin/out", "web-2"],
      ["bin/in", "web-2"],
    ]);
    expect(graph.optionsOf(type, "shop-after-batch-1").dependsOn).toEqual(app.placements[0]?.switches);
    expect(graph.optionsOf(type, "shop-before-batch-1").dependsOn).toEqual([app.image]);
    expect(waits(containerType, "shop-web-web-2")).toContain("shop-before-batch-2");
    expect(waits(type, "shop-before-batch-2")).toEqual(["shop-wait-1"]);
    expect(waits("sextant:index:Wait", "shop-wait-1")).toEqual(["shop-after-batch-1"]);
    expect(waits("sextant:index:CleanUp", "shop-clean-up")).toEqual(["shop-after-batch-2"]);
  });

  it("puts the pages of a directory where the switch of its route finds them, for each host", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sextant-pages-"));
    writeFileSync(join(folder, "503.html"), "<h1>Closed</h1>{{ .Message }}");
    writeFileSync(join(folder, "robots.txt"), "");
    const { graph } = await graphOf(() => ({ errorPages: folder }));
    const { inputs } = graph.find("sextant:index:ErrorPages", "shop-web-web-1-error-pages");
    expect(inputs).toMatchObject({
      directory: expect.stringMatching(/\/error-pages\/shop-web\.[0-9a-f]{8}-[0-9a-f]{12}$/) as string,
      pages: { "503.html": "<h1>Closed</h1>{{ .Message }}" },
    });
    expect(Object.keys(inputs["pages"] as object)).toEqual(["503.html"]);
    expect(graph.find(switchType, "shop-web-web-1-switch").inputs["route"]).toMatchObject({
      errorPages: inputs["directory"],
    });
    rmSync(folder, { recursive: true });
  });

  describe("with assets", () => {
    const path = "/rails/public/assets";
    const assets = "sextant:index:Assets";
    const mounts = (graph: Graph, name: string): unknown[] =>
      graph.find(containerType, name).inputs["volumes"] as unknown[];

    it("mounts what a step on each host has put there of the release, for roles with a route alone", async () => {
      const { graph } = await graphOf((hosts) => ({
        assetPath: `${path}/`,
        volumes: { "/srv/data": "/data" },
        roles: { web: { servers: hosts }, job: { servers: hosts.slice(0, 1), command: ["bin/jobs"] } },
      }));
      const made = graph.made.filter(({ type }) => type === assets).map(({ name }) => name);
      expect(made).toEqual(["shop-web-web-1-assets", "shop-web-web-2-assets"]);
      const { directory, release, image } = graph.find(assets, "shop-web-web-2-assets").inputs;
      expect(directory).toMatch(/^\/var\/lib\/sextant\/assets\/shop-web\.[0-9a-f]{8}$/);
      expect(release).toMatch(/^[0-9a-f]{12}$/);
      expect(image).toBe("registry.test/shop:v2");
      const mount = {
        hostPath: `${String(directory)}/${String(release)}/served`,
        containerPath: path,
        readOnly: true,
      };
      expect(mounts(graph, "shop-web-web-2")).toContainEqual(mount);
      expect(mounts(graph, "shop-job-web-1")).toHaveLength(1);
      const places = graph.find("sextant:index:CleanUp").inputs["places"] as {
        role: string;
        assets?: string;
      }[];
      expect(places.map((place) => place.assets)).toEqual([
        ...Array<string>(2).fill(`${String(directory)}/${String(release)}`),
        undefined,
      ]);
    });

    it("names its directory after the image alone, so that a change of the environment mounts the same", async () => {
      const at = async (change: Partial<AppArgs>): Promise<unknown> =>
        mounts((await graphOf(() => ({ assetPath: path, ...change }))).graph, "shop-web-web-1")[0];
      const before = await at({});
      expect(await at({ env: { A: "1" } })).toEqual(before);
      expect(await at({ version: "v3" })).not.toEqual(before);
      expect(await at({ assetPath: "/public" })).not.toEqual(before);
    });

    it("has them on all hosts before the release command runs", async () => {
      const { graph } = await graphOf(() => ({ assetPath: path, release: ["bin/migrate"] }));
      const waits = graph.optionsOf("sextant:index:Release", "shop-release").dependsOn as object[];
      expect(waits.filter((one) => (one as { __pulumiType?: string }).__pulumiType === assets)).toHaveLength(
        2,
      );
    });

    it("has none without assetPath", async () => {
      const { graph } = await graphOf(() => ({}));
      expect(graph.made.filter(({ type }) => type === assets)).toEqual([]);
      expect(mounts(graph, "shop-web-web-1")).toEqual([]);
    });
  });

  it("waits after each batch but the last, by what the batch has released", async () => {
    const { graph, app } = await graphOf(() => ({ rollout: { batch: 1, wait: "90s" } }));
    const { name, inputs } = graph.find("sextant:index:Wait");
    expect([name, inputs["length"], inputs["next"]]).toEqual(["shop-wait-1", "90s", ["web-2"]]);
    expect(inputs["containers"]).toHaveLength(1);
    const [first] = app.placements;
    expect(graph.optionsOf("sextant:index:Wait", "shop-wait-1").dependsOn).toEqual(first?.switches);
    const { graph: plain } = await graphOf(() => ({ rollout: { batch: 1 } }));
    expect(plain.made.filter(({ type }) => type === "sextant:index:Wait")).toEqual([]);
  });

  it("tells each switch the routes of its role, and what the program gives to others on its host", async () => {
    const { graph } = await graphOf((hosts, proxy) => {
      // Another app, which the program makes after this one.
      void Promise.resolve().then(
        () =>
          new App("blog", {
            image: "registry.test/blog",
            version: "v1",
            proxy,
            route: { hosts: ["blog.test", "*.blog.test"], paths: ["/", "/feed/"] },
            roles: { web: { servers: hosts.slice(0, 1) } },
          }),
      );
      return {
        route: [{ hosts: ["shop.test"] }, { name: "api", hosts: ["api.test"] }],
        roles: { web: { servers: hosts }, job: { servers: hosts.slice(0, 1) } },
      };
    });
    const told = (name: string): unknown => {
      const { services, claimed, route } = graph.find(switchType, name).inputs as unknown as SwitchInputs;
      return { services, claimed, service: route?.service };
    };
    const blog = ["*.blog.test/", "*.blog.test/feed", "blog.test/", "blog.test/feed"];
    expect(told("shop-web-web-1-switch")).toEqual({
      services: ["shop-web", "shop-web-api"],
      claimed: [...blog.slice(0, 2), "api.test/", ...blog.slice(2)],
      service: "shop-web",
    });
    expect(told("shop-web-web-2-switch-api")).toEqual({
      services: ["shop-web", "shop-web-api"],
      claimed: ["shop.test/"],
      service: "shop-web-api",
    });
    expect(told("shop-job-web-1-switch")).toEqual({
      services: [],
      claimed: [...blog.slice(0, 2), "api.test/", ...blog.slice(2), "shop.test/"],
      service: undefined,
    });
  });

  it("believes the nginx in front, in the gate and at the switch", async () => {
    const { graph } = await graphOf((hosts) => ({
      proxy: new Proxy("inner", {
        servers: hosts.slice(0, 1).map(({ hostName }) => hostNamed(hostName)),
        behind: "nginx",
      }),
      roles: { web: { servers: hosts.slice(0, 1) } },
    }));
    const inputs = (type: string, name: string) => graph.find(type, name).inputs;
    expect(inputs(readyType, "shop-web-web-1-ready")["health"]).toMatchObject({ proto: "https" });
    expect(inputs(switchType, "shop-web-web-1-switch")["route"]).toMatchObject({ forwardHeaders: true });
  });

  it("gives no command triggers, so that its undo never runs between two releases", async () => {
    const { graph } = await graphOf(() => ({ release: ["bin/rails", "db:prepare"] }));
    const commands = graph.made.filter(({ type }) => verbTypes.test(type));
    expect(commands.length).toBeGreaterThan(5);
    for (const { inputs } of commands) expect(inputs["triggers"]).toBeUndefined();
  });

  it("runs the release command once, before any container", async () => {
    const { graph, app } = await graphOf(() => ({ release: ["bin/rails", "db:prepare"] }));
    expect(graph.made.filter(({ name }) => name === "shop-release")).toHaveLength(1);
    for (const name of ["shop-web-web-1", "shop-web-web-2"]) {
      expect(graph.optionsOf(containerType, name).dependsOn).toContain(app.release);
    }
  });

  it("gives the release command what the containers have, as data and not by a shell", async () => {
    const { graph } = await graphOf(() => ({
      env: { PATH: "/app/bin" },
      secrets: { TOKEN: pulumi.secret("canary-7f3a") },
      release: ["bin/rails", "db:prepare"],
    }));
    const { inputs } = graph.find("sextant:index:Release", "shop-release");
    expect(inputs).toMatchObject({
      name: "shop-test-shop-release",
      image: "registry.test/shop:v2",
      command: ["bin/rails", "db:prepare"],
      env: { KAMAL_HOST: "web-1", KAMAL_VERSION: "v2", PATH: "/app/bin" },
      secrets: { value: { TOKEN: "canary-7f3a" } },
      network: "sextant",
    });
  });

  it("starts the second batch only after the switches of the first", async () => {
    const { graph, app } = await graphOf(() => ({ rollout: { batch: 1 } }));
    const first = app.placements[0]?.switches[0];
    expect(first).toBeDefined();
    expect(graph.optionsOf(containerType, "shop-web-web-2").dependsOn).toContain(first);
    expect(graph.optionsOf(containerType, "shop-web-web-1").dependsOn).not.toContain(first);
  });

  it("starts a worker only when all that has a route is fit, and switches it after that", async () => {
    const { graph, app } = await graphOf((hosts) => ({
      // The worker is written first.
      roles: { job: { servers: hosts }, web: { servers: hosts, route: { hosts: ["shop.test"] } } },
      route: undefined,
    }));
    const of = (role: string) => app.placements.filter((placement) => placement.role === role);
    const gates = of("web").map(({ ready }) => ready);
    const waits = (name: string) => graph.optionsOf(readyType, name).dependsOn;
    for (const host of ["web-1", "web-2"]) {
      expect(waits(`shop-job-${host}-ready`)).toEqual(expect.arrayContaining(gates));
      expect(waits(`shop-web-${host}-ready`)).not.toEqual(
        expect.arrayContaining(of("job").map(({ ready }) => ready)),
      );
      // It is made beside all others: only its start waits.
      expect(graph.optionsOf(containerType, `shop-job-${host}`).dependsOn).not.toEqual(
        expect.arrayContaining(gates),
      );
    }
    const first = graph.optionsOf(switchType, "shop-job-web-1-switch").dependsOn;
    expect(first).toEqual(expect.arrayContaining(of("web").at(-1)?.switches ?? [undefined]));
  });

  it("gives a ready container a lease over all that its switch waits for", async () => {
    const { graph } = await graphOf((hosts) => ({
      roles: {
        web: { servers: hosts.slice(0, 1), stopTimeout: "5s" },
        job: { servers: hosts.slice(0, 1), readyTimeout: "40s", stopTimeout: "6s" },
        cron: { servers: hosts.slice(0, 1), strategy: "stop-first", readyTimeout: "7s", stopTimeout: "1h" },
      },
      readyTimeout: "20s",
    }));
    const { inputs } = graph.find(readyType, "shop-web-web-1-ready");
    // The worker's gate, the end of the old cron and the gate of the new; two switches; half a minute.
    expect(inputs["lease"]).toBe(`${40 + 3600 + 7 + (20 + 30 + 5) + (40 + 6) + 30}s`);
  });

  it("replaces what must not run twice only when all else is ready", async () => {
    const { graph, app } = await graphOf((hosts) => ({
      roles: { web: { servers: hosts }, cron: { servers: hosts.slice(0, 1), strategy: "stop-first" } },
    }));
    const options = graph.optionsOf(containerType, "shop-cron-web-1");
    expect(options.deleteBeforeReplace).toBe(true);
    const gates = app.placements.filter(({ role }) => role === "web").map(({ ready }) => ready);
    expect(options.dependsOn).toEqual(expect.arrayContaining(gates));
  });

  it("puts a role with a schedule on its first host alone, once the release serves, and makes no container of it", async () => {
    const { graph, app } = await graphOf((hosts) => ({
      env: { RAILS_ENV: "production" },
      volumes: { uploads: "/uploads" },
      stopTimeout: "20s",
      roles: {
        web: { servers: hosts },
        nightly: {
          servers: [...hosts].reverse(),
          command: ["bin/nightly"],
          schedule: { cron: "15 3 * * *", timeZone: "Europe/Berlin" },
          resources: { memory: "256m" },
        },
      },
    }));
    const type = "sextant:index:Schedule";
    const { name, inputs } = graph.find(type);
    expect(name).toBe("shop-nightly-schedule");
    expect(inputs).toMatchObject({
      ...{ role: "shop/test/shop/nightly", owner: "shop/test/app/shop", image: "registry.test/shop:v2" },
      ...{ schedule: "15 3 * * *", timeZone: "Europe/Berlin", timeout: "3600s", stopTimeout: "20s" },
      ...{ command: ["bin/nightly"], memory: 256, hostname: "web-2" },
      env: { RAILS_ENV: "production", KAMAL_VERSION: "v2", KAMAL_HOST: "web-2" },
      volumes: [{ containerPath: "/uploads" }],
    });
    const made = graph.made.filter(({ type: each }) => each === containerType).map((each) => each.name);
    expect(made.filter((each) => each.includes("nightly"))).toEqual([]);
    const { dependsOn, deleteBeforeReplace } = graph.optionsOf(type, name);
    expect(dependsOn).toEqual(expect.arrayContaining(app.placements.at(-1)?.switches ?? [undefined]));
    // On no two hosts at a time.
    expect(deleteBeforeReplace).toBe(true);
    expect(app.scheduled).toMatchObject([{ role: "nightly", host: { hostName: "web-2" } }]);
    const { places } = graph.find("sextant:index:CleanUp").inputs as { places: { role: string }[] };
    // Containers that it had while it ran all the time are Pulumi's to stop. By the image it is cleaned up after each release.
    const { image } = graph.find(type, name).inputs as { image: string };
    expect(places.filter((place) => "imagesOnly" in place)).toMatchObject([
      { role: "shop/test/shop/nightly", imagesOnly: true, image },
    ]);
    expect(places).toHaveLength(app.placements.length + 1);
    expect(graph.optionsOf("sextant:index:CleanUp", "shop-clean-up").dependsOn).toEqual(
      expect.arrayContaining(app.scheduled.map(({ step }) => step)),
    );
  });

  it("may have roles with a schedule alone", async () => {
    const { graph, app } = await graphOf((hosts) => ({
      ...{ proxy: undefined, route: undefined, release: ["true"] },
      roles: { nightly: { servers: hosts.slice(0, 1), schedule: "0 3 * * *" } },
    }));
    expect(app.placements).toEqual([]);
    expect(graph.optionsOf("sextant:index:Schedule", "shop-nightly-schedule").dependsOn).toContain(
      app.release,
    );
  });

  it("keeps secrets out of every command line", async () => {
    const { graph } = await graphOf(() => ({
      secrets: { TOKEN: pulumi.secret("canary-7f3a") },
      release: ["true"],
    }));
    for (const name of Object.keys(steps) as StepType[]) {
      const step = steps[name] as unknown as Step<StepInputs>;
      for (const { inputs } of graph.made.filter(({ type }) => type === `sextant:index:${name}`)) {
        const given = unmarked(inputs) as unknown as StepInputs;
        expect([step.call(given).words, step.undo?.(given)?.words].flat().join(" ")).not.toContain(
          "canary-7f3a",
        );
      }
    }
    const { inputs } = graph.find("sextant:index:Release", "shop-release");
    const { secrets: hidden, ...shown } = inputs;
    expect(JSON.stringify(shown)).not.toContain("canary-7f3a");
    expect(hidden).toMatchObject({ value: { TOKEN: "canary-7f3a" } });
    // The mocks get what has a secret in it as an object around all of it.
    const { env, secrets } = graph.find(containerType, "shop-web-web-1").inputs;
    expect(JSON.stringify(env)).not.toContain("canary-7f3a");
    expect(secrets).toMatchObject({
      "4dabf18193072939515e22adb298388d": expect.any(String) as string,
      value: { TOKEN: "canary-7f3a" },
    });
  });

  it("keeps what a transform gives as a secret as one", async () => {
    const secrets = { TOKEN: "canary-7f3a" };
    const { graph } = await graphOf(() => ({ transform: { container: { secrets } } }));
    const { inputs } = graph.find(containerType, "shop-web-web-1");
    expect(inputs["secrets"]).toMatchObject({
      "4dabf18193072939515e22adb298388d": expect.any(String) as string,
      value: secrets,
    });
  });

  it("gives labels and the log driver of the app, and a role's own in their place, to the containers", async () => {
    const logging = { driver: "journald", options: { tag: "shop" } };
    const { graph } = await graphOf((hosts) => ({
      labels: { team: "shop", tier: "front" },
      logging,
      roles: {
        web: { servers: hosts },
        job: { servers: hosts, labels: { tier: "back" }, logging: { driver: "local" } },
      },
    }));
    expect(graph.find(containerType, "shop-web-web-1").inputs).toMatchObject({
      labels: { team: "shop", tier: "front" },
      logDriver: "journald",
      logOpts: { tag: "shop" },
    });
    expect(graph.find(containerType, "shop-job-web-2").inputs).toMatchObject({
      labels: { team: "shop", tier: "back" },
      logDriver: "local",
    });
  });

  it("puts no value of a variable into a label, and the names of the secrets to what says why it failed", async () => {
    const { graph } = await graphOf(() => ({
      env: { RAILS_ENV: "production-7f3a" },
      secrets: { TOKEN: "x", A_KEY: "y" },
      release: ["true"],
    }));
    const { inputs } = graph.find(containerType, "shop-web-web-1");
    expect(JSON.stringify(inputs["labels"])).not.toContain("7f3a");
    expect(inputs["labels"]).toMatchObject({ "sextant.secrets": "A_KEY,TOKEN" });
    expect(inputs["env"]).toMatchObject({ RAILS_ENV: "production-7f3a" });
    const release = graph.find("sextant:index:Release", "shop-release").inputs as unknown as ReleaseInputs;
    expect(releaseBody({ ...release, secrets: { TOKEN: "x", A_KEY: "y" } })).toContain(
      '"sextant.secrets":"A_KEY,TOKEN"',
    );
  });
});

describe("bad arguments of App", () => {
  const cases: [string, (hosts: Host[], proxy: Proxy) => Partial<AppArgs>, string][] = [
    [
      "tag in image",
      () => ({ image: "r.test/shop:v1" }),
      'App "shop": image is "r.test/shop:v1", but the release is given apart',
    ],
    [
      "upper case image",
      () => ({ image: "r.test/Shop" }),
      'image is "r.test/Shop", but a repository is a lower-case path',
    ],
    ["empty image", () => ({ image: "" }), "it must not be empty; name the image's repository"],
    [
      "latest",
      () => ({ version: "latest" }),
      'version is "latest", but a tag that moves gives no release to go back to',
    ],
    ["version with blank", () => ({ version: "v 1" }), 'version is "v 1", but it is no tag and no digest'],
    ["no roles", () => ({ roles: {} }), "roles is {}, but it must not be empty"],
    ["role name", (hosts) => ({ roles: { Web: { servers: hosts } } }), 'roles.Web is "Web", but such a name'],
    [
      "no servers",
      () => ({ roles: { web: { servers: [] } } }),
      "roles.web.servers is [], but it must not be empty",
    ],
    [
      "server twice",
      (hosts) => ({ roles: { web: { servers: [...hosts, ...hosts] } } }),
      'roles.web.servers is "web-1", but a role runs once on a host',
    ],
    [
      "port 0",
      () => ({ route: { port: 0 } }),
      "route.port is 0, but a port is a whole number from 1 to 65535",
    ],
    ["port 70000", () => ({ route: { port: 70000 } }), "route.port is 70000"],
    ["port 3.5", () => ({ route: { port: 3.5 } }), "route.port is 3.5"],
    [
      "host with scheme",
      () => ({ route: { hosts: ["https://a.test"] } }),
      "a host is a bare DNS name without scheme",
    ],
    ["host with port", () => ({ route: { hosts: ["a.test:80"] } }), 'route.hosts is "a.test:80"'],
    ["inner wildcard", () => ({ route: { hosts: ["a.*.test"] } }), 'route.hosts is "a.*.test"'],
    [
      "path without slash",
      () => ({ route: { paths: ["api"] } }),
      'route.paths is "api", but a path starts with /',
    ],
    ["path with query", () => ({ route: { health: { path: "/up?x=1" } } }), 'route.health.path is "/up?x=1"'],
    ["health host", () => ({ route: { health: { host: "a b" } } }), 'route.health.host is "a b"'],
    ["health port", () => ({ route: { health: { port: -1 } } }), "route.health.port is -1"],
    [
      "health timeout",
      () => ({ route: { health: { timeout: "1h" } } }),
      'route.health.timeout is "1h", but it has to be from 100ms to 300s',
    ],
    [
      "drain",
      () => ({ route: { drainTimeout: "2h" } }),
      'route.drainTimeout is "2h", but it has to be from 0s to 1h',
    ],
    [
      "no unit",
      () => ({ stopTimeout: "30" as "30s" }),
      'stopTimeout is "30", but a duration is a number with ms, s, m or h',
    ],
    [
      "tls without hosts",
      () => ({ route: { tls: letsEncrypt() } }),
      "needs named hosts, and the route has none",
    ],
    [
      "wildcard and Let's Encrypt",
      () => ({ route: { hosts: ["*.a.test"], tls: letsEncrypt() } }),
      "Let's Encrypt gives no wildcard over HTTP",
    ],
    [
      "not PEM",
      () => ({
        route: { hosts: ["a.test"], tls: { kind: "certificate", certificate: "x", privateKey: "y" } },
      }),
      "has a certificate that is not PEM",
    ],
    [
      "tls below the root",
      () => ({ route: { hosts: ["a.test"], paths: ["/api"], tls: letsEncrypt() } }),
      "is on the wrong route: the proxy takes TLS from the route of a host's root path",
    ],
    [
      "memory",
      () => ({ resources: { memory: "1m" } }),
      'resources.memory is "1m", but Docker takes no less than 6m',
    ],
    ["memory unit", () => ({ resources: { memory: "512" as "512m" } }), "a size is a number with k, m or g"],
    ["cpus", () => ({ resources: { cpus: 0 } }), "resources.cpus is 0, but cores are a number over 0"],
    ["env name", () => ({ env: { "A-B": "x" } }), 'env.A-B is "A-B", but the name of a variable has letters'],
    [
      "env number",
      () => ({ env: { A: 1 as unknown as string } }),
      'env.A is 1, but a variable is a string; write "1"',
    ],
    [
      "in both",
      () => ({ env: { A: "x" }, secrets: { A: "y" } }),
      "is in env, too, and one of the two would be lost",
    ],
    [
      "empty secret",
      () => ({ secrets: { A: "" } }),
      "secrets.A is empty; set it with pulumi config set --secret",
    ],
    [
      "volume path",
      () => ({ volumes: { data: "rails/storage" } }),
      'volumes.data is "rails/storage", but it has to be an absolute path',
    ],
    ["volume name", () => ({ volumes: { "My Data": "/data" } }), 'volumes.My Data is "My Data"'],
    [
      "own label",
      () => ({ labels: { "sextant.app": "x" } }),
      "labels.sextant.app has a name that starts with sextant., as those labels do which say whose a container is",
    ],
    [
      "restart",
      () => ({ restart: "sometimes" as "no" }),
      'restart is "sometimes", but it is one of no, on-failure',
    ],
    ["empty release", () => ({ release: [] }), "release is [], but it must not be empty"],
    ["release timeout", () => ({ releaseTimeout: "0s" }), 'releaseTimeout is "0s"'],
    [
      "batch 0",
      () => ({ rollout: { batch: 0 } }),
      "rollout.batch is 0, but it is a whole number from 1 to 1000",
    ],
    [
      "batch 120%",
      () => ({ rollout: { batch: "120%" } }),
      'rollout.batch is "120%", but a batch is a number of hosts or a share',
    ],
    ["retain", () => ({ retainImages: 0 }), "retainImages is 0"],
    ["no proxy", () => ({ proxy: undefined }), "proxy is missing, and role web has a route"],
    [
      "host without proxy",
      () => ({ roles: { web: { servers: [hostNamed("far")] } } }),
      'roles.web.servers is "far", but it has a route and the proxy does not run on that host',
    ],
    [
      "stop-first with a route",
      (hosts) => ({ roles: { web: { servers: hosts, strategy: "stop-first" } } }),
      "a role with a route would lose requests between the two containers",
    ],
    [
      "ready with a route",
      (hosts) => ({ roles: { web: { servers: hosts, ready: ["true"] } } }),
      "roles.web.ready is for roles without a route; this one is ready when its health path answers",
    ],
    [
      "two routes alike",
      (hosts) => ({
        roles: { web: { servers: hosts }, api: { servers: hosts, route: { hosts: ["shop.test"] } } },
      }),
      'roles.api.route is "shop.test/", but the route shop-web has the same host and path on web-1',
    ],
    [
      "route said twice",
      (hosts) => ({ roles: { web: { servers: hosts, route: { port: 3000 } } } }),
      "roles.web.route is one of two: the app's own route is that of its first role",
    ],
    [
      "ready delay",
      (hosts) => ({ roles: { web: { servers: hosts, readyDelay: "1h" } } }),
      'roles.web.readyDelay is "1h"',
    ],
    [
      "empty command",
      (hosts) => ({ roles: { web: { servers: hosts, command: [] } } }),
      "roles.web.command is [], but it must not be empty",
    ],
    [
      "strategy",
      (hosts) => ({ roles: { web: { servers: hosts, strategy: "x" as "stop-first" } } }),
      'roles.web.strategy is "x"',
    ],
  ];

  it.each(cases)("%s", async (_, change, sentence) => {
    await newGraph();
    const hosts = [hostNamed("web-1"), hostNamed("web-2")];
    const proxy = new Proxy("proxy", { servers: hosts });
    const args: AppArgs = {
      image: "registry.test/shop",
      version: "v2",
      proxy,
      route: { hosts: ["shop.test"] },
      roles: { web: { servers: hosts } },
      ...change(hosts, proxy),
    };
    const said = refusal(() => new App("shop", args));
    expect(
      said.some((line) => line.includes(sentence)),
      said.join("\n"),
    ).toBe(true);
    for (const line of said) expect(line).toMatch(/^App "shop": .+ (is|has|needs) .+; .+\.$/);
  });

  it("says all that is wrong at once", async () => {
    await newGraph();
    const hosts = [hostNamed("web-1")];
    const said = refusal(
      () =>
        new App("shop", {
          image: "r.test/shop:v1",
          version: "latest",
          route: { port: 0 },
          roles: { web: { servers: hosts } },
        }),
    );
    expect(said).toHaveLength(4);
  });
});
