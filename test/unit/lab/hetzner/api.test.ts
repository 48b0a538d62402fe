/** The API over HTTP with a driver that records: order of effects, state across restarts, faults, limits. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createHetzner, type Hetzner, type HetznerOptions } from "../../../../lab/hetzner/server";
import { Recorder } from "./recorder";

const token = "t".repeat(64);

/* eslint-disable @typescript-eslint/no-explicit-any -- answers are read as a client without types does */
interface Answer {
  status: number;
  headers: Headers;
  body: any;
}

let folder: string;
let machines: Recorder;
let hetzner: Hetzner;
let endpoint: string;

async function begin(options: Partial<HetznerOptions> = {}): Promise<void> {
  hetzner = createHetzner({
    machines,
    stateFile: join(folder, "state.json"),
    token,
    actionDelayMs: 5,
    ...options,
  });
  endpoint = await hetzner.listen();
}

async function call(method: string, path: string, body?: object): Promise<Answer> {
  const url = path.startsWith("/_lab") ? endpoint.replace("/v1", path) : `${endpoint}${path}`;
  const response = await fetch(url, {
    method,
    headers: { Authorization: `Bearer ${token}` },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === "" ? undefined : JSON.parse(text),
  };
}

const small = { server_type: "cx23", image: "debian-12" };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "sextant-api-"));
  machines = new Recorder();
  await begin();
});

afterEach(async () => {
  await hetzner.close();
  rmSync(folder, { recursive: true });
});

describe("servers", () => {
  it("are made with their firewall before their networks, and have the address that the API shows", async () => {
    const rules = [{ direction: "in", protocol: "tcp", port: "22", source_ips: ["0.0.0.0/0"] }];
    const { body: fw } = await call("POST", "/firewalls", { name: "fw", rules });
    const subnets = [{ type: "cloud", ip_range: "10.9.1.0/24", network_zone: "eu-central" }];
    const { body: net } = await call("POST", "/networks", { name: "net", ip_range: "10.9.0.0/16", subnets });
    const made = await call("POST", "/servers", {
      name: "web",
      ...small,
      firewalls: [{ firewall: fw.firewall.id }],
      networks: [net.network.id],
      user_data: "#cloud-config",
    });
    expect(made.status).toBe(201);
    expect(made.body.server.status).toBe("initializing");
    await hetzner.idle();
    const { server } = (await call("GET", `/servers/${made.body.server.id}`)).body;
    const id = String(server.id);
    expect(machines.calls.map((line) => line.split(" ")[0])).toEqual([
      "createNetwork",
      "create",
      "firewall",
      "attach",
      "start",
    ]);
    expect(machines.machines.get(id)?.spec).toMatchObject({
      ipv4: server.public_net.ipv4.ip,
      ipv6: `${server.public_net.ipv6.ip.split("/")[0]}1`,
      cores: 2,
      memoryMb: 4096,
      userData: "#cloud-config",
    });
    expect(machines.machines.get(id)?.rules).toMatchObject([
      { protocol: "tcp", port: "22", sourceIps: ["0.0.0.0/0"] },
    ]);
  });

  it("whose machine cannot be made end their action with an error", async () => {
    machines.failing.set("create", "no space left");
    const made = await call("POST", "/servers", { name: "web", ...small });
    await hetzner.idle();
    const { actions } = (
      await call("GET", `/actions?id=${made.body.action.id}&id=${made.body.next_actions[0].id}`)
    ).body;
    expect(actions.map((action: any) => [action.status, action.error.message])).toEqual([
      ["error", "no space left"],
      ["error", "the action before it failed"],
    ]);
    expect((await call("DELETE", `/servers/${made.body.server.id}`)).status).toBe(200);
  });

  it("follow a firewall's label selector when their labels change", async () => {
    const { body } = await call("POST", "/servers", { name: "web", ...small });
    const apply_to = [{ type: "label_selector", label_selector: { selector: "closed" } }];
    await call("POST", "/firewalls", { name: "fw", apply_to });
    await hetzner.idle();
    const id = String(body.server.id);
    expect(machines.machines.get(id)?.rules).toBeNull();
    await call("PUT", `/servers/${id}`, { labels: { closed: "yes" } });
    expect(machines.machines.get(id)?.rules).toEqual([]);
    await call("PUT", `/servers/${id}`, { labels: {} });
    expect(machines.machines.get(id)?.rules).toBeNull();
  });
});

describe("a restart", () => {
  it("starts what was on, leaves off what was off, makes what is missing", async () => {
    const ids: string[] = [];
    for (const [name, start_after_create] of [
      ["on", true],
      ["off", false],
      ["gone", true],
    ] as const) {
      ids.push(
        String((await call("POST", "/servers", { name, ...small, start_after_create })).body.server.id),
      );
    }
    await hetzner.close();
    const [on = "", off = "", gone = ""] = ids;
    for (const machine of machines.machines.values()) machine.on = false;
    machines.machines.delete(gone);
    machines.calls.length = 0;
    await begin();
    expect(machines.machines.get(on)?.on).toBe(true);
    expect(machines.machines.get(off)?.on).toBe(false);
    expect(machines.calls).toContain(`create ${gone}`);
    const { servers } = (await call("GET", "/servers")).body;
    expect(servers.map((server: any) => server.status)).toEqual(["running", "off", "running"]);
  });

  it("does not hand out an address again that is in use", async () => {
    const first = await call("POST", "/servers", { name: "a", ...small });
    await hetzner.close();
    await begin();
    const second = await call("POST", "/servers", { name: "b", ...small });
    expect(second.body.server.public_net.ipv4.ip).not.toBe(first.body.server.public_net.ipv4.ip);
  });
});

