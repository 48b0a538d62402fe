/** The engine as the listener of what the plugin says: it shows a message below the resource that it is about. */
import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { Listener } from "./say";

/** @param address of the engine, as it gives it to its plugins */
export function engineLog(address: string): Listener {
  const engine = new EngineClient(address, credentials.createInsecure());
  return (message, urn, manner) => {
    const severity = manner === "warned" ? LogSeverity.WARNING : LogSeverity.INFO;
    const request = new LogRequest().setSeverity(severity).setMessage(message).setUrn(urn);
    // Shown in the line of the resource alone, and kept nowhere.
    request.setEphemeral(manner === "passing");
    return new Promise((resolve) => {
      engine.log(request, (error) => {
        // An engine that has gone shows nothing any more; its end ends the plugin.
        if (error !== null) console.error(`${message} (${error.message})`);
        resolve();
      });
    });
  };
}
