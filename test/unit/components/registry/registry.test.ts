import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { registryAuth } from "../../../../components/registry/auth";
import { authAddress, Registry } from "../../../../components/registry/registry";
import { newGraph, refusal, value } from "../graph";

const good = { address: "ghcr.io", username: "deploy", password: "hunter2" };

it("makes its password a secret", async () => {
  await newGraph();
  const registry = new Registry("ghcr", good);
  expect(await pulumi.isSecret(registry.password)).toBe(true);
  expect(registry.auth.address).toBe("ghcr.io");
  expect(await value(registry.password)).toBe("hunter2");
});

it("uses the name under which Docker Hub's credentials are looked up", () => {
  expect(authAddress("docker.io")).toBe("registry-1.docker.io");
  expect(authAddress("registry.example.com:5000")).toBe("registry.example.com:5000");
});

it("gives hosts its login as Docker takes it, with a word where it may go without TLS", async () => {
  await newGraph();
  const lines = await Promise.all(
    [false, true].map((insecure) =>
      value(new Registry(`r${String(insecure)}`, { ...good, address: "r.test:5000", insecure }).pullLine),
    ),
  );
  const header = registryAuth(good, "r.test:5000");
  expect(lines).toEqual([header, `${header} insecure`]);
});

it("serves Docker Hub by all of its names", async () => {
  await newGraph();
  const hub = new Registry("hub", { ...good, address: "docker.io" });
  expect(
    ["docker.io", "index.docker.io", "registry-1.docker.io"].filter((name) => !hub.serves(name)),
  ).toEqual([]);
  expect(hub.serves("ghcr.io")).toBe(false);
});

describe("bad arguments", () => {
  it.each<[string, Partial<typeof good>, string]>([
    [
      "a scheme",
      { address: "https://ghcr.io" },
      'address is "https://ghcr.io", but a registry is a host without scheme and path; write "ghcr.io".',
    ],
    [
      "a path",
      { address: "ghcr.io/acme" },
      'address is "ghcr.io/acme", but a registry is a host without scheme and path; write "ghcr.io".',
    ],
    [
      "no address",
      { address: "" },
      'address is "", but a registry is a host without scheme and path; write it like "ghcr.io" or "registry.example.com:5000".',
    ],
    [
      "no user",
      { username: "" },
      'username is "", but it must not be empty; give the user, or the token\'s name.',
    ],
    [
      "no password",
      { password: "" },
      "password is missing or empty; set it with pulumi config set --secret, and read it with config.requireSecret.",
    ],
  ])("%s", async (_, change, expected) => {
    await newGraph();
    expect(refusal(() => new Registry("ghcr", { ...good, ...change }))).toEqual([
      `Registry "ghcr": ${expected}`,
    ]);
  });

  it("never shows a password", async () => {
    await newGraph();
    const all = refusal(() => new Registry("ghcr", { ...good, address: "http://x/", username: "" }));
    expect(all.join("\n")).not.toContain("hunter2");
  });
});
