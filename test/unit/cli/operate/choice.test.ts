/** Which parts, hosts and containers the words of a command choose, as commander reads them. */
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { hostsOf } from "../../../../cli/hosts";
import { choosing, hostsOfChoice, partsNamed, type Choice } from "../../../../cli/operate/choice";
import { identified } from "../../../../cli/operate/logs";
import { partsOf } from "../../../../cli/operate/parts";
import { placesOf } from "../../../../cli/operate/proxy";
import { hostsToRunOn } from "../../../../cli/operate/run";
import { state } from "./state";

const stack = { hosts: hostsOf(state), parts: partsOf(state), state };

function choice(...words: string[]): Choice {
  const command = choosing(new Command().exitOverride().configureOutput({ writeErr: () => undefined }));
  return command.parse(words, { from: "user" }).opts();
}
const names = (...words: string[]): string[] =>
  partsNamed("ps", stack, choice(...words), "roles").map(({ name }) => name);
const hosts = (...words: string[]): string[] =>
  hostsToRunOn(stack, choice(...words)).map(({ shell }) => shell.name);

describe("a choice", () => {
  it("names roles as a list and by *, also in Kamal's words", () => {
    expect(names("--role", "web,job")).toEqual(["shop/web", "shop/job"]);
    expect(names("-r", "j*")).toEqual(["shop/job"]);
    expect(names("--roles", "*")).toEqual(["shop/web", "shop/job", "shop/nightly"]);
    expect(() => names("--roles", "jobs")).toThrow(
      "ps: this stack has no role jobs; it has shop/web, shop/job, shop/nightly.",
    );
    expect(choice("--hosts", "web-*").host).toBe("web-*");
    expect(() => choice("--accessory", "db", "--roles", "web")).toThrow("cannot be used with");
  });

  it("is of the first host of the first role with --primary", () => {
    const parts = partsNamed("ps", stack, {}, "everything");
    expect(hostsOfChoice(parts, choice("--primary"))).toBe("web-2");
    expect(hostsOfChoice(parts, choice("--host", "web-1"))).toBe("web-1");
    expect(hostsOfChoice(parts, choice())).toBeUndefined();
    expect(() => choice("--primary", "--hosts", "web-1")).toThrow("cannot be used with");
  });

  it("says on which hosts a command runs: all of them, or those that have it", () => {
    expect(hosts()).toEqual(["web-1", "web-2"]);
    expect(hosts("--role", "job")).toEqual(["web-1"]);
    expect(hosts("--primary")).toEqual(["web-2"]);
    expect(hosts("--accessory", "db")).toEqual(["web-1"]);
    expect(hosts("--hosts", "web-2,web-1", "--roles", "web")).toEqual(["web-1", "web-2"]);
    expect(() => hosts("--host", "web-2", "--role", "job")).toThrow("run: shop/job is not on web-2;");
  });
});

describe("a container by its id", () => {
  const [host] = stack.hosts;
  if (host === undefined) throw new Error("the state has no host");
  const running = (name: string, id: string) => ({
    ...{ host, part: "shop/web", kind: "role" as const, stopSeconds: 10, replicas: 1, name, id },
    ...{ image: "shop:v1", version: "v1", state: "exited", status: "", created: 1 },
  });
  const all = [running("a", "0123abcd"), running("b", "0124abcd")];

  it("is that of a name, or whose id begins so", () => {
    expect(identified(all, "b", [])).toEqual([all[1]]);
    expect(identified(all, "0123", [])).toEqual([all[0]]);
    expect(() => identified(all, "012", [])).toThrow(
      "logs: 012 is how the ids of a and b begin; write more of it.",
    );
    expect(() => identified(all, "c", [])).toThrow("logs: no container of this stack is called c");
    // A host that does not answer may have it.
    expect(identified(all, "c", ["web-2: down"])).toEqual([]);
  });
});

describe("the proxies of a stack", () => {
  const bridge = (name: string, more: object = {}) => ({
    type: "sextant:index:Bridge",
    inputs: {
      shell: { name, destination: `root@${name}.test`, port: 22 },
      owner: "demo/prod/proxy",
      config: "a",
    },
    ...more,
  });
  const withProxies = (...resources: object[]) => ({ state: { deployment: { resources } } });

  it("are on the hosts whose proxy it has made, and no other program's", () => {
    const one = withProxies(bridge("web-1"), bridge("web-2", { delete: true }));
    expect(placesOf(one, stack.hosts, false).map(({ host: { shell } }) => shell.name)).toEqual(["web-1"]);
    expect(() => placesOf(one, stack.hosts, true)).toThrow(
      "proxy: this stack has no Proxy on web-2; where it is another program's, do it there.",
    );
    expect(() => placesOf(withProxies(), stack.hosts, false)).toThrow("no Proxy on web-1, web-2");
  });
});
