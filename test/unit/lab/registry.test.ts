import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mainLogin, readers } from "../../../lab/registry/logins";
import { parseLog } from "../../../lab/registry/witness";

describe("the logins of the lab's registry", () => {
  it("can be sent and kept, whatever the seed", () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        for (const { username, password } of [mainLogin(seed), ...readers(seed)]) {
          expect(username).toMatch(/^[a-z0-9]+$/);
          expect(password).toBe(password.trim());
          expect(password).not.toMatch(/[\r\n]/);
          expect(Buffer.byteLength(password)).toBeLessThanOrEqual(72);
        }
      }),
    );
  });

  it("have passwords of three consecutive lengths", () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const [first, ...rest] = readers(seed).map(({ password }) => Buffer.byteLength(password));
        expect(rest).toEqual([(first ?? 0) + 1, (first ?? 0) + 2]);
      }),
    );
  });

  it("have nothing that Kamal's own quoting changes", () => {
    const all = Array.from({ length: 2000 }, (_, at) => mainLogin(String(at)).password);
    expect(all.filter((password) => /[$`\\]|#[{@]/.test(password))).toEqual([]);
    expect(all.some((password) => password.includes("#"))).toBe(true);
  });

  it("are of many lengths and characters", () => {
    const all = Array.from({ length: 60 }, (_, at) => mainLogin(String(at)));
    expect(new Set(all.map(({ password }) => password.length)).size).toBeGreaterThan(15);
    expect(new Set(all.map(({ username }) => username.length)).size).toBeGreaterThan(8);
    const odd = all.map(({ password }) => password).join("");
    for (const each of ['"', "'", " ", "?", "~", "ü", "&", ":"]) expect(odd).toContain(each);
  });
});

describe("the registry's log", () => {
  it("says whose login came with a request for a manifest, and which was refused", () => {
    const request =
      'go.version=go1.19.8 http.request.host="10.213.0.2:5000" http.request.method=GET http.request.remoteaddr="10.213.0.9:41022"';
    const overIpv6 = request.replace("10.213.0.9", "[fd00:5e7a::9]");
    const log = [
      `time="2026-11-28T21:58:02.208Z" level=info msg="authorized request" ${request} http.request.uri=/v2/shop/manifests/v1 vars.name=shop`,
      `time="2026-11-28T21:58:02.212Z" level=debug msg=GetImageManifest auth.user.name=octo ${request} http.request.uri=/v2/shop/manifests/v1 vars.name=shop`,
      `time="2026-11-28T21:58:02.213Z" level=debug msg=GetBlob auth.user.name=octo ${request} http.request.uri=/v2/shop/blobs/sha256:0`,
      '10.213.0.9 - - [28/Nov/2026:21:58:02 +0000] "GET /v2/shop/manifests/v1 HTTP/1.1" 200 82 "" "docker/20.10"',
      `time="2026-11-28T21:58:02.221Z" level=error msg="error authenticating user \\"octo\\": authentication failure" ${request} http.request.uri=/v2/shop/manifests/v2`,
      `time="2026-11-28T21:58:02.221Z" level=warning msg="error authorizing context: basic authentication challenge for realm \\"lab\\": authentication failure" ${request}`,
      `time="2026-11-28T21:58:02.243Z" level=warning msg="error authorizing context: basic authentication challenge for realm \\"lab\\": invalid authorization credential" ${request} http.request.uri=/v2/`,
      `time="2026-11-28T21:58:03Z" level=debug msg=GetImageManifest auth.user.name= ${overIpv6} http.request.uri="/v2/shop/manifests/v3"`,
    ].join("\n");
    expect(parseLog(log)).toEqual([
      { user: "octo", taken: true, path: "/v2/shop/manifests/v1", from: "10.213.0.9" },
      { user: "octo", taken: false, path: undefined, from: "10.213.0.9" },
      { user: undefined, taken: true, path: "/v2/shop/manifests/v3", from: "fd00:5e7a::9" },
    ]);
  });
});
