/** What a line is told of a step that failed. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failureVariables } from "../../../../provider/core/after-failure";

const urn = "urn:pulumi:production::shop::sextant:index:App$sextant:index:Ready::shop-web-web-1-ready";
const shell = { name: "web-1", destination: "root@192.0.2.1", port: 22 };
const told = (message: string, inputs: Record<string, unknown> = { shell }): string =>
  failureVariables(urn, inputs, new Error(message))["SEXTANT_ERROR"] ?? "";

describe("what failed", () => {
  it("is the resource, its host, and the first line of the error", () => {
    expect(failureVariables(urn, { shell }, new Error("web-1: it did not become ready\n  log: …"))).toEqual({
      SEXTANT_FAILED_STEP: "shop-web-web-1-ready",
      SEXTANT_FAILED_HOST: "web-1",
      SEXTANT_ERROR: "web-1: it did not become ready",
    });
  });

  it("has no host where it is of several, and is no longer than a message may be", () => {
    expect(failureVariables(urn, { places: [{ shell }] }, "web-1: no")).toEqual({
      SEXTANT_FAILED_STEP: "shop-web-web-1-ready",
      SEXTANT_ERROR: "web-1: no",
    });
    expect(told("x".repeat(10_000))).toHaveLength(500);
    expect(told("a\u001b[31mb\tc")).toBe("a [31mb c");
  });

  it("has no secret of the step, wherever that is among its inputs, as it is or in an address", () => {
    const secret = fc.stringMatching(/^[!-~]{4,30}$/);
    fc.assert(
      fc.property(secret, secret, (one, other) => {
        const inputs = { shell: { ...shell, privateKey: other }, secrets: { TOKEN: one } };
        const forms = [one, other, encodeURIComponent(one), Buffer.from(one).toString("base64")];
        const text = told(`it said ${forms.join(" and ")}.`, inputs);
        // What is left of a form may be within our own words.
        for (const form of forms)
          expect(
            "it said [secret] and [secret] and [secret] and [secret].".includes(form) || !text.includes(form),
          ).toBe(true);
      }),
    );
    expect(told("login as hunter2 failed", { secrets: { A: "hunter2" } })).toBe("login as [secret] failed");
  });

  it("is without the longest of two secrets, of which one is within the other", () => {
    expect(told("abcdefgh and abcd", { secrets: { A: "abcd", B: "abcdefgh" } })).toBe(
      "[secret] and [secret]",
    );
  });
});
