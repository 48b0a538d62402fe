import { describe, expect, it } from "vitest";
import { entryOf } from "../../../../cli/operate/audit";
import { execLine, wordsOf } from "../../../../cli/operate/exec";
import { wordsNamed } from "../../../../cli/operate/named";
import { furtherNetworks, oneOffBody } from "../../../../cli/operate/one-off";
import { partsOf } from "../../../../cli/operate/parts";
import { endOf, untilOf } from "../../../../cli/operate/power";
import { keptOf } from "../../../../cli/operate/images";
import { lastingBy, releasesOf } from "../../../../cli/operate/releases";
import { lineOf } from "../../../../cli/operate/run";
import { rowsOf } from "../../../../cli/operate/stats";
import { repositoryOf } from "../../../../cli/reference";
import { lineFor } from "../../../../cli/operate/traffic";
import { state } from "./state";

const one = { command: ["bin/rails", "console"], env: ["A=1 2"], interactive: true, terminal: true };

describe("a command in a container", () => {
  it("is given to a shell where it is one word with spaces, and to none else", () => {
    expect(wordsOf(["bin/rails runner 'puts 1'"])).toEqual(["sh", "-c", "bin/rails runner 'puts 1'"]);
    expect(wordsOf(["bin/rails", "runner", "puts 1"])).toEqual(["bin/rails", "runner", "puts 1"]);
    expect(lineOf(["df -h | tail -n 1"])).toBe("df -h | tail -n 1");
    expect(lineOf(["echo", "it's"])).toBe(String.raw`echo 'it'\''s'`);
  });

  it("is run in one that is there by words of which each is one for the host's shell", () => {
    expect(execLine("shop", { ...one, command: ["echo", "$HOME"] })).toBe(
      "docker exec --interactive --tty --detach-keys=ctrl-^,ctrl-_ --env 'A=1 2' shop echo '$HOME'",
    );
    expect(execLine("shop", { ...one, env: [], interactive: false, terminal: false })).toBe(
      "docker exec shop bin/rails console",
    );
  });

  it("is run in a new one that is as the original, but takes no traffic and leaves nothing", () => {
    const body = oneOffBody(
      "shop-web-a",
      {
        Image: "sha256:abc",
        Config: {
          Env: ["SECRET=s", "A=0"],
          User: "1000",
          WorkingDir: "/rails",
          Entrypoint: ["/entry"],
          Hostname: "web-1",
          Cmd: ["server"],
          ExposedPorts: { "3000/tcp": {} },
          Labels: { "sextant.role": "demo/prod/shop/web", "sextant.secrets": "SECRET", service: "shop" },
        },
        HostConfig: {
          NetworkMode: "sextant",
          Binds: ["uploads:/rails/storage"],
          Memory: 1024,
          PortBindings: { "3000/tcp": [{ HostPort: "3000" }] },
          RestartPolicy: { Name: "unless-stopped" },
        },
      },
      one,
    );
    expect(body).toEqual({
      Image: "sha256:abc",
      Cmd: ["bin/rails", "console"],
      Entrypoint: ["/entry"],
      Env: ["SECRET=s", "A=0", "A=1 2"],
      User: "1000",
      WorkingDir: "/rails",
      Hostname: "web-1",
      Labels: { "sextant.exec": "shop-web-a", "sextant.secrets": "SECRET" },
      ...{ Tty: true, OpenStdin: true, StdinOnce: true },
      ...{ AttachStdin: true, AttachStdout: true, AttachStderr: true },
      Healthcheck: { Test: ["NONE"] },
      HostConfig: {
        NetworkMode: "sextant",
        Binds: ["uploads:/rails/storage"],
        Memory: 1024,
        AutoRemove: true,
        PortBindings: {},
        PublishAllPorts: false,
        RestartPolicy: { Name: "no" },
        LogConfig: { Type: "none" },
      },
      NetworkingConfig: { EndpointsConfig: { sextant: {} } },
    });
  });

  it("has the log of the original where nobody waits for it, and goes by itself all the same", () => {
    const HostConfig = { LogConfig: { Type: "journald" } };
    const alone = { ...one, interactive: false, terminal: false, detached: true };
    expect(oneOffBody("a", { Image: "sha256:a", Config: {}, HostConfig }, alone)).toMatchObject({
      ...{ AttachStdout: false, AttachStderr: false, OpenStdin: false },
      HostConfig: { LogConfig: { Type: "journald" }, AutoRemove: true },
    });
  });

  it("only reads the volumes of an accessory, which two servers must not write to", () => {
    const HostConfig = {
      Binds: ["db:/var/lib/postgresql", "/etc/db:/etc/db:rw,z", "/srv:/srv:ro"],
      Mounts: [{ Type: "volume", Source: "more", Target: "/more" }],
    };
    const made = (reading?: boolean) =>
      oneOffBody("db", { Image: "sha256:a", Config: {}, HostConfig }, one, reading)["HostConfig"];
    expect(made()).toMatchObject(HostConfig);
    expect(made(true)).toMatchObject({
      Binds: ["db:/var/lib/postgresql:ro", "/etc/db:/etc/db:ro,z", "/srv:/srv:ro"],
      Mounts: [{ Type: "volume", Source: "more", Target: "/more", ReadOnly: true }],
    });
  });

  it("is in the further networks of the original, by which it reaches what Kamal has there", () => {
    const networks = (NetworkMode: string, ...names: string[]): string[] =>
      furtherNetworks({
        ...{ Image: "sha256:a", Config: {}, HostConfig: { NetworkMode } },
        NetworkSettings: { Networks: Object.fromEntries(names.map((name) => [name, {}])) },
      });
    expect(networks("sextant", "kamal", "sextant")).toEqual(["kamal"]);
    expect(networks("sextant", "sextant")).toEqual([]);
    expect(networks("default", "bridge")).toEqual([]);
    expect(networks("host", "host")).toEqual([]);
  });

  it.each(["host", "default", "container:abc"])(
    "joins no network of its own where the original is in %s",
    (mode) => {
      const body = oneOffBody("a", { Image: "sha256:a", Config: {}, HostConfig: { NetworkMode: mode } }, one);
      expect(body).not.toHaveProperty("NetworkingConfig");
      expect(body).toMatchObject({ Labels: { "sextant.exec": "a" }, Env: ["A=1 2"] });
    },
  );
});

