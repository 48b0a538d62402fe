/** The lines that components make against the verbs that read them: a word that a verb does not know fails on a host, and nowhere before. */
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";
import { App, Postgres, Proxy, Redis, letsEncrypt, ownCertificate } from "../../../../components";
import { hostScripts, readVerbs } from "../../../../provider/host/scripts";
import { handshakeCall, type CertificatesInputs } from "../../../../provider/release/certificates";
import { cleanUpCall, type CleanUpInputs } from "../../../../provider/release/clean-up";
import type { Call, Step, StepInputs } from "../../../../provider/release/step";
import { steps, type StepType } from "../../../../provider/release/steps";
import { pairFor } from "../certificates";
import { fakeHost, fakeNetwork } from "../fake-host";
import { newGraph, registered, unmarked } from "../graph";

const verbs = readVerbs();
/** Lines of all resources, as VERB and the words before a command that is handed on. */
const lines: { verb: string; words: string[] }[] = [];

/** All that the resources were given. */
let inputsOfSteps = "";

/** What a verb reads as NAME=VALUE. */
const known = (verb: string): string[] =>
  [...(verbs[verb] ?? "").matchAll(/^\s*([a-z0-9_-]+)=\*\)/gm)].map(([, name = ""]) => name);

const isStep = (type: string): type is StepType => Object.hasOwn(steps, type);

function add(...calls: (Call | undefined)[]): void {
  for (const call of calls) {
    if (call === undefined) continue;
    const end = call.words.indexOf("--");
    lines.push({ verb: call.verb, words: end < 0 ? call.words : call.words.slice(0, end) });
  }
}

beforeAll(async () => {
  const graph = await newGraph();
  const web = fakeHost("web-1", fakeNetwork("web-1"));
  const proxy = new Proxy("proxy", { servers: [web] });
  const db = new Postgres("db", { server: web, version: "17", password: pulumi.secret("x") });
  new Redis("cache", { server: web, version: "7", password: pulumi.secret("x") });
  const own = pairFor("own.test");
  new App("shop", {
    image: "registry.test/shop",
    version: "v2",
    proxy,
    roles: {
      web: {
        servers: [web],
        route: [
          { hosts: ["shop.test"], tls: letsEncrypt() },
          { name: "own", hosts: ["own.test"], tls: ownCertificate(own.certificate, own.key) },
        ],
      },
      shown: {
        servers: [web],
        route: { hosts: ["shown.test"], readers: { writerAffinity: "5s" } },
        canary: { version: "v3", percent: 10, visitors: ["team"] },
      },
      reader: { servers: [web], reads: "shown" },
      job: { servers: [web], command: ["bin/jobs"], strategy: "stop-first", ready: ["true"] },
    },
    volumes: { storage: "/data" },
    assetPath: "/public/assets",
    secrets: { DATABASE_URL: db.url },
    release: ["bin/rails", "db:prepare"],
  });
  await registered();
  for (const { type, inputs } of graph.made) {
    const step = type.replace("sextant:index:", "");
    if (!isStep(step)) continue;
    const { call, undo } = steps[step] as unknown as Step<StepInputs>;
    const given = unmarked(inputs) as unknown as StepInputs;
    add(call(given), undo?.(given));
  }
  const cleanUp = graph.find("sextant:index:CleanUp").inputs as unknown as CleanUpInputs;
  add(...cleanUp.places.map((place) => cleanUpCall(cleanUp, place)));
  const certificates = graph.find("sextant:index:Certificates").inputs as unknown as CertificatesInputs;
  add(...certificates.places.map(handshakeCall));
  inputsOfSteps = JSON.stringify(graph.made);
});

describe("a line of a component", () => {
  it("is one of each verb that a release, a proxy and an accessory need", () => {
    const made = new Set(lines.map(({ verb }) => verb));
    for (const verb of [
      "assets",
      "release",
      "ready",
      "switch",
      "canary",
      "prune",
      "bridge",
      "settle",
      "proxy-files",
      "handshake",
    ])
      expect(made, verb).toContain(verb);
    expect(known("prune")).toContain("role");
  });

  it("is made in the plugin: nothing of where the scripts lie is in an input", () => {
    expect(inputsOfSteps).toContain("shop-web-web-1-ready");
    expect(inputsOfSteps).not.toContain(hostScripts().directory);
  });

  it("has no word that its verb does not know", () => {
    const unknown = lines.flatMap(({ verb, words }) =>
      words
        .map((word) => /^'?([a-z0-9_-]+)=/.exec(word)?.[1])
        .filter((name) => name !== undefined && !known(verb).includes(name))
        .map((name) => `${verb} ${name ?? ""}`),
    );
    expect(unknown).toEqual([]);
  });
});
