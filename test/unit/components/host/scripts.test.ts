/** The script that waits for a machine, run for real against commands that answer as a machine would. */
import { describe, expect, it } from "vitest";
import { run } from "./bare-machine";

const machine = {
  docker: "echo 20.10.24",
  ip: 'echo "2: eth0    inet 10.0.0.7/24 brd 10.0.0.255"',
};

describe("host-ready", () => {
  it("says what it waited for", () => {
    const done = run("host-ready", ["private=10.0.0.7", "timeout=5"], machine);
    expect(done.stderr).toBe("");
    expect(done.stdout).toMatch(/^an answer from Docker: \ds\nthe private address 10\.0\.0\.7: \ds\n$/);
    expect(done.status).toBe(0);
  });

  it("gives up in time, with what is missing", () => {
    const done = run("host-ready", ["timeout=1"], { ...machine, docker: "exit 1" });
    expect(done.status).toBe(1);
    expect(done.stderr).toMatch(/After \ds, an answer from Docker is still not there\. See journalctl/);
  });

  it("refuses a word that it does not know", () => {
    expect(run("host-ready", ["wait=1"], machine)).toMatchObject({
      status: 2,
      stderr: "host-ready: unknown word wait=1\n",
    });
  });
});
