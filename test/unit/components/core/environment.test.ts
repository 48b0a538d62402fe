import { beforeAll, describe, expect, it } from "vitest";
import * as pulumi from "@pulumi/pulumi";
import { plainVariables, secretVariables, textOf } from "../../../../components/core/environment";
import { newGraph, value } from "../graph";

beforeAll(async () => {
  await newGraph();
});

const isSecret = (input: pulumi.Input<string> | undefined): Promise<boolean> =>
  pulumi.isSecret(pulumi.output(input));

describe("plain variables", () => {
  it("are texts, each for itself, also those that are known later", async () => {
    const variables = plainVariables({ A: "x", B: pulumi.output("y") }, 'App "shop"');
    expect(await value(pulumi.output(variables))).toEqual({ A: "x", B: "y" });
  });

  it("keep a secret among them as one, and the others in clear", async () => {
    const { A, B } = plainVariables({ A: "x", B: pulumi.secret("canary") }, 'App "shop"');
    expect([await isSecret(A), await isSecret(B)]).toEqual([false, true]);
  });

  it("refuse what turns out to be no text", () => {
    expect(() => textOf('App "shop"', "PORT", 3000)).toThrow(
      'App "shop": env.PORT has to be a string; turn it into one with String().',
    );
  });
});

describe("secret variables", () => {
  it("are secrets, each by itself, whether they were marked or not", async () => {
    const { A, B } = secretVariables({ A: "x", B: pulumi.output("y") }, 'App "shop"');
    expect([await isSecret(A), await isSecret(B)]).toEqual([true, true]);
  });
});
