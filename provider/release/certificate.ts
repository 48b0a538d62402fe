/** The step that puts a certificate of one's own where the proxy of a host reads it. */
import { looksFor } from "./files";
import { putFiles, removeFiles } from "./proxy-files";
import type { Step, StepInputs } from "./step";

/** A certificate, its key, and where they lie. */
export interface CertificateInputs extends StepInputs {
  /** The directory on the host, which is named after the certificate: another one lies beside it until the switch. */
  directory: string;
  /** The chain in PEM, which is public. */
  certificate: string;
  /** Its key in PEM; a secret. */
  privateKey: string;
}

export const certificateStep: Step<CertificateInputs> = {
  call: ({ directory, certificate, privateKey }) =>
    putFiles(directory, { "cert.pem": certificate, "key.pem": privateKey }),
  undo: ({ directory }) => removeFiles(directory),
  about: ({ directory }) => directory,
  looks: ({ directory }) => looksFor(directory, ["cert.pem", "key.pem"]),
};
