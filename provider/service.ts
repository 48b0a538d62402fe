/**
 * The engine's calls (pulumi/provider.proto), answered by the work of each type of resource. The engine hands over inputs without marks of
 * secrets and marks the same properties of what it gets back: `acceptSecrets` is off.
 */
import {
  type handleUnaryCall,
  type ServerUnaryCall,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { differences, type Kind } from "./detailed-diff";
import { knowLine, tellingFailure } from "./after-failure";
import { afterFailureInput, type AfterFailure } from "./core/after-failure";
import { leftOutInput } from "./core/limited-run";
import { isLeftOut, knowOf, newRefused, removalRefused } from "./left-out";
import { workingOn } from "./say";
import type { Diff, ResourceProvider } from "./resource-provider";

type Values = Record<string, unknown>;

/** The work for each type of resource, by the last part of its token: `Container` of `sextant:index:Container`. */
export type Resources = Readonly<Record<string, object>>;

/** What the plugin says of itself. */
export interface Plugin {
  resources: Resources;
  /** Without a leading `v`. */
  version: string;
  /** Pulumi's package schema, as JSON. */
  schema: string;
  /** Ends what is under way: the user has pressed Ctrl-C. */
  cancel: () => void;
}

/**
 * The answers to the engine's calls; any other is answered as unknown. `Handshake` is among those: an engine that has been answered it takes
 * a provider for one that creates in a preview, and would have containers made (pkg/resource/plugin, `NewProviderFromPath`).
 */
export function service({ resources, version, schema, cancel }: Plugin): UntypedServiceImplementation {
  const of = (urn: string): ResourceProvider<Values, Values> => {
    const type = typeOf(urn);
    const found = resources[type];
    if (found === undefined)
      throw new Error(
        `this version of Sextant, ${version}, has no resource ${type}; a later one has put it into the state. Use that one.`,
      );
    return found as ResourceProvider<Values, Values>;
  };
  return {
    getPluginInfo: answer(() => new PluginInfo().setVersion(version)),
    getSchema: answer(() => new proto.GetSchemaResponse().setSchema(schema)),
    // In a preview nothing is made or changed: it is asked what is known by then.
    configure: answer(() => new proto.ConfigureResponse().setSupportspreview(true)),
    // The settings of a project named sextant are no settings of the plugin, though the engine gives them as such.
    checkConfig: answer(({ request }: Call<proto.CheckRequest>) => {
      const { version: wanted } = plain(request.getNews());
      return new proto.CheckResponse().setInputs(struct({ version: wanted }));
    }),
    diffConfig: answer(() => new proto.DiffResponse().setChanges(proto.DiffResponse.DiffChanges.DIFF_NONE)),
    cancel: answer(() => {
      cancel();
      return new Empty();
    }),

    check: onResource(async ({ request }: Call<proto.CheckRequest>) => {
      const urn = request.getUrn();
      const olds = plain(request.getOlds());
      const { [leftOutInput]: leftOut, [afterFailureInput]: line, ...news } = plain(request.getNews());
      knowOf(urn, leftOut === true);
      knowLine(urn, line as AfterFailure | undefined);
      const { check, postpone } = of(urn);
      if (leftOut === true && Object.keys(olds).length === 0 && postpone === undefined) {
        const failure = new proto.CheckFailure().setReason(newRefused(urn, process.env));
        return new proto.CheckResponse().setInputs(struct(news)).setFailuresList([failure]);
      }
      const { inputs = news, failures = [] } = (await check?.(olds, news)) ?? {};
      const failed = failures.map(({ property, reason }) =>
        new proto.CheckFailure().setProperty(property).setReason(reason),
      );
      return new proto.CheckResponse().setInputs(struct(inputs)).setFailuresList(failed);
    }),

    diff: onResource(async ({ request }: Call<proto.DiffRequest>) => {
      if (isLeftOut(request.getUrn())) return diffed({ changes: false }, {}, {});
      const [state, news] = [plain(request.getOlds()), plain(request.getNews())];
      const found = await of(request.getUrn()).diff?.(request.getId(), state, news);
      return diffed(found ?? { changes: false }, plain(request.getOldInputs()), news);
    }),

    create: onResource(async ({ request }: Call<proto.CreateRequest>) => {
      if (request.getPreview()) return new proto.CreateResponse().setProperties(request.getProperties());
      const [urn, inputs] = [request.getUrn(), plain(request.getProperties())];
      const { create, postpone } = of(urn);
      const { id, outs } = await tellingFailure(urn, inputs, async () =>
        isLeftOut(urn) && postpone !== undefined ? postpone(inputs) : create(inputs),
      );
      return new proto.CreateResponse().setId(id).setProperties(struct(outs));
    }),

    read: onResource(async ({ request }: Call<proto.ReadRequest>) => {
      const state = plain(request.getProperties());
      // In an import there is none.
      const given = Object.keys(state).length === 0 ? undefined : state;
      const found = await of(request.getUrn()).read?.(request.getId(), given);
      const { id, props } = found ?? { id: request.getId(), props: state };
      return new proto.ReadResponse().setId(id).setProperties(struct(props)).setInputs(request.getInputs());
    }),

    update: onResource(async ({ request }: Call<proto.UpdateRequest>) => {
      const [urn, state, news] = [request.getUrn(), plain(request.getOlds()), plain(request.getNews())];
      if (request.getPreview()) {
        const { foresee = () => news } = of(urn);
        return new proto.UpdateResponse().setProperties(struct(foresee(state, news)));
      }
      const updated = await tellingFailure(urn, news, async () =>
        of(urn).update?.(request.getId(), state, news),
      );
      const { outs } = updated ?? { outs: news };
      return new proto.UpdateResponse().setProperties(struct(outs));
    }),

    delete: onResource(async ({ request }: Call<proto.DeleteRequest>) => {
      const [state, inputs] = [plain(request.getProperties()), plain(request.getOldInputs())];
      const refused = removalRefused(request.getUrn(), { ...inputs, ...state }, process.env);
      if (refused !== undefined) throw new Error(refused);
      await of(request.getUrn()).delete?.(request.getId(), state, inputs);
      return new Empty();
    }),
  };
}

/** The answer to a call about a resource. */
const onResource = <Request extends { getUrn(): string }, Response>(
  work: (call: Call<Request>) => Promise<Response>,
): handleUnaryCall<Request, Response> => answer((call) => workingOn(call.request.getUrn(), () => work(call)));

type Call<Request> = Pick<ServerUnaryCall<Request, unknown>, "request">;

/** A call's answer as gRPC wants it. */
function answer<Request, Response>(
  work: (call: Call<Request>) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    // In a function of its own, so that what is thrown at once is an answer, too.
    (async () => work(call))().then(
      (response) => {
        callback(null, response);
      },
      (error: unknown) => {
        if (isFault(error)) console.error(error);
        callback({ code: status.UNKNOWN, details: error instanceof Error ? error.message : String(error) });
      },
    );
  };
}

