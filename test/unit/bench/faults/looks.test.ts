import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { Generations } from "../../../../bench/faults/generations";
import { endAtOnce, partOf, processesOf, runVariable } from "../../../../bench/faults/processes";

describe("the generations of a role on a host", () => {
  const most = (...lines: string[]): number => {
    const generations = new Generations();
    lines.forEach((line) => {
      generations.tell(line);
    });
    return generations.take();
  };

  it("are the most containers of it that run at a time", () => {
    expect(most("there a web", "start b web", "die a web", "start c web")).toBe(2);
    expect(most("there a web", "start b web", "start c web", "die a web")).toBe(3);
  });

  it("are of each role by itself, and of roles alone", () => {
    expect(most("there a web", "there b job", "start c ", "start d ")).toBe(1);
  });

  it("begin anew when one looks anew, as after a reboot", () => {
    expect(most("there a web", "start b web", "again", "there b web", "start c web")).toBe(2);
  });

  it("count a container once that starts while one begins to look", () => {
    expect(most("start a web", "there a web")).toBe(1);
  });

  it("are those since the last time that one asked", () => {
    const generations = new Generations();
    ["there a web", "start b web", "die a web"].forEach((line) => {
      generations.tell(line);
    });
    expect([generations.take(), generations.take()]).toEqual([2, 1]);
  });
});

describe("the processes of a run", () => {
  it("are known by its mark, also when the one that started them has ended, and no others", async () => {
    const mark = `looks-${process.pid}`;
    const parent = spawn("sh", ["-c", "sleep 60 & echo $!"], {
      env: { ...process.env, [runVariable]: mark },
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [said] = (await once(parent.stdout, "data")) as [Buffer];
    await once(parent, "exit");
    const expected = [{ pid: Number(said.toString()), args: "sleep 60" }];
    // The child has the shell's words until it has begun its own program.
    await expect.poll(() => processesOf(mark)).toEqual(expected);
    expect(processesOf(`${mark}0`)).toEqual([]);
    expected.forEach(endAtOnce);
    expected.forEach(endAtOnce);
    await expect.poll(() => processesOf(mark)).toEqual([]);
  });

  it("are told apart by what they run", () => {
    const parts = [
      "node /w/dist/plugin/pulumi-resource-sextant 127.0.0.1:5",
      "/opt/pulumi-language-nodejs 127.0.0.1:5",
      "/usr/bin/node ./node_modules/@pulumi/pulumi/cmd/run --monitor 127.0.0.1:7 index.ts",
      "ssh -o BatchMode=yes root@10.0.0.1 true",
      "ssh: /w/home/.sextant/run/0a1b [mux]",
      "/opt/pulumi-resource-hcloud 127.0.0.1:5",
    ].map((args) => partOf({ pid: 1, args }));
    expect(parts).toEqual(["plugin", "language host", "program", "ssh", "ssh", "hcloud"]);
  });
});
