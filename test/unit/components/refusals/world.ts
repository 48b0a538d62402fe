/** What a program has when it makes the component that is refused. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Accessory,
  App,
  Firewall,
  Network,
  MariaDb,
  Memcached,
  MySql,
  Postgres,
  ExistingProxy,
  Image,
  Proxy,
  Redis,
  Server,
  ssh,
  type AccessoryArgs,
  type AppArgs,
  type Host,
  type ImageArgs,
  type MariaDbArgs,
  type MemcachedArgs,
  type MySqlArgs,
  type PostgresArgs,
  type ExistingProxyArgs,
  type ProxyArgs,
  type RedisArgs,
  type Rule,
  type ServerArgs,
} from "../../../../components";
import { privateKeyText } from "../private-key";
import { fakeHost, fakeNetwork } from "../fake-host";
import { newGraph, type Answers } from "../graph";

const privateKeyFile = join(mkdtempSync(join(tmpdir(), "sextant-refusals-")), "id_ed25519");
writeFileSync(privateKeyFile, privateKeyText);
writeFileSync(`${privateKeyFile}.pub`, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ1dCB0aGlz someone@here\n");

export const context = mkdtempSync(join(tmpdir(), "sextant-refusals-"));
writeFileSync(join(context, "Dockerfile"), "FROM scratch\n");

const halves = JSON.stringify({
  private: Buffer.from("a host key\n").toString("base64"),
  public: "ssh-ed25519 A",
});
const cloud: Answers = ({ type }) => (type === "command:local:Command" ? { stdout: halves } : {});

/** What all worlds of a test file share, since making resources takes its time: a graph, and the proxy of both machines. */
let shared: { network: Host["network"]; proxy: Proxy };

/** Makes what is shared; before the first world. */
export async function startWorld(): Promise<void> {
  await newGraph(cloud);
  const network = fakeNetwork("host");
  const hosts = ["web-1", "web-2"].map((name) => fakeHost(name, network));
  shared = { network, proxy: new Proxy("proxy", { servers: hosts }) };
}

/** Things in order, and makers of the component under test: good arguments, with a change. */
export class World {
  readonly access = { privateKeyFile };
  /** Two machines of 4 GB, x86. */
  readonly hosts = ["web-1", "web-2"].map((name) => fakeHost(name, shared.network));
  readonly host = this.hosts[0] as Host;

  /** A machine of which the program says that it is gone. */
  readonly gone = fakeHost("web-2", shared.network, true);

  /** A machine of Kamal's that the program takes over. */
  readonly kamals = Object.create(this.host, { takeOver: { value: "kamal" } }) as Host;

  /** An app that takes over on such a machine. */
  onKamals(takeOver: AppArgs["takeOver"], change: Partial<AppArgs> = {}): App {
    const proxy = new ExistingProxy("proxy", { servers: [this.kamals] });
    return this.app({ proxy, takeOver, roles: { web: { servers: [this.kamals] } }, ...change });
  }

  /** A server behind a firewall that lets in SSH and these. */
  behind(allow: Rule[], network?: Network): Server {
    const edge = new Firewall("edge", { allow: [ssh.from("203.0.113.0/24"), ...allow] });
    return new Server("web-1", { type: "cx23", firewalls: [edge], network, ssh: this.access });
  }

  server(change: Partial<ServerArgs>): Server {
    const edge = change.firewalls ? [] : [new Firewall("edge", { allow: [ssh.from("203.0.113.0/24")] })];
    return new Server("web-1", { type: "cx23", firewalls: edge, ssh: this.access, ...change });
  }

  /** Of a context that is in no commit. */
  image(change: Partial<ImageArgs>): Image {
    return new Image("shop", { repository: "registry.test/shop", context, version: "v1", ...change });
  }

  app(change: Partial<AppArgs>, name = "shop"): App {
    return new App(name, {
      image: "registry.test/shop",
      version: "v2",
      proxy: "proxy" in change ? change.proxy : shared.proxy,
      route: { hosts: [`${name.toLowerCase()}.test`] },
      roles: { web: { servers: [this.host] } },
      ...change,
    });
  }

  /** Two apps on one proxy of their own. */
  twoApps(one: Partial<AppArgs>, other: Partial<AppArgs>, name: string): App[] {
    const proxy = this.proxy({});
    return [this.app({ proxy, ...one }), this.app({ proxy, ...other }, name)];
  }

  /** An app on one server, with its own proxy. */
  appOn(server: Host, route: AppArgs["route"]): App {
    const proxy = new Proxy("front", { servers: [server] });
    return this.app({ proxy, route, roles: { web: { servers: [server] } } });
  }

  existingProxy(change: Partial<ExistingProxyArgs>): ExistingProxy {
    return new ExistingProxy("proxy", { servers: [this.host], ...change });
  }

  proxy(change: Partial<ProxyArgs>): Proxy {
    return new Proxy("proxy", { servers: [this.host], ...change });
  }

  accessory(change: Partial<AccessoryArgs>, name = "search"): Accessory {
    return new Accessory(name, {
      server: this.host,
      image: "getmeili/meilisearch:v1.11",
      port: 7700,
      ...change,
    });
  }

  postgres(change: Partial<PostgresArgs>): Postgres {
    return new Postgres("db", { server: this.host, version: "15", password: "x", ...change });
  }

  mariaDb(change: Partial<MariaDbArgs>): MariaDb {
    return new MariaDb("db", {
      ...{ server: this.host, version: "11.4", password: "x", rootPassword: "y" },
      ...change,
    });
  }

  mySql(change: Partial<MySqlArgs>): MySql {
    return new MySql("db", {
      ...{ server: this.host, version: "8.4", password: "x", rootPassword: "y" },
      ...change,
    });
  }

  memcached(change: Partial<MemcachedArgs>): Memcached {
    return new Memcached("cache", { server: this.host, version: "1.6", ...change });
  }

  redis(change: Partial<RedisArgs>): Redis {
    return new Redis("cache", { server: this.host, version: "7", ...change });
  }
}
