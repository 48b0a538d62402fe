/**
 * What asking for certificates does: on each host the verb `handshake`. A certificate that cannot be got yet fails nothing, since
 * the release serves and DNS is often the last thing that is set: it is said, and asked for again with the next update.
 */
import type { ResourceProvider } from "../resource-provider";
import { pageCommand } from "../core/page";
import { diagnose } from "../diagnosis/diagnose";
import type { CertificateFacts, Evidence } from "../diagnosis/evidence";
import { changed } from "../changes";
import type { SshAddress } from "../ssh/address";
import { runCall, type Call } from "./step";

/** The names of a route on a host. */
export interface CertificatesPlace {
  shell: SshAddress;
  /** The host names of the route. */
  hosts: string[];
  /** The path that is asked; the answer of the app does not count. */
  path: string;
  /** Whether they are of Let's Encrypt's staging. @default false */
  staging?: boolean;
  /** The addresses of the host, where they are known. */
  addresses: string[];
}

/** The names of an app that need a certificate from Let's Encrypt. */
export interface CertificatesInputs {
  places: CertificatesPlace[];
}

/** The inputs as they were last set, and what was said then. */
export interface CertificatesState extends CertificatesInputs {
  missing: string[];
}

/** Seconds that the certificates of a route may take; then they are said to be missing. */
const patience = 45;
/** Seconds over that, for what is looked at. */
const looking = 30;

/** The verb for a place. */
export function handshakeCall({ hosts, path }: CertificatesPlace): Call {
  return {
    verb: "handshake",
    words: [`timeout=${patience}`, `path=${path}`, ...hosts.map((host) => `host=${host}`)],
  };
}

/** What the verb printed: a line a name. */
export function readHandshakes(
  stdout: string,
  own: readonly string[],
): (CertificateFacts & { state: string })[] {
  return stdout
    .split("\n")
    .filter((line) => line.includes("\t"))
    .map((line) => {
      const [host = "", addresses = "", state = "", said = "", status = "0", server = ""] = line.split("\t");
      return {
        host,
        addresses: addresses.split(",").filter(Boolean),
        own: [...own],
        state,
        late: state === "late",
        said: said.replaceAll('\\"', '"').replaceAll("\\n", " ").replaceAll("\\t", " "),
        status: Number(status),
        server,
      };
    });
}

/** What is said of the names that have no certificate. */
export function missingOf(host: string, facts: readonly (CertificateFacts & { state: string })[]): string[] {
  return facts
    .filter(({ state }) => state !== "good")
    .map((certificate) => {
      const evidence: Evidence = { stage: "certificate", certificate };
      const cause = diagnose(evidence).causes[0];
      const no = `${certificate.host} has no certificate on ${host}`;
      const said = certificate.said === "" ? "nothing" : certificate.said;
      return cause === undefined
        ? `${no}, and the cause is not known: the proxy logged ${said}; docker logs kamal-proxy on the host has more. The release serves.`
        : `${no}: ${cause.verdict} (seen: ${cause.seen.join("; ")}). Cure: ${cause.cure}. The release serves, and the next pulumi up asks again (${pageCommand("troubleshooting", cause.id)}).`;
    });
}

async function ask({ places }: CertificatesInputs): Promise<string[]> {
  const said = await Promise.all(
    places.map(async (place) => {
      const { shell, addresses } = place;
      try {
        const printed = await runCall(shell, handshakeCall(place), patience + looking);
        return missingOf(shell.name, readHandshakes(printed, addresses));
      } catch (error) {
        return [`the certificates on ${shell.name} could not be asked for: ${(error as Error).message}`];
      }
    }),
  );
  return said.flat();
}

export const certificatesProvider: ResourceProvider<CertificatesInputs, CertificatesState> = {
  async create(inputs) {
    return { id: "certificates", outs: { ...inputs, missing: await ask(inputs) } };
  },

  diff: (_id, olds, news) =>
    Promise.resolve({
      changes: olds.missing.length > 0 || changed(["places"], olds, news).length > 0,
    }),

  async update(_id, _olds, news) {
    return { outs: { ...news, missing: await ask(news) } };
  },
};
