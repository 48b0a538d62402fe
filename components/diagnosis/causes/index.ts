/** The table of all causes, in the order in which the page shows them within a chapter. */
import type { Cause } from "../cause";
import * as app from "./app";
import * as configuration from "./configuration";
import * as dependencies from "./dependencies";
import * as files from "./files";
import * as listening from "./listening";
import * as machine from "./machine";
import * as network from "./network";
import * as process from "./process";
import * as proxy from "./proxy";
import * as redirects from "./redirects";
import * as refusals from "./refusals";
import * as registry from "./registry";

export const causes: readonly Cause[] = [
  redirects.forceSsl,
  redirects.redirected,
  refusals.hostAuthorization,
  refusals.rateLimited,
  refusals.blocklisted,
  refusals.forbidden,
  refusals.notFound,
  app.appError,
  listening.hang,
  listening.wrongPort,
  listening.loopbackBind,
  listening.slowBoot,
  listening.notHttp,
  app.healthcheckFailed,
  app.readinessCommand,
  process.missingCmd,
  process.exitedZero,
  process.crash,
  process.crashLoop,
  configuration.missingEnv,
  configuration.wrongMasterKey,
  process.missingLibrary,
  files.readOnlyPath,
  files.permissionDenied,
  process.stalePid,
  process.gone,
  process.commandNotFound,
  machine.architecture,
  machine.outOfMemory,
  machine.memoryPressureCause,
  machine.diskFull,
  dependencies.dependencyNotThere,
  dependencies.dependencyNotReady,
  dependencies.wrongPassword,
  dependencies.missingTables,
  network.dns,
  network.noOutbound,
  app.releaseFailed,
  registry.pullUnauthorized,
  registry.imageNotFound,
  registry.registryUnreachable,
  registry.pullRateLimited,
  proxy.portTaken,
  proxy.proxyGone,
  proxy.proxyTooOld,
  proxy.hostConflict,
  proxy.certificate,
  proxy.proxyRefused,
];
