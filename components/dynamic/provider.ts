/**
 * The providers of the library's own resources. This file is what Pulumi's plugin for dynamic resources loads: nothing
 * that it imports may make resources.
 */
import { pruneProvider } from "../app/prune-provider";
import { routesProvider } from "../app/routes-provider";
import { containerProvider } from "../docker/container-provider";
import { networkProvider } from "../docker/network-provider";
import { pullProvider } from "../docker/pull-provider";
import { volumeProvider } from "../docker/volume-provider";
import { gateProvider } from "../host/gate-provider";
import { verbProvider } from "../host/verb-provider";

export const providers = {
  gate: gateProvider,
  verb: verbProvider,
  pull: pullProvider,
  routes: routesProvider,
  prune: pruneProvider,
  container: containerProvider,
  volume: volumeProvider,
  network: networkProvider,
};

export type Providers = typeof providers;
