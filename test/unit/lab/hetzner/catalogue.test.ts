import { describe, expect, it } from "vitest";
import { images } from "../../../../lab/hetzner/catalogue/images";
import { orderProblem, serverTypes } from "../../../../lab/hetzner/catalogue/server-types";
import { Bucket } from "../../../../lab/hetzner/rate-limit";
import { fingerprintOf } from "../../../../lab/hetzner/resources/ssh-keys";

describe("catalogue", () => {
  it("gives every type and image its own id", () => {
    expect(new Set(serverTypes.map((type) => type.id)).size).toBe(serverTypes.length);
    expect(new Set(images.map((image) => image.id)).size).toBe(images.length);
  });

  it("has every image for both architectures", () => {
    const names = (architecture: string): string[] =>
      images
        .filter((image) => image.architecture === architecture)
        .map((image) => image.name)
        .sort();
    expect(names("arm")).toEqual(names("x86"));
  });

  it("refuses types where they are not sold, or no longer", () => {
    const type = (name: string) => serverTypes.find((each) => each.name === name) ?? expect.fail(name);
    expect(orderProblem(type("cx23"), "fsn1")).toBeUndefined();
    expect(orderProblem(type("cx23"), "ash")).toMatch(/not offered in ash; it is in fsn1, nbg1, hel1/);
    expect(orderProblem(type("cpx11"), "ash")).toBeUndefined();
    expect(orderProblem(type("cpx11"), "fsn1")).toMatch(/not offered in fsn1; it is in ash, hil, sin/);
    const deprecation = { announced: "2026-10-01T00:00:00Z", unavailable_after: "2027-01-01T00:00:00Z" };
    const cx23 = type("cx23");
    const going = { ...cx23, locations: cx23.locations.map((place) => ({ ...place, deprecation })) };
    expect(orderProblem(going, "fsn1", new Date("2026-12-01"))).toBeUndefined();
    expect(orderProblem(going, "fsn1", new Date("2027-02-01"))).toMatch(/can no longer be ordered/);
  });
});

describe("rate limit", () => {
  it("empties, says when it is full again, and fills up", () => {
    let now = 1_000_000;
    const bucket = new Bucket({ limit: 2, perSecond: 1 }, () => now);
    expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([true, true, false]);
    expect(bucket.headers()).toEqual({
      "RateLimit-Limit": "2",
      "RateLimit-Remaining": "0",
      "RateLimit-Reset": "1002",
    });
    now += 1000;
    expect([bucket.take(), bucket.take()]).toEqual([true, false]);
  });
});

describe("SSH keys", () => {
  const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGbM7yM1f0m5c1x2N5n3m0cWn1d6vVbFq7Q5Jk0m1b2c";

  it("has one fingerprint, whatever the comment", () => {
    expect(fingerprintOf(key)).toMatch(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
    expect(fingerprintOf(`${key} someone@here`)).toBe(fingerprintOf(key));
  });

  it.each(["", "ssh-ed25519", "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIGbM", "-----BEGIN PRIVATE KEY-----"])(
    "rejects '%s'",
    (text) => {
      expect(fingerprintOf(text)).toBeUndefined();
    },
  );
});
