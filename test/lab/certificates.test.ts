/**
 * Certificates on the real engine and a real authority: Let's Encrypt's names lead to pebble in the lab, which comes to the
 * server's ports as Let's Encrypt does. Then certificates of one's own, HTTP/3, and a real nginx in front. One stack, one life.
 */
import { X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Acme, acmeAddress } from "../../lab/acme/acme";
import { type Outcome, run, tryRun } from "../../lab/docker/exec";
import { factsOfLab } from "../../lab/facts";
import { labUp } from "../../lab/lab";
import { labDir } from "../../lab/paths";
import { tryOn } from "../../lab/ssh";
import { type Ran, Workspace } from "../../lab/workspace";
import { type Edit, deployed } from "./certificates/edit";
import { installNginx } from "./certificates/nginx";
import { ask, handshaking, selfSigned, shown } from "./certificates/tls";
import { get } from "./deploy/http";

const [first, second, later, limited, renewed] = ["shop", "www", "later", "limited", "renewed"].map(
  (name) => `${name}.certs.test`,
) as [string, string, string, string, string];

let acme: Acme;
let workspace: Workspace;
let now: Edit;
let address = "";

async function tryUp(change: Partial<Edit>, ...flags: string[]): Promise<Ran> {
  now = { ...now, ...change };
  const ran = await workspace.tryPulumi(["up", "--yes", "--skip-preview", ...flags], deployed(now));
  console.log(
    `pulumi up ${JSON.stringify(Object.keys(change))}: exit ${ran.code}, ${ran.seconds.toFixed(1)} s`,
  );
  return ran;
}

/** `pulumi up`; what it said of certificates. */
async function up(change: Partial<Edit>, ...flags: string[]): Promise<string> {
  const ran = await tryUp(change, ...flags);
  expect(ran.code, ran.text).toBe(0);
  return ran.text;
}

function ssh(host: string, command: string, input?: string): Promise<Outcome> {
  return tryOn({ address: host, keyFile: workspace.keyFile }, command, input);
}

async function onServer(host: string, command: string, input?: string): Promise<string> {
  const outcome = await ssh(host, command, input);
  expect(outcome, command).toMatchObject({ code: 0 });
  return outcome.stdout.trim();
}

/** Who has signed what the server shows for a name. */
async function issuer(name: string): Promise<string> {
  return (await shown(address, name)).issuer;
}

beforeAll(async () => {
  const docker = await labUp((line) => {
    console.log(line);
  });
  const facts = await factsOfLab(docker);
  acme = await Acme.start(docker, (line) => {
    console.log(line);
  });
  workspace = await Workspace.make(facts, "test/lab/certificates/program", "certificates");
  now = {
    ...{ proxy: "v0.9.2", hosts: [first, second, later], tls: "none", front: false },
    acme: { address: acmeAddress, trust: acme.trust },
  };
});

afterAll(async () => {
  await workspace.pulumi(["destroy", "--yes", "--skip-preview"], deployed(now));
  workspace.remove();
  await acme.stop();
});

