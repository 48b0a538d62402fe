/**
 * The providers of the library's own resources. This file is what Pulumi's plugin for dynamic resources loads: nothing
 * that it imports may make resources.
 */
import { pullProvider } from "../app/pull-provider";
import { routesProvider } from "../app/routes-provider";
import { kitProvider } from "../host/kit-provider";
import { verbProvider } from "../host/verb-provider";

export const providers = { kit: kitProvider, verb: verbProvider, pull: pullProvider, routes: routesProvider };

export type Providers = typeof providers;