describe("a command by a name", () => {
  const stack = { hosts: [], parts: partsOf(state), state };

  it("is the app's own, else Rails' own", () => {
    expect(wordsNamed("console", stack)).toEqual({ app: "shop", words: ["bin/console"] });
    expect(wordsNamed("queues", stack, "shop").words).toEqual(["bin/queues", "--all"]);
    expect(wordsNamed("dbconsole", stack).words).toEqual(["bin/rails", "dbconsole", "--include-password"]);
  });

  it("is refused with those that there are", () => {
    expect(() => wordsNamed("queus", stack)).toThrow(
      "queus: the app shop has no command of that name; it has console, dbconsole, queues, shell,",
    );
  });
});

describe("the proxy's orders", () => {
  it("have each word for itself", () => {
    const order = { verb: "stop", words: ["--message", "Back at 9, it's quick"], said: "" } as const;
    expect(lineFor({ service: "shop" }, order)).toBe(
      String.raw`docker exec kamal-proxy kamal-proxy stop shop --message 'Back at 9, it'\''s quick'`,
    );
  });
});

describe("the releases of a host", () => {
  it("are the tags of the app's repository, else its digests, the last build first", () => {
    const repository = "registry.test:5000/shop";
    const digest = `sha256:${"a".repeat(64)}`;
    expect(
      keptOf(repository, [
        {
          RepoTags: [`${repository}:v1`, "other/shop:v9"],
          RepoDigests: [`${repository}@${digest}`],
          Created: 1,
          Size: 5,
        },
        { RepoTags: null, RepoDigests: [`${repository}@${digest}`], Created: 3 },
        { RepoTags: [`${repository}:v2`], Created: 2 },
      ]),
    ).toEqual([
      { version: digest, built: 3, bytes: 0 },
      { version: "v2", built: 2, bytes: 0 },
      { version: "v1", built: 1, bytes: 5 },
    ]);
    expect(["a:1/b:c", `a:1/b@${digest}`, "a:1/b"].map(repositoryOf)).toEqual(["a:1/b", "a:1/b", "a:1/b"]);
  });
});

