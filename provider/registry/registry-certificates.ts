/** What the resource of a registry's certificates does: it makes them once, and again for another name, and a year before their end. */
import type { ResourceProvider } from "../resource-provider";

export interface RegistryCertificatesInputs {
  /** The host name by which the registry is reached. */
  host: string;
}

export interface RegistryCertificatesState extends RegistryCertificatesInputs {
  /** All in PEM. */
  authority: string;
  certificate: string;
  privateKey: string;
  clientCertificate: string;
  clientPrivateKey: string;
  /** Until when they are valid, in ISO 8601. */
  until: string;
}

/** How long before their end they are made anew: a year, in milliseconds. */
const renewal = 365 * 86_400_000;

async function make({ host }: RegistryCertificatesInputs): Promise<RegistryCertificatesState> {
  // What makes them takes longer to load than all else of the plugin, which starts with each command of Pulumi's.
  const { makeCertificates } = await import("./certificates.js");
  const { authority, server, client, until } = await makeCertificates(host, Date.now());
  return {
    ...{ host, authority, until },
    ...{ certificate: server.certificate, privateKey: server.key },
    ...{ clientCertificate: client.certificate, clientPrivateKey: client.key },
  };
}

/** Whether it is time for others. */
export const ending = (until: string, now: number): boolean => now > Date.parse(until) - renewal;

export const registryCertificatesProvider: ResourceProvider<
  RegistryCertificatesInputs,
  RegistryCertificatesState
> = {
  async create(inputs) {
    return { id: inputs.host, outs: await make(inputs) };
  },
  diff: (_id, { host, until }, news) =>
    Promise.resolve({ changes: host !== news.host || ending(until, Date.now()) }),
  async update(_id, _olds, news) {
    return { outs: await make(news) };
  },
};
