/** No key of Kamal's is dropped in silence: it changes the program, or there is a sentence about it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { imported, type Imported } from "../../../../cli/import/kamal";
import { nextLines } from "../../../../cli/import/next";
import { programText } from "../../../../cli/import/render";
import { folderOf } from "./cases";

type Tree = Readonly<Record<string, unknown>>;

/** A value other than the default for every key that Kamal 2.12 documents, by its path. */
const documented: Readonly<Record<string, unknown>> = {
  image: "other",
  labels: { a: "b" },
  volumes: ["x:/y"],
  asset_path: "/assets",
  hooks_path: "/hooks",
  hooks_output: ":verbose",
  secrets_path: "/secrets",
  error_pages_path: "public",
  require_destination: false,
  primary_role: "job",
  allow_empty_roles: true,
  retain_containers: 3,
  minimum_version: "1.3.0",
  readiness_delay: 4,
  deploy_timeout: 40,
  drain_timeout: 10,
  stop_timeout: 33,
  run_directory: "/etc/kamal",
  "env.clear.A": "b",
  "env.secret": ["S"],
  "env.tags.one.A": "b",
  "registry.server": "ghcr.io",
  "registry.username": "me",
  "registry.password": ["P"],
  "logging.driver": "journald",
  "logging.options.max-size": "1m",
  "output.otel.endpoint": "http://otel",
  "output.file.path": "/log",
  "aliases.console": "app exec bash",
  "sshkit.max_concurrent_starts": 10,
  "sshkit.pool_idle_timeout": 300,
  "sshkit.dns_retries": 3,
  "boot.limit": 2,
  "boot.wait": 3,
  "boot.parallel_roles": true,
  "ssh.user": "app",
  "ssh.port": "2222",
  "ssh.proxy": "root@bastion",
  "ssh.proxy_command": "ssh -W %h:%p x",
  "ssh.log_level": "debug",
  "ssh.keys_only": true,
  "ssh.keys": ["~/.ssh/x"],
  "ssh.key_data": ["K"],
  "ssh.config": false,
  "ssh.forward_agent": false,
  "builder.arch": "arm64",
  "builder.remote": "ssh://x",
  "builder.local": false,
  "builder.context": ".",
  "builder.dockerfile": "D",
  "builder.target": "t",
  "builder.args.A": "b",
  "builder.secrets": ["S"],
  "builder.ssh": "default",
  "builder.driver": "docker",
  "builder.provenance": true,
  "builder.sbom": true,
  "builder.cache.type": "gha",
  "builder.cache.options": "mode=max",
  "builder.cache.image": "x",
  "builder.pack.builder": "heroku",
  "builder.pack.buildpacks": ["a"],
  "proxy.host": "a.example.com",
  "proxy.hosts": ["b.example.com"],
  "proxy.app_port": 3000,
  "proxy.ssl": true,
  "proxy.ssl_redirect": false,
  "proxy.forward_headers": true,
  "proxy.response_timeout": 10,
  "proxy.path_prefix": "/api",
  "proxy.path_prefixes": ["/api"],
  "proxy.strip_path_prefix": false,
  "proxy.healthcheck.interval": 3,
  "proxy.healthcheck.path": "/health",
  "proxy.healthcheck.timeout": 3,
  "proxy.buffering.requests": false,
  "proxy.buffering.responses": false,
  "proxy.buffering.max_request_body": 1000,
  "proxy.buffering.max_response_body": 1000,
  "proxy.buffering.memory": 2000,
  "proxy.logging.request_headers": ["A"],
  "proxy.logging.response_headers": ["A"],
  "proxy.run.http_port": 8080,
  "proxy.run.https_port": 8443,
  "proxy.run.metrics_port": 9090,
  "proxy.run.debug": true,
  "proxy.run.log_max_size": "30m",
  "proxy.run.publish": false,
  "proxy.run.bind_ips": ["10.0.0.1"],
  "proxy.run.registry": "r:1",
  "proxy.run.repository": "x/y",
  "proxy.run.version": "v0.9.9",
  "proxy.run.options.memory": "1g",
  "servers.job.cmd": "bin/jobs",
  "servers.job.stop_timeout": 44,
  "servers.job.options.memory": "2g",
  "servers.job.options.cpus": 4,
  "servers.job.options.ulimit": "x",
  "servers.job.logging.driver": "journald",
  "servers.job.proxy": { host: "job.example.com" },
  "servers.job.labels.a": "b",
  "servers.job.env.A": "b",
  "servers.job.asset_path": "/public",
  "accessories.db.service": "mysql",
  "accessories.db.image": "mysql:9",
  "accessories.db.registry.server": "r:1",
  "accessories.db.host": "10.0.0.9",
  "accessories.db.hosts": ["10.0.0.9"],
  "accessories.db.role": "job",
  "accessories.db.roles": ["job"],
  "accessories.db.cmd": "bin/mysqld",
  "accessories.db.port": "127.0.0.1:3306:3306",
  "accessories.db.labels.a": "b",
  "accessories.db.options.cpus": 2,
  "accessories.db.env.A": "b",
  "accessories.db.files": ["a:/b"],
  "accessories.db.directories": ["a:/b"],
  "accessories.db.volumes": ["/a:/b"],
  "accessories.db.network": "custom",
  "accessories.db.proxy": { host: "db.example.com" },
  "accessories.db.proxy.run.metrics_port": 9191,
};

