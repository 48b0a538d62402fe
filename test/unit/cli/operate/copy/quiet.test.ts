/** Whether an app is in maintenance before a copy, by proxies of two hosts that are this machine. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { hostsOf } from "../../../../../cli/hosts";
import { quiet } from "../../../../../cli/operate/copy-data";
import { partsOf } from "../../../../../cli/operate/parts";
import { here } from "../../../provider/docker/here";
import { state } from "../state";

const resources = [
  ...state.deployment.resources,
  { urn: "urn:pulumi:prod::demo::pulumi:pulumi:Stack::demo-prod", type: "pulumi:pulumi:Stack" },
];
const stack = { state: { deployment: { resources } }, hosts: hostsOf(state), parts: partsOf(state) };

const list = (state: string): string =>
  `printf 'Service Host Path Target State TLS\\nshop shop.test / shop-web:3000 %s no\\n' ${state}`;

describe("maintenance before a copy", () => {
  const current = here();

  /** Each host has a web container and a proxy. @param proxy2 what that of web-2 answers */
  function hosts(proxy2: { list: string; stop: string }): void {
    const { directory } = current().verbs;
    vi.spyOn(console, "log").mockReturnValue(undefined);
    vi.spyOn(console, "error").mockReturnValue(undefined);
    const containers = [
      { Names: ["/shop-web"], Image: "shop:v1", State: "running", Status: "Up", Created: 1 },
    ].map((each) => ({ ...each, Labels: { "sextant.role": "demo/prod/shop/web" } }));
    writeFileSync(join(directory, "containers"), `${JSON.stringify(containers)}\n200\n`);
    const done = `${directory}/stopped-$host`;
    current().verbs.command(
      "ssh",
      [
        "host=; for line; do case $line in root@*) host=${line#root@}; host=${host%.test} ;; esac; done",
        "case $host$line in",
        `*containers/json*) cat ${directory}/containers ;;`,
        `web-1*'kamal-proxy list'*) if [ -e ${done} ]; then ${list("stopped")}; else ${list("running")}; fi ;;`,
        `web-2*'kamal-proxy list'*) ${proxy2.list} ;;`,
        `web-1*'kamal-proxy stop'*) : >${done} ;;`,
        `web-2*'kamal-proxy stop'*) ${proxy2.stop} ;;`,
        "esac",
      ].join("\n"),
    );
  }

  it("is there where each proxy has taken it", async () => {
    const done = join(current().verbs.directory, "stopped-web-2");
    const now = `if [ -e ${done} ]; then ${list("stopped")}; else ${list("running")}; fi`;
    hosts({ list: now, stop: `: >${done}` });
    await expect(quiet(stack, undefined)).resolves.toBeUndefined();
  });

  it.each([
    [
      "does not answer",
      { list: "echo oops >&2; exit 1", stop: "" },
      "web-2: the proxy does not answer: oops",
    ],
    [
      "does not take it",
      { list: list("running"), stop: "echo no >&2; exit 1" },
      "web-2: kamal-proxy stop shop failed: no",
    ],
    ["serves all the same", { list: list("running"), stop: "" }, "shop/web still serves"],
  ])("is not where a proxy %s, and nothing is copied", async (_, proxy, said) => {
    hosts(proxy);
    await expect(quiet(stack, undefined)).rejects.toThrow(`in the new database: ${said}\n`);
  });
});
