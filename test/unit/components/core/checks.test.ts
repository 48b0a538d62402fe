import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as pulumi from "@pulumi/pulumi";
import * as check from "../../../../components/core/checks";
import { hostWide, labelValue } from "../../../../components/core/names";

describe("checks", () => {
  it("passes every port that exists and no other number", () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.double()), (value) => {
        const exists = Number.isInteger(value) && value >= 1 && value <= 65_535;
        expect(check.port("port", value).length === 0).toBe(exists);
      }),
    );
  });

  it("clears the host bits that it complains of, and is then content", () => {
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(octet, octet, octet, octet, fc.integer({ min: 0, max: 32 }), (a, b, c, d, prefix) => {
        const network = check.networkOf(`${a}.${b}.${c}.${d}/${prefix}`);
        expect(network).toBeDefined();
        expect(check.cidr("from", network)).toEqual([]);
      }),
    );
  });

  it.each([
    ["10.0.0.1", 'write "10.0.0.1/32"'],
    ["2001:db8::1", 'write "2001:db8::1/128"'],
    ["10.0.0.1/24", 'did you mean "10.0.0.0/24"'],
    ["10.0.0.0/33", 'write it like "203.0.113.0/24"'],
    ["anywhere", 'write it like "203.0.113.0/24"'],
  ])("%s is no network: %s", (value, cure) => {
    expect(check.cidr("from", value).map((problem) => problem.cure)).toEqual([cure]);
  });

  it("leaves alone what is only known during an update", () => {
    const later = pulumi.output("x");
    expect([...check.port("a", later), ...check.cidr("a", later), ...check.size("a", undefined)]).toEqual([]);
  });
});

describe("hostWide", () => {
  it("makes a DNS label of any names, and different ones of long ones", () => {
    const word = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9._-]{0,60}$/);
    fc.assert(
      fc.property(word, word, word, (name, project, stack) => {
        expect(hostWide(name, project, stack)).toMatch(/^[a-z0-9][a-z0-9-]{0,62}$/);
      }),
    );
    const long = "a".repeat(70);
    expect(hostWide(`${long}1`, "p", "s")).not.toBe(hostWide(`${long}2`, "p", "s"));
  });

  it("cuts a long name as it always did, since volumes with data have it", () => {
    const name = "accessory-with-a-name-that-goes-on-and-on";
    expect(hostWide(name, "customer-portal", "production")).toBe(
      "customer-portal-production-accessory-with-a-name-that--1936ac8d",
    );
  });
});

describe("a label at Hetzner", () => {
  it("takes any project and stack, and tells long ones apart", () => {
    const word = fc.stringMatching(/^[a-zA-Z0-9_.-]{1,100}$/).filter((name) => /[a-zA-Z0-9]/.test(name));
    fc.assert(
      fc.property(word, (name) => {
        expect(labelValue(name)).toMatch(/^[a-zA-Z0-9]([a-zA-Z0-9._-]{0,61}[a-zA-Z0-9])?$/);
      }),
    );
    const long = "feature-".repeat(9);
    expect(labelValue(`${long}1`)).not.toBe(labelValue(`${long}2`));
    expect(labelValue("shop_1.staging")).toBe("shop_1.staging");
  });
});