const base: Tree = {
  service: "shop",
  image: "acme/shop",
  servers: { web: { hosts: ["10.0.0.1"] }, job: { hosts: ["10.0.0.2"] } },
  accessories: { db: { image: "mysql:8.0", host: "10.0.0.1" } },
};

function withKey(tree: Tree, [first = "", ...rest]: readonly string[], value: unknown): Tree {
  if (rest.length === 0) return { ...tree, [first]: value };
  const below = tree[first];
  return {
    ...tree,
    [first]: withKey(typeof below === "object" && below !== null ? (below as Tree) : {}, rest, value),
  };
}

const read = (tree: Tree, files: Readonly<Record<string, string>> = {}): Imported =>
  imported(folderOf({ "config/deploy.yml": stringify(tree), ...files }), {
    ...{ file: "config/deploy.yml", stack: "production", above: "..", inside: "infra" },
  });
const textOf = (from: Imported): string => programText(from, "config/deploy.yml");

describe("the program's folder in what the image is built from", () => {
  const said = (builder: Tree, files: Readonly<Record<string, string>> = {}): string[] =>
    read({ ...base, builder }, files)
      .decisions.filter(({ weight, sentence }) => weight === "act" && sentence.includes("into"))
      .map(({ sentence }) => sentence.replace(/:.*/, ""));

  it.each<[what: string, builder: Tree, files: Readonly<Record<string, string>>, lines: string[]]>([
    ["has its line to be written", { arch: "amd64" }, {}, ["write /infra/ into .dockerignore"]],
    [
      "has it where the file is there",
      {},
      { ".dockerignore": "/.git/\n" },
      ["write /infra/ into .dockerignore"],
    ],
    [
      "has it in the Dockerfile's own rules",
      { dockerfile: "web.Dockerfile" },
      { ".dockerignore": "infra", "web.Dockerfile.dockerignore": "/log" },
      ["write /infra/ into web.Dockerfile.dockerignore"],
    ],
    ["is left out already", {}, { ".dockerignore": "/.git/\n/infra\n" }, []],
    ["lies beside it", { context: "app" }, {}, []],
    ["is none of a context elsewhere", { context: "https://github.com/a/b.git" }, {}, []],
  ])("%s", (_, builder, files, lines) => {
    expect(said(builder, files)).toEqual(lines);
  });
});

describe("a documented key", () => {
  const plain = read(base);

  it.each(Object.entries(documented))("%s is in the program or in a decision", (path, value) => {
    const from = read(withKey(base, path.split("."), value));
    // A decision on what the key is in counts, where it was not there without the key.
    const before = new Set(plain.decisions.map((one) => `${one.key}: ${one.sentence}`));
    const about = from.decisions
      .filter((one) => !before.has(`${one.key}: ${one.sentence}`))
      .filter(({ key }) => key === path || key.startsWith(`${path}.`) || path.startsWith(`${key}.`));
    if (about.length === 0) expect(textOf(from)).not.toBe(textOf(plain));
    for (const { sentence } of about) expect(sentence).toMatch(/\S\.$/);
  });

  it("stays so in the company of any others", () => {
    const some = fc.uniqueArray(fc.constantFrom(...Object.keys(documented)), { maxLength: 12 });
    fc.assert(
      fc.property(some, (paths) => {
        const tree = paths.reduce((all, path) => withKey(all, path.split("."), documented[path]), base);
        const { decisions } = read(tree);
        const said = new Set(decisions.map(({ sentence }) => sentence));
        expect(said).not.toContain("this key is not known to the import, and is not in the program.");
      }),
      { numRuns: 100 },
    );
  });
});

