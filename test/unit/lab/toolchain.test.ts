import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  acceptsPlugin,
  acceptsPulumi,
  findInstalled,
  userPlaces,
  type Places,
} from "../../../lab/toolchain/installed";
import { digest, moduleSources, programKey, type Platform, type Source } from "../../../lab/toolchain/key";
import { withLock } from "../../../lab/toolchain/lock";
import { programs, type Program } from "../../../lab/toolchain/programs";
import { plan } from "../../../lab/toolchain/toolchain";

let temp: string;
beforeEach(() => {
  temp = mkdtempSync(join(tmpdir(), "toolchain-"));
});
afterEach(() => {
  rmSync(temp, { recursive: true, force: true });
});

function file(path: string, content = "", mode = 0o644): string {
  const full = join(temp, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content, { mode });
  return full;
}

const linux: Platform = { goVersion: "go1.26.8", os: "linux", arch: "x64" };
const program: Program = { module: "docker", binary: "pulumi-resource-docker", version: "5.2.0" };
const sources: Source[] = [
  { path: "go.mod", content: "module m\n" },
  { path: "main.go", content: "package main\n" },
];

describe("a program's key", () => {
  const key = programKey(program, sources, linux);

  it("is the same for the same inputs, in any order of the files", () => {
    expect(programKey({ ...program }, [...sources].reverse(), { ...linux })).toBe(key);
  });

  it.each<[string, string]>([
    [
      "a source",
      programKey(program, [sources[0] as Source, { path: "main.go", content: "package x\n" }], linux),
    ],
    [
      "a source's name",
      programKey(program, [sources[0] as Source, { path: "a.go", content: "package main\n" }], linux),
    ],
    ["one source fewer", programKey(program, sources.slice(1), linux)],
    ["the version", programKey({ ...program, version: "5.2.1" }, sources, linux)],
    ["the package", programKey({ ...program, package: "./cmd" }, sources, linux)],
    ["the linker's flags", programKey({ ...program, ldflags: "-X a=b" }, sources, linux)],
    ["the environment", programKey({ ...program, env: { CGO_ENABLED: "0" } }, sources, linux)],
    ["Go", programKey(program, sources, { ...linux, goVersion: "go1.26.9" })],
    ["the system", programKey(program, sources, { ...linux, os: "darwin" })],
    ["the architecture", programKey(program, sources, { ...linux, arch: "arm64" })],
  ])("changes with %s", (_what, other) => {
    expect(other).not.toBe(key);
  });

  it("does not confuse lists whose parts run together", () => {
    expect(digest(["ab", "c"])).not.toBe(digest(["a", "bc"]));
    expect(digest(["ab"])).not.toBe(digest(["ab", ""]));
  });

  it("takes in what is built, at any depth, and not its tests", () => {
    for (const path of ["go.mod", "go.sum", "main.go", "inner/a.go", "inner/schema.json"])
      file(`m/${path}`, path);
    for (const path of ["main_test.go", "inner/a_test.go", "README.md"]) file(`m/${path}`);
    const found = moduleSources(join(temp, "m"));
    expect(found.map(({ path }) => path).sort()).toEqual([
      "go.mod",
      "go.sum",
      "inner/a.go",
      "inner/schema.json",
      "main.go",
    ]);
    expect(found.find(({ path }) => path === "inner/a.go")?.content.toString()).toBe("inner/a.go");
  });
});

describe("an installed Pulumi", () => {
  it.each(["v3.259.0\n", "3.259.0", "v3.259.7", "v3.300.1"])("of version %j will do", (printed) => {
    expect(acceptsPulumi(printed)).toBe(true);
  });

  it.each(["v3.258.9", "v2.300.0", "v4.0.0", "v3.260.0-alpha.1", "v3.259.0-dev.0", "", "command not found"])(
    "of version %j will not",
    (printed) => {
      expect(acceptsPulumi(printed)).toBe(false);
    },
  );
});

it("takes a plugin in exactly its version", () => {
  expect(acceptsPlugin("docker", "5.2.0\n")).toBe(true);
  expect(acceptsPlugin("docker", "v5.2.0")).toBe(true);
  for (const printed of ["5.2.1", "5.2.0-alpha", "15.2.0", "5.2", ""])
    expect(acceptsPlugin("docker", printed)).toBe(false);
});

