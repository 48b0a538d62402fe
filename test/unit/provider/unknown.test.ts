/** In a preview the engine gives a text without meaning for what is known only later, also for a whole list: no resource may stumble over it. */
import { describe, expect, it } from "vitest";
import { unknownValue } from "../../../provider/data/place";
import type { ResourceProvider } from "../../../provider/resource-provider";
import { resources, type ResourceType } from "../../../provider/resources";

type Values = Record<string, unknown>;

const shell = { name: "web-1", destination: "root@192.0.2.1", port: 22 };
const route = {
  ...{ service: "shop-web", port: 3000, deployTimeout: "60s", drainTimeout: "30s", responseTimeout: "30s" },
  ...{ health: { path: "/up" }, buffer: { requests: true, responses: true } },
};
const gate = { shell, words: [], version: "1", show: false, directory: "/d", owner: "shop/prod/web" };
const place = { host: "web-1", shell };

/** Inputs of each type as the components give them. */
const inputs: Record<ResourceType, Values> = {
  AccessoryReady: {
    ...{
      shell,
      container: "shop-db",
      instance: "a1",
      timeout: "120s",
      secretNames: ["A"],
      command: ["true"],
    },
  },
  Assets: {
    shell,
    directory: "/assets/shop-web.1",
    release: "0a1b",
    image: "shop:v1",
    path: "/public",
    __auth: "",
  },
  Bridge: {
    shell,
    config: "0a1b",
    image: "kamal-proxy:v1",
    owner: "shop/prod/proxy",
    httpPort: 80,
    httpsPort: 443,
  },
  Canary: {
    ...{ shell, role: "shop/prod/shop/web-canary", container: "shop-web-canary-1", percent: 10 },
    ...{ visitors: ["team"], stopTimeout: "30s", timeout: "120s", awaitProxy: true, routes: [route] },
  },
  Certificate: { shell, directory: "/tls/shop", certificate: "PEM", privateKey: "KEY" },
  Certificates: { places: [{ shell, hosts: ["a.test"], path: "/up", addresses: ["192.0.2.1"] }] },
  CleanUp: {
    places: [{ shell, role: "shop/prod/shop/web", container: "shop-web-1", wait: "120s" }],
    ...{ repository: "shop", retainImages: 3, owner: "shop/prod/shop" },
  },
  Container: {
    ...{ shell, name: "shop-1234567", namePrefix: "shop", image: "shop:v1", env: { A: "1" }, ports: [] },
    ...{
      network: { name: "n", id: "1" },
      labels: { a: "b" },
      firstEnvs: ["A"],
      secrets: { B: "2" },
      volumes: [],
      imageVolumes: { volume: "web-image", name: "shop", owner: "shop/prod/app/shop" },
      kamal: "shop-db",
    },
  },
  Data: {
    ...{ label: 'Postgres "db"', argument: "server", name: "shop-db", owner: "shop/db", data: "keep" },
    places: [{ ...place, volume: "data" }],
    ofImages: [{ ...place, volume: "web-image" }],
    kamal: { service: "shop-db", volumes: { data: "/data" }, files: [], ownedBy: "shop/db" },
    taken: { data: { source: "/root/shop-db/data" } },
  },
  Directories: { shell, directories: [{ path: "/srv/search", mode: "0750", owner: "1000:1000" }] },
  DockerNetwork: { shell, name: "shop", labels: {} },
  ErrorPages: { shell, directory: "/error-pages/shop-1", pages: { "503.html": "closed" } },
  Gone: { host: "web-1" },
  HostFirewall: {
    ...{ shell, owner: "shop/prod/web", install: false },
    rules: [{ direction: "in", protocol: "tcp", port: "80", sourceIps: ["0.0.0.0/0", "::/0"] }],
  },
  HostReady: { ...gate, verb: "host-ready" },
  ImagePush: {
    ...{ shell, address: "images.internal:5000", ip: "10.0.0.2", authority: "PEM", certificate: "PEM" },
    ...{ privateKey: "KEY", repository: "shop", tag: "v1", digest: "sha256:0", build: "shop" },
    directory: "/tmp/builds/shop",
  },
  MysqlLogin: {
    ...{ shell, container: "shop-db", instance: "a1", user: "app", database: "app" },
    ...{ password: "x", rootPassword: "y" },
  },
  PostgresLogin: {
    shell,
    container: "shop-db",
    instance: "a1",
    user: "app",
    database: "app",
    password: "x",
    taken: true,
  },
  Preflight: { ...gate, verb: "preflight" },
  ProxyThere: { shell, owner: "shop/prod/proxy" },
  Pull: { image: "shop:v1", owner: "shop/prod/shop", hosts: [{ shell }], __auth: { "web-1": "" } },
  Ready: {
    ...{
      shell,
      role: "shop/prod/shop/web",
      container: "shop-web-1",
      timeout: "60s",
      lease: "90s",
      delay: "3s",
    },
    ...{ health: { port: 3000, path: "/up", proto: "http", timeout: "5s" }, command: ["true"] },
  },
  RegistryCertificates: { host: "images.internal" },
  RegistryPrune: { shell, container: "shop-images", keep: 10, pushed: { shop: "sha256:0" } },
  RegistryTrust: {
    ...{
      shell,
      address: "images.internal:5000",
      ip: "10.0.0.2",
      authority: "PEM",
      certificate: "PEM",
      privateKey: "KEY",
    },
  },
  Release: {
    ...{
      shell,
      name: "shop-release",
      image: "shop:v1",
      command: ["true"],
      timeout: "10m",
      network: "sextant",
    },
    ...{ env: { A: "1" }, secrets: { B: "2" }, volumes: [{ volumeName: "data", containerPath: "/data" }] },
  },
  Schedule: {
    ...{ shell, name: "shop-nightly", role: "shop/prod/shop/nightly", owner: "shop/prod/app/shop" },
    ...{ schedule: "15 3 * * *", timeZone: "UTC", timeout: "1h", stopTimeout: "30s", image: "shop:v1" },
    ...{ command: ["true"], env: { A: "1" }, secrets: { B: "2" }, labels: { a: "b" }, network: "sextant" },
    ...{
      volumes: [{ volumeName: "data", containerPath: "/data" }],
      imageVolumes: { volume: "nightly-image" },
    },
  },
  Settle: { shell, container: "a1" },
  Switch: {
    ...{ shell, role: "shop/prod/shop/web", container: "shop-web-1", services: ["shop-web"], claimed: [] },
    ...{ stopTimeout: "30s", timeout: "120s", keepOld: true, awaitProxy: true, route },
  },
  Volume: {
    ...{ ...place, name: "shop-db-data", label: 'Postgres "db"', owner: "shop/db", data: "keep" },
    format: { image: "postgres:17", major: 17, libc: "glibc", user: "app", database: "app" },
    kamal: "shop-db",
  },
  Wait: { length: "10s", containers: ["shop-web-1"], next: ["web-2"] },
  Volumes: { hosts: [place], volumes: [{ ...place, name: "shop-db-data" }] },
};

describe.each(Object.entries(inputs))("%s", (type, known) => {
  const { check, diff } = resources[type as ResourceType] as unknown as ResourceProvider<Values, Values>;
  const state = { ...known, undone: false, stopped: false, present: true, missing: [] };

  it.each(Object.keys(known))("compares inputs whose %s is not known yet", async (name) => {
    const news = { ...known, [name]: unknownValue };
    const checked = (await check?.(known, news))?.inputs ?? news;
    const { changes } = (await diff?.("1", state, checked)) ?? { changes: true };
    expect(typeof changes).toBe("boolean");
  });
});
