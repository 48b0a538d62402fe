/**
 * The routes of an app as a resource that a refresh can read. Remote commands have no read, so that a route that was
 * removed by hand would stay unnoticed; this one asks the proxies on refresh, and the next update puts a missing route back.
 */
import type * as pulumi from "@pulumi/pulumi";
import { PluginResource } from "../core/resource";
import type { RoutedHost, ServedRoute } from "../../provider/release/routes";

/** The routes of an app on all its hosts. */
export class Routes extends PluginResource {
  constructor(
    name: string,
    inputs: { hosts: pulumi.Input<RoutedHost>[]; routes: pulumi.Input<ServedRoute>[] },
    opts: pulumi.CustomResourceOptions,
  ) {
    super("Routes", name, inputs, opts);
  }
}
