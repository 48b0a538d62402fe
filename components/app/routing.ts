/** What a route takes besides its switch: the proxy of its host, its own certificate, and the routes of the whole program. */
import * as pulumi from "@pulumi/pulumi";
import { shortHash } from "../../provider/core/short-hash";
import type { Component } from "../core/component";
import { sentences } from "../core/problem";
import { lateRefusal } from "../core/refusal";
import { ofType } from "../core/shape";
import type { Host } from "../host/host";
import { Step } from "../host/step";
import type { ExistingProxy } from "../proxy/existing";
import type { Proxy } from "../proxy/proxy";
import { checkKey } from "./checks/check-certificate";
import { certificateDirectory, type RouteArgs } from "./route";

/** A proxy that routes are given. */
export type RoutingProxy = Proxy | ExistingProxy;

/** Puts a certificate of one's own where the proxy of a host reads it. */
export function putCertificate(
  { app, args }: { app: Component; args: { proxy?: RoutingProxy | undefined } },
  service: string,
  { tls }: RouteArgs,
  host: Host,
  opts: pulumi.CustomResourceOptions = {},
): { directory: string; step: Step<"Certificate"> } | undefined {
  if (tls?.kind !== "certificate") return undefined;
  const { certificate, privateKey } = tls;
  const hash = shortHash(certificate, 12);
  const directory = certificateDirectory(service, hash);
  const step = new Step(
    "Certificate",
    `${service}-${host.hostName}-certificate`,
    host,
    {
      directory,
      certificate,
      privateKey: pulumi.secret(privateKey).apply((key) => {
        const problems = checkKey("tls", certificate, key);
        if (problems.length > 0) throw lateRefusal(sentences(`${app.label}: route ${service}`, problems));
        return key;
      }),
    },
    { ...opts, parent: app, dependsOn: settled(args, host) },
  );
  return { directory, step };
}

/**
 * What is known once the apps that follow in the program are made: by the time that a container has its name. A preview may not know that
 * name, and asks as soon as the program has gone on.
 */
export function onceAllAreMade<T>(container: pulumi.Output<string>, ask: () => T): pulumi.Input<T> {
  if (!pulumi.runtime.isDryRun()) return container.apply(ask);
  return new Promise((resolve) => {
    setImmediate(() => {
      resolve(ask());
    });
  });
}

/** What makes the proxy of a host ready. */
export function settled({ proxy }: { proxy?: RoutingProxy | undefined }, host: Host): pulumi.Resource[] {
  const there = proxy?.on.get(host.hostName);
  return there === undefined ? [] : [there.settle];
}

/** Another program may be replacing its proxy now. */
export function awaited({ proxy }: { proxy?: RoutingProxy | undefined }): { awaitProxy?: true } {
  return proxy !== undefined && isExisting(proxy) ? { awaitProxy: true } : {};
}

const isExisting = ofType("sextant:index:ExistingProxy");
