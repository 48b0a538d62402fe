/**
 * `pulumi-resource-sextant`: the plugin that Pulumi's engine starts for the resources of this library. It prints the port that it listens
 * on, and ends with the engine.
 */
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { endWithEngine, engineIn } from "./end-with-engine";
import { engineLog } from "./engine-log";
import { endWaits } from "./release/wait";
import { resources, retired } from "./resources";
import { sayTo } from "./say";
import schema from "./schema.json";
import { service } from "./service";
import { interrupt } from "./ssh/children";

/** Put in by scripts/build-plugin.ts. */
declare const sextantVersion: string;

/** Bytes of a message. The engine's own limit, 400 MB (sdk/go/common/util/rpcutil): a state may hold large files. */
const most = 400 * 1024 * 1024;

function serve(): void {
  endWithEngine();
  const engine = engineIn(process.argv.slice(2));
  if (engine !== undefined) sayTo(engineLog(`${engine.host}:${engine.port}`));
  const server = new Server({
    "grpc.max_receive_message_length": most,
    "grpc.max_send_message_length": most,
  });
  const plugin = {
    resources: { ...resources, ...retired },
    version: sextantVersion,
    schema: JSON.stringify({ ...schema, version: sextantVersion }),
    cancel: () => {
      interrupt();
      endWaits();
    },
  };
  server.addService(ResourceProviderService, service(plugin));
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) {
      console.error(`pulumi-resource-sextant: it cannot listen on this machine: ${error.message}`);
      process.exit(1);
    }
    process.stdout.write(`${port}\n`);
  });
}

serve();
