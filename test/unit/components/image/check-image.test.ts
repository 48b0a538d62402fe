import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sentence } from "../../../../components/core/problem";
import { checkImageFacts, interactive, type ImageUse } from "../../../../components/image/check-image";
import type { ImageFacts } from "../../../../components/image/manifest";
import { isMutableTag, parseReference, registryHost } from "../../../../components/image/reference";

const facts: ImageFacts = {
  platforms: ["linux/amd64"],
  entrypoint: [],
  command: ["bin/server"],
  ports: [],
  volumes: [],
  user: "",
  size: 0,
  zstd: false,
};
const web: ImageUse = {
  role: "web",
  command: undefined,
  ports: [{ argument: "route.port", port: 3000 }],
  volume: "shop-test-shop-web-image",
  hosts: [{ name: "web-1", architecture: "amd64" }],
};

function said(change: Partial<ImageFacts>, use: Partial<ImageUse> = {}): string[] {
  const { refused, warned } = checkImageFacts("r.test/shop:v1", { ...facts, ...change }, [
    { ...web, ...use },
  ]);
  return [...refused, ...warned].map((problem) => sentence("App", problem));
}

describe("an image against its roles", () => {
  it("fits", () => {
    expect(said({})).toEqual([]);
    expect(said({ ports: [80, 3000] })).toEqual([]);
    expect(said({ platforms: ["linux/arm64", "linux/amd64"] })).toEqual([]);
    expect(
      said({ platforms: ["linux/arm64"] }, { hosts: [{ name: "old", architecture: undefined }] }),
    ).toEqual([]);
  });

  it("has layers that an old Docker cannot read, where it is known to be old", () => {
    const on = (dockerMajor: number | undefined): string[] =>
      said({ zstd: true }, { hosts: [{ name: "web-1", architecture: "amd64", dockerMajor }] });
    expect(on(20)).toEqual([
      expect.stringMatching(
        /its layers are compressed by zstd, which Docker 20 of web-1 cannot read; build it/,
      ),
    ]);
    expect([on(23), on(28), on(undefined)]).toEqual([[], [], []]);
  });

  it("is for another platform", () => {
    expect(said({ platforms: ["linux/arm64"] })).toEqual([
      'App: image is "r.test/shop:v1", but it is made for linux/arm64 and web-1 is linux/amd64; build it with docker build --platform linux/amd64 (npx sextant docs checks#image-platform).',
    ]);
  });

  it("has nothing to run, unless the role has", () => {
    expect(said({ command: [] })).toEqual([
      'App: image is "r.test/shop:v1", but it has no CMD and role web no command, so there is nothing to run; add CMD to the Dockerfile, or set roles.web.command (npx sextant docs checks#image-command).',
    ]);
    expect(said({ command: [] }, { command: ["bin/jobs"] })).toEqual([]);
    expect(said({ command: [], entrypoint: ["/app"] })).toEqual([]);
  });

  it("runs a prompt behind an entrypoint", () => {
    expect(said({ entrypoint: ["/rails/bin/docker-entrypoint"], command: ["irb"] })[0]).toContain(
      "role web would run irb, which waits for a keyboard",
    );
  });

  it("keeps data where no volume of the role is, and it is said where", () => {
    expect(said({ volumes: ["/data", "/data/db"] }, { mounted: ["/data"] })).toEqual([
      'App: image is "r.test/shop:v1", but it keeps data at /data/db, which no volume of role web is at, so that it is kept in the Docker volume shop-test-shop-web-image-data-db of each of its servers, which old and new containers share; add "/data/db" to the role\'s volumes before it holds anything, unless what is there may be lost (npx sextant docs checks#image-volume).',
    ]);
  });

  it("exposes another port", () => {
    expect(said({ ports: [80, 8080] })).toEqual([
      "App: route.port is 3000, but the image exposes 80, 8080; set it to 80 or 8080 unless the app listens on 3000 (npx sextant docs checks#image-port).",
    ]);
  });
});

describe("a prompt", () => {
  it.each<[string[], string | undefined]>([
    [["irb"], "irb"],
    [["/bin/bash"], "bash"],
    [["bash", "-l"], "bash"],
    [["/bin/sh", "-c", "irb"], "irb"],
    [["/bin/sh", "-c", "exec /bin/bash"], "bash"],
    [["python3"], "python3"],
    [["php", "-a"], "php -a"],
    [["node", "server.js"], undefined],
    [["python3", "-m", "http.server"], undefined],
    [["/bin/sh", "-c", "bin/rails server"], undefined],
    [["/bin/sh", "-c", "cd /app && node"], undefined],
    [["sh", "start.sh"], undefined],
    [["bin/server"], undefined],
    [[], undefined],
  ])("%j is %s", (command, prompt) => {
    expect(interactive(command)).toBe(prompt);
  });
});

describe("the name of an image", () => {
  it.each([
    ["postgres", "docker.io", "library/postgres", "registry-1.docker.io"],
    ["acme/shop", "docker.io", "acme/shop", "registry-1.docker.io"],
    ["docker.io/acme/shop", "docker.io", "acme/shop", "registry-1.docker.io"],
    ["ghcr.io/acme/shop", "ghcr.io", "acme/shop", "ghcr.io"],
    ["localhost/shop", "localhost", "shop", "localhost"],
    ["10.0.0.1:5000/a/b/c", "10.0.0.1:5000", "a/b/c", "10.0.0.1:5000"],
  ])("%s", (image, registry, repository, host) => {
    expect(parseReference(image, "v1")).toEqual({ registry, repository, tag: "v1" });
    expect(registryHost(registry)).toBe(host);
  });

  it("does not move by a version or a hash", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^(v?\d+(\.\d+){0,2}|[0-9a-f]{7,40})$/), (tag) => {
        expect(isMutableTag(tag)).toBe(false);
      }),
    );
    expect(["latest", "main", "Master", "stable"].every(isMutableTag)).toBe(true);
  });
});
