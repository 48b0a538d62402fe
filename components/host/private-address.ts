/** A host's address in the private network, for what has to have one. */
import type * as pulumi from "@pulumi/pulumi";
import { lateRefusal } from "../core/refusal";
import type { Host } from "./host";

/** What puts these hosts into a private network: a server of Hetzner's has a `Network`, one that was there already has an address that the program says. @param network which one, where it matters */
export function privateCure(hosts: readonly Host[], network?: string): string {
  const all = [...new Set(hosts)];
  const told = all.filter(({ exposure }) => exposure?.privateBy === "privateAddress");
  if (told.length === 0)
    return all.length === 1
      ? `give the server ${network ?? "a network"}`
      : `give the servers ${network ?? "a Network"}`;
  const names = told.map(({ hostName }) => hostName).join(" and ");
  const addresses = `give ${names} ${told.length === 1 ? "its" : "their"} privateAddress`;
  return told.length === all.length ? addresses : `${addresses}, and the others the Network`;
}

/** The address, or one sentence that says that there is none. @param label the component that listens there */
export function privateAddress(
  label: string,
  address: pulumi.Output<string | undefined>,
): pulumi.Output<string> {
  return address.apply((known) => {
    if (known === undefined) {
      throw lateRefusal(
        `${label}: publish is "private", but its server has no private address; give it one: network of a Server, privateAddress of an ExistingServer.`,
      );
    }
    return known;
  });
}
