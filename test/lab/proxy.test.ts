/**
 * The proxy of a server under load: a change that is begun and taken back, one that is killed, a lost state, a proxy that was taken over,
 * and a second stack on the server. One server, two stacks.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { factsOfLab } from "../../lab/facts";
import { labUp } from "../../lab/lab";
import { startLoad } from "../../lab/load/load";
import { quote } from "../../lab/machine/fabric";
import { get } from "./deploy/http";
import type { Edit } from "./proxy/edit";
import { onServer, Stack } from "./proxy/stack";

const shop = { name: "shop", version: "v1", host: "shop.test" };
const edit: Edit = { proxy: "own", tag: "v0.9.2", app: shop };
let first: Stack;
let second: Stack;
let address = "";

const on = (command: string): Promise<string> => onServer(first.keyFile, address, command);

/** What is on the host of a bridge: its container, and the rules that send connections to it. */
const bridge = (): Promise<string> =>
  on(
    "docker ps --all --format '{{.Names}}' | grep bridge; iptables-save -t nat | grep sextant; ip6tables-save -t nat | grep sextant; true",
  );

/** Starts the step before a change of the proxy by hand, as a run leaves it that is cut off behind it. */
const leaveBridge = (): Promise<string> =>
  on(
    "sextant bridge config=other image=$(docker inspect -f '{{.Config.Image}}' kamal-proxy) owner=proxy/first/proxy",
  );

/** The work with requests on the first stack's app all the while; none may be lost. */
async function underLoad<T>(work: () => Promise<T>): Promise<T> {
  const load = startLoad({ targets: [`http://${address}`], host: shop.host, rate: 40, timeoutMs: 30_000 });
  try {
    return await work();
  } finally {
    const { requests, lost, losses, longestGap, p99, versions } = await load.stop();
    console.log("load", JSON.stringify({ requests, lost, longestGap, p99, losses, versions }));
    expect({ lost, losses }).toEqual({ lost: 0, losses: [] });
    expect(requests).toBeGreaterThan(20);
  }
}

async function serves(version: string): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    const { status, headers } = await get(`http://${address}/up`, shop.host);
    expect([status, headers["x-app-version"]]).toEqual([200, version]);
  }
}

beforeAll(async () => {
  const docker = await labUp((line) => {
    console.log(line);
  });
  const facts = await factsOfLab(docker);
  first = await Stack.make(facts, "first", edit);
  await first.up();
  address = await first.address();
  const existing = { address, keyFile: first.keyFile };
  const app = { name: "blog", version: "v1", host: "blog.test" };
  second = await Stack.make(facts, "second", { ...edit, existing, app });
});

afterAll(async () => {
  await second.destroy();
  await first.destroy();
  second.remove();
  first.remove();
});

describe.sequential("a change of the proxy that is not gone through with", () => {
  it("and is taken back leaves nothing in front, and the next release is served", async () => {
    await underLoad(async () => {
      const text = await first.cut({ tag: "v0.9.2-b" }, /Bridge proxy-proxy-1-bridge updating/, "SIGINT");
      console.log(text.split("\n").slice(-8).join("\n"), `\n${await bridge()}`);
      await first.up();
      expect(await bridge()).toBe("");
      await first.up({ app: { ...shop, version: "v2" } });
      await serves("v2");
    });
  });

  it("and of which the state knows nothing is ended by the next release", async () => {
    await underLoad(async () => {
      await leaveBridge();
      expect(await bridge()).toContain("kamal-proxy-bridge");
      await first.up();
      await serves("v1");
      expect(await bridge()).toBe("");
    });
  });

  it("is seen by a refresh", async () => {
    await underLoad(async () => {
      await leaveBridge();
      await first.up({}, "--refresh");
      expect(await bridge()).toBe("");
    });
  });

  it("since it was killed while the container was made goes on with the next update", async () => {
    await underLoad(async () => {
      await first.cut({ tag: "v0.9.2-b" }, /Container proxy-proxy-1 (creating|replacing)/, "SIGKILL");
      await first.up({ tag: "v0.9.2-b" });
      expect(await bridge()).toBe("");
      expect(await on("docker inspect -f '{{.Config.Image}}' kamal-proxy")).toMatch(/:v0\.9\.2-b$/);
    });
    await first.up();
  });

  it("and whose container the state has lost finds it again, as it serves", async () => {
    const id = await on("docker inspect -f '{{.Id}} {{.State.StartedAt}}' kamal-proxy");
    await underLoad(async () => {
      await first.lose(/Container::proxy-proxy-1$/);
      await first.up();
    });
    expect(await on("docker inspect -f '{{.Id}} {{.State.StartedAt}}' kamal-proxy")).toBe(id);
    await first.unchanged();
  });
});

