import { describe, expect, it } from "vitest";
import { sentence, type Problem } from "../../../../../components/core/problem";
import type { Facts } from "../../../../../components/hetzner/facts";
import { checkOffer, type Wanted } from "../../../../../components/server/checks/check-offer";
import { images } from "../../../../../lab/hetzner/catalogue/images";
import { locations } from "../../../../../lab/hetzner/catalogue/locations";
import { serverTypes, withStock } from "../../../../../lab/hetzner/catalogue/server-types";

const now = new Date("2026-11-28T12:00:00Z");
const wanted = (change: Partial<Wanted> = {}): Wanted => ({
  ...{ name: "web-1", autonamed: false, type: "cx23", location: "fsn1", image: "debian-12" },
  ...{ networkZone: undefined, sshKeys: [] },
  ...change,
});

function facts(change: Partial<Facts> = {}, image = "debian-12"): Facts {
  return {
    types: serverTypes,
    locations,
    images: images.filter(({ name }) => name === image),
    servers: [],
    keys: [],
    ...change,
  };
}

const said = (problems: readonly Problem[]): string[] =>
  problems.map((problem) => sentence("S", problem).replace(" (npx sextant docs checks#hetzner)", ""));
const refusedOf = (change: Partial<Wanted>, known: Facts = facts()): string[] =>
  said(checkOffer(wanted(change), known, now).refused);
const warnedOf = (change: Partial<Wanted>, known: Facts = facts()): string[] =>
  said(checkOffer(wanted(change), known, now).warned);

const european =
  "cax11, cax21, cax31, cax41, ccx13, ccx23, ccx33, ccx43, ccx53, ccx63, cpx12, cpx22, cpx32, cpx42, cpx52, cpx62, cx23, cx33, cx43, cx53";

