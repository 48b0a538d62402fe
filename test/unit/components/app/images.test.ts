import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wantedImages } from "../../../../components/app/images";
import type { Role } from "../../../../components/app/plan";
import type { Host } from "../../../../components/host/host";

const hosts = ["h1", "h2", "h3"].map((hostName) => ({ hostName }) as Host);
const role = fc.record({
  servers: fc.subarray(hosts),
  released: fc.option(fc.record({ image: fc.constantFrom("a", "b"), version: fc.constantFrom("1", "2") }), {
    nil: undefined,
  }),
});
const nameOf = (released: Role["released"]): string =>
  released === undefined ? "the app's" : `${released.image}:${String(released.version)}`;

describe("the images of an app", () => {
  it("are wanted on the hosts of their roles and on no others, each once; the app's also where the release command runs", () => {
    fc.assert(
      fc.property(fc.array(role), fc.boolean(), (some, withRelease) => {
        const roles = some.map((each, at) => ({ ...each, name: `r${at}`, routes: [] }) as Role);
        const [primary] = roles;
        const host = primary?.servers[0];
        const release =
          withRelease && primary !== undefined && host !== undefined ? { role: primary, host } : undefined;
        const wanted = wantedImages(roles, release);
        const names = wanted.map(({ apart }) => nameOf(apart?.released));
        expect(new Set(names).size).toBe(names.length);
        for (const { hostName } of hosts) {
          const pulled = wanted
            .filter(({ placements }) => placements.some((at) => at.host.hostName === hostName))
            .map(({ apart }) => nameOf(apart?.released));
          const run = roles
            .filter(({ servers }) => servers.some((server) => server.hostName === hostName))
            .map(({ released }) => nameOf(released));
          const command = release?.host.hostName === hostName ? ["the app's"] : [];
          expect(pulled.toSorted()).toEqual([...new Set([...run, ...command])].sort());
        }
      }),
    );
  });
});
