/** What a run releases, by the names of its environment. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chosenOf, staying } from "../../../../components/app/chosen";

const placements = ["web", "job"].flatMap((role) =>
  ["web-1", "web-2"].map((hostName) => ({ role: { name: role }, host: { hostName } })),
);
const names = (environment: Partial<Record<string, string>>): string[] =>
  placements
    .filter(chosenOf(placements, environment).has)
    .map(({ role, host }) => `${role.name} ${host.hostName}`);

describe("a release to some hosts or roles", () => {
  it("is to those that are named, as a list and by *", () => {
    expect(names({ SEXTANT_HOSTS: "web-1" })).toEqual(["web web-1", "job web-1"]);
    expect(names({ SEXTANT_HOSTS: "web-1, web-2", SEXTANT_ROLES: "w*" })).toEqual(["web web-1", "web web-2"]);
    expect(names({ SEXTANT_HOSTS: "web" })).toEqual([]);
    expect(names({ SEXTANT_HOSTS: "web.1" })).toEqual([]);
  });

  it("is to a role and those that read for it together, whichever is named", () => {
    const host = { hostName: "web-1" };
    const [web, reader, job] = [{ name: "web" }, { name: "reader", reads: "web" }, { name: "job" }];
    const all = [web, reader, job].map((role) => ({ role, host }));
    for (const name of ["web", "reader"])
      expect(all.filter(chosenOf(all, { SEXTANT_ROLES: name }).has).map(({ role }) => role.name)).toEqual([
        "web",
        "reader",
      ]);
    expect(all.filter(chosenOf(all, { SEXTANT_ROLES: "job" }).has)).toEqual([{ role: job, host }]);
  });

  it("is to all of them without names, and says nothing then", () => {
    for (const environment of [{}, { SEXTANT_HOSTS: "" }, { SEXTANT_HOSTS: " , ", SEXTANT_ROLES: "*" }]) {
      expect(names(environment)).toHaveLength(4);
      expect(chosenOf(placements, environment)).toMatchObject({ any: true, findings: { warned: [] } });
    }
  });

  it("is no release of the app where it names canaries alone: no release command runs, and no hooks", () => {
    const canary = { name: "web-canary", beside: { kind: "canary", of: "web", routes: [] } } as const;
    const all = [{ name: "web" }, canary].map((role) => ({ role, host: { hostName: "web-1" } }));
    const alone = chosenOf(all, { SEXTANT_ROLES: "web-canary" });
    expect([alone.any, all.map(alone.has)]).toEqual([false, [false, true]]);
    expect(chosenOf(all, { SEXTANT_ROLES: "web*" }).any).toBe(true);
  });

  it("says what stays as it is, also where that is everything", () => {
    expect(chosenOf(placements, { SEXTANT_HOSTS: "web-2", SEXTANT_ROLES: "web" }).findings.warned).toEqual([
      {
        argument: "SEXTANT_HOSTS and SEXTANT_ROLES",
        value: "web-2 and web",
        rule: "it is released as web on web-2 alone, and the rest stays as it is: web on web-1, job on web-1, job on web-2",
        cure: "leave SEXTANT_HOSTS and SEXTANT_ROLES out of a run to release it everywhere",
      },
    ]);
    expect(chosenOf(placements, { SEXTANT_HOSTS: "web-3" })).toMatchObject({
      any: false,
      findings: { warned: [{ argument: "SEXTANT_HOSTS", value: "web-3" }] },
    });
  });

  it("takes each placement or leaves it, whatever is written", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (hosts, roles) => {
        const { has, any, findings } = chosenOf(placements, { SEXTANT_HOSTS: hosts, SEXTANT_ROLES: roles });
        const taken = placements.filter(has);
        expect(any).toBe(taken.length > 0);
        expect(findings.warned).toHaveLength(taken.length === placements.length ? 0 : 1);
      }),
    );
  });

  it("keeps the inputs of what stays, but for how its host is reached", () => {
    expect(staying("container", true).ignoreChanges).toEqual(
      expect.arrayContaining(["image", "env", "body"]),
    );
    expect(staying("change", true).ignoreChanges).not.toContain("shell");
    expect(staying("ready", false)).toEqual({});
    // The plugin is told; a hook has none.
    expect(staying("pull", true).leftOut).toBe(true);
    expect(staying("hook", true).leftOut).toBeUndefined();
  });
});
