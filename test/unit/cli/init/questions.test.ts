import { describe, expect, it } from "vitest";
import { answersOf } from "../../../../cli/init/questions";
import { configName, nameOf, rules, setupOf, type Answers } from "../../../../cli/init/setup";
import { registryOf } from "../../../../provider/core/registry-of";

const complete: Answers = {
  server: "203.0.113.10",
  image: "registry.example.com/shop",
  host: "shop.example.com",
};

const nobody = undefined;
const silent = (): void => undefined;

/** Somebody who gives these lines one after the other, and what was said and asked. */
function somebody(...lines: string[]) {
  const heard: string[] = [];
  return {
    heard,
    ask: (question: string): Promise<string> => {
      heard.push(question);
      return Promise.resolve(lines.shift() ?? "");
    },
    say: (line: string): void => {
      heard.push(line);
    },
  };
}

describe("without anybody to ask", () => {
  it("takes what is usual", async () => {
    const answers = await answersOf(complete, nobody, silent);
    expect(setupOf(answers)).toEqual({
      ...{ name: "shop", machine: { kind: "existing", address: "203.0.113.10" }, ssh: {} },
      ...{ image: "registry.example.com/shop", host: "shop.example.com", port: 3000, secrets: [] },
    });
    const { server, ...others } = complete;
    expect(server).toBeDefined();
    const { machine } = setupOf(await answersOf({ ...others, hetzner: "cx33" }, nobody, silent));
    expect(machine).toEqual({ kind: "hetzner", type: "cx33", location: "fsn1", sshFrom: undefined });
  });

  it("refuses all that is missing or wrong at once", async () => {
    await expect(answersOf({ port: "0", host: "https://x.test" }, nobody, silent)).rejects.toThrow(
      [
        'init: --host is "https://x.test", but it is a DNS name without scheme, port and path, such as shop.example.com.',
        'init: --port is "0", but a port is a whole number from 1 to 65535, such as 3000.',
        "init: --server is missing: the address of a server that is there, or --hetzner cx23 for a new one.",
        "init: --image is missing: it is a lower-case path without scheme, such as registry.example.com/shop.",
      ].join("\n"),
    );
  });

  it("refuses a host key of a server that is to be made", async () => {
    const hostKey = "ssh-ed25519 AAAA";
    const there = setupOf(await answersOf({ ...complete, hostKey }, nobody, silent));
    expect(there.machine).toMatchObject({ hostKey });
    const made = { ...complete, server: undefined, hetzner: "cx23", hostKey };
    await expect(answersOf(made, nobody, silent)).rejects.toThrow("--host-key is of a machine that is there");
  });

  it("takes a user of a machine that is there, a Redis and a worker", async () => {
    const flags = { ...complete, sshUser: "ubuntu", redis: "8", worker: "bin/jobs" };
    expect(setupOf(await answersOf(flags, nobody, silent))).toMatchObject({
      ...{ ssh: { user: "ubuntu" }, redis: "8", worker: "bin/jobs" },
    });
    const made = { ...flags, server: undefined, hetzner: "cx23" };
    await expect(answersOf(made, nobody, silent)).rejects.toThrow(
      "--ssh-user is of a machine that is there; a new one is reached as root.",
    );
    const wrong = { ...flags, sshUser: "a b", redis: "latest", worker: " " };
    await expect(answersOf(wrong, nobody, silent)).rejects.toThrow(
      /--ssh-user is "a b", .*\n.*--redis is "latest", .*\n.*--worker is " ", but it is a command in one line/,
    );
  });

  it("refuses a server that is there and is to be made", async () => {
    for (const more of [{ hetzner: "cx23" }, { location: "fsn1" }, { sshFrom: "203.0.113.0/24" }])
      await expect(answersOf({ ...complete, ...more }, nobody, silent)).rejects.toThrow(
        "--server is a machine that is there",
      );
  });
});

describe("on a terminal", () => {
  it("asks for what the flags leave open, with what is usual", async () => {
    const { ask, say, heard } = somebody(
      "203.0.113.10",
      "ghcr.io/me/shop",
      "me",
      "shop.test",
      "",
      "17",
      "",
      "",
    );
    const answers = await answersOf({}, ask, say);
    expect(setupOf(answers)).toMatchObject({
      ...{ name: "shop", machine: { address: "203.0.113.10" }, image: "ghcr.io/me/shop" },
      ...{ registryUser: "me", host: "shop.test", port: 3000, postgres: "17", secrets: [] },
    });
    expect(heard).toContain("User at ghcr.io (empty: it asks for no login): ");
    expect(heard).toContain("Port that it listens on in its container [3000]: ");
    expect(heard.at(-1)).toBe("Name of the app and of the project [shop]: ");
    expect(heard.join()).not.toContain("Hetzner [");
  });

  it("asks for a new server where there is none", async () => {
    const { ask, say } = somebody("", "", "nbg1", "203.0.113.0/24");
    const { server, ...others } = complete;
    expect(server).toBeDefined();
    const answers = await answersOf({ ...others, registryUser: "", secret: "", name: "x" }, ask, say);
    expect(setupOf(answers).machine).toEqual({
      ...{ kind: "hetzner", type: "cx23", location: "nbg1", sshFrom: "203.0.113.0/24" },
    });
  });

  it("asks again after an answer that cannot be, and says why", async () => {
    const { ask, say, heard } = somebody("", "shop:v1", "shop");
    await answersOf({ ...complete, image: undefined }, ask, say);
    expect(heard.slice(0, 5)).toEqual([
      "Image of the app, without its tag: ",
      "  it is a lower-case path without scheme, such as registry.example.com/shop",
      "Image of the app, without its tag: ",
      "  it is named without its tag, which the value version of the stack's configuration has",
      "Image of the app, without its tag: ",
    ]);
  });
});

describe("the rules", () => {
  it.each<[keyof Answers, string, boolean]>([
    ["server", "2001:db8::7", true],
    ["server", "web.example.com", true],
    ["server", "root@203.0.113.10", false],
    ["server", "203.0.113.10:22", false],
    ["image", "localhost:5000/a/b", true],
    ["image", "https://ghcr.io/shop", false],
    ["image", "shop@sha256:00", false],
    ["host", "localhost", false],
    ["host", "*.example.com", false],
    ["sshFrom", "203.0.113.7", false],
    ["sshFrom", "", true],
    ["hostKey", "ssh-ed25519 AAAAC3Nz+/=", true],
    ["hostKey", "203.0.113.10 ssh-ed25519 AAAA", false],
    ["secret", "RAILS_MASTER_KEY, TOKEN", true],
    ["secret", "TOKEN=geheim", false],
    ["secret", "DB_PASSWORD", false],
    ["name", "proxy", false],
    ["name", "Shop", false],
  ])("of %s take %s: %s", (name, answer, fits) => {
    expect(rules[name](answer) === undefined).toBe(fits);
  });

  it("make names of images, registries and variables", () => {
    expect(["registry.example.com/team/My_Shop", "123", "ghcr.io/proxy"].map(nameOf)).toEqual([
      "my-shop",
      "app",
      "app",
    ]);
    expect(["shop", "me/shop", "ghcr.io/me/shop", "localhost/shop"].map(registryOf)).toEqual([
      ...["docker.io", "docker.io", "ghcr.io", "localhost"],
    ]);
    expect(["RAILS_MASTER_KEY", "TOKEN", "_A__B"].map(configName)).toEqual(["railsMasterKey", "token", "aB"]);
  });
});