describe("what Hetzner has", () => {
  it("is neither refused nor warned of", () => {
    expect(checkOffer(wanted(), facts(), now)).toEqual({ refused: [], warned: [] });
    expect(checkOffer(wanted({ location: undefined }), facts(), now)).toEqual({ refused: [], warned: [] });
    expect(checkOffer(wanted({ type: "cax11" }), facts(), now)).toEqual({ refused: [], warned: [] });
  });

  it.each([
    [{ type: "CX23" }, 'S: type is "CX23", but Hetzner has no such server type; write "cx23".'],
    [
      { location: "fsn9" },
      'S: location is "fsn9", but Hetzner has no such location; take one of fsn1, nbg1, hel1, ash, hil, sin.',
    ],
    [
      { networkZone: "us-east" },
      'S: location is "fsn1", but it is in eu-central, and the server\'s network in us-east; take ash, or give the network zone: "eu-central".',
    ],
  ])("is said with its cure for %j", (change, sentences) => {
    expect(refusedOf(change)).toEqual([sentences]);
  });

  it("is listed for the location that is wanted", () => {
    const [unknown = ""] = refusedOf({ type: "cx99" });
    expect(unknown).toMatch(/^S: type is "cx99", but Hetzner has no such server type; take one of /);
    const listed = unknown.slice(unknown.indexOf("one of ") + "one of ".length, -1).split(", ");
    expect(listed.sort().join(", ")).toBe(european);
    expect(refusedOf({ location: "ash" })[0]).toMatch(
      /^S: type is "cx23", but Hetzner does not sell it in ash; take one of .*cpx11.*, or cx23 in fsn1, nbg1, hel1\.$/,
    );
    expect(refusedOf({ type: "cpx11" })[0]).toMatch(
      /does not sell it in fsn1; take one of .*, or cpx11 in ash, hil, sin/,
    );
  });

  it("has the image, for the machine that is wanted", () => {
    expect(refusedOf({ image: "ubuntu-99" }, facts({}, "ubuntu-99"))).toEqual([
      'S: image is "ubuntu-99", but Hetzner has no image of that name; take "debian-12", or another name of hcloud image list.',
    ]);
    const x86 = facts({
      images: images.filter((each) => each.name === "debian-12" && each.architecture === "x86"),
    });
    expect(refusedOf({ type: "cax11" }, x86)[0]).toMatch(/it for other machines than cax11, which is arm; /);
    expect(refusedOf({ image: "12345678" }, facts({ images: undefined }))).toEqual([]);
  });

  it("is not for ever", () => {
    const deprecation = { announced: "2026-10-01T00:00:00Z", unavailable_after: "2027-01-01T00:00:00Z" };
    const types = serverTypes.map((type) =>
      type.name === "cx23"
        ? { ...type, deprecation, locations: type.locations.map((place) => ({ ...place, deprecation })) }
        : type,
    );
    expect(warnedOf({}, facts({ types }))).toEqual([
      'S: type is "cx23", but Hetzner sells it until 2027-01-01; take a newer one, where it is not needed.',
    ]);
    const late = checkOffer(wanted(), facts({ types }), new Date("2027-02-01"));
    expect(said(late.refused)[0]).toMatch(/^S: type is "cx23", but Hetzner sells it no more; take one of /);
    expect(said(late.refused)[0]).not.toMatch(/[ ,]cx23[,.]/);
    expect(warnedOf({ image: "debian-11" }, facts({}, "debian-11"))).toEqual([
      'S: image is "debian-11", but Hetzner is going to remove it; take a newer one.',
    ]);
  });

  it("may get a key that is named from the same program, which is said", () => {
    const known = facts({ keys: [{ id: 4711, name: "laptop", fingerprint: "", labels: {} }] });
    expect(warnedOf({ sshKeys: ["laptop", "4711"] }, known)).toEqual([]);
    expect(warnedOf({ sshKeys: ["laptop", "nosuchkey"] }, known)).toEqual([
      'S: sshKeys is "nosuchkey", but Hetzner has no SSH key of that name or id; there is laptop.',
    ]);
    expect(warnedOf({ sshKeys: ["nosuchkey"] })[0]).toMatch(/there is none; leave sshKeys out\.$/);
  });

  it("may be sold out, which passes", () => {
    const stock = { isSoldOut: (type: string, location: string) => type === "cx23" && location === "fsn1" };
    const types = serverTypes.map((type) => withStock(type, stock));
    expect(warnedOf({}, facts({ types }))[0]).toMatch(
      /^S: type is "cx23", but Hetzner has none of it left in fsn1 at the moment; take it in nbg1 or hel1, take another type, such as c.*, or try later\.$/,
    );
    expect(warnedOf({ location: undefined }, facts({ types }))).toEqual([]);
    expect(checkOffer(wanted(), facts({ types }), now).refused).toEqual([]);
  });
});

describe("a server that is there", () => {
  const there = (type: string, name = "web-1"): Facts =>
    facts({ servers: [{ name, server_type: { name: type }, location: { name: "fsn1" } }] });

  it("runs on as it is, also of a type and an image that are gone", () => {
    const gone = { ...there("cx22"), images: [] };
    expect(refusedOf({ type: "cx22", image: "debian-10" }, gone)).toEqual([]);
    expect(refusedOf({ type: "cx22", autonamed: true }, { ...there("cx22", "web-1-1a2b3c4") })).toEqual([]);
    expect(refusedOf({ type: "cx22" }, there("cx22", "web-10"))).toHaveLength(1);
  });

  it("is asked for where its type changes, without its image", () => {
    expect(refusedOf({ type: "cx99" }, { ...there("cx22"), images: [] })).toHaveLength(1);
    expect(refusedOf({ type: "cx33", image: "debian-10" }, { ...there("cx22"), images: [] })).toEqual([]);
  });
});

describe("a Hetzner that does not answer", () => {
  it("refuses nothing, and is said", () => {
    expect(checkOffer(wanted({ type: "cx99" }), { unread: "429, limit reached" }, now).refused).toEqual([]);
    expect(warnedOf({ type: "cx99" }, { unread: "ECONNREFUSED" })).toEqual([
      "S: the offer of Hetzner could not be asked for, so that type, location and image are unchecked (ECONNREFUSED); see pulumi up for what it refuses.",
    ]);
  });

  it("that does not know the token refuses", () => {
    expect(refusedOf({}, { tokenRefused: true })[0]).toMatch(
      /^S: the API token is unknown to Hetzner; make one/,
    );
  });
});