describe("a key that nobody knows", () => {
  it("is named, wherever it is", () => {
    const places = [
      "",
      "proxy",
      "proxy.run",
      "proxy.healthcheck",
      "boot",
      "ssh",
      "registry",
      "builder",
      "sshkit",
    ];
    const place = fc.constantFrom(...places, "servers.job", "accessories.db", "builder.cache");
    const name = fc.stringMatching(/^zz[a-z_]{1,8}$/);
    // What begins Ruby and does not end it is no configuration.
    const text = fc.string().filter((each) => !each.includes("<%"));
    const value = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(["a"]), fc.constant({ a: 1 }));
    fc.assert(
      fc.property(place, name, value, (where, key, given) => {
        const path = [where, key].filter(Boolean).join(".");
        const { decisions } = read(withKey(base, path.split("."), given));
        expect(decisions.some((one) => one.key === path || one.key.startsWith(`${path}.`))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe("what is decided first", () => {
  const first = (tree: Tree): string[] =>
    read(tree).decisions.map(({ key, sentence }) => `${key}: ${sentence}`);

  it("is whose machines these are, unless Kamal's place is taken", () => {
    expect(first(base)[0]).toMatch(/^hosts: these are the machines that Kamal deploys to.* --take-over\.$/);
    const wish = {
      ...{ file: "config/deploy.yml", stack: "production", above: "..", inside: "infra" },
      takeOver: true,
    };
    const taken = imported(folderOf({ "config/deploy.yml": stringify(base) }), wish).decisions;
    expect(taken.filter(({ sentence }) => sentence.includes("these are the machines"))).toEqual([]);
  });

  it.each([
    ["proxi", { host: "shop.example.com" }, "Kamal knows no such key, .* did you mean proxy\\?"],
    ["enviroment", "x", "Kamal knows no such key, .*; take it out, or correct it\\."],
    [
      "traefik",
      { options: { a: 1 } },
      "it is a key of Kamal 1, .*: upgrade Kamal first \\(proxy in its place, then kamal upgrade\\)",
    ],
    ["healthcheck", { path: "/up" }, "it is a key of Kamal 1, .* \\(proxy\\.healthcheck in its place"],
  ])("is a key at the top that Kamal 2 does not know: %s", (key, value, said) => {
    const from = read({ ...base, [key]: value });
    expect(`${from.decisions[0]?.key}: ${from.decisions[0]?.sentence}`).toMatch(
      new RegExp(`^${key}: ${said}`),
    );
    expect(from.decisions[0]?.weight).toBe("act");
  });

  it("names what was meant in proxy and env", () => {
    const decisions = read({
      ...base,
      proxy: { host: "a.example.com", app_prot: 3000 },
      env: { clear: { A: "b" }, secrets: ["S"] },
    }).decisions.filter(({ sentence }) => sentence.includes("did you mean"));
    expect(decisions.map(({ key, weight }) => [key, weight])).toEqual([
      ["proxy.app_prot", "act"],
      ["env.secrets", "act"],
    ]);
  });
});

describe("the commands that come next", () => {
  it("name the stack where there are several", () => {
    const lines = (files: Readonly<Record<string, string>>): string[] => {
      const wish = { file: "config/deploy.yml", stack: "production", above: "..", inside: "infra" };
      const from = imported(folderOf({ "config/deploy.yml": stringify(base), ...files }), wish);
      return nextLines(from, { folder: "infra", above: "..", install: undefined }).filter((line) =>
        /^pulumi (preview|up)/.test(line),
      );
    };
    expect(lines({})).toEqual(["pulumi preview --config version=TAG", "pulumi up --config version=TAG"]);
    const two = { "config/deploy.live.yml": "image: x\n", "config/deploy.test.yml": "image: x\n" };
    expect(lines(two)).toEqual([
      "pulumi preview --stack live --config version=TAG",
      "pulumi up --stack live --config version=TAG",
      "pulumi preview --stack test --config version=TAG",
      "pulumi up --stack test --config version=TAG",
    ]);
  });
});
