/** Docker's own packages, installed by the real apt and dpkg below a directory of the test's, from a repository that a key of the test's signs. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { whole } from "../../../provider/host/scripts";
import { type Done, verb } from "./bare-machine";

const needed = ["apt-get", "gpg", "gpgv", "dpkg-deb", "dpkg-scanpackages"];
const missing = needed.filter((name) => spawnSync("sh", ["-c", `command -v ${name}`]).status !== 0);
const versions = ["28.4.0", "28.5.1", "28.5.2", "29.0.1"];

/** The repository and its keys. */
let store: string;
/** The machine. */
let root: string;

const at = (...path: string[]): string => join(root, ...path);
const read = (path: string): string => readFileSync(at(path), "utf8");
const sh = (line: string, env: NodeJS.ProcessEnv = {}): string =>
  execFileSync("sh", ["-euc", line], { encoding: "utf8", env: { ...process.env, ...env }, stdio: "pipe" });
const gpg = (words: string): string => sh(`gpg --homedir ${store}/gnupg --batch --quiet ${words}`);
const arch = (): string => sh("dpkg --print-architecture").trim();

/** A package with one command. */
function build(name: string, version: string, command: string, text: string): void {
  const folder = join(store, "build");
  mkdirSync(join(folder, "DEBIAN"), { recursive: true });
  mkdirSync(join(folder, "usr/bin"), { recursive: true });
  const fields = `Package: ${name}\nVersion: ${version}\nArchitecture: ${arch()}\nMaintainer: a <a@b.test>\nDescription: test\n`;
  const conflicts = name === "containerd.io" ? "Conflicts: containerd, runc\n" : "";
  writeFileSync(join(folder, "DEBIAN/control"), fields + conflicts);
  writeFileSync(join(folder, "usr/bin", command), text, { mode: 0o755 });
  const pool = join(store, "linux/debian/pool");
  mkdirSync(pool, { recursive: true });
  sh(`dpkg-deb --build --root-owner-group ${folder} ${pool}`);
  rmSync(folder, { recursive: true });
}

const fingerprintOf = (name: string): string =>
  /^fpr:+([0-9A-F]{40}):/m.exec(gpg(`--with-colons --list-keys ${name}`))?.[1] ?? "";