describe.sequential("a proxy that was taken over", () => {
  it("gets nothing of its own run by the host, which it could once with its environment alone", async () => {
    // As the proxy's own user: another PATH in the memory of its process, and a program of the same name there.
    const attack = `set -e
      mkdir -p /tmp/evil
      printf '#!/bin/sh\\nid >/tmp/evil/ran; exec /usr/local/bin/kamal-proxy "$@"\\n' >/tmp/evil/kamal-proxy
      chmod 755 /tmp/evil/kamal-proxy
      start=$(cut -d ' ' -f 50 /proc/1/stat)
      offset=$(grep -abo PATH= /proc/1/environ | head -n 1 | cut -d : -f 1)
      printf 'PATH=/tmp/evil:' | dd of=/proc/1/mem bs=1 seek=$((start + offset)) conv=notrunc 2>/dev/null`;
    await on(`docker exec kamal-proxy sh -c ${quote(attack)}`);
    const pid = "$(docker inspect -f '{{.State.Pid}}' kamal-proxy)";
    expect(await on(`tr '\\0' '\\n' </proc/${pid}/environ`)).toContain("PATH=/tmp/evil:");
    await first.up({ app: { ...shop, version: "v2" } });
    await serves("v2");
    expect(await on("sextant routes")).toMatch(/^shop-web shop-web-proxy-1-\w+:3000$/);
    const ran = "docker exec kamal-proxy cat /tmp/evil/ran 2>/dev/null || echo nothing";
    expect(await on(ran)).toBe("nothing");
    const took = await on(
      "begun=$(date +%s%N); sextant routes >/dev/null; echo $((($(date +%s%N) - begun) / 1000000))",
    );
    console.log(`the list of the proxy takes ${took} ms`);
    await first.up();
  });
});

describe.sequential("a second stack on the server", () => {
  it("is refused a proxy of its own with the owner's name, and leaves the first one as it is", async () => {
    await underLoad(async () => {
      const refused = await second.tryUp({ tag: "v0.9.2-b" });
      expect(refused.code).not.toBe(0);
      expect(refused.text).toContain(
        "the proxy on this host belongs to proxy/first/proxy, and nothing was changed",
      );
      expect(refused.text).not.toContain("docker rm");
      expect(await bridge()).toBe("");
      await second.destroy();
    });
    await first.unchanged();
    await serves("v1");
  });

  it("is told where the proxy that is there is not whose it is meant to be", async () => {
    const refused = await second.tryUp({ proxy: "existing", owner: "proxy/other/proxy" });
    expect(refused.text).toContain("belongs to proxy/first/proxy, and owner is proxy/other/proxy");
  });

  it("routes through the proxy that is there; both release, and the second goes without harm to the first", async () => {
    const beside = { proxy: "existing", owner: "proxy/first/proxy" } as const;
    await underLoad(async () => {
      await second.up(beside);
      expect((await get(`http://${address}/up`, "blog.test")).status).toBe(200);
      await second.unchanged(beside);
      await first.up({ app: { ...shop, version: "v2" } });
      await serves("v2");
      await second.destroy();
      expect((await get(`http://${address}/up`, "blog.test")).status).toBe(404);
      expect(await on("docker ps --all --format '{{.Names}}' | grep -c blog || true")).toBe("0");
      // Scripts, network and volume are still there.
      await first.up();
    });
    await serves("v1");
    await first.unchanged();
  });
});
