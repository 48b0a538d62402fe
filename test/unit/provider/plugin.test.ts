/** The plugin as the engine starts it: its own process, spoken to by the engine's protocol. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { credentials, type ServiceError, status } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { repoRoot } from "../../../lab/paths";
import { libraryPackage } from "../../../provider/core/package";
import { resources } from "../../../provider/resources";
import { buildPlugin } from "../../../scripts/build-plugin";
import { struct } from "./engine-calls";

let plugin: ChildProcess;
let client: ResourceProviderClient;
let said = "";

const urn = (type: string): string =>
  `urn:pulumi:production::shop::sextant:index:App$sextant:index:${type}::shop-web-1`;
/** A host that refuses every connection. */
const shell = { name: "web-1", destination: "root@127.0.0.1", port: 1 };
const container = {
  ...{
    shell,
    image: "shop:v1",
    namePrefix: "shop",
    env: { A: "1", B: "2" },
    network: { name: "n", id: "1" },
  },
  labels: { "sextant.role": "v1" },
};

/** Calls the plugin; an error is what the engine gets. */
function ask<Response>(
  call: (answered: (error: ServiceError | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    call((error, response) => {
      if (error === null) resolve(response);
      else reject(error);
    });
  });
}

beforeAll(async () => {
  await buildPlugin();
  plugin = spawn(join(repoRoot, "dist", "plugin", "pulumi-resource-sextant"), [], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, SSH_AUTH_SOCK: "" },
  });
  plugin.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  if (plugin.stdout === null) throw new Error("the plugin has no output");
  const [port] = (await once(createInterface(plugin.stdout), "line")) as [string];
  client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
});

afterAll(async () => {
  client.close();
  plugin.kill();
  await once(plugin, "exit");
});