describe.skipIf(missing.length > 0)("Docker from docker.com", () => {
  beforeAll(() => {
    store = mkdtempSync(join(tmpdir(), "sextant-docker-com-"));
    mkdirSync(join(store, "gnupg"), { mode: 0o700 });
    // As Docker's: a key of RSA, and another one below it that signs.
    for (const name of ["docker", "other"])
      gpg(`--passphrase '' --quick-generate-key ${name}@b.test rsa2048 cert,sign never`);
    gpg(`--passphrase '' --quick-add-key ${fingerprintOf("docker")} rsa2048 sign never`);
    for (const version of versions) {
      const whole = `5:${version}-1~debian.12~bookworm`;
      build("docker-ce", whole, "dockerd", "#!/bin/sh\n");
      build("docker-ce-cli", whole, "docker", `#!/bin/sh\ncase $2 in --format) echo ${version} ;; esac\n`);
    }
    build("containerd.io", "1.7.28-1~debian.12~bookworm", "containerd", "#!/bin/sh\n");
    const dist = join(store, "linux/debian/dists/bookworm");
    const index = join(dist, "stable", `binary-${arch()}`);
    mkdirSync(index, { recursive: true });
    sh(`cd ${store}/linux/debian && dpkg-scanpackages --multiversion pool >${index}/Packages 2>/dev/null`);
    const packages = `stable/binary-${arch()}/Packages`;
    const sum = sh(`sha256sum <${dist}/${packages}`).split(" ")[0] ?? "";
    const size = readFileSync(join(dist, packages)).length;
    const release = `Suite: bookworm\nCodename: bookworm\nComponents: stable\nArchitectures: ${arch()}\nDate: ${new Date(Date.now() - 3_600_000).toUTCString().replace("GMT", "UTC")}\nSHA256:\n ${sum} ${size} ${packages}\n`;
    writeFileSync(join(dist, "Release"), release);
    gpg(`--local-user ${fingerprintOf("docker")} --output ${dist}/InRelease --clearsign ${dist}/Release`);
    gpg(`--armor --output ${store}/linux/debian/gpg --export docker@b.test`);
  }, 120_000);

  afterAll(() => {
    rmSync(store, { recursive: true });
    rmSync(root, { recursive: true });
  });

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "sextant-machine-"));
    const folders = [
      "etc/apt/sources.list.d",
      "etc/apt/preferences.d",
      "etc/apt/apt.conf.d",
      "bin",
      "usr/bin",
    ];
    const state = [
      "var/lib/dpkg/info",
      "var/lib/dpkg/updates",
      "var/lib/apt/lists/partial",
      "var/cache/apt/archives/partial",
      "var/log/apt",
    ];
    for (const folder of [...folders, ...state]) mkdirSync(at(folder), { recursive: true });
    writeFileSync(at("etc/os-release"), "ID=debian\nVERSION_CODENAME=bookworm\n");
    have("curl", "iptables", "ca-certificates", "iproute2", "procps", "apparmor");
    writeFileSync(
      at("apt.conf"),
      [
        `Dir "${root}"; Dir::State::status "${root}/var/lib/dpkg/status"; Dir::Bin::methods "/usr/lib/apt/methods";`,
        `Dir::Bin::dpkg "${root}/bin/dpkg"; APT::Sandbox::User ""; Acquire::Languages "none";`,
        `DPkg::Path ""; APT::Get::Assume-Yes "true"; Dir::Log "${root}/var/log/apt";`,
      ].join("\n"),
    );
    // All commands of this machine but Docker's; dpkg works below the test's directory.
    for (const folder of ["/usr/sbin", "/usr/bin", "/sbin", "/bin"])
      for (const name of existsSync(folder) ? readdirSync(folder) : [])
        if (!/^(docker|dpkg$|apt-mark$|systemctl$|service$)/.test(name) && !existsSync(at("bin", name)))
          symlinkSync(join(folder, name), at("bin", name));
    const dpkg = `#!/bin/sh\nexec /usr/bin/dpkg --root=${root} --force-not-root --force-bad-path "$@"\n`;
    writeFileSync(at("bin/dpkg"), dpkg, { mode: 0o755 });
    writeFileSync(at("bin/apt-mark"), `#!/bin/sh\necho "$@" >>${root}/held\n`, { mode: 0o755 });
  });

  /** Packages that are installed. */
  function have(...names: string[]): void {
    const status = names.map(
      (name) =>
        `Package: ${name}\nStatus: install ok installed\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b.test>\nDescription: test\n`,
    );
    writeFileSync(at("var/lib/dpkg/status"), status.join("\n"));
  }

  function install(words: string[] = [], env: NodeJS.ProcessEnv = {}): Done {
    const text = whole(verb("docker-install"));
    const done = spawnSync("sh", ["-s", "--", "from=docker.com", ...words], {
      ...{ input: text, encoding: "utf8" as const, cwd: root },
      env: {
        ...{ PATH: [at("bin"), at("usr/bin")].join(delimiter), HOME: root, APT_CONFIG: at("apt.conf") },
        ...{ DPKG_ROOT: root, SEXTANT_INSTALL_ROOT: root, SEXTANT_DOCKER_COM: `file://${store}` },
        SEXTANT_DOCKER_KEY: fingerprintOf("docker").toLowerCase(),
        ...env,
      },
    });
    return { status: done.status, stdout: done.stdout, stderr: done.stderr };
  }

  const lists = (): string[] => [
    ...readdirSync(at("etc/apt/sources.list.d")),
    ...(existsSync(at("etc/apt/keyrings")) ? readdirSync(at("etc/apt/keyrings")) : []),
  ];

  it("is installed from its repository, whose key has the fingerprint, and nothing is done again", () => {
    const done = install();
    expect(done.stderr).toBe("");
    expect(done.stdout).toMatch(/\nDocker 29\.0\.1 was installed\.\n$/);
    expect(lists()).toEqual(["docker.sources", "docker.asc"]);
    expect(read("etc/apt/sources.list.d/docker.sources")).toContain(
      "\nSuites: bookworm\nComponents: stable\n",
    );
    const held = read("held");
    expect(held.match(/hold (docker-ce|docker-ce-cli|containerd\.io)\n/g)).toHaveLength(3);
    expect(install()).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(read("held")).toBe(held);
  });

  it.each([
    ["old.list", "# deb https://STORE/linux/debian bookworm stable\n"],
    [
      "old.sources",
      "Types: deb\nURIs: https://STORE/linux/debian\nSuites: bookworm\nComponents: stable\nEnabled: no\n",
    ],
    ["old.sources", "# URIs: https://STORE/linux/debian\n"],
  ])("is installed where an upgrade of the system has switched its list off: %s", (name, text) => {
    writeFileSync(at("etc/apt/sources.list.d", name), text.replace("https://STORE", `file://${store}`));
    expect(install().stdout).toMatch(/Docker 29\.0\.1 was installed/);
    expect(lists()).toEqual(["docker.sources", name, "docker.asc"]);
  });

  it("is installed from a list that a person has made, and none is added", () => {
    const key = at("etc/apt/own.asc");
    writeFileSync(key, readFileSync(join(store, "linux/debian/gpg")));
    const line = `deb [signed-by=${key}] file://${store}/linux/debian bookworm stable\n`;
    writeFileSync(at("etc/apt/sources.list.d/own.list"), line);
    expect(install().stdout).toMatch(/Docker 29\.0\.1 was installed/);
    expect(lists()).toEqual(["own.list"]);
  });

  it.each([
    ["28", "28.5.2"],
    ["28.4", "28.4.0"],
    ["28.5.1", "28.5.1"],
  ])("is of the version that is asked for, of several the newest: %s", (version, got) => {
    expect(install([`version=${version}`]).stdout).toMatch(new RegExp(`Docker ${got} was installed`));
  });

  it.each(["2", "28.5.3"])("says which versions there are where there is not that one: %s", (version) => {
    const done = install([`version=${version}`]);
    expect(done.status).toBe(1);
    expect(done.stderr).toBe(
      `docker.com has no Docker ${version} for this machine; the newest are 29.0.1, 28.5.2, 28.5.1, 28.4.0.\n`,
    );
  });

  it("is refused with another key, and with one more, before anything is installed", () => {
    const other = install([], { SEXTANT_DOCKER_KEY: fingerprintOf("other").toLowerCase() });
    expect(other.status).toBe(1);
    expect(other.stderr).toContain(`and there is ${fingerprintOf("docker").toLowerCase()}`);
    const two = join(store, "two");
    mkdirSync(join(two, "linux/debian"), { recursive: true });
    gpg(`--armor --output ${two}/linux/debian/gpg --export docker@b.test other@b.test`);
    const done = install([], { SEXTANT_DOCKER_COM: `file://${two}` });
    expect(done.stderr).toContain("and there is none, or more than one");
    expect(lists()).toEqual([]);
    expect(existsSync(at("usr/bin/dockerd"))).toBe(false);
  });

  it("leaves nothing where docker.com does not answer, or has no packages for the system, and says so", () => {
    const gone = install([], { SEXTANT_DOCKER_COM: "http://127.0.0.1:9" });
    expect(gone.status).toBe(1);
    expect(gone.stderr).toMatch(
      /^docker\.com's key could not be had from http:\/\/127\.0\.0\.1:9\/linux\/debian\/gpg \(.*127\.0\.0\.1.*\); let this machine reach download\.docker\.com/,
    );
    writeFileSync(at("etc/os-release"), "ID=debian\nVERSION_CODENAME=forky\n");
    const later = install();
    expect(later.status).toBe(1);
    expect(later.stderr).toMatch(
      /^docker\.com's packages for debian forky could not be read.*see whether file:.*dists\/forky is there/,
    );
    expect(lists()).toEqual([]);
  });

  it("takes nobody's containerd away", () => {
    have("curl", "iptables", "ca-certificates", "iproute2", "procps", "apparmor", "containerd");
    const done = install();
    expect(done.status).toBe(1);
    expect(done.stderr).toMatch(
      /^docker\.com's containerd\.io cannot stand beside the package containerd, .*\(apt-get remove containerd\)/,
    );
    expect(lists()).toEqual([]);
    expect(read("var/lib/dpkg/status")).toContain("Package: containerd\n");
  });
});
