/** What is wrong with what Kamal's own proxy would have to read: it is left as it is, without the directory of this program's files. */
import type { Host } from "../../host/host";

/** Why the proxy of a host has no files of the program. */
export const unreadOn = ({ hostName }: Host): string =>
  `the proxy of ${hostName} is Kamal's, which cannot read its files`;

/** What is wrong with a certificate of one's own in a route on a server of Kamal's. */
export function certificateAtKamals(host: Host): { value: string; rule: string; cure: string } {
  return {
    value: "ownCertificate",
    rule: unreadOn(host),
    cure: "use letsEncrypt(), or end TLS in front of the proxy",
  };
}