describe.sequential("Let's Encrypt", () => {
  it("gives a certificate of each name with the release; a name that does not resolve is said, and fails nothing", async () => {
    await up({});
    ({ address } = await workspace.outputs<{ address: string }>());
    await onServer(address, `echo nameserver ${acmeAddress} >/etc/resolv.conf`);
    for (const name of [first, second]) await acme.point(name, address);
    expect(acme.orders("production")).toBe(0);
    const text = await up({ tls: "letsEncrypt" });
    expect(text).toContain(`${later} has no certificate on certs-1: DNS has no address for it`);
    expect(text).not.toContain(`${first} has no certificate`);
    // Before any visitor has come.
    expect(acme.orders("production")).toBe(2);
    const root = new X509Certificate(await acme.root("production")).subject;
    expect(root).toContain("Pebble Root CA");
    for (const name of [first, second]) {
      expect(await issuer(name)).toContain("Pebble Intermediate CA");
      expect((await ask(address, name, "/up")).status).toBe(200);
    }
    expect(acme.orders("production")).toBe(2);
    const redirected = await get(`http://${address}/`, first);
    expect([redirected.status, redirected.headers["location"]]).toEqual([301, `https://${first}/`]);
  });

  it("gives it with the next update, once the name resolves; then the same program is no change", async () => {
    await acme.point(later, address);
    expect(await up({})).not.toContain("has no certificate");
    expect(acme.orders("production")).toBe(3);
    expect(await issuer(later)).toContain("Pebble Intermediate CA");
    await workspace.pulumi(["preview", "--expect-no-changes"], deployed(now));
  });

  it("answers over HTTP/3, through the firewall's UDP port", async () => {
    const ca = join(labDir(), "acme", "issued-root.pem");
    writeFileSync(ca, await acme.root("production"));
    expect(await run(acme.h3get, [`https://${first}/up`, `${address}:443`, ca])).toBe("HTTP/3.0 200\n");
    // A client of HTTP/3 alone offers no cipher of TLS 1.2, by which the proxy's library knows who takes ECDSA (autocert.go,
    // supportsECDSA): it gets a second certificate of the name, with RSA.
    expect(acme.orders("production")).toBe(4);
  });

  it("is not asked again after a restart of the proxy, nor by another proxy, and no handshake fails meanwhile", async () => {
    const serial = (await shown(address, first)).serialNumber;
    await onServer(address, "docker restart --time 5 kamal-proxy && sleep 1");
    expect((await shown(address, first)).serialNumber).toBe(serial);
    const stop = handshaking(address, first);
    await up({ proxy: "v0.9.2-b" });
    const { serials, failures, count } = await stop();
    expect(failures).toEqual([]);
    expect(count).toBeGreaterThan(20);
    expect(serials).toEqual([serial]);
    expect(acme.orders("production")).toBe(4);
  });

  it("has a directory for trying things out, with orders of its own; the way back takes the certificates that are there", async () => {
    const serial = (await shown(address, first)).serialNumber;
    await up({ tls: "staging" });
    expect([acme.orders("staging"), acme.orders("production")]).toEqual([3, 4]);
    expect((await shown(address, first)).serialNumber).not.toBe(serial);
    await up({ tls: "letsEncrypt" });
    expect([acme.orders("staging"), acme.orders("production")]).toEqual([3, 4]);
    expect((await shown(address, first)).serialNumber).toBe(serial);
  });

  it("is over its limits: said in bounded time, with the way to try things out, and the others serve", async () => {
    await acme.point(limited, address);
    await acme.limit(true);
    const text = await up({ hosts: [first, limited] });
    expect(text).toMatch(
      new RegExp(
        `${limited.replaceAll(".", "\\.")} has no certificate on certs-1: Let's Encrypt .*rate limit`,
      ),
    );
    expect(text).toContain("letsEncrypt({ staging: true })");
    expect((await ask(address, first, "/up")).status).toBe(200);
    await acme.limit(false);
  });

  it("is renewed before it ends, by the proxy itself, and no handshake fails meanwhile", async () => {
    // When a third of its life is left (autocert.go, RenewBefore). The authority knows no account after its restart, and the proxy
    // makes one when it starts; its name server has forgotten the names.
    await acme.restart(24);
    await onServer(address, "docker restart --time 5 kamal-proxy && sleep 1");
    for (const name of [first, renewed]) await acme.point(name, address);
    const lacking = (await up({ hosts: [first, renewed] })).match(/\S+ has no certificate.*/g);
    expect(lacking).toBeNull();
    const former = await shown(address, renewed);
    const stop = handshaking(address, renewed);
    await expect
      .poll(async () => (await shown(address, renewed)).serialNumber, { timeout: 40_000 })
      .not.toBe(former.serialNumber);
    const before = Date.parse(former.validTo) - Date.now();
    const { failures, count } = await stop();
    expect(failures).toEqual([]);
    expect(count).toBeGreaterThan(20);
    expect(before).toBeGreaterThan(0);
    await acme.restart(90 * 24 * 3600);
  });
});

