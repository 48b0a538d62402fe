/** What comes before a proxy goes that is made anew from the same. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ownProxy, type ContainerInputs } from "../../../../provider/docker/container-body";
import { bridged, bridgeToSame } from "../../../../provider/release/proxy-again";
import type { ResourceProvider } from "../../../../provider/resource-provider";
import { runOverSsh } from "../../../../provider/ssh/run";
import { forgetStanding, stand } from "../../../../provider/standing";

vi.mock("../../../../provider/ssh/run", () => ({ runOverSsh: vi.fn() }));

const shell = { name: "web-1", destination: "root@192.0.2.1", port: 22 };
const proxy: ContainerInputs = {
  ...{ shell, name: "kamal-proxy", image: "basecamp/kamal-proxy:v0.9.2", command: ["kamal-proxy", "run"] },
  ports: [
    { internal: 80, external: 8080, protocol: "tcp", ip: "0.0.0.0" },
    { internal: 443, external: 8443, protocol: "tcp", ip: "0.0.0.0" },
  ],
  labels: { [ownProxy]: "shop/prod/proxy" },
  network: { name: "sextant", id: "n1" },
};
const id = "0123456789abcdef";

let done: string[];
let there: Set<string>;
const provider = bridged({
  create: (inputs: ContainerInputs) => Promise.resolve({ id, outs: inputs }),
  delete: () => {
    done.push("delete");
    return Promise.resolve();
  },
} satisfies ResourceProvider<ContainerInputs, ContainerInputs>);
const remove = (state = proxy): Promise<void> | undefined => provider.delete?.(id, state);

beforeEach(() => {
  forgetStanding();
  done = [];
  there = new Set([id]);
  vi.mocked(runOverSsh).mockImplementation((_shell, line) => {
    const name = /\/containers\/([^/]+)\/json/.exec(line)?.[1];
    if (name !== undefined) {
      const stdout = there.has(name) ? "{}\n200\n" : "{}\n404\n";
      return Promise.resolve({ code: 0, stdout, stderr: "" });
    }
    done.push(/bridge '?config=after-0123456789ab'?/.test(line) ? "bridge" : line);
    return Promise.resolve({ code: 0, stdout: "", stderr: "" });
  });
});

describe("a proxy that is replaced by one that is made from the same", () => {
  it("has a bridge to one like it before it goes", async () => {
    expect(await provider.check?.({}, proxy)).toEqual({ inputs: proxy });
    await remove();
    expect(done).toEqual(["bridge", "delete"]);
    expect(bridgeToSame(id, "shop/prod/proxy", proxy)).toEqual({
      verb: "bridge",
      words: [
        ...["config=after-0123456789ab", "image=basecamp/kamal-proxy:v0.9.2", "owner=shop/prod/proxy"],
        ...["http=8080", "https=8443", "--", "kamal-proxy", "run"],
      ],
    });
  });

  it.each<[string, () => void]>([
    ["the bridge of a change is there", () => there.add("kamal-proxy-bridge")],
    ["it has gone already", () => there.delete(id)],
    [
      "another resource has taken it",
      () => {
        stand(shell, id);
      },
    ],
  ])("has none where %s", async (_case, given) => {
    await provider.check?.({}, proxy);
    given();
    await remove();
    expect(done).toEqual(["delete"]);
  });

  it("has none where it goes for good, or is another's, or no proxy", async () => {
    await remove();
    await provider.check?.({}, { ...proxy, labels: { [ownProxy]: "shop/prod/other" } });
    await remove();
    const web = { ...proxy, name: "shop-web-1" };
    await provider.check?.({}, web);
    await remove(web);
    expect(done).toEqual(["delete", "delete", "delete"]);
  });
});
