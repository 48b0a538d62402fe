/** The table of all causes, in the order in which the page shows them within a chapter. */
import type { Cause } from "../cause";
import * as app from "./app";
import * as configuration from "./configuration";
import * as data from "./data";
import * as dependencies from "./dependencies";
import * as entry from "./entry";
import * as files from "./files";
import * as limits from "./limits";
import * as listening from "./listening";
import * as machine from "./machine";
import * as network from "./network";
import * as process from "./process";
import * as proxy from "./proxy";
import * as redirects from "./redirects";
import * as refusals from "./refusals";
import * as registry from "./registry";
import * as tls from "./tls";

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
  listening.ipv6Only,
  listening.bindFailed,
  listening.unixSocket,
  listening.noWebServer,
  listening.slowBoot,
  listening.speaksTls,
  listening.notHttp,
  app.healthcheckFailed,
  app.readinessCommand,
  process.missingCmd,
  process.exitedZero,
  process.crash,
  process.crashLoop,
  configuration.missingEnv,
  configuration.wrongMasterKey,
  entry.entryMissing,
  process.missingLibrary,
  process.otherVersion,
  files.sandboxed,
  files.readOnlyPath,
  files.permissionDenied,
  files.notPrivileged,
  files.sqliteFile,
  process.stalePid,
  process.gone,
  process.commandNotFound,
  machine.architecture,
  machine.outOfMemory,
  limits.heapLimit,
  machine.memoryPressureCause,
  machine.diskFull,
  limits.smallFileSystem,
  limits.kernelLimit,
  machine.engineAway,
  dependencies.dependencyNotThere,
  dependencies.dependencyNotReady,
  dependencies.wrongPassword,
  dependencies.connectionRule,
  dependencies.tooManyConnections,
  dependencies.missingTables,
  data.dataFormat,
  network.dns,
  network.noOutbound,
  network.untrustedCertificate,
  app.releaseFailed,
  app.jobFailed,
  registry.pullUnauthorized,
  registry.imageNotFound,
  registry.layerUnreadable,
  registry.registryUnreachable,
  registry.pullRateLimited,
  proxy.portTaken,
  proxy.proxyGone,
  proxy.proxyBridged,
  proxy.proxyTooOld,
  proxy.hostConflict,
  proxy.certificate,
  proxy.proxyRefused,
  tls.certificateName,
  tls.certificateLimit,
  tls.certificateCaa,
  tls.certificateRejected,
  tls.certificateAuthority,
  tls.certificateElsewhere,
  tls.certificateShut,
];