describe("faults", () => {
  it("hit as often as asked, and no call is carried out", async () => {
    await call("POST", "/_lab/faults", {
      kind: "request",
      method: "POST",
      path: "/ssh_keys",
      code: "rate_limit_exceeded",
      times: 2,
    });
    const answers = [];
    for (let n = 0; n < 3; n++) answers.push((await call("POST", "/ssh_keys", { name: "k" })).status);
    expect(answers).toEqual([429, 429, 422]);
  });

  it("make an action take its time", async () => {
    await call("POST", "/_lab/faults", { kind: "action", command: "create_server", delayMs: 150 });
    const { body } = await call("POST", "/servers", { name: "slow", ...small });
    const status = async (): Promise<string> =>
      (await call("GET", `/actions/${body.action.id}`)).body.action.status;
    expect(await status()).toBe("running");
    await hetzner.idle();
    expect(await status()).toBe("success");
  });

  it("need the token", async () => {
    const response = await fetch(endpoint.replace("/v1", "/_lab/faults"));
    expect(response.status).toBe(401);
  });
});

it("answers 429 when the bucket is empty, with its headers", async () => {
  await hetzner.close();
  await begin({ rateLimit: { limit: 1, perSecond: 0.001 } });
  const first = await call("GET", "/locations");
  expect([
    first.status,
    first.headers.get("RateLimit-Limit"),
    first.headers.get("RateLimit-Remaining"),
  ]).toEqual([200, "1", "0"]);
  const second = await call("GET", "/locations");
  expect([second.status, second.body.error.code]).toEqual([429, "rate_limit_exceeded"]);
});

it("has Hetzner's own limit where no other is asked for", async () => {
  const { headers } = await call("GET", "/locations");
  expect([headers.get("RateLimit-Limit"), headers.get("RateLimit-Remaining")]).toEqual(["3600", "3599"]);
});

it("has none left of a type that is sold out, and says so in its list, until the faults are cleared", async () => {
  await call("POST", "/_lab/faults", { kind: "sold-out", serverType: "cx23", location: "fsn1" });
  const place = async (): Promise<any> =>
    (await call("GET", "/server_types?name=cx23")).body.server_types[0].locations.find(
      (each: any) => each.name === "fsn1",
    );
  expect((await place()).available).toBe(false);
  const refused = await call("POST", "/servers", { name: "web", ...small, location: "fsn1" });
  expect([refused.status, refused.body.error]).toEqual([
    412,
    { code: "resource_unavailable", message: "error during placement", details: null },
  ]);
  expect((await call("POST", "/servers", { name: "web", ...small, location: "nbg1" })).status).toBe(201);
  await call("DELETE", "/_lab/faults");
  expect((await place()).available).toBe(true);
});

it("has no data centres any more", async () => {
  for (const path of ["/datacenters", "/datacenters/4"]) {
    const { status, body } = await call("GET", path);
    expect([status, body.error.code]).toEqual([410, "deprecated_api_endpoint"]);
  }
});

it("keeps an assigned address, and calls a free one unassigned", async () => {
  const free = (await call("POST", "/primary_ips", { name: "ip", type: "ipv4", location: "fsn1" })).body
    .primary_ip;
  expect(free.assignee_type).toBe("unassigned");
  const { server } = (await call("POST", "/servers", { name: "web", ...small })).body;
  const id = server.public_net.ipv4.id;
  expect((await call("GET", `/primary_ips/${id}`)).body.primary_ip.assignee_type).toBe("server");
  const refused = await call("DELETE", `/primary_ips/${id}`);
  expect([refused.status, refused.body.error.code]).toEqual([422, "must_be_unassigned"]);
});

it("pages with meta and Link header", async () => {
  for (let n = 0; n < 3; n++) await call("POST", "/placement_groups", { name: `g${n}`, type: "spread" });
  const { headers, body } = await call("GET", "/placement_groups?per_page=2&sort=name:desc");
  expect(body.placement_groups.map((group: any) => group.name)).toEqual(["g2", "g1"]);
  expect(body.meta.pagination).toEqual({
    page: 1,
    per_page: 2,
    previous_page: null,
    next_page: 2,
    last_page: 2,
    total_entries: 3,
  });
  expect(headers.get("Link")).toMatch(/page=2[^>]*>; rel="next"/);
  expect((await call("GET", "/placement_groups?sort=colour")).body.error.code).toBe("invalid_input");
});

it("names every wrong field at once", async () => {
  const { status, body } = await call("POST", "/servers", {
    name: "not_a_host",
    server_type: "cx999",
    image: "debian-12",
  });
  expect(status).toBe(422);
  expect(body.error.details.fields.map((field: any) => field.name)).toEqual(["name", "server_type"]);
});
