/** A program that takes Kamal's place on its own machines: what of Kamal's stays there, and what is decided of it. Pure. */
import { isOldProxy } from "../../../provider/kamal/proxy-version";
import { Fields } from "../node";
import { Notes, Reader } from "../reader";
import type { Roles } from "./app";
import type { Context } from "./context";
import { proxyOf } from "./route";

/** What of `proxy.run` a program has to know of a proxy that is there; the rest stays as Kamal has run it. */
export function keptProxy(
  run: Reader | undefined,
  { notes }: Context,
): { fields: Fields; ports: readonly number[] } {
  // What is said of a Proxy's own settings says nothing of this one.
  const scratch = new Notes(notes.names);
  const { fields, ports } = proxyOf(
    run === undefined ? undefined : new Reader(run.value, scratch, run.at().split(".")),
  );
  notes.absorb(scratch, () => false);
  const version = run?.plain("version");
  if (run !== undefined && version !== undefined && isOldProxy(version))
    notes.add(
      run.at("version"),
      "act",
      "routes here use options that came with v0.9.2, and the preflight refuses an older proxy; take the version out, and kamal proxy reboot.",
      version,
    );
  const known = ["httpPort", "httpsPort"];
  const kept = fields.names.filter((name) => !known.includes(name));
  if (run !== undefined && run.keys.some((key) => !["http_port", "https_port"].includes(key)))
    notes.add(run.at(), "differs", "Kamal's proxy stays as it was run; kamal proxy goes on to manage it.");
  return { fields: fields.without(...kept), ports };
}

/** The `takeOver` of the app. */
export function takeOverOf({ service, destination }: Context, { renamed }: Roles): Fields {
  return new Fields()
    .with("service", service)
    .with("destination", destination)
    .with("roles", renamed.list.length === 0 ? undefined : renamed);
}

/** What is to be done before Kamal's place is taken. */
export function decideTakeOver({ roles, route }: Roles, { notes, destination }: Context): void {
  const end = destination === undefined ? "" : ` -d ${destination}`;
  notes.add(
    "service",
    "act",
    `from the first pulumi up on nobody deploys by Kamal: kamal lock acquire${end} -m "pulumi up deploys" refuses it, and kamal lock release${end} takes that back.`,
  );
  const routes = [route, ...roles.map(({ fields }) => fields.get("route"))];
  const own = routes
    .map((one) => (one instanceof Fields ? one.get("tls") : undefined))
    .some(
      (tls) => typeof tls === "object" && "is" in tls && tls.is === "call" && tls.name === "ownCertificate",
    );
  if (own)
    notes.add(
      "proxy.ssl",
      "act",
      "Kamal's proxy cannot read a certificate of the program's, and the preview refuses it; let Let's Encrypt give one, end TLS in front of the proxy, or move to other machines (sextant import without --take-over).",
    );
}
