import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkCertificate, checkKey } from "../../../../../components/app/checks/check-certificate";
import { sentence } from "../../../../../components/core/problem";
import { pairFor, withPassword } from "../../certificates";

const day = 24 * 3_600_000;
const pair = pairFor("a.test", "*.a.test");
const now = Date.now();

function refused(hosts: string[], at = now, chain = pair.certificate): string[] {
  return checkCertificate("route.tls", chain, hosts, at).refused.map((problem) => sentence("App", problem));
}

describe("a certificate of one's own", () => {
  it("passes for its names, and a wildcard for one level below", () => {
    expect(refused(["a.test", "www.a.test", "*.a.test"])).toEqual([]);
    expect(checkCertificate("route.tls", pair.certificate, ["a.test"], now).warned).toEqual([]);
  });

  it.each(["b.test", "x.y.a.test", "*.b.test", "*.x.a.test", "only.a.name.of.old", "a.test.evil.test"])(
    "is refused for %s",
    (host) => {
      expect(refused([host])).toEqual([
        `App: route.hosts is "${host}", but the certificate is for a.test, *.a.test; bring one that has the host among its names, or take the host out (npx sextant docs checks#certificate).`,
      ]);
    },
  );

  it("covers a name below its wildcard at one level and at no other", () => {
    const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 3 }), (labels) => {
        expect(refused([`${labels.join(".")}.a.test`]).length).toBe(labels.length === 1 ? 0 : 1);
      }),
      { numRuns: 50 },
    );
  });

  it("is refused before it begins and once it has ended, and said when it ends soon", () => {
    expect(refused(["a.test"], now + 31 * day)).toEqual([
      expect.stringMatching(
        /^App: route\.tls has a certificate that ended on \d{4}-\d\d-\d\d; bring the renewed/,
      ),
    ]);
    expect(refused(["a.test"], now - 2 * day)).toEqual([
      expect.stringMatching(
        /^App: route\.tls has a certificate that begins on \d{4}-\d\d-\d\d; bring one that/,
      ),
    ]);
    const { refused: none, warned } = checkCertificate(
      "route.tls",
      pair.certificate,
      ["a.test"],
      now + 20 * day,
    );
    expect(none).toEqual([]);
    expect(warned.map((problem) => sentence("App", problem))).toEqual([
      expect.stringMatching(
        /^App: route\.tls has a certificate that ends on .*, in \d days; bring the renewed one/,
      ),
    ]);
  });

  it("is refused when it is no certificate, or the chain begins with its authority", () => {
    expect(refused(["a.test"], now, "x")).toEqual([
      expect.stringContaining("has a certificate that is not PEM"),
    ]);
    const cut = pair.certificate.slice(0, 200);
    expect(refused(["a.test"], now, cut)).toEqual([
      expect.stringContaining("has a certificate that cannot be read"),
    ]);
    const turned = pair.certificate + pairFor("b.test").certificate;
    expect(refused(["a.test"], now, turned)).toEqual([
      expect.stringContaining("has a chain that begins with CN="),
    ]);
  });
});

describe("its key", () => {
  function said(key: string): string[] {
    return checkKey("route.tls", pair.certificate, key).map((problem) => sentence("App", problem));
  }

  it("passes, and is refused when it is another's, has a password or is none; nothing of it is told", () => {
    const foreign = pairFor("b.test").key;
    const locked = withPassword(pair.key);
    expect(said(pair.key)).toEqual([]);
    expect(said(foreign)).toEqual([expect.stringContaining("has the private key of another certificate")]);
    expect(said(locked)).toEqual([expect.stringContaining("has a private key with a password")]);
    expect(said("y")).toEqual([expect.stringContaining("has a private key that is not PEM")]);
    const all = [foreign, locked, pair.key].flatMap(said).join("\n");
    for (const line of [foreign, locked, pair.key].flatMap((key) => key.split("\n").slice(1, -2)))
      expect(all).not.toContain(line);
  });
});
