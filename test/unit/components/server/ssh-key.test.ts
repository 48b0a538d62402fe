import { describe, expect, it } from "vitest";
import { fingerprint, type KnownKey } from "../../../../components/hetzner/facts";
import { stackKey } from "../../../../components/server/ssh-key";
import { newGraph, value } from "../graph";

const publicKey = (seed: string): string => {
  const blob = Buffer.from(`0000000bssh-ed25519${seed}`);
  return `ssh-ed25519 ${blob.toString("base64")} someone@here`;
};
const at = (key: string, labels: Record<string, string>): KnownKey => ({
  id: 4711,
  name: "laptop",
  fingerprint: fingerprint(key),
  labels,
});

describe("the SSH key of a stack", () => {
  it("is made where Hetzner does not have it, or was not asked, once for all servers", async () => {
    const graph = await newGraph();
    const [one, other] = [publicKey("one"), publicKey("other")];
    const made = stackKey(one, undefined, undefined, [at(other, {})]);
    expect(made).toBeDefined();
    expect(stackKey(one, undefined, undefined)).toBe(made);
    if (made) await value(made.id);
    expect(graph.made.map(({ type }) => type)).toEqual(["hcloud:index/sshKey:SshKey"]);
  });

  it("is not made where somebody else has put it there: a person, or another stack", async () => {
    await newGraph();
    const others: Record<string, string>[] = [
      {},
      { project: "shop", stack: "production" },
      { project: "blog", stack: "test" },
    ];
    for (const labels of others) {
      const key = publicKey(JSON.stringify(labels));
      expect(stackKey(key, undefined, undefined, [at(key, labels)])).toBeUndefined();
    }
  });

  it("goes on to be named by the stack that has made it, so that it is not deleted", async () => {
    await newGraph();
    const key = publicKey("ours");
    expect(stackKey(key, undefined, undefined, [at(key, { project: "shop", stack: "test" })])).toBeDefined();
  });

  it("is made as before where a transform gives it other labels, by which nobody can tell whose it is", async () => {
    await newGraph();
    const key = publicKey("labelled");
    expect(stackKey(key, undefined, { labels: { team: "a" } }, [at(key, { team: "a" })])).toBeDefined();
  });
});
