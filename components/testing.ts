/** A program in a unit test: what Pulumi's mocks answer for the resources that the components make. */
import type * as pulumi from "@pulumi/pulumi";

/** A resource as the program asked for it. */
export type MockedResource = Pick<pulumi.runtime.MockResourceArgs, "type" | "name"> & {
  inputs: Record<string, unknown>;
};

/** Mocks for `pulumi.runtime.setMocks`, which keep what was made. */
export interface SextantMocks extends pulumi.runtime.Mocks {
  /** The resources, in the order in which they were made. */
  readonly made: readonly MockedResource[];
}

/**
 * Mocks for a unit test of a program: every resource has its inputs as its outputs, and those that only the cloud or a host
 * knows have an example, such as a server's address.
 *
 * @param answer outputs of your own for a resource, laid over these
 * @example await pulumi.runtime.setMocks(sextantMocks(), "shop", "test");
 */
export function sextantMocks(
  answer: (made: MockedResource) => Record<string, unknown> = () => ({}),
): SextantMocks {
  const made: MockedResource[] = [];
  return {
    made,
    newResource(args) {
      const resource = { type: args.type, name: args.name, inputs: args.inputs as Record<string, unknown> };
      made.push(resource);
      const outputs = { ...resource.inputs, ...example(resource, made.length), ...answer(resource) };
      return { id: String(made.length), state: outputs };
    },
    call: (args) => args.inputs as Record<string, unknown>,
  };
}

/** Addresses are those for examples, of RFC 5737 and RFC 3849. */
function example({ type, name, inputs }: MockedResource, at: number): Record<string, unknown> {
  switch (type) {
    case "hcloud:index/server:Server":
      return { ipv4Address: `192.0.2.${at % 256}`, ipv6Address: `2001:db8::${at.toString(16)}` };
    case "hcloud:index/serverNetwork:ServerNetwork":
      return { ip: inputs["ip"] ?? `10.0.0.${at % 256}` };
    case "command:local:Command":
      return { stdout: mockedHostKey };
    case "sextant:index:Container":
      return { name: inputs["name"] ?? `${name}-0000000` };
    default:
      return {};
  }
}

/** What the host key of a server is under mocks; no machine has it. */
export const mockedHostKey = JSON.stringify({
  private: Buffer.from("no private key: this is a test\n").toString("base64"),
  public: `ssh-ed25519 ${"A".repeat(68)}`,
});
