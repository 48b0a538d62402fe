/** The login as Docker's API takes it, read as Docker reads it: whatever the user and the password are, it arrives. */
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { registryAuth, serverAddress } from "../../../../components/registry/auth";

/** As Go's `base64.URLEncoding.DecodeString` does: its alphabet, in groups of four, padding at the end alone. */
function decoded(header: string): unknown {
  expect(header.length % 4).toBe(0);
  expect(header).toMatch(/^[A-Za-z0-9_-]+={0,2}$/);
  return JSON.parse(Buffer.from(header, "base64url").toString("utf8"));
}

/** Any text without halves of surrogate pairs, which UTF-8 does not have. */
const text = fc.string({ unit: "binary", minLength: 1, maxLength: 300 });

describe("a login for Docker", () => {
  it("arrives whatever it is", () => {
    fc.assert(
      fc.property(text, text, fc.constantFrom("ghcr.io", "10.213.0.2:5000", "[fd00::1]:443"), (...given) => {
        const [username, password, address] = given;
        expect(decoded(registryAuth({ username, password }, address))).toEqual({
          username,
          password,
          serveraddress: address,
        });
      }),
    );
  });

  it.each(Array.from({ length: 9 }, (_, at) => 20 + at))(
    "arrives with a password of %i characters",
    (length) => {
      const password = "?>~ü".repeat(length).slice(0, length);
      const header = registryAuth({ username: "octocat", password }, "ghcr.io");
      expect(decoded(header)).toMatchObject({ password });
      const alphabet = header.replaceAll("-", "+").replaceAll("_", "/");
      const strict = spawnSync("base64", ["-d"], { input: alphabet, encoding: "utf8" });
      expect(strict.status).toBe(0);
      expect(JSON.parse(strict.stdout)).toMatchObject({ password });
    },
  );

  it("is one word, however long a token is", () => {
    expect(
      registryAuth({ username: "AWS", password: "x".repeat(3000) }, "1.dkr.ecr.eu-1.amazonaws.com"),
    ).not.toMatch(/\s/);
  });
});

describe("the address of the server", () => {
  it("is Docker Hub's first index for all of its names, and the registry's own for others", () => {
    for (const name of ["docker.io", "index.docker.io", "registry-1.docker.io", "hub.docker.com"])
      expect(serverAddress(name)).toBe("https://index.docker.io/v1/");
    expect(serverAddress("registry.example.com:5000")).toBe("registry.example.com:5000");
  });
});
