import { expect, it } from "vitest";
import { readDroppingChains } from "../../../../../../provider/host/preflight/read/nft";

it("finds the chains that drop by default, but for those of Docker, UFW and iptables", () => {
  const chain = (name: string, hook: string): string =>
    `\tchain ${name} {\n\t\ttype filter hook ${hook} priority filter; policy drop;\n\t}\n`;
  const said =
    `table inet filter {\n${chain("input", "input")}${chain("output", "output")}${chain("forward", "forward")}}\n` +
    `table ip filter {\n${chain("FORWARD", "forward")}}\ntable ip6 docker-bridges {\n${chain("x", "forward")}}\n` +
    `table inet firewalld {\n${chain("filter_INPUT", "input")}}\n` +
    "table inet mine {\n\tchain open {\n\t\ttype filter hook input priority filter; policy accept;\n\t}\n}\n";
  expect(readDroppingChains(said)).toEqual(["inet filter input", "inet filter forward"]);
  expect(readDroppingChains("")).toEqual([]);
});
