/** What the benchmark of a takeover makes of texts. */
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { deployYml, forImport, onLab } from "../../../../bench/takeover/config";
import { parseTakeoverOptions } from "../../../../bench/takeover/options";

const site = {
  servers: ["192.0.2.1", "192.0.2.2"] as const,
  registry: { address: "192.0.2.3:5000", username: "lab" },
  keyFile: "/key",
};

describe("Kamal's configuration", () => {
  it("is imported without its builder, and else as it is", () => {
    const { builder, ...rest } = parse(deployYml(site)) as Record<string, unknown>;
    expect(builder).toEqual({ arch: "amd64" });
    expect(parse(forImport(deployYml(site)))).toEqual(rest);
  });
});

describe("the program that is imported", () => {
  it("has what the lab needs", () => {
    const program = `import { Registry } from "pulumi-sextant";\nnew Registry("registry", {\n});\nnew ExistingServer("web-1", {\n});\n`;
    expect(onLab(program)).toBe(
      `import { Registry } from "../../../components";\nnew Registry("registry", {\n  insecure: true,\n});\nnew ExistingServer("web-1", {\n  preflight: { disk: "100m" },\n});\n`,
    );
  });
});

describe("the command line", () => {
  it("names the steps at which it is killed, in their order, and nothing else", () => {
    expect(parseTakeoverOptions([]).interrupts).toEqual([]);
    expect(parseTakeoverOptions(["--interrupt", "Container db", "--interrupt", "Switch"]).interrupts).toEqual(
      [/Container db/, /Switch/],
    );
    for (const words of [
      ["--interrupt"],
      ["--kill", "x"],
      ["--interrupt", "x", "y"],
      ["--interrupt", "x", "--interrupt"],
    ])
      expect(() => parseTakeoverOptions(words)).toThrow("usage: npm run bench -- takeover");
  });
});
