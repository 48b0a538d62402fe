/** The questions to Hetzner, asked of the simulator. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askAll } from "../../../../components/hetzner/ask";
import { factsOf, fingerprint, questions, type Facts } from "../../../../components/hetzner/facts";
import { repoRoot } from "../../../../lab/paths";

const token = "t".repeat(64);
const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGbM7yM1f0m5c1x2N5n3m0cWn1d6vVbFq7Q5Jk0m1b2c me@here";

let simulator: ChildProcess;
let endpoint: string;

beforeAll(async () => {
  const args = ["--import", "tsx", join(__dirname, "simulator.ts")];
  simulator = spawn(process.execPath, args, {
    cwd: repoRoot,
    env: { ...process.env, HCLOUD_TOKEN: token },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = (await once(simulator.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  endpoint = line.toString().trim();
});

afterAll(async () => {
  simulator.stdin?.end();
  await once(simulator, "exit");
});

async function post(path: string, body: object): Promise<void> {
  const headers = { Authorization: `Bearer ${token}` };
  const made = await fetch(`${endpoint}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  expect(made.status, await made.text()).toBeLessThan(300);
}

function asked(image = "debian-12", access = { token, endpoint }): Facts {
  const paths = questions(image);
  return factsOf(paths, new Map(askAll(access, Object.values(paths))));
}

describe("what Hetzner says", () => {
  it("are its types, places, images, servers and keys, all pages of them", async () => {
    await post("/ssh_keys", { name: "laptop", public_key: publicKey });
    for (let n = 0; n < 55; n++) {
      await post("/servers", { name: `web-${n}`, server_type: "cx23", image: "debian-12", location: "fsn1" });
    }
    const facts = asked();
    expect(facts.unread).toBeUndefined();
    expect(facts.types?.find(({ name }) => name === "cx23")).toMatchObject({
      architecture: "x86",
      locations: [{ name: "fsn1", available: true }, { name: "nbg1" }, { name: "hel1" }],
    });
    expect(facts.locations).toContainEqual(expect.objectContaining({ name: "ash", network_zone: "us-east" }));
    expect(facts.images?.map(({ name, architecture }) => [name, architecture])).toEqual([
      ["debian-12", "x86"],
      ["debian-12", "arm"],
    ]);
    expect(facts.servers).toHaveLength(55);
    expect(facts.servers?.[54]).toMatchObject({
      name: "web-54",
      server_type: { name: "cx23" },
      location: { name: "fsn1" },
    });
    expect(facts.keys).toMatchObject([{ name: "laptop", fingerprint: fingerprint(publicKey), labels: {} }]);
  });

  it("is nothing of an image that it does not have", () => {
    expect(asked("ubuntu-99").images).toEqual([]);
  });

  it("is told apart from a token that it does not know, and from no answer at all", () => {
    expect(asked("debian-12", { token: "x".repeat(64), endpoint })).toEqual({ tokenRefused: true });
    expect(asked("debian-12", { token, endpoint: "http://127.0.0.1:47113/v1" })).toEqual({
      unread: "ECONNREFUSED",
    });
  });
});
