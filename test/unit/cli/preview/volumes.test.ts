/** What becomes of data, where the ways to the hosts are secrets, and on machines of which a preview knows nothing. */
import { describe, expect, it } from "vitest";
import type { Operation, Step, Values } from "../../../../cli/preview/digest";
import { secretText } from "../../../../cli/preview/digest";
import { volumesOf } from "../../../../cli/preview/volumes";

const step = (type: string, operation: Operation, name: string, more: Partial<Step> = {}): Step => ({
  ...{ type, operation, name, urn: name, own: true, state: {}, differing: [] },
  ...more,
});
const volume = (host: string, name: string): Values => ({
  ...{ host, name, machine: `machine of ${host}`, shell: secretText, data: "keep" },
});
const listed = (...volumes: Values[]): Values => ({ hosts: secretText, volumes });
const server = (operation: Operation, name: string): Step =>
  step("hcloud:index/server:Server", operation, name);

describe("a volume on a host whose way is a secret", () => {
  const [stays, goes] = [volume("web-1", "a"), volume("web-2", "b")];
  const list = step("sextant:index:Volumes", "update", "volumes", {
    ...{ olds: listed(stays, goes), news: listed(stays) },
  });

  it("is kept where the program has it no more, and its server stays", () => {
    expect(volumesOf([list])).toEqual([{ host: "web-2", volume: "b", fate: "kept" }]);
  });

  it("is lost with its server", () => {
    const fates = volumesOf([list, server("delete", "web-2")]).map(({ fate }) => fate);
    expect(fates).toEqual(["lost"]);
  });
});

describe("a volume that is made", () => {
  const made = (...others: Step[]) =>
    volumesOf([
      step("sextant:index:Volume", "create", "search-data", { news: volume("web-1", "data") }),
      ...others,
    ]).map(({ host, fate }) => `${host} ${fate}`);

  it("may be there already, unless its server is made with it", () => {
    expect(made()).toEqual(["web-1 taken"]);
    expect(made(server("create", "web-2"))).toEqual(["web-1 taken"]);
    expect(made(server("create", "web-1"))).toEqual(["web-1 new"]);
    expect(made(server("replace", "web-1"))).toEqual(["web-1 new"]);
  });
});
