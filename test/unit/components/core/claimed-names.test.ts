import { expect, it } from "vitest";
import { claimName } from "../../../../components/core/claimed-names";

it("has each name once a class and run", () => {
  const [run, other] = [{}, {}];
  expect(claimName(run, "Server", "web-1")).toEqual([]);
  expect(claimName(run, "Server", "web-2")).toEqual([]);
  expect(claimName(run, "Firewall", "web-1")).toEqual([]);
  expect(claimName(other, "Server", "web-1")).toEqual([]);
  expect(claimName(run, "Server", "web-1")).toMatchObject([{ argument: "name", value: "web-1" }]);
});
