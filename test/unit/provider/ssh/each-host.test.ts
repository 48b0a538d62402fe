import { describe, expect, it } from "vitest";
import { eachHost, together } from "../../../../provider/ssh/each-host";

const places = ["web-1", "web-2", "web-3"].map((name) => ({
  shell: { name, destination: `root@${name}`, port: 22 },
}));

describe("eachHost", () => {
  it("works on all hosts at once, and waits for the last one also when another has failed", async () => {
    const begun: string[] = [];
    const ended: string[] = [];
    const all = eachHost(places, async ({ shell: { name } }) => {
      begun.push(name);
      if (name === "web-1") throw new Error("web-1: the disk is full");
      await new Promise((resolve) => setTimeout(resolve, 20));
      ended.push(name);
    });
    expect(begun).toEqual(["web-1", "web-2", "web-3"]);
    await expect(all).rejects.toThrow("web-1: the disk is full");
    expect(ended).toEqual(["web-2", "web-3"]);
  });

  it("answers with what came of each, in the order of the hosts", async () => {
    const slowFirst = async ({ shell: { name } }: (typeof places)[number]): Promise<string> => {
      await new Promise((resolve) => setTimeout(resolve, name === "web-1" ? 20 : 0));
      return name;
    };
    expect(await eachHost(places, slowFirst)).toEqual(["web-1", "web-2", "web-3"]);
  });
});

describe("an error of several hosts", () => {
  it("says once what is the same on several, and the rest apart", () => {
    const failures = [
      { host: "web-1", message: "web-1: v9 is not in the registry\ncure: push it" },
      { host: "web-2", message: "web-2: the disk is full" },
      { host: "web-3", message: "web-3: v9 is not in the registry\ncure: push it" },
    ];
    expect(together(failures)).toBe(
      "web-1, web-3: v9 is not in the registry\ncure: push it\n\nweb-2: the disk is full",
    );
  });

  it("names a host once, and also where the message does not", () => {
    const failures = [
      { host: "web-1", message: "web-1: busy" },
      { host: "web-1", message: "web-1: busy" },
      { host: "web-2", message: "no key" },
    ];
    expect(together(failures)).toBe("web-1: busy\n\nweb-2: no key");
  });
});
