/** The certificates of the routes of an app or an accessory from Let's Encrypt, as one resource for all its hosts. */
import { isIP } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import type { Component } from "../core/component";
import { PluginResource, type InputsOf } from "../core/resource";
import type { Host } from "../host/host";
import type { CertificatesInputs, CertificatesPlace } from "../../provider/release/certificates";
import type { RouteArgs } from "./route";

/** After the last switch: each name is asked for once, so that its certificate is there before the first visitor. */
export class Certificates extends PluginResource {
  /** What is said of each name whose certificate is not there; none when all are. */
  declare readonly missing: pulumi.Output<string[]>;

  constructor(name: string, inputs: InputsOf<CertificatesInputs>, opts: pulumi.CustomResourceOptions) {
    super("Certificates", name, { ...inputs, missing: undefined }, opts);
  }
}

/** What is asked for on a host for a route; nothing for one that has no certificate of Let's Encrypt. */
export function certificatePlaces(
  host: Host,
  { tls, hosts = [], health }: RouteArgs,
): InputsOf<CertificatesPlace>[] {
  if (tls?.kind !== "letsEncrypt") return [];
  return [
    {
      shell: host.ssh,
      hosts,
      path: health?.path ?? "/up",
      ...(tls.staging ? { staging: true } : {}),
      addresses: pulumi
        .all([host.address, host.ipv6Address])
        .apply((all) => all.filter((one): one is string => one !== undefined && isIP(one) !== 0)),
    },
  ];
}

/** After the proxy has the routes, and never in their way: what cannot be got yet is said. */
export function askForCertificates(
  component: Component,
  places: InputsOf<CertificatesPlace>[],
  opts: pulumi.CustomResourceOptions,
): Certificates | undefined {
  if (places.length === 0) return undefined;
  const certificates = new Certificates(
    `${component.componentName}-certificates`,
    { places },
    { ...opts, parent: component },
  );
  // Undefined in a user's unit tests, where no provider answers.
  certificates.missing.apply((missing: string[] | undefined) => {
    for (const text of missing ?? []) void pulumi.log.warn(`${component.label}: ${text}`, component);
  });
  return certificates;
}
