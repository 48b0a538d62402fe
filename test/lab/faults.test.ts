/**
 * Releases with a fault, each deployed by the real engine over a release that serves, under load: the report names the
 * cause, nothing is lost, and the old release serves on.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fixtures, lookAlikes } from "./faults/fixtures";
import { report } from "./faults/said";
import { FaultWorld } from "./faults/world";

let world: FaultWorld;
/** The causes that were named, by fixture. */
const named = new Map<string, string | undefined>();

beforeAll(async () => {
  world = await FaultWorld.start("faults", (line) => {
    console.log(line);
  });
});

afterAll(async () => {
  await world.end();
});

describe("a release with a fault", () => {
  it.each(fixtures.map((fixture) => [fixture.name, fixture] as const))("%s", async (name, fixture) => {
    const { code, lines, total, said, load, proof } = await world.deploy(fixture);
    const text = lines.map((line) => line.text).join("\n");
    named.set(name, said.cause);
    console.log(
      `${name}: ${said.cause ?? "not named"} after ${said.seconds ?? "-"} s, in all ${total.toFixed(1)} s, the fault was ${proof}\n${report(lines).join("\n")}`,
    );
    expect(code, text).not.toBe(0);
    expect(said.cause, text).toBe(fixture.cause);
    expect(proof, "what shows that the fault was there").toBe("shown");
    expect(report(lines).length).toBeLessThanOrEqual(12);
    if (load) {
      expect(load, "requests").toMatchObject({ lost: 0, losses: [], wentBack: false });
      expect(load.rate).toBeGreaterThan(50);
    }
    expect(await world.serving()).toBe("200 v1");
  });
});

describe("look-alikes", () => {
  it.for(lookAlikes)("%s is not %s", ([one, other], { skip }) => {
    skip(!named.has(one) || !named.has(other), "one of the two was not deployed");
    const causes = [one, other].map((name) => fixtures.find((fixture) => fixture.name === name)?.cause);
    expect([named.get(one), named.get(other)]).toEqual(causes);
  });
});

describe("a container that was killed for memory", () => {
  it("gets more, is started again, and serves", async () => {
    const fixture = fixtures.find(({ cause }) => cause === "out-of-memory");
    if (!fixture) throw new Error("there is no fixture that is killed for memory");
    const killed = await world.deploy(fixture);
    expect(killed.said.cause).toBe("out-of-memory");
    // Docker's record of the container says OOMKilled still.
    const again = await world.deploy({ ...fixture, edit: { ...fixture.edit, memory: "1024m" } });
    expect(again.code, again.lines.map((line) => line.text).join("\n")).toBe(0);
  });
});

describe("afterwards", () => {
  it("deploys the good release again, and leaves nothing of the others", async () => {
    await world.restore();
    expect(await world.serving()).toBe("200 v1");
    const names = await world.onServer(
      "fault-1",
      "docker ps --all --filter label=sextant.app=shop --format '{{.State}}'",
    );
    expect(names).toBe("running");
  });
});
