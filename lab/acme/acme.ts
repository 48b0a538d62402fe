/**
 * An authority as Let's Encrypt is one, for the tests that want it: pebble, once for each of Let's Encrypt's two directories,
 * behind haproxy, which has their names and port; and a name server that gives the names of tests their addresses. All in one
 * container on the lab's public network.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync, copyFileSync, chmodSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Docker, Progress } from "../docker/docker";
import { run, tryRun } from "../docker/exec";
import { label, publicNetwork } from "../machine/names";
import { labDir } from "../paths";
import { acmePrograms } from "./programs";

const container = "sextant-acme";
/** Where servers find the name server, and both directories. */
export const acmeAddress = "10.213.0.3";
const day = 24 * 3600;

/** Let's Encrypt's directories, each with its host name. */
export const directories = {
  production: "acme-v02.api.letsencrypt.org",
  staging: "acme-staging-v02.api.letsencrypt.org",
} as const;
export type Directory = keyof typeof directories;
const listens: Record<Directory, { acme: number; management: number }> = {
  production: { acme: 14000, management: 15000 },
  staging: { acme: 14001, management: 15001 },
};

export class Acme {
  private constructor(
    private readonly docker: Docker,
    private readonly dir: string,
    /** A client of HTTP/3: h3get URL ADDRESS:PORT CA.PEM */
    readonly h3get: string,
  ) {}

  /** Starts it; one that runs is ended first, with its accounts, orders and names. */
  static async start(docker: Docker, progress: Progress): Promise<Acme> {
    const programs = await acmePrograms(progress);
    const dir = join(labDir(), "acme");
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    for (const [name, file] of [
      ["pebble", programs.pebble],
      ["names", programs.names],
    ] as const) {
      copyFileSync(file, join(dir, name));
      chmodSync(join(dir, name), 0o755);
    }
    const acme = new Acme(docker, dir, programs.h3get);
    await acme.makeCertificate();
    await acme.run(90 * day);
    return acme;
  }

  /** The authority of the directories' own TLS, which the proxy has to trust: PEM. */
  get trust(): string {
    return readFileSync(join(this.dir, "ca.pem"), "utf8");
  }

  /** Starts both directories anew, without accounts and orders, with another validity of what they issue. */
  async restart(validitySeconds: number): Promise<void> {
    await this.run(validitySeconds);
  }

  async stop(): Promise<void> {
    await this.docker.run(["rm", "--force", "--volumes", container]);
  }

  /** Gives a name its addresses; without any, DNS says that there are none. */
  async point(name: string, ...addresses: string[]): Promise<void> {
    await this.names("clear-a", { host: name });
    if (addresses.length > 0) await this.names("add-a", { host: name, addresses });
  }

  /** How many orders a directory was given since its start. */
  orders(directory: Directory): number {
    const log = join(this.dir, `${directory}.log`);
    return existsSync(log) ? (readFileSync(log, "utf8").match(/Added order /g) ?? []).length : 0;
  }

  /** The root of what a directory issues, PEM. */
  root(directory: Directory): Promise<string> {
    const { management } = listens[directory];
    return run("curl", ["--silent", "--fail", "--insecure", `https://${acmeAddress}:${management}/roots/0`]);
  }

  /** Answers each new order as Let's Encrypt does over its limits, or no more. */
  async limit(on: boolean): Promise<void> {
    writeFileSync(join(this.dir, "limited.lst"), on ? "/order-plz\n" : "");
    await this.docker.run(["exec", container, "sh", "-c", "kill -USR2 $(cat /run/haproxy.pid)"]);
  }

  private async names(what: string, body: object): Promise<void> {
    const url = `http://${acmeAddress}:8055/${what}`;
    await run("curl", ["--silent", "--fail", "--data", JSON.stringify(body), url]);
  }

  private async makeCertificate(): Promise<void> {
    const at = (name: string): string => join(this.dir, name);
    const openssl = (...args: string[]): Promise<string> => run("openssl", args);
    const key = ["-newkey", "rsa:2048", "-nodes", "-days", "30"];
    await openssl(
      ...["req", "-x509", ...key, "-subj", "/CN=Authority of the lab", "-out", at("ca.pem")],
      ...["-keyout", at("ca.key")],
    );
    await openssl(
      ...["req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=acme", "-out", at("acme.csr")],
      ...["-keyout", at("acme.key")],
    );
    const names = Object.values(directories).map((name) => `DNS:${name}`);
    writeFileSync(at("extensions"), `subjectAltName=${names.join(",")}\n`);
    await openssl(
      ...[
        "x509",
        "-req",
        "-in",
        at("acme.csr"),
        "-CA",
        at("ca.pem"),
        "-CAkey",
        at("ca.key"),
        "-CAcreateserial",
      ],
      ...["-days", "30", "-extfile", at("extensions"), "-out", at("acme.pem")],
    );
    writeFileSync(
      at("both.pem"),
      readFileSync(at("acme.pem"), "utf8") + readFileSync(at("acme.key"), "utf8"),
      {
        mode: 0o600,
      },
    );
  }

