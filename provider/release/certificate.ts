/** The step that puts a certificate of one's own where the proxy of a host reads it. */
import { quote } from "../host/scripts";
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

const base64 = (text: string): string => Buffer.from(text).toString("base64");

export const certificateStep: Step<CertificateInputs> = {
  call: ({ directory, certificate, privateKey }) => ({
    verb: "certificate",
    words: [`directory=${directory}`],
    stdin: `${base64(certificate)}\n${base64(privateKey)}\n`,
  }),
  undo: ({ directory }) => ({ verb: "certificate", words: [`directory=${directory}`, "remove"] }),
  about: ({ directory }) => directory,
  looks: ({ directory }) =>
    ["cert.pem", "key.pem"].map(
      (file) => `if [ -s ${quote(`${directory}/${file}`)} ]; then echo true; else echo false; fi`,
    ),
};
