/** The step that lets a host's Docker use a registry on one of the program's servers. */
import { quote } from "../host/scripts";
import { filesOnStdin, looksFor, whether } from "./files";
import type { Step, StepInputs } from "./step";

/** By what a host and the registry know each other. */
export interface RegistryTrustInputs extends StepInputs {
  /** The registry, as it stands in front of an image's name: a name that only these hosts know, and a port. */
  address: string;
  /** The IP address by which this host reaches it. */
  ip: string;
  /** What the registry's certificate is signed by, in PEM. */
  authority: string;
  /** The host's own certificate, in PEM. */
  certificate: string;
  /** Its key in PEM; a secret. */
  privateKey: string;
}

export const registryTrustStep: Step<RegistryTrustInputs> = {
  call: ({ address, ip, authority, certificate, privateKey }) => ({
    verb: "trust-registry",
    words: [`address=${address}`, `ip=${ip}`],
    stdin: filesOnStdin({ "ca.crt": authority, "client.cert": certificate, "client.key": privateKey }),
  }),
  undo: ({ address }) => ({ verb: "trust-registry", words: [`address=${address}`, "remove"] }),
  about: ({ address }) => address,
  looks: ({ address, ip }) => [
    ...looksFor(`/etc/docker/certs.d/${address}`, ["ca.crt", "client.cert", "client.key"]),
    whether(`grep -q ${quote(`^${ip} ${address.replace(/:\d+$/, "")} `)} /etc/hosts`),
  ],
};
