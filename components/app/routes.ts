/**
 * The routes of an app as a resource that a refresh can read. Remote commands have no read, so that a route that was
 * removed by hand would stay unnoticed; this one asks the proxies on refresh, and the next update puts a missing route back.
 */
import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic/resource";
import type { RoutedHost, ServedRoute } from "./routes-provider";

/** The routes of an app on all its hosts. */
export class Routes extends DynamicResource {
  constructor(
    name: string,
    inputs: { hosts: pulumi.Input<RoutedHost>[]; routes: pulumi.Input<ServedRoute>[] },
    opts: pulumi.CustomResourceOptions,
  ) {
    super("routes", "Routes", name, inputs, opts);
  }
}
