/** Drives a provider plugin over the gRPC protocol as the engine does, without an engine. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogSeverity, type LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { read, type Properties } from "./wire";

/** A resource as the engine's state keeps it. */
export interface Held {
  type: string;
  id: string;
  inputs: Properties;
  state: Properties;
}

/** The verdict of a diff: what each changed property asks for. */
export interface Verdict {
  changes: boolean;
  deleteBeforeReplace: boolean;
  properties: Record<string, string>;
}

/** One line that the plugin sent to the engine's log. */
export interface LogLine {
  severity: "debug" | "info" | "warning" | "error";
  status: boolean;
  message: string;
}

const severities = new Map<number, LogLine["severity"]>([
  [LogSeverity.DEBUG, "debug"],
  [LogSeverity.INFO, "info"],
  [LogSeverity.WARNING, "warning"],
  [LogSeverity.ERROR, "error"],
]);

const kinds = Object.fromEntries(Object.entries(rpc.PropertyDiff.Kind).map(([name, value]) => [value, name]));

export class Plugin {
  readonly log: LogLine[] = [];

  private constructor(
    private readonly process: ChildProcess,
    private readonly engine: grpc.Server,
    private readonly client: ResourceProviderClient,
  ) {}

  /** Starts the binary. `handshake: false` plays an engine that does not know that call. */
  static async start(binary: string, options: { env?: NodeJS.ProcessEnv; handshake?: boolean } = {}) {
    const engine = new grpc.Server();
    const enginePort = await new Promise<number>((resolve, reject) => {
      engine.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
        if (error) reject(error);
        else resolve(port);
      });
    });
    const address = `127.0.0.1:${String(enginePort)}`;
    const child = spawn(binary, [address], {
      env: { ...process.env, SSH_AUTH_SOCK: "", ...options.env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [port] = (await once(createInterface(child.stdout), "line")) as [string];
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    const plugin = new Plugin(child, engine, client);
    engine.addService(EngineService, {
      log: (call: grpc.ServerUnaryCall<LogRequest, Empty>, reply: grpc.sendUnaryData<Empty>) => {
        const severity = severities.get(call.request.getSeverity()) ?? "debug";
        plugin.log.push({
          severity,
          status: call.request.getEphemeral(),
          message: call.request.getMessage(),
        });
        reply(null, new Empty());
      },
      getRootResource: unimplemented,
      setRootResource: unimplemented,
      startDebugging: unimplemented,
      requirePulumiVersion: unimplemented,
    });
    if (options.handshake ?? true) await plugin.shakeHands(address);
    await plugin.configure();
    return plugin;
  }

  async stop(): Promise<void> {
    this.client.close();
    this.engine.forceShutdown();
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, "exit");
    this.process.kill("SIGKILL");
    await ended;
  }

  async version(): Promise<string> {
    return (await this.call<PluginInfo>((done) => this.client.getPluginInfo(new Empty(), done))).getVersion();
  }

  async schema(): Promise<unknown> {
    const answer = await this.call<rpc.GetSchemaResponse>((done) =>
      this.client.getSchema(new rpc.GetSchemaRequest(), done),
    );
    return JSON.parse(answer.getSchema()) as unknown;
  }

  /** Checks a program's inputs; returns them with defaults, and what is wrong with them. */
  async check(type: string, inputs: Properties): Promise<{ inputs: Properties; failures: string[] }> {
    const request = new rpc.CheckRequest().setUrn(urn(type)).setNews(Struct.fromJavaScript(inputs));
    const answer = await this.call<rpc.CheckResponse>((done) => this.client.check(request, done));
    const failures = answer.getFailuresList().map((f) => `${f.getProperty()}: ${f.getReason()}`);
    return { inputs: read(answer.getInputs()), failures };
  }

  async diff(old: Held, inputs: Properties): Promise<Verdict> {
    const news = (await this.check(old.type, inputs)).inputs;
    const request = new rpc.DiffRequest()
      .setId(old.id)
      .setUrn(urn(old.type))
      .setOlds(Struct.fromJavaScript(old.state))
      .setOldInputs(Struct.fromJavaScript(old.inputs))
      .setNews(Struct.fromJavaScript(news));
    const answer = await this.call<rpc.DiffResponse>((done) => this.client.diff(request, done));
    const properties: Record<string, string> = {};
    answer.getDetaileddiffMap().forEach((entry, path) => {
      properties[path] = (kinds[entry.getKind()] ?? "UNKNOWN").toLowerCase().replace("_", "-");
    });
    return {
      changes: answer.getChanges() === rpc.DiffResponse.DiffChanges.DIFF_SOME,
      deleteBeforeReplace: answer.getDeletebeforereplace(),
      properties,
    };
  }

  async create(type: string, inputs: Properties, preview = false): Promise<Held> {
    const checked = await this.check(type, inputs);
    if (checked.failures.length > 0) throw new Error(checked.failures.join("\n"));
    const request = new rpc.CreateRequest()
      .setUrn(urn(type))
      .setProperties(Struct.fromJavaScript(checked.inputs))
      .setPreview(preview);
    const answer = await this.call<rpc.CreateResponse>((done) => this.client.create(request, done));
    return { type, id: answer.getId(), inputs: checked.inputs, state: read(answer.getProperties()) };
  }

  async update(old: Held, inputs: Properties, preview = false): Promise<Held> {
    const news = (await this.check(old.type, inputs)).inputs;
    const request = new rpc.UpdateRequest()
      .setId(old.id)
      .setUrn(urn(old.type))
      .setOlds(Struct.fromJavaScript(old.state))
      .setOldInputs(Struct.fromJavaScript(old.inputs))
      .setNews(Struct.fromJavaScript(news))
      .setPreview(preview);
    const answer = await this.call<rpc.UpdateResponse>((done) => this.client.update(request, done));
    return { ...old, inputs: news, state: read(answer.getProperties()) };
  }

  async delete(old: Held): Promise<void> {
    const request = new rpc.DeleteRequest()
      .setId(old.id)
      .setUrn(urn(old.type))
      .setProperties(Struct.fromJavaScript(old.state))
      .setOldInputs(Struct.fromJavaScript(old.inputs));
    await this.call<Empty>((done) => this.client.delete(request, done));
  }

  async invoke(token: string, args: Properties): Promise<Properties> {
    const request = new rpc.InvokeRequest().setTok(token).setArgs(Struct.fromJavaScript(args));
    return read(
      (await this.call<rpc.InvokeResponse>((done) => this.client.invoke(request, done))).getReturn(),
    );
  }

  private async shakeHands(address: string): Promise<void> {
    const request = new rpc.ProviderHandshakeRequest()
      .setEngineAddress(address)
      .setConfigureWithUrn(true)
      .setInvokeWithPreview(true)
      .setAcceptsByteString(true);
    try {
      await this.call<rpc.ProviderHandshakeResponse>((done) => this.client.handshake(request, done));
    } catch (error) {
      // The engine goes on without it too: plugins are older than this call.
      if ((error as grpc.ServiceError).code !== grpc.status.UNIMPLEMENTED) throw error;
    }
  }

  private async configure(): Promise<void> {
    const request = new rpc.ConfigureRequest()
      .setArgs(new Struct())
      .setAcceptsecrets(true)
      .setAcceptresources(true)
      .setSendsOldInputs(true)
      .setSendsOldInputsToDelete(true);
    await this.call<rpc.ConfigureResponse>((done) => this.client.configure(request, done));
  }

  private call<T>(send: (done: (error: grpc.ServiceError | null, answer: T) => void) => unknown): Promise<T> {
    return new Promise((resolve, reject) => {
      send((error, answer) => {
        if (error) reject(error);
        else resolve(answer);
      });
    });
  }
}

function urn(type: string): string {
  return `urn:pulumi:test::test::${type}::it`;
}

function unimplemented(_call: unknown, reply: grpc.sendUnaryData<Empty>): void {
  reply({ code: grpc.status.UNIMPLEMENTED });
}
