import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lockedStack, pendingOperations } from "../../../../bench/faults/converge";
import { complaintsIn, isQuoted, quotedIn } from "../../../../bench/faults/explained";
import { repoRoot } from "../../../../lab/paths";

const page = readFileSync(join(repoRoot, "docs/interrupted.md"), "utf8");
const quotes = quotedIn(page);

describe("the page on runs that were cut off", () => {
  it("quotes what the bench goes by", () => {
    for (const pattern of [lockedStack, pendingOperations])
      expect(quotes.some((quote) => pattern.test(quote))).toBe(true);
  });

  it.each([
    "error: the stack is currently locked by 2 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.",
    "warning: Attempting to deploy or update resources with 12 pending operations from previous deployment.",
    "error: update canceled",
    "error: update cancelled",
    "error: update failed",
    "error: error reading from server: EOF",
    "error: error reading from server: connection reset by peer",
    "error: web-1: connecting was interrupted (SIGKILL).",
  ])("explains %s", (line) => {
    expect(isQuoted(line, quotes)).toBe(true);
  });

  it("does not explain what it does not quote", () => {
    expect(isQuoted("error: the sky is falling", quotes)).toBe(false);
  });
});

describe("what Pulumi says of what went wrong", () => {
  it("is taken once, without what is before it and what the lab says", () => {
    const text = [
      "    pulumi:pulumi:Stack faults-faults running error: update canceled",
      "    error: update canceled",
      "    warning: using pulumi-resource-hcloud from $PATH at /lab/bin/pulumi-resource-hcloud",
      " +  hcloud:index:Server web-1 created",
    ].join("\n");
    expect(complaintsIn(text)).toEqual(["error: update canceled"]);
  });
});
