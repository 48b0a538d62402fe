/** A switch that takes the place of a role of Kamal's, by the verbs in a real shell, against the proxy's own rule that a host and path have one service. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RolloutHost, type Ended } from "../rollout-host";

let host: RolloutHost;
let count = 0;

beforeEach(async () => {
  count += 1;
  host = await new RolloutHost().listen();
  host.watch.set("shop.test", []);
});
afterEach(() => {
  host.close();
});

const role = (): string => `k${process.pid}x${count}/prod/shop/web`;

/** Puts a container of Kamal's there that runs, and its route. */
function kamals(
  name: string,
  of: string,
  route?: { service: string; hosts?: string[]; paths?: string[] },
): void {
  host.containers.set(name, { role: "", running: true, kamal: of });
  if (route === undefined) return;
  const { service, hosts = ["shop.test"], paths = ["/"] } = route;
  host.services.set(service, { hosts, paths, target: `id-${name}:80`, flags: [] });
}

interface Change {
  version: string;
  kamal?: string;
  claimed?: string[];
  /** @default it has a route */
  worker?: boolean;
}

function swap({ version, kamal = "shop/web/", claimed = [], worker = false }: Change): Promise<Ended> {
  if (!host.containers.has(version)) host.add(version, role());
  return host.run("switch", [
    ...[`role=${role()}`, `container=${version}`, "stop=1", `kamal=${kamal}`],
    ...claimed.map((pair) => `claimed=${pair}`),
    ...(worker
      ? ["services="]
      : ["services=shop-web", "service=shop-web", "port=3000", "--", "--host=shop.test"]),
  ]);
}

/** Until what goes on behind the verb has ended. */
async function settled(): Promise<void> {
  await host.run("prune", [
    `role=${role()}`,
    "wait=10",
    "repository=r.test/shop",
    "container=v2",
    "container=v3",
  ]);
}

const runs = (name: string): boolean | undefined => host.containers.get(name)?.running;