describe.sequential("a certificate of one's own", () => {
  const hosts = [first, "*.certs.test"];
  const kept = "ls /var/lib/sextant/proxy/tls";

  it("serves its wildcard, and is renewed under handshakes without one that fails; the former key goes", async () => {
    const [one, other] = await Promise.all([selfSigned(...hosts), selfSigned(...hosts)]);
    await up({ hosts, tls: "own", own: one });
    const serialOf = ({ certificate }: { certificate: string }): string =>
      new X509Certificate(certificate).serialNumber;
    expect((await shown(address, "any.certs.test")).serialNumber).toBe(serialOf(one));
    const stop = handshaking(address, "any.certs.test");
    await up({ own: other });
    await expect.poll(async () => (await shown(address, first)).serialNumber).toBe(serialOf(other));
    const { serials, failures } = await stop();
    expect(failures).toEqual([]);
    expect(serials).toEqual([serialOf(one), serialOf(other)]);
    await expect
      .poll(async () => (await onServer(address, kept)).split("\n").length, { timeout: 10_000 })
      .toBe(1);
  });

  it("is put back by a refresh where its files were removed, and its key goes with its route", async () => {
    await onServer(address, "rm -rf /var/lib/sextant/proxy/tls/*");
    await up({}, "--refresh");
    expect(await onServer(address, "ls /var/lib/sextant/proxy/tls/*")).toMatch(/cert\.pem\s+key\.pem/);
    await up({ tls: "none" });
    expect(await onServer(address, kept)).toBe("");
  });
});

describe.sequential("nginx in front of the proxy", () => {
  it("has TLS, and a Rails app with force_ssl sees scheme and client: no loop, and its forms are accepted", async () => {
    await up({ front: true });
    const { front } = await workspace.outputs<{ front: string }>();
    await installNginx(
      (command, input) => onServer(front, command, input?.toString()),
      "front.test",
      await selfSigned("front.test"),
    );

    const plain = await get(`http://${front}/whoami`, "front.test");
    expect([plain.status, plain.headers["location"]]).toEqual([301, "https://front.test/whoami"]);
    const who = await ask(front, "front.test", "/whoami");
    expect(who.status).toBe(200);
    // The address from which this test came, on the lab's network.
    expect(JSON.parse(who.body)).toMatchObject({ scheme: "https", host: "front.test", client: "10.213.0.1" });

    const form = await ask(front, "front.test", "/form");
    const token = /name="authenticity_token" value="([^"]+)"/.exec(form.body)?.[1] ?? "";
    const cookie = [form.headers["set-cookie"] ?? []]
      .flat()
      .map((one) => one.split(";")[0] ?? "")
      .join("; ");
    expect([token.length > 20, cookie.length > 20]).toEqual([true, true]);
    const post = (origin: string): ReturnType<typeof ask> =>
      ask(front, "front.test", "/form", {
        method: "POST",
        headers: { Origin: origin, Cookie: cookie, "Content-Type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({ authenticity_token: token }).toString(),
      });
    const sent = await post("https://front.test");
    expect([sent.status, sent.headers["location"]]).toEqual([302, "https://front.test/form"]);
    // The protection is on.
    expect((await post("https://evil.test")).status).toBe(422);
  });

  it("keeps the proxy to itself: from outside its port is shut, and a replaced proxy loses no request behind nginx", async () => {
    const { front } = await workspace.outputs<{ front: string }>();
    const direct = await tryRun("curl", ["--silent", "--max-time", "2", `http://${front}:8080/up`]);
    expect(direct.code).not.toBe(0);
    const statuses: number[] = [];
    let stopped = false;
    const asking = (async () => {
      while (!stopped) statuses.push((await ask(front, "front.test", "/up")).status);
    })();
    await up({ proxy: "v0.9.2" });
    stopped = true;
    await asking;
    expect(statuses.length).toBeGreaterThan(20);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
  });
});
