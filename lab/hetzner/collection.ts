/** Routes that every kind has: list, read, its actions, and the shapes of update, protection and reverse DNS. */
import type { Cloud } from "./cloud";
import { failure, invalidField, notFound } from "./errors";
import { idOf, ok, type Call, type Reply, type Router } from "./http";
import { Input } from "./input";
import { page, type ListOptions } from "./pagination";
import type { ActionRecord, DnsPointer } from "./records";
import { singular, type RecordKind, type RecordOf } from "./store";

const actionSorts = ["id", "command", "status", "progress", "started", "finished"];

/** How a kind is shown and listed. */
export interface CollectionOptions<K extends RecordKind> {
  view: (record: RecordOf<K>) => object;
  sorts?: readonly string[];
  filters?: Record<string, (entry: RecordOf<K>, value: string) => boolean>;
}

/** Adds `GET /kind`, `GET /kind/:id` and the reads of the kind's actions. */
export function collection<K extends RecordKind>(
  router: Router,
  cloud: Cloud,
  kind: K,
  { view, sorts = ["id", "name", "created"], filters = {} }: CollectionOptions<K>,
): void {
  const { store } = cloud;
  const type = singular[kind];
  router.on("GET", `/${kind}`, (call) => {
    const reply = page(call, store.all(kind), {
      key: kind,
      sorts,
      filters,
      endpoint: cloud.endpoint(),
    } as ListOptions<RecordOf<K>>);
    const body = reply.body as Record<string, unknown>;
    return { ...reply, body: { ...body, [kind]: (body[kind] as RecordOf<K>[]).map(view) } };
  });
  router.on("GET", `/${kind}/:id`, (call) => ok({ [type]: view(store.get(kind, idOf(call))) }));
  router.on("GET", `/${kind}/actions`, (call) => listActions(cloud, call, (action) => about(action, type)));
  router.on("GET", `/${kind}/actions/:id`, (call) => ok({ action: actionById(cloud, idOf(call), type) }));
  router.on("GET", `/${kind}/:id/actions`, (call) => {
    const id = store.get(kind, idOf(call)).id;
    return listActions(cloud, call, (action) => about(action, type, id));
  });
  router.on("GET", `/${kind}/:id/actions/:id`, (call) => {
    return ok({ action: actionById(cloud, idOf(call, 1), type, idOf(call)) });
  });
}

function about(action: ActionRecord, type: string, id?: number): boolean {
  return action.resources.some((each) => each.type === type && (id === undefined || each.id === id));
}

/** The action, when it is about a resource of this type. */
export function actionById(cloud: Cloud, id: number, type?: string, resource?: number): ActionRecord {
  const action = cloud.store.state.actions[id];
  if (!action || (type !== undefined && !about(action, type, resource))) throw notFound("action", id);
  return action;
}

/** A page of the actions that fit. */
export function listActions(cloud: Cloud, call: Call, fits: (action: ActionRecord) => boolean): Reply {
  return page(call, Object.values(cloud.store.state.actions).filter(fits), {
    key: "actions",
    sorts: actionSorts,
    filters: {
      id: (action, value) => String(action.id) === value,
      status: (action, value) => action.status === value,
    },
    endpoint: cloud.endpoint(),
  });
}

/** Adds `POST /kind/:id/actions/command`; the handler answers with the action or with more than that. */
export function command<K extends RecordKind>(
  router: Router,
  cloud: Cloud,
  kind: K,
  name: string,
  handle: (record: RecordOf<K>, input: Input) => ActionRecord | Record<string, unknown>,
): void {
  router.on("POST", `/${kind}/:id/actions/${name}`, (call) => {
    const result = handle(cloud.store.get(kind, idOf(call)), new Input(call.body));
    return ok("command" in result ? { action: result } : result, 201);
  });
}

/** Sets name and labels from a request, after checking both. */
export function rename(cloud: Cloud, kind: RecordKind, record: RecordOf<RecordKind>, input: Input): void {
  const name = input.has("name") ? input.needText("name") : record.name;
  const labels = input.labels() ?? record.labels;
  input.done();
  cloud.store.needFreeName(kind, name, record.id);
  record.name = name;
  record.labels = labels;
}

/** Adds `change_protection`, for kinds that only know protection from deletion. */
export function deleteProtection(
  router: Router,
  cloud: Cloud,
  kind: "networks" | "volumes" | "primary_ips" | "floating_ips" | "load_balancers",
): void {
  command(router, cloud, kind, "change_protection", (record, input) => {
    const wanted = input.flag("delete");
    input.done();
    record.protection.delete = wanted ?? record.protection.delete;
    return cloud.actions.start({
      command: "change_protection",
      resources: [{ type: singular[kind], id: record.id }],
    });
  });
}

/** Throws `protected` when the record may not be deleted. */
export function needDeletable(kind: RecordKind, record: { protection: { delete: boolean } }): void {
  if (record.protection.delete) throw failure("protected", `${singular[kind]} deletion is protected`);
}

/** Adds `change_dns_ptr`; `set` answers false when the address is not the record's own. */
export function reverseDns<K extends RecordKind>(
  router: Router,
  cloud: Cloud,
  kind: K,
  set: (record: RecordOf<K>, pointer: { ip: string; dns_ptr: string | null }) => boolean,
): void {
  command(router, cloud, kind, "change_dns_ptr", (record, input) => {
    const ip = input.needText("ip");
    const name = input.hostname("dns_ptr") ?? null;
    input.done();
    if (!set(record, { ip, dns_ptr: name }))
      throw invalidField("ip", `${ip} is no address of this ${singular[kind]}`);
    return cloud.actions.start({
      command: "change_dns_ptr",
      resources: [{ type: singular[kind], id: record.id }],
    });
  });
}

/** Sets or, with null, removes a pointer in a list. */
export function setPointer(list: DnsPointer[], ip: string, name: string | null, fallback?: string): void {
  const index = list.findIndex((each) => each.ip === ip);
  if (index >= 0) list.splice(index, 1);
  const value = name ?? fallback;
  if (value !== undefined) list.push({ ip, dns_ptr: value });
}