describe("a switch that takes over from Kamal", () => {
  it.each([
    ["shop/web/", "shop-web"],
    ["shop/web/staging", "shop-web-staging"],
    ["store/frontend/eu", "store-frontend-eu"],
  ])("%s has its route in one step, keeps its name, and stops its containers", async (kamal, service) => {
    kamals("old", kamal, { service });
    const ended = await swap({ version: "v2", kamal });
    expect(ended).toMatchObject({ code: 0, stderr: "", stdout: "took=old \nstops=old\n" });
    await settled();
    expect(host.done).toEqual([`deploy ${service} v2:3000`, "stop old"]);
    expect(host.watch.get("shop.test")).toEqual(["v2:3000"]);
    expect(runs("old")).toBe(false);
    expect([...host.containers.keys()]).toContain("old");
    // The next release is one like any other.
    host.done.length = 0;
    expect(await swap({ version: "v3", kamal })).toMatchObject({ code: 0, stdout: "" });
    await settled();
    expect(host.done).toEqual([`deploy ${service} v3:3000`, "stop v2"]);
    expect((await host.run("routes", [`stack=${role().split("/").slice(0, 2).join("/")}`])).stdout).toBe(
      "shop-web v3:3000\n",
    );
  });

  it("goes on where it was cut off behind the proxy's change", async () => {
    kamals("old", "shop/web/eu", { service: "shop-web-eu" });
    host.add("v2", role());
    const route = host.services.get("shop-web-eu");
    if (route !== undefined) route.target = "v2:3000";
    const ended = await swap({ version: "v2", kamal: "shop/web/eu" });
    expect(ended).toMatchObject({ code: 0, stderr: "", stdout: "stops=old\n" });
    await settled();
    expect([...host.services.keys()]).toEqual(["shop-web-eu"]);
    expect(runs("old")).toBe(false);
  });

  it("takes over again where Kamal has deployed since", async () => {
    kamals("old", "shop/web/", { service: "shop-web" });
    await swap({ version: "v2" });
    await settled();
    kamals("newer", "shop/web/", { service: "shop-web" });
    const ended = await swap({ version: "v2" });
    expect(ended).toMatchObject({ code: 0, stderr: "", stdout: "took=newer \nstops=newer\n" });
    expect(host.target("shop.test")).toBe("v2:3000");
  });

  it("takes over for an app that began beside it under another host name, which is served all the while", async () => {
    kamals("old", "shop/web/", { service: "shop-web" });
    host.watch.set("next.test", []);
    host.add("v1", role());
    const begin = [`role=${role()}`, "stop=1", "services=shop-web", "service=shop-web", "port=3000"];
    expect(await host.run("switch", [...begin, "container=v1", "--", "--host=next.test"])).toMatchObject({
      code: 0,
    });
    expect([...host.services.keys()].sort()).toEqual(["shop-web", "shop-web.prod"]);
    host.add("v2", role());
    const hosts = ["--host=shop.test", "--host=next.test"];
    const ended = await host.run("switch", [...begin, "container=v2", "kamal=shop/web/", "--", ...hosts]);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    await settled();
    expect([...host.services.keys()]).toEqual(["shop-web"]);
    for (const name of ["shop.test", "next.test"]) {
      expect(host.target(name)).toBe("v2:3000");
      expect((host.watch.get(name) ?? []).slice(2)).not.toContain("nothing");
    }
    expect(runs("old")).toBe(false);
  });

  it("leaves Kamal its route when the program goes, where Kamal has it back", async () => {
    for (const destination of ["", "eu"]) {
      const service = ["shop-web", destination].filter(Boolean).join("-");
      kamals("old", `shop/web/${destination}`, { service });
      await swap({ version: "v2", kamal: `shop/web/${destination}` });
      kamals("back", `shop/web/${destination}`, { service });
      expect(await host.run("unroute", ["shop-web", `role=${role()}`])).toMatchObject({ code: 0 });
      expect(host.target("shop.test")).toBe("id-back:80");
      host.services.clear();
    }
  });

  it("touches no route that answers what the program gives to nobody", async () => {
    kamals("old", "shop/web/", { service: "shop-web", hosts: ["shop.test", "www.test"] });
    const ended = await swap({ version: "v2" });
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.stderr).toBe(
      "Kamal's route shop-web answers www.test/ as well, which this program gives to no route, and was not touched: add it to the route, or deploy by Kamal once without it\n",
    );
    expect(host.done).toEqual([]);
    expect(runs("old")).toBe(true);
    expect(await swap({ version: "v2", claimed: ["www.test/"] })).toMatchObject({ code: 0 });
  });

  it("gives a path below its own to nobody else, and so takes it", async () => {
    kamals("old", "shop/web/", { service: "shop-web", paths: ["/api"] });
    expect(await swap({ version: "v2" })).toMatchObject({ code: 0 });
  });

  it("stops nothing that another route of Kamal's leads to, nor another role's or service's", async () => {
    kamals("old", "shop/web/", { service: "shop-web" });
    host.services.set("admin", { hosts: ["admin.test"], paths: ["/"], target: "id-old:80", flags: [] });
    kamals("job", "shop/job/");
    kamals("blog", "blog/web/");
    const ended = await swap({ version: "v2" });
    expect(ended).toMatchObject({ code: 0, stdout: "took=old \nserves=old\n" });
    await settled();
    expect(["old", "job", "blog"].map(runs)).toEqual([true, true, true]);
  });

  it("takes no route of another service of Kamal's", async () => {
    kamals("blog", "blog/web/", { service: "shop-web" });
    const ended = await swap({ version: "v2" });
    expect(ended.code).toBe(1);
    expect(host.target("shop.test")).toBe("id-blog:80");
    expect(runs("blog")).toBe(true);
  });

  it("of a worker stops Kamal's when its own is at work", async () => {
    kamals("job", "shop/job/");
    const ended = await swap({ version: "v2", kamal: "shop/job/", worker: true });
    expect(ended).toMatchObject({ code: 0, stdout: "stops=job\n" });
    await settled();
    expect([runs("job"), runs("v2")]).toEqual([false, true]);
  });
});

describe("a gate of what must not run twice", () => {
  it("stops Kamal's before its own starts", async () => {
    kamals("job", "shop/job/");
    host.add("v2", role(), false);
    const ended = await host.run("ready", [
      `role=${role()}`,
      "container=v2",
      "timeout=20",
      "delay=0",
      "kamal=shop/job/",
    ]);
    expect(ended).toMatchObject({ code: 0, stdout: "stops=job\n" });
    expect(host.done).toEqual(["stop job", "start v2"]);
  });
});
