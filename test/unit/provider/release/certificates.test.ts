import { describe, expect, it } from "vitest";
import {
  certificatesProvider,
  handshakeCall,
  missingOf,
  readHandshakes,
  type CertificatesInputs,
  type CertificatesState,
} from "../../../../provider/release/certificates";

const own = ["192.0.2.1"];

describe("what a host printed of its names", () => {
  const printed = [
    "a.example.com\t192.0.2.1\tgood\t\t0\t",
    "b.example.com\t\tunasked\t\t0\t",
    'c.example.com\t198.51.100.7\tfailed\tacme/autocert: unable to satisfy \\"https://x/\\" for domain \\"c\\": no viable challenge type found\t403\tcloudflare',
    "d.example.com\t192.0.2.1\tlate\t\t0\t",
    "e.example.com\t192.0.2.1\tfailed\tunknown server name\t404\t",
    "",
  ].join("\n");

  it("is said of each without a certificate: its cause, what was seen, and the cure", () => {
    expect(missingOf("web-1", readHandshakes(printed, own))).toEqual([
      expect.stringMatching(
        /^b\.example\.com has no certificate on web-1: DNS has no address for it .*Cure: point b/,
      ),
      expect.stringMatching(
        /^c\..*DNS leads it to another server \(seen: DNS gives 198\.51\.100\.7, and the server is 192\.0\.2\.1; port 80 there answers 403 \(cloudflare\).*"c": no viable.*#certificate-elsewhere\)\.$/,
      ),
      expect.stringMatching(/^d\..*rate limit.*staging: true.*#certificate-limit\)\.$/),
      expect.stringMatching(/^e\..*the cause is not known: the proxy logged unknown server name;/),
    ]);
  });

  it("is silent about certificates that are there", () => {
    expect(missingOf("web-1", readHandshakes("a.example.com\t192.0.2.1\tgood\t\t0\t\n", own))).toEqual([]);
  });
});

describe("the names of an app", () => {
  const shell = { name: "web-1", destination: "root@192.0.2.1", port: 22 };
  const place = { shell, hosts: ["a.test", "b.test"], path: "/up", addresses: own };
  const state: CertificatesState = { places: [place], missing: [] };

  it("are asked for by a handshake each", () => {
    const words = ["timeout=45", "path=/up", "host=a.test", "host=b.test"];
    expect(handshakeCall(place)).toEqual({ verb: "handshake", words });
  });

  it("are asked for again while one is missing, and else only when they change", async () => {
    const changes = async (news: CertificatesInputs, olds = state): Promise<unknown> =>
      (await certificatesProvider.diff?.("x", olds, news))?.changes;
    expect(await changes({ places: [place] })).toBe(false);
    expect(await changes({ places: [place] }, { ...state, missing: ["a"] })).toBe(true);
    expect(await changes({ places: [place, place] })).toBe(true);
    expect(await changes({ places: [{ ...place, staging: true }] })).toBe(true);
  });

  it("fail no release: a host that cannot be asked is said", async () => {
    const refusing = { name: "web-1", destination: "root@127.0.0.1", port: 1 };
    const created = await certificatesProvider.create({ places: [{ ...place, shell: refusing }] });
    expect((created.outs as CertificatesState).missing).toEqual([
      expect.stringMatching(/^the certificates on web-1 could not be asked for: /),
    ]);
  });
});