describe("the list of sextant rollback", () => {
  it("has each release of its host, and which of them runs, by tag or digest", () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const kept = [
      { version: "v2", built: 2, bytes: 7 },
      { version: digest, built: 1, bytes: 5 },
    ];
    const host = { shell: { name: "web-1", destination: "root@192.0.2.1", port: 22 } };
    const runs = (image: string): boolean[] => releasesOf(kept, { image, host }).map((row) => row.runs);
    expect(releasesOf(kept, { image: "r.test/shop:v2", host })).toEqual([
      { host: "web-1", version: "v2", built: 2, bytes: 7, runs: true },
      { host: "web-1", version: digest, built: 1, bytes: 5, runs: false },
    ]);
    expect(runs(`r.test/shop@${digest}`)).toEqual([false, true]);
    expect(runs("r.test/shop:v3")).toEqual([false, false]);
  });
});

describe("what a command leaves", () => {
  it("is said with what undoes it: a rollback by the stack's file, a stop by what starts it again", () => {
    expect(lastingBy("version", "v1", "shop/production")).toBe(
      "version is v1 in Pulumi.production.yaml here by now: commit that file, or the next pulumi up elsewhere, as in CI, releases what the file there says.",
    );
    const refresh = "pulumi up --refresh starts it, too";
    expect(untilOf(["role", "role"])).toEqual(["the next release of its app starts new containers", refresh]);
    expect(untilOf(["job"])).toEqual(["the next release of its app starts its schedule", refresh]);
    expect(untilOf(["accessory"])).toEqual([
      "an edit that replaces an accessory's container starts the new one",
      refresh,
    ]);
  });
});

describe("the container that is started", () => {
  it("is the one that ended last: one that never ran, or failed before, is none", () => {
    const ended = (FinishedAt: string, Status = "exited"): number => endOf({ State: { FinishedAt, Status } });
    expect(ended("2026-01-31T09:00:01.5Z")).toBeGreaterThan(ended("2026-01-31T09:00:00Z"));
    expect(ended("2026-01-31T09:00:00Z")).toBeGreaterThan(ended("2026-01-31T10:00:00Z", "created"));
    expect(endOf({})).toBe(-Infinity);
  });
});

describe("an update of the stack", () => {
  it("is shown without what did not change, and without what is secret", () => {
    const update = {
      kind: "update",
      startTime: "2026-01-31T09:00:00.000Z",
      endTime: "2026-01-31T09:00:41.400Z",
      result: "succeeded",
      environment: { "git.author": "Ada", "git.head": "0123456789abcdef0123" },
      config: { "shop:version": { value: "v2", secret: false }, "other:host": { value: "x" } },
      resourceChanges: { same: 20, update: 3, replace: 2 },
    };
    expect(entryOf(update, "version")).toEqual({
      ...{ when: "2026-01-31T09:00:00.000Z", seconds: 41, what: "update", version: "v2" },
      ...{ result: "succeeded", changes: "update 3, replace 2", who: "Ada", commit: "0123456789ab" },
    });
    const hidden = { config: { "shop:version": { value: "cipher", secret: true } } };
    expect(entryOf(hidden, "version")).toMatchObject({ version: "", seconds: 0, who: "", changes: "" });
  });
});

describe("what containers take", () => {
  it("is in the order of the containers, without those that ended meanwhile", () => {
    const host = { shell: { name: "web-1", destination: "root@web-1", port: 22 }, directory: "/x" };
    const running = (name: string, part: string) => ({
      ...{
        host,
        name,
        id: `id-${name}`,
        part,
        kind: "role" as const,
        image: "shop:v1",
        version: "v1",
        stopSeconds: 10,
        replicas: 1,
      },
      ...{ state: "running", status: "Up", created: 1 },
    });
    const printed = "b\t1.00%\t20MiB / 1GiB\t1kB / 2kB\t0B / 3MB\na\t0.50%\t10MiB / 1GiB\t0B / 0B\t0B / 0B\n";
    expect(rowsOf([running("a", "shop/web"), running("b", "shop/job"), running("c", "db")], printed)).toEqual(
      [
        {
          host: "web-1",
          part: "shop/web",
          cpu: "0.50%",
          memory: "10MiB / 1GiB",
          network: "0B / 0B",
          disk: "0B / 0B",
          container: "a",
        },
        {
          host: "web-1",
          part: "shop/job",
          cpu: "1.00%",
          memory: "20MiB / 1GiB",
          network: "1kB / 2kB",
          disk: "0B / 3MB",
          container: "b",
        },
      ],
    );
  });
});
