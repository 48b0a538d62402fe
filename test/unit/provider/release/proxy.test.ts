/** The steps around a proxy: the bridge, what settles it, the look for another program's, and a certificate for it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bridgeStep, type BridgeInputs } from "../../../../provider/release/bridge";
import { certificateStep, type CertificateInputs } from "../../../../provider/release/certificate";
import { proxyThereStep } from "../../../../provider/release/proxy-there";
import { settleStep } from "../../../../provider/release/settle";
import { needsRun, stepProvider } from "../../../../provider/release/step";
import { here } from "../docker/here";
import { shell } from "./steps";

const bridge: BridgeInputs = {
  shell,
  config: "0a1b2c3d4e5f",
  image: "basecamp/kamal-proxy:v0.9.2",
  owner: "shop/prod/proxy",
  httpPort: 80,
  httpsPort: 443,
  freePorts: true,
  command: ["kamal-proxy", "run"],
};
const words = [
  "config=0a1b2c3d4e5f",
  "image=basecamp/kamal-proxy:v0.9.2",
  "owner=shop/prod/proxy",
  "http=80",
  "https=443",
  "free=yes",
  "--",
  "kamal-proxy",
  "run",
];

describe("the bridge", () => {
  it("says what the proxy is made from, whose it is, and its ports", () => {
    expect(bridgeStep.call(bridge)).toEqual({ verb: "bridge", words });
    expect(bridgeStep.call({ ...bridge, freePorts: false, command: undefined }).words).toEqual(
      words.slice(0, 5),
    );
    expect(bridgeStep.undo?.(bridge)).toEqual({
      verb: "bridge",
      words: ["end=yes", "owner=shop/prod/proxy"],
    });
  });

  it("is still that of its former name, after a rename", () => {
    const renamed = bridgeStep.call(bridge, { ...bridge, owner: "shop/prod/it's $& old" });
    expect(renamed.words).toEqual([...words.slice(0, 3), "owner=shop/prod/it's $& old", ...words.slice(3)]);
    expect(bridgeStep.call(bridge, bridge).words).toEqual(words);
  });

  it("is made again for another configuration, and not for another login", async () => {
    const state = { ...bridge, undone: false };
    expect(needsRun(bridgeStep, state, { ...bridge, config: "ffff" })).toBe(true);
    expect(await stepProvider(bridgeStep).diff?.("x", state, { ...bridge, __auth: "new" })).toEqual({
      changes: false,
    });
  });
});

describe("what settles a proxy", () => {
  it("waits a minute, again for each container", () => {
    const inputs = { shell, container: "a1" };
    expect(settleStep.call(inputs)).toEqual({ verb: "settle", words: ["timeout=60"] });
    expect(needsRun(settleStep, { ...inputs, undone: false }, { shell, container: "b2" })).toBe(true);
  });

  it("looks whether the bridging proxy is there still", () => {
    expect(settleStep.looks?.({ shell, container: "a1" }, "/verbs").join()).toContain(
      "name=^/kamal-proxy-bridge$",
    );
  });
});

describe("the look for another program's proxy", () => {
  it("names the owner where the program does", () => {
    expect(proxyThereStep.call({ shell, owner: "platform/prod/proxy" }).words).toEqual([
      "owner=platform/prod/proxy",
    ]);
    expect(proxyThereStep.call({ shell }).words).toEqual([]);
    expect(proxyThereStep.undo).toBeUndefined();
    expect(proxyThereStep.looks?.({ shell }, "/verbs").join()).toContain(" kamal-proxy ");
  });
});

describe("a certificate", () => {
  const current = here();
  const inputs = (directory: string): CertificateInputs => ({
    shell,
    directory,
    certificate: "-----BEGIN\nchain",
    privateKey: "canary-7f3a",
  });

  it("comes by standard input, key and all, and goes with its directory", () => {
    const { stdin = "", ...call } = certificateStep.call(inputs("/tls/shop-0a1b"));
    expect(call).toEqual({ verb: "proxy-files", words: ["directory=/tls/shop-0a1b"] });
    const lines = stdin.split("\n").map((line) => line.split(" "));
    expect(lines.map(([name, text = ""]) => [name, Buffer.from(text, "base64").toString()])).toEqual([
      ["cert.pem", "-----BEGIN\nchain"],
      ["key.pem", "canary-7f3a"],
      ["", ""],
    ]);
    const undo = { verb: "proxy-files", words: ["directory=/tls/shop-0a1b", "remove"] };
    expect(certificateStep.undo?.(inputs("/tls/shop-0a1b"))).toEqual(undo);
  });

  it("is put back when a refresh finds one of its files gone or empty", async () => {
    const { directory } = current().verbs;
    const found = async (): Promise<unknown> => {
      const state = { ...inputs(`${directory}/a b`), undone: false };
      return ((await stepProvider(certificateStep).read?.("x", state))?.props as { undone: boolean }).undone;
    };
    expect(await found()).toBe(true);
    mkdirSync(`${directory}/a b`);
    writeFileSync(`${directory}/a b/cert.pem`, "x");
    writeFileSync(`${directory}/a b/key.pem`, "");
    expect(await found()).toBe(true);
    writeFileSync(`${directory}/a b/key.pem`, "x");
    expect(await found()).toBe(false);
  });
});
