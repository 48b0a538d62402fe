/**
 * What BuildKit says of an image beside it: build arguments that it reads itself, from v0.11 on (moby/buildkit
 * frontend/attestations/parse.go). The plugin docker-build has no argument for them, and asks for none (v0.0.22
 * provider/internal/client.go).
 */
import * as check from "../core/checks";
import type { Problem } from "../core/problem";
import type { ImageArgs } from "./args";

const variables = { sbom: "BUILDKIT_ATTEST_SBOM", provenance: "BUILDKIT_ATTEST_PROVENANCE" } as const;

type Attestations = Pick<ImageArgs, "sbom" | "provenance">;

/** The build arguments; none where nothing is asked for. */
export function attestationArgs({ sbom, provenance }: Attestations): Record<string, string> {
  return {
    // Without a value it is BuildKit's own generator.
    ...(sbom === undefined || sbom === false
      ? {}
      : { [variables.sbom]: sbom === true ? "" : `generator=${sbom}` }),
    ...(provenance === undefined ? {} : { [variables.provenance]: `mode=${provenance}` }),
  };
}

/** Whether anything is asked for. */
export const isAttested = (args: Attestations): boolean => Object.keys(attestationArgs(args)).length > 0;

/** What is wrong with them. */
export function checkAttestations({
  sbom,
  provenance,
  args = {},
}: Attestations & Pick<ImageArgs, "args">): Problem[] {
  const twice = (["sbom", "provenance"] as const).filter(
    (each) =>
      args[variables[each]] !== undefined &&
      attestationArgs({ sbom, provenance })[variables[each]] !== undefined,
  );
  return [
    // It is one field of several that commas part.
    ...(typeof sbom === "string" && !/^[a-z0-9][A-Za-z0-9._:/@-]*$/.test(sbom)
      ? [
          {
            argument: "sbom",
            value: sbom,
            rule: "it is no image",
            cure: 'name a generator like "docker/buildkit-syft-scanner:1.9", or write true for BuildKit\'s own',
          },
        ]
      : []),
    ...check.oneOf("provenance", provenance, ["min", "max"]),
    ...twice.map((each) => ({
      argument: `args.${variables[each]}`,
      fault: `is what ${each} makes of itself`,
      cure: "leave it out",
    })),
  ];
}
