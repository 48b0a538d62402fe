import { expect, it } from "vitest";
import { serverTypes } from "../../../../components/server/types";

it("knows the architecture by the family", () => {
  for (const [name, type] of serverTypes) {
    expect(type.architecture, name).toBe(name.startsWith("cax") ? "arm64" : "amd64");
    expect(type.memoryMb, name).toBeGreaterThanOrEqual(1024 * type.cores);
  }
});

it("knows the types of the documentation, and says nothing of others", () => {
  expect(serverTypes.get("cx33")).toEqual({ cores: 4, memoryMb: 8192, architecture: "amd64" });
  expect(serverTypes.get("cax11")).toEqual({ cores: 2, memoryMb: 4096, architecture: "arm64" });
  expect(serverTypes.get("cx99")).toBeUndefined();
});