describe("the search for what is installed", () => {
  function places(versions: Record<string, string> = {}): Places {
    return {
      path: [join(temp, "bin")],
      home: join(temp, "home"),
      run: (path) => versions[path],
    };
  }
  const executable = (path: string) => file(path, "", 0o755);
  function distribution(): string {
    executable("bin/pulumi-language-nodejs");
    executable("bin/pulumi-resource-pulumi-nodejs");
    return executable("bin/pulumi");
  }

  it("finds nothing where there is nothing", () => {
    expect(findInstalled(places())).toEqual({});
  });

  it("takes the CLI with the language host and launcher beside it", () => {
    const pulumi = distribution();
    expect(findInstalled(places({ [pulumi]: "v3.259.0\n" }))).toEqual({
      pulumi,
      "pulumi-language-nodejs": join(temp, "bin/pulumi-language-nodejs"),
      "pulumi-resource-pulumi-nodejs": join(temp, "bin/pulumi-resource-pulumi-nodejs"),
    });
  });

  it("leaves a CLI that is too old, cannot tell, or has no language host", () => {
    const pulumi = distribution();
    expect(findInstalled(places({ [pulumi]: "v3.258.0\n" }))).toEqual({});
    expect(findInstalled(places())).toEqual({});
    rmSync(join(temp, "bin/pulumi-language-nodejs"));
    expect(findInstalled(places({ [pulumi]: "v3.259.0\n" }))).toEqual({});
  });

  it("takes a plugin of the right version from Pulumi's home, complete ones only", () => {
    const docker = executable("home/plugins/resource-docker-v5.2.0/pulumi-resource-docker");
    executable("home/plugins/resource-hcloud-v1.32.0/pulumi-resource-hcloud");
    executable("home/plugins/resource-command-v1.2.1/pulumi-resource-command");
    file("home/plugins/resource-command-v1.2.1.partial");
    expect(findInstalled(places())).toEqual({ "pulumi-resource-docker": docker });
  });

  it("takes a plugin on the path if it says that it has the version", () => {
    const hcloud = executable("bin/pulumi-resource-hcloud");
    expect(findInstalled(places({ [hcloud]: "1.32.1\n" }))).toEqual({ "pulumi-resource-hcloud": hcloud });
    expect(findInstalled(places({ [hcloud]: "1.32.0\n" }))).toEqual({});
    expect(findInstalled(places())).toEqual({});
  });

  it("does not take its own builds for an installation", () => {
    const { path } = userPlaces("/c/toolchain", { PATH: "/usr/bin:/c/toolchain/0123:/bin" });
    expect(path).toEqual(["/usr/bin", "/bin"]);
  });
});

describe("the plan", () => {
  it("builds everything where nothing is installed", () => {
    const { entries, builds } = plan(join(temp, "cache"), {}, linux);
    expect(builds.map((build) => build.program)).toEqual(programs);
    expect(entries.map(({ name }) => name).sort()).toEqual([
      "kamal-proxy",
      "pulumi",
      "pulumi-language-nodejs",
      "pulumi-resource-command",
      "pulumi-resource-docker",
      "pulumi-resource-hcloud",
      "pulumi-resource-pulumi-nodejs",
    ]);
    expect(new Set(builds.map(({ target }) => target)).size).toBe(builds.length);
  });

  it("builds only what is not installed", () => {
    const installed = { "pulumi-resource-docker": "/opt/pulumi-resource-docker" };
    const { entries, builds } = plan(join(temp, "cache"), installed, linux);
    expect(builds.map((build) => build.program.module)).not.toContain("docker");
    expect(builds).toHaveLength(programs.length - 1);
    expect(entries.find(({ name }) => name === "pulumi-resource-docker")).toMatchObject({
      file: "/opt/pulumi-resource-docker",
      installed: true,
    });
  });
});

describe("the lock", () => {
  const nobody = () => {
    throw new Error("nobody holds it");
  };

  it("lets one in after the other and tells the second who is in", async () => {
    const path = join(temp, "lock");
    const order: string[] = [];
    let leave = () => {};
    const inside = new Promise<void>((resolve) => (leave = resolve));
    const first = withLock(path, () => inside.then(() => order.push("first")), nobody);
    const second = withLock(
      path,
      () => Promise.resolve(order.push("second")),
      (pid) => {
        order.push(`waits for ${pid}`);
        leave();
      },
    );
    await Promise.all([first, second]);
    expect(order).toEqual([`waits for ${process.pid}`, "first", "second"]);
    expect(existsSync(path)).toBe(false);
  });

  it("takes over from a process that died", async () => {
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    const path = file("lock", `${dead} 1`);
    expect(await withLock(path, () => Promise.resolve(readFileSync(path, "utf8")), nobody)).toMatch(
      new RegExp(`^${process.pid} `),
    );
  });

  it.runIf(process.platform === "linux")(
    "is not fooled by a number that another process has now",
    async () => {
      const path = file("lock", `${process.pid} 1`);
      await expect(withLock(path, () => Promise.resolve("in"), nobody)).resolves.toBe("in");
    },
  );

  it("is free again after a failure", async () => {
    const path = join(temp, "lock");
    await expect(withLock(path, () => Promise.reject(new Error("no")), nobody)).rejects.toThrow("no");
    expect(existsSync(path)).toBe(false);
  });

  it("stops waiting when told to", async () => {
    const path = join(temp, "lock");
    const stop = new AbortController();
    await withLock(
      path,
      async () => {
        const waiter = withLock(
          path,
          () => Promise.resolve(),
          () => {
            stop.abort(new Error("stopped"));
          },
          stop.signal,
        );
        await expect(waiter).rejects.toThrow("stopped");
      },
      nobody,
    );
  });
});