describe("the plugin", () => {
  it("says which version it is, and describes each of its resources", async () => {
    expect((await ask<PluginInfo>((done) => client.getPluginInfo(new Empty(), done))).getVersion()).toBe(
      libraryPackage().version,
    );
    const schema = JSON.parse(
      (
        await ask<proto.GetSchemaResponse>((done) => client.getSchema(new proto.GetSchemaRequest(), done))
      ).getSchema(),
    ) as {
      name: string;
      resources: Record<
        string,
        { inputProperties: Record<string, { secret?: boolean; description?: string }> }
      >;
    };
    expect(schema.name).toBe("sextant");
    expect(Object.keys(schema.resources).sort()).toEqual(
      Object.keys(resources)
        .map((type) => `sextant:index:${type}`)
        .sort(),
    );
    const { inputProperties } = schema.resources["sextant:index:Container"] ?? {};
    const secret = { secret: true };
    expect(inputProperties).toMatchObject({ image: { type: "string" }, __auth: secret, secrets: secret });
  });

  it("names the inputs that an edit changes, and what replaces", async () => {
    const inputs = { ...container, name: "shop-1234567" };
    const request = new proto.DiffRequest()
      .setUrn(urn("Container"))
      .setId("1")
      .setOlds(struct({ ...inputs, stopped: false }))
      .setOldInputs(struct(inputs))
      .setNews(struct({ ...inputs, env: { A: "1", B: "3" }, labels: { "sextant.role": "v2" } }));
    const diff = await ask<proto.DiffResponse>((done) => client.diff(request, done));
    expect(diff.getChanges()).toBe(proto.DiffResponse.DiffChanges.DIFF_SOME);
    expect(diff.getReplacesList()).toEqual(expect.arrayContaining(["env", "labels"]));
    const { UPDATE_REPLACE } = proto.PropertyDiff.Kind;
    const detailed = [...diff.getDetaileddiffMap().entries()] as unknown as [string, proto.PropertyDiff][];
    expect(detailed.map(([path, difference]) => [path, difference.getKind()])).toEqual([
      ["env.B", UPDATE_REPLACE],
      ['labels["sextant.role"]', UPDATE_REPLACE],
    ]);
  });

  it("completes inputs, and makes a name of the prefix", async () => {
    const request = new proto.CheckRequest()
      .setUrn(urn("Container"))
      .setOlds(struct({}))
      .setNews(struct(container));
    const checked = await ask<proto.CheckResponse>((done) => client.check(request, done));
    expect(checked.getFailuresList()).toEqual([]);
    expect(checked.getInputs()?.toJavaScript()).toMatchObject({
      name: expect.stringMatching(/^shop-[0-9a-f]{7}$/) as string,
    });
  });

  it("answers with the sentence of what failed, once and without a stack", async () => {
    const request = new proto.CreateRequest()
      .setUrn(urn("Container"))
      .setProperties(struct({ ...container, name: "shop-1234567" }));
    await expect(ask<proto.CreateResponse>((done) => client.create(request, done))).rejects.toMatchObject({
      details: expect.stringMatching(/^web-1: /) as string,
    });
    expect(said).toBe("");
  });

  describe("has a line that runs where a step of an app fails", () => {
    const folder = mkdtempSync(join(tmpdir(), "sextant-after-failure-"));
    const secret = "hunter2hunter2";
    const told = join(folder, "told");
    /** What a line is told, one call a line. */
    const seen = (): string[] => (existsSync(told) ? readFileSync(told, "utf8").trim().split("\n") : []);
    const line = `echo "$KAMAL_SERVICE|$KAMAL_VERSION|\${KAMAL_RUNTIME:+s}|$SEXTANT_FAILED_STEP|$SEXTANT_FAILED_HOST|$SEXTANT_ERROR" >>${told}`;
    const inputs = { ...container, name: "shop-1234567", secrets: { TOKEN: secret } };

    /** Has the engine's two calls for a container of an app, which cannot be made. */
    async function fails(app: string, name: string, given: object, more: object = {}): Promise<ServiceError> {
      const where = urn("Container").replace("shop-web-1", name);
      const news = struct({
        ...{ ...inputs, ...more },
        __afterFailure: { environment: { KAMAL_SERVICE: app, KAMAL_VERSION: "v2" }, ...given },
      });
      const check = new proto.CheckRequest().setUrn(where).setOlds(struct({})).setNews(news);
      const checked = await ask<proto.CheckResponse>((done) => client.check(check, done));
      expect(checked.getInputs()?.toJavaScript()).not.toHaveProperty("__afterFailure");
      const create = new proto.CreateRequest().setUrn(where).setProperties(checked.getInputs());
      return ask<proto.CreateResponse>((done) => client.create(create, done)).then(
        () => expect.fail("it was made"),
        (error: unknown) => error as ServiceError,
      );
    }

    beforeEach(() => {
      rmSync(told, { force: true });
    });
    afterAll(() => {
      rmSync(folder, { recursive: true });
    });

    it("once for an app, however many fail at once, with what failed and without a secret", async () => {
      const host = { ...shell, name: `web-${secret}`, port: 2 };
      const errors = await Promise.all(
        ["shop-web-1", "shop-web-2", "shop-web-3"].map((name) =>
          fails("shop", name, { line: `sleep 0.3; ${line}` }, { shell: host }),
        ),
      );
      for (const { details } of errors) expect(details).toMatch(new RegExp(`^web-${secret}: `));
      expect(seen()).toEqual([
        expect.stringMatching(
          new RegExp(`^shop\\|v2\\|s\\|shop-web-[123]\\|web-${secret}\\|web-\\[secret\\]: \\S`),
        ),
      ]);
      // Another app of the stack has its own.
      await fails("blog", "blog-web-1", { line });
      expect(seen()).toHaveLength(2);
      // Its host was named before, as one that is down.
      expect(seen()[1]).toMatch(/^blog\|v2\|s\|blog-web-1\|web-1\|web-1: ssh did not get through/);
    });

    it("whose own failure is a warning, and hides nothing of the step's", async () => {
      said = "";
      const { details } = await fails("failing", "shop-web-1", { line: "echo no channel; exit 3" });
      expect(details).toMatch(/^web-1: it was not reached/);
      expect(said).toContain(
        'App "failing": hooks.afterFailure, echo no channel; exit 3, ended with exit code 3: no channel. The step failed',
      );
      said = "";
    });

    it("and does not run where an app has none by now", async () => {
      await fails("without", "shop-web-1", { line });
      expect(seen()).toHaveLength(1);
      const where = urn("Container");
      const check = new proto.CheckRequest().setUrn(where).setOlds(struct({})).setNews(struct(inputs));
      const checked = await ask<proto.CheckResponse>((done) => client.check(check, done));
      const create = new proto.CreateRequest().setUrn(where).setProperties(checked.getInputs());
      await expect(ask<proto.CreateResponse>((done) => client.create(create, done))).rejects.toMatchObject({
        details: expect.stringMatching(/^web-1: /) as string,
      });
      expect(seen()).toHaveLength(1);
    });
  });

  it("refuses a resource of a later version by name", async () => {
    const request = new proto.DeleteRequest().setUrn(urn("Balancer")).setProperties(struct({}));
    await expect(ask<Empty>((done) => client.delete(request, done))).rejects.toMatchObject({
      details: expect.stringContaining("no resource Balancer") as string,
    });
  });

  it("gives up a resource that a state has and no program makes", async () => {
    for (const type of ["Prune", "Routes"]) {
      const request = new proto.DeleteRequest().setUrn(urn(type)).setProperties(struct({ places: [] }));
      expect(await ask<Empty>((done) => client.delete(request, done))).toBeInstanceOf(Empty);
    }
  });

  it("is asked in a preview, and makes nothing", async () => {
    const handshake = new proto.ProviderHandshakeRequest();
    await expect(
      ask<proto.ProviderHandshakeResponse>((done) => client.handshake(handshake, done)),
    ).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
    const configured = await ask<proto.ConfigureResponse>((done) =>
      client.configure(new proto.ConfigureRequest(), done),
    );
    expect([configured.getSupportspreview(), configured.getAcceptsecrets()]).toEqual([true, false]);
    const create = new proto.CreateRequest()
      .setUrn("urn:pulumi:prod::shop::sextant:index:Container::web")
      .setPreview(true)
      .setProperties(struct({ name: "shop-web" }));
    const made = await ask<proto.CreateResponse>((done) => client.create(create, done));
    expect([made.getId(), made.getProperties()?.toJavaScript()]).toEqual(["", { name: "shop-web" }]);
  });

  it("takes no settings of a project for its own", async () => {
    const request = new proto.CheckRequest().setNews(struct({ version: "0.1.0", registryPassword: "x" }));
    const checked = await ask<proto.CheckResponse>((done) => client.checkConfig(request, done));
    expect(checked.getInputs()?.toJavaScript()).toEqual({ version: "0.1.0" });
  });
});
