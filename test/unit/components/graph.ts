/** Runs components against Pulumi's mocks and keeps the graph that they make. */
import * as pulumi from "@pulumi/pulumi";

/** A resource as it was asked for. */
export interface Made {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

/** What a test sees of the resources of a component. */
export interface Graph {
  /** The resources that were made, in order. */
  made: Made[];
  /** The options of each resource, by type and name; for components that were given `watching`. */
  options: Map<string, pulumi.CustomResourceOptions>;
  /** Options for a component under test. */
  watching: pulumi.ComponentResourceOptions;
  /** The one resource of a type, with a name when there are several. */
  find(type: string, name?: string): Made;
  /** The options of such a resource. */
  optionsOf(type: string, name?: string): pulumi.CustomResourceOptions;
}

/** What a cloud would answer for a resource, over its inputs. */
export type Answers = (made: Made) => Record<string, unknown>;

/** Starts a new graph; wait for it before making components. */
export async function newGraph(answers: Answers = () => ({})): Promise<Graph> {
  // What the graph before still registers must not land in this one.
  await pulumi.runtime.disconnect();
  const made: Made[] = [];
  const options = new Map<string, pulumi.CustomResourceOptions>();
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        const resource: Made = {
          type: args.type,
          name: args.name,
          inputs: args.inputs as Record<string, unknown>,
        };
        made.push(resource);
        return { id: String(1000 + made.length), state: { ...resource.inputs, ...answers(resource) } };
      },
      call: (args) => args.inputs as Record<string, unknown>,
    },
    "shop",
    "test",
  );
  const find = (type: string, name?: string): Made => {
    const matches = made.filter(
      (resource) => resource.type === type && (name === undefined || resource.name === name),
    );
    const [match] = matches;
    if (match === undefined || matches.length > 1) {
      const all = made.map((resource) => `${resource.type} ${resource.name}`).join("\n");
      throw new Error(`${matches.length} resources are ${type} ${name ?? ""}; there are:\n${all}`);
    }
    return match;
  };
  return {
    made,
    options,
    watching: {
      transformations: [
        (args) => {
          options.set(`${args.type} ${args.name}`, args.opts as pulumi.CustomResourceOptions);
          return undefined;
        },
      ],
    },
    find,
    optionsOf: (type, name) => {
      const resource = find(type, name);
      const found = options.get(`${type} ${resource.name}`);
      if (found === undefined) throw new Error(`the options of ${type} ${resource.name} were not watched`);
      return found;
    },
  };
}

/** Waits until all that was made so far is registered: what `disconnect` waits for, without its end. The SDK's types do not name it. */
export const registered = (): Promise<void> =>
  (pulumi.runtime as unknown as { waitForRPCs(): Promise<void> }).waitForRPCs();

/** By this member the mocks know a secret: they get it as an object around its value. */
const mark = "4dabf18193072939515e22adb298388d";

/** Inputs as the plugin gets them: those that the mocks have as secrets, without the marks. */
export function unmarked(inputs: Made["inputs"]): Made["inputs"] {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [
      name,
      typeof input === "object" && input !== null && mark in input && "value" in input ? input.value : input,
    ]),
  );
}

/** The value of an output, once everything that it needs is there. */
export function value<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    output.apply(resolve);
    (output as unknown as { promise(): Promise<T> }).promise().catch(reject);
  });
}

/** The sentences with which a component refuses, a line each; empty when it does not. */
export function refusal(make: () => unknown): string[] {
  try {
    make();
    return [];
  } catch (error) {
    if (!(error instanceof pulumi.ResourceError || error instanceof pulumi.RunError)) throw error;
    return error.message.split("\n");
  }
}