  private async run(validitySeconds: number): Promise<void> {
    for (const [directory, { acme, management }] of Object.entries(listens)) {
      const pebble = {
        listenAddress: `127.0.0.1:${acme}`,
        managementListenAddress: `0.0.0.0:${management}`,
        certificate: "/acme/acme.pem",
        privateKey: "/acme/acme.key",
        httpPort: 80,
        tlsPort: 443,
        ocspResponderURL: "",
        externalAccountBindingRequired: false,
        profiles: { default: { description: "the only one", validityPeriod: validitySeconds } },
      };
      writeFileSync(join(this.dir, `${directory}.json`), JSON.stringify({ pebble }));
      rmSync(join(this.dir, `${directory}.log`), { force: true });
    }
    writeFileSync(join(this.dir, "limited.lst"), "");
    writeFileSync(join(this.dir, "haproxy.cfg"), haproxy());
    writeFileSync(join(this.dir, "start"), start(), { mode: 0o755 });
    await this.docker.run(["rm", "--force", "--volumes", container]);
    await this.docker.run([
      ...["run", "--detach", "--name", container, "--label", `${label}=acme`],
      ...["--network", publicNetwork.name, "--ip", acmeAddress, "--volume", `${this.dir}:/acme`],
      ...["--entrypoint", "/usr/bin/tini", "sextant/server", "--", "/acme/start"],
    ]);
    await this.answers();
    for (const name of Object.values(directories)) await this.point(name, acmeAddress);
  }

  private async answers(): Promise<void> {
    const deadline = Date.now() + 30_000;
    for (;;) {
      const urls = Object.values(directories).map((name) => `https://${name}/directory`);
      const resolve = Object.values(directories).flatMap((name) => [
        "--resolve",
        `${name}:443:${acmeAddress}`,
      ]);
      const asked = await tryRun("curl", [
        ...["--silent", "--show-error", "--fail", "--cacert", join(this.dir, "ca.pem"), "--max-time", "2"],
        ...[...resolve, ...urls],
      ]);
      const named = await tryRun("curl", ["--silent", "--max-time", "2", `http://${acmeAddress}:8055/`]);
      if (asked.code === 0 && named.code === 0) return;
      if (Date.now() > deadline) {
        const log = await tryRun("docker", ["logs", "--tail", "20", container], {
          env: { DOCKER_HOST: this.docker.host },
        });
        throw new Error(`acme: no answer within 30 s: ${asked.stderr} ${log.stdout}${log.stderr}`);
      }
      await sleep(100);
    }
  }
}

function start(): string {
  return `#!/bin/sh
set -eu
/acme/names -dnsserver :53 -doh "" -http01 "" -https01 "" -tlsalpn01 "" -defaultIPv4 "" -defaultIPv6 "" &
for directory in ${Object.keys(directories).join(" ")}; do
    # At once, and without nonces that it refuses for practice.
    PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT=0 /acme/pebble -config "/acme/$directory.json" -dnsserver 127.0.0.1:53 \\
        >"/acme/$directory.log" 2>&1 &
done
exec haproxy -W -db -p /run/haproxy.pid -f /acme/haproxy.cfg
`;
}

/**
 * What pebble does otherwise than Let's Encrypt: its directory has another path, it knows no rate limits, and it does not name the
 * order in the answer to its finalization, which Let's Encrypt does and the proxy's library needs (acme/rfc8555.go, CreateOrderCert).
 */
function haproxy(): string {
  const limited = JSON.stringify({
    type: "urn:ietf:params:acme:error:rateLimited",
    detail:
      "too many certificates (5) already issued for this exact set of identifiers in the last 168h0m0s, retry after 2099-01-01 00:00:00 UTC: see https://letsencrypt.org/docs/rate-limits/#new-certificates-per-exact-set-of-identifiers",
    status: 429,
  });
  return `global
  maxconn 500
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend acme
  bind :443 ssl crt /acme/both.pem
  http-request set-path /dir if { path /directory }
  http-request return status 429 content-type application/problem+json hdr Retry-After 3600 string '${limited}' if { path -f /acme/limited.lst }
  http-request set-var(txn.host) hdr(host)
  http-request set-var(txn.order) path,regsub(^/finalize-order/,/my-order/) if { path_beg /finalize-order/ }
  http-response set-header Location "https://%[var(txn.host)]%[var(txn.order)]" if { var(txn.order) -m found }
  use_backend staging if { hdr(host) -i ${directories.staging} }
  default_backend production
${Object.entries(listens)
  .map(([directory, { acme }]) => `backend ${directory}\n  server one 127.0.0.1:${acme} ssl verify none\n`)
  .join("")}`;
}
