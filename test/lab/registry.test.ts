/**
 * Where images come from and when they go, on a real engine: that logins are sent is said by the registry's own log. One stack on one
 * server, one life: each test stands on those before it. Nothing here depends on which engine the server has.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTokens, type TokenService } from "../../lab/registry/tokens";
import { registryAuth } from "../../components/registry/auth";
import { hubAt, hubTrusted } from "./registry/hub";
import { pushVariants } from "./registry/variants";
import { RegistryWorld } from "./registry/world";

let world: RegistryWorld;

beforeAll(async () => {
  world = await RegistryWorld.start();
});
afterAll(async () => {
  await world.end();
});

describe("a login", () => {
  it.each([0, 1, 2] as const)("of the length of reader %i is sent", async (at) => {
    const { username, password } = world.registry.readers[at];
    const version = `v${at + 1}`;
    const { logins } = await world.up({ username, password, version });
    expect(logins).toContainEqual({ user: username, taken: true, path: `/v2/lite/manifests/${version}` });
    expect(logins.filter(({ user }) => user !== username)).toEqual([]);
  });

  it("of odd characters is sent", async () => {
    const { username, password } = world.registry;
    const { logins } = await world.up({ username, password, version: "v4" });
    expect(logins).toContainEqual({ user: username, taken: true, path: "/v2/lite/manifests/v4" });
    for (const each of [password, ...world.registry.readers.map((reader) => reader.password)])
      expect(world.stateText()).not.toContain(each);
  });

  it("that is wrong is sent and refused, and the report names the cause", async () => {
    const { username } = world.registry;
    const { ran, logins } = await world.tryUp({ password: "not the password", version: "v5" });
    expect(ran.code).not.toBe(0);
    expect(ran.text).toMatch(/refuses the login for \S+\/lite:v5/);
    expect(logins).toContainEqual({ user: username, taken: false, path: undefined });
    expect(logins.filter(({ taken }) => taken)).toEqual([]);
  });

  it("that is new each time is no change, and reaches the next pull", async () => {
    await world.up();
    const { username, password } = world.registry.readers[1];
    const preview = await world.preview({ username, password }, "--expect-no-changes", "--diff");
    expect(preview.code, preview.text).toBe(0);
    const { ran, logins } = await world.up({ username, password });
    expect(ran.stdout).toMatch(/Resources:\n +\d+ unchanged\n/);
    expect(logins).toEqual([]);
    const { ran: next, logins: sent } = await world.up({ version: "v5" });
    expect(sent).toContainEqual({ user: username, taken: true, path: "/v2/lite/manifests/v5" });
    expect(next.text).not.toContain("__auth");
  });

  it("goes for a token to another address than the registry's, at preview and on the host", async () => {
    const tokens = await startTokens([world.registry]);
    try {
      const { username, password, bearer } = world.registry;
      const change = { username, password, image: `${bearer}/lite`, version: "v6" };
      const preview = await world.preview(change);
      expect(preview.code, preview.text).toBe(0);
      expect(preview.text).not.toContain("unchecked");
      const asked = { who: username, scope: "repository:lite:pull" };
      expect(tokens.asked).toContainEqual(asked);
      tokens.asked.length = 0;
      const { logins } = await world.up(change);
      expect(tokens.asked).toContainEqual(asked);
      // By the token: the registry gives nothing without.
      expect(logins).toContainEqual({ user: username, taken: true, path: "/v2/lite/manifests/v6" });
    } finally {
      tokens.close();
    }
  });
});

describe("the clean-up", () => {
  it("leaves three of six digests, that which serves among them, and of builds of one date those that came last", async () => {
    const { registry } = world;
    const digests = await pushVariants(registry, "lite", "v1", "reg-digests", 6);
    await pushVariants(registry, "lite", "v1", "reg-tags", 5);
    const [one, two] = [`${registry.address}/reg-digests`, `${registry.address}/reg-tags`];
    for (const digest of digests.slice(0, 5)) await world.pull(`${one}@${digest}`);
    // By their names and by chance another order would come first.
    for (const tag of ["b4", "b1", "b5", "b2"]) await world.pull(`${two}:${tag}`);
    const { username, password } = registry;
    await world.up({
      ...{ username, password, image: one, version: digests[5] ?? "" },
      second: { image: two, version: "b3" },
    });
    expect(await world.digests(one)).toEqual(digests.slice(3).sort());
    const tags = await world.onServer(`docker image ls --format '{{.Tag}}' ${two}`);
    expect(tags.split("\n").sort()).toEqual(["b2", "b3", "b5"]);
  });

  it("knows Docker Hub's images by all of their names", async () => {
    const { address } = world.registry;
    for (const at of [1, 2, 3, 4])
      await world.onServer(`docker tag ${address}/reg-tags:b${at === 1 ? 2 : 3} hub/x:${at}`);
    await world.onServer(
      "sextant prune role=reg/hub/x keep=0 wait=5 repository=docker.io/hub/x container=none && docker image ls -q hub/x | grep -c . | grep -qx 3",
    );
  });
});

describe("the clean-up of one release", () => {
  const cleanUp = (repository: string, owner: string): Promise<string> =>
    world.onServer(
      `sextant prune role=reg/none/x keep=0 wait=5 for=${owner} repository=${repository} container=none >/dev/null &&
       docker image ls --format '{{.Tag}}' ${repository} | sort`,
    );

  it("spares an image that another one is about to use, until that has it", async () => {
    const tags = `${world.registry.address}/reg-tags`;
    await world.pull(`${tags}:b1`, "reg/other/x");
    // A container has b3.
    expect(await cleanUp(tags, "reg/none/x")).toBe("b1\nb3");
    expect(await cleanUp(tags, "reg/other/x")).toBe("b3");
  });
});

describe("what an app's image keeps where no volume is", () => {
  const volume = "images-images-reg-second-job-image-kept";
  const file = `"$(docker volume inspect --format '{{.Mountpoint}}' ${volume})/file"`;
  const unnamed = async (): Promise<string[]> =>
    (await world.onServer("docker volume ls --quiet"))
      .split("\n")
      .filter((name) => /^[0-9a-f]{64}$/.test(name));
  const image = (): string => `${world.registry.address}/reg-keeping`;

  it("is told at preview, and there after each of three releases and their commands, without another volume", async () => {
    const { registry } = world;
    await pushVariants(registry, "lite", "v1", "reg-keeping", 3, ["/kept"]);
    const { username, password } = registry;
    const shown = await world.preview({ username, password, second: { image: image(), version: "b1" } });
    expect(shown.text).toContain(
      `it keeps data at /kept, which no volume of role job is at, so that it is kept in the Docker volume ${volume} of each of its servers`,
    );
    await world.up({ username, password, second: { image: image(), version: "b1" } });
    await world.onServer(`cat >${file}`, "here");
    for (const version of ["b2", "b3"]) await world.up({ second: { image: image(), version } });
    const mounts = `docker inspect --format '{{range .Mounts}}{{.Name}}{{end}}' $(docker ps -q --filter label=sextant.app=reg-second)`;
    expect(await world.onServer(mounts)).toBe(volume);
    expect(await world.onServer(`cat ${file}`)).toBe("here");
    expect(await unnamed()).toEqual([]);
    expect((await world.preview({}, "--expect-no-changes")).code).toBe(0);
  });

  it("is left and named when the app goes, and there again when it is back", async () => {
    const { ran } = await world.up({ second: undefined });
    expect(ran.text).toContain(`reg-1: the volume ${volume} is kept, with its data`);
    expect(await world.onServer("docker ps -aq --filter label=sextant.app=reg-second")).toBe("");
    expect(await world.onServer(`cat ${file}`)).toBe("here");
    await world.up({ second: { image: image(), version: "b1" } });
    expect(await world.onServer(`cat ${file}`)).toBe("here");
    expect(await unnamed()).toEqual([]);
  });
});

describe("an image that went from the host", () => {
  it("is pulled again by a plain up that needs it: the app's, the release command's, an accessory's", async () => {
    const { address, username } = world.registry;
    await world.onServer(
      `docker stop $(docker ps -q --filter label=sextant.app=reg) >/dev/null
       docker image rm -f ${address}/lite:v1 >/dev/null; docker rm -f $(docker ps -aq --filter label=sextant.app=reg) >/dev/null
       docker system prune --all --force >/dev/null`,
    );
    expect(await world.digests(`${address}/reg-digests`)).toEqual([]);
    const { logins } = await world.up({ note: "two" });
    const paths = logins.filter(({ user, taken }) => user === username && taken).map(({ path }) => path);
    expect(paths).toContain(`/v2/reg-digests/manifests/${world.now.version}`);
    expect(paths).toContain("/v2/lite/manifests/v1");
    const running = await world.onServer("docker ps --format '{{.Label \"sextant.app\"}}'");
    expect(
      running
        .split("\n")
        .filter((app) => app !== "")
        .sort(),
    ).toEqual(["reg", "reg-second"]);
  });
});

describe("the login of Docker Hub", () => {
  /** Who asked its service of tokens for what. */
  let tokens: TokenService;

  beforeAll(async () => {
    const { registry } = world;
    for (const repository of ["acme/lite", "library/lite"])
      await pushVariants(registry, "lite", "v1", repository, 2);
    tokens = await startTokens([registry]);
    await world.onServer(hubAt(await world.serverAddress(), registry));
  });
  afterAll(() => {
    tokens.close();
  });

  it("goes to nobody whose certificate the server does not know", async () => {
    const { username, password } = world.registry;
    const login = `${registryAuth({ username, password }, "docker.io")}\n`;
    const words = "! sextant pull image=docker.io/acme/lite:b1 2>&1";
    expect(await world.onServer(words, login)).toMatch(/x509|certificate/);
    expect(tokens.asked).toEqual([]);
    await world.onServer(hubTrusted);
  });

  it.each([
    ["docker.io", ["docker.io/acme/lite", "acme/lite"], ["lite", "library/lite"]],
    ["index.docker.io", ["acme/lite", "acme/lite"], ["index.docker.io/library/lite", "library/lite"]],
  ] as const)("that the Registry %s has is sent, however an image is written", async (hub, one, two) => {
    const { username, password } = world.registry;
    const version = hub === "docker.io" ? "b1" : "b2";
    tokens.asked.length = 0;
    const { logins } = await world.up({
      ...{ username, password, hub, image: one[0], version },
      second: { image: two[0], version },
    });
    for (const [, repository] of [one, two]) {
      expect(tokens.asked).toContainEqual({ who: username, scope: `repository:${repository}:pull` });
      const path = `/v2/${repository}/manifests/${version}`;
      expect(logins).toContainEqual({ user: username, taken: true, path });
    }
  });
});