/** Whether somebody has to mend the library for it: its stack is shown, for who reports it. */
function isFault(error: unknown): boolean {
  return [TypeError, RangeError, ReferenceError, SyntaxError].some((kind) => error instanceof kind);
}

/** `Container` of `urn:pulumi:production::shop::sextant:index:App$sextant:index:Container::shop-web-1`. */
export function typeOf(urn: string): string {
  const types = urn.split("::")[2] ?? "";
  return types.slice(types.lastIndexOf(":") + 1);
}

const plain = (values: Struct | undefined): Values => (values?.toJavaScript() ?? {}) as Values;

/** What JSON leaves out is left out. */
const struct = (values: object): Struct =>
  Struct.fromJavaScript(JSON.parse(JSON.stringify(values)) as Record<string, JavaScriptValue>);

/** A diff with its properties, by which a preview says what an edit does. */
export function diffed(
  { changes, replaces = [], deleteBeforeReplace = false }: Diff,
  olds: Values,
  news: Values,
): proto.DiffResponse {
  const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
  const response = new proto.DiffResponse()
    .setChanges(changes || replaces.length > 0 ? DIFF_SOME : DIFF_NONE)
    .setReplacesList(replaces)
    .setDeletebeforereplace(deleteBeforeReplace);
  const found = changes || replaces.length > 0 ? differences(olds, news) : [];
  // Without any, such as where a refresh found something undone, the engine names what it can.
  if (found.length === 0) return response;
  response.setHasdetaileddiff(true).setDiffsList([...new Set(found.map(({ property }) => property))]);
  for (const { path, kind, property } of found) {
    const difference = new proto.PropertyDiff()
      .setKind((replaces.includes(property) ? replacing : updating)[kind])
      .setInputdiff(true);
    response.getDetaileddiffMap().set(path, difference);
  }
  return response;
}

const { ADD, ADD_REPLACE, DELETE, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } = proto.PropertyDiff.Kind;
const updating: Record<Kind, proto.PropertyDiff.Kind> = { add: ADD, delete: DELETE, update: UPDATE };
const replacing: Record<Kind, proto.PropertyDiff.Kind> = {
  add: ADD_REPLACE,
  delete: DELETE_REPLACE,
  update: UPDATE_REPLACE,
};
