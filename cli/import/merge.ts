/** The programs of several destinations as one, whose stacks differ by their configuration. Pure. */
import { camelCase } from "../init/variable";
import type { Decision } from "./decision";
import { Fields, isSpecial, same, type Field, type Node } from "./node";
import type { AccessoryPart, AppPart, Machine, Program, RolePart } from "./program";
import type { Names } from "./reader";

/** A value of a stack that is no secret. */
export type Value = string | number | boolean | string[] | Readonly<Record<string, string>>;
export type Values = ReadonlyMap<string, Readonly<Record<string, Value>>>;

/** One program for all stacks. */
export interface Merged {
  readonly program: Program;
  /** Whether the stacks have machines of their own number, which their configuration names. */
  readonly machinesOfStack: boolean;
  /** The configuration of each stack. */
  readonly values: Values;
  readonly decisions: readonly Decision[];
}

/** The program of one destination, and the stack that it becomes. */
export interface OfStack {
  readonly stack: string;
  readonly program: Program;
}

/** Merges them; those of one alone is what it is. */
export function merged(all: readonly OfStack[], names: Names): Merged {
  const [first] = all;
  if (first === undefined) throw new Error("import: there is nothing to write a program from.");
  const merge = new Merge(
    all.map(({ stack }) => stack),
    names,
  );
  const programs = all.map(({ program }) => program);
  const alike = all.length === 1 || programs.every((one) => same(placesOf(one), placesOf(first.program)));
  if (!alike) for (const { stack, program } of all) merge.set(stack, placeValues(program));
  return {
    machinesOfStack: !alike,
    program: {
      ...first.program,
      registries: first.program.registries.map((part) => ({
        ...part,
        fields: merge.fields(
          [part.name],
          programs.map(({ registries }) => fieldsOf(registries, part.name)),
        ),
      })),
      machines: alike ? merge.machines(programs) : [merge.anyMachine(programs)],
      ...(first.program.proxy === undefined
        ? {}
        : {
            proxy: {
              ...first.program.proxy,
              fields: merge.fields(
                ["proxy"],
                programs.map(({ proxy }) => proxy?.fields),
              ),
            },
          }),
      accessories: merge.accessories(programs),
      ...(first.program.image === undefined
        ? {}
        : {
            image: merge.fields(
              ["image"],
              programs.map(({ image }) => image),
            ),
          }),
      ...(first.program.app === undefined ? {} : { app: merge.app(programs, first.program.app) }),
      wanted: [...new Map(programs.flatMap(({ wanted }) => wanted).map((one) => [one.name, one])).values()],
    },
    values: merge.values,
    decisions: merge.decisions,
  };
}

const fieldsOf = (parts: readonly { name: string; fields: Fields }[], name: string): Fields | undefined =>
  parts.find((part) => part.name === name)?.fields;

/** Which machines there are, and what is on which. */
function placesOf({ machines, proxy, accessories, app }: Program): unknown {
  const on = (parts: readonly { name: string; machines: readonly string[] }[] = []): unknown =>
    parts.map(({ name, machines: where }) => [name, where]);
  return [machines.map(({ name }) => name), proxy?.machines, on(accessories), on(app?.roles)];
}

/** The same, as the configuration of a stack. */
function placeValues({ machines, proxy, accessories, app }: Program): Record<string, Value> {
  return {
    servers: Object.fromEntries(
      machines.map(({ name, address }) => [name, typeof address === "string" ? address : "ADDRESS"]),
    ),
    ...(proxy === undefined ? {} : { proxyServers: [...proxy.machines] }),
    ...Object.fromEntries((app?.roles ?? []).map(({ name, machines: on }) => [serversOf(name), [...on]])),
    ...Object.fromEntries(accessories.map(({ name, machines: on }) => [serversOf(name), [...on]])),
  };
}

/** The value that names the machines of a role or an accessory. */
export function serversOf(name: string): string {
  return `${camelCase(name)}Servers`;
}

class Merge {
  readonly values = new Map<string, Record<string, Value>>();
  readonly decisions: Decision[] = [];

  constructor(
    private readonly stacks: readonly string[],
    private readonly names: Names,
  ) {}

  set(stack: string, values: Readonly<Record<string, Value>>): void {
    this.values.set(stack, { ...this.values.get(stack), ...values });
  }

  machines(programs: readonly Program[]): Machine[] {
    return (programs[0]?.machines ?? []).map(({ name, address }) => {
      const each = programs.map((one) => one.machines.find((machine) => machine.name === name));
      const addresses = each.map((machine) => machine?.address);
      const fields = this.fields(
        [name],
        each.map((machine) => machine?.fields),
      );
      return { name, fields, address: this.node([name, "address"], addresses) ?? address };
    });
  }

  /** What all machines of all stacks have; a proxy's ports have to be free where there is one. */
  anyMachine(programs: readonly Program[]): Machine {
    const all = programs.flatMap(({ machines }) => machines);
    const alike = all.every(({ fields }) => same(fields, all[0]?.fields));
    const fields =
      all.find(({ fields: own }) => own.get("preflight") === undefined)?.fields ?? all[0]?.fields;
    const rest = fields?.without("preflight") ?? new Fields();
    const ports = new Fields().with("ports", {
      is: "lines",
      lines: ['config.requireObject<string[]>("proxyServers").includes(name)', "  ? [80, 443]", "  : []"],
    });
    if (!all.every((machine) => same(machine.fields.without("preflight"), rest)))
      this.decide(
        "servers",
        "the machines are reached in different ways, and the program has that of the first",
      );
    return { name: "name", address: "", fields: alike ? (fields ?? rest) : rest.with("preflight", ports) };
  }

  accessories(programs: readonly Program[]): AccessoryPart[] {
    const every = programs.flatMap(({ accessories }) => accessories);
    // The one with the most machines comes last, and is written for as many.
    const sorted = [...every].sort((one, other) => one.machines.length - other.machines.length);
    const byName = new Map(sorted.map((one) => [one.name, one]));
    const all = [...new Set(every.map(({ name }) => name))].flatMap((name) => byName.get(name) ?? []);
    return all.map((part) => {
      const each = programs.map(({ accessories }) => accessories.find(({ name }) => name === part.name));
      this.absent(`accessories.${part.name}`, each);
      if (each.some((one) => one !== undefined && one.kind !== part.kind))
        this.decide(`accessories.${part.name}`, "it is of another kind in each, and the program has one");
      const there = each.map((one) => one?.fields).filter((one) => one !== undefined);
      return {
        ...part,
        fields: this.fields([part.name], there.length === each.length ? there : [part.fields]),
      };
    });
  }

  app(programs: readonly Program[], first: AppPart): AppPart {
    const apps = programs.map(({ app }) => app);
    this.absent("servers", apps);
    const roles = [
      ...new Map(apps.flatMap((app) => app?.roles ?? []).map((one) => [one.name, one])).values(),
    ];
    return {
      head: this.fields(
        [],
        apps.map((app) => app?.head ?? first.head),
      ),
      roles: roles.map((role): RolePart => {
        const each = apps.map((app) => app?.roles.find(({ name }) => name === role.name));
        for (const [at, one] of each.entries())
          if (one === undefined) this.set(this.stacks[at] ?? "", { [serversOf(role.name)]: [] });
        return {
          ...role,
          machines: each.every((one) => one !== undefined) ? role.machines : [],
          fields: this.fields(
            [role.name],
            each.map((one) => one?.fields ?? role.fields),
          ),
        };
      }),
      tail: this.fields(
        [],
        apps.map((app) => app?.tail ?? first.tail),
      ),
    };
  }

  /** The members of all, each as it is in all stacks, or as the stack's configuration has it. */
  fields(path: readonly string[], all: readonly (Fields | undefined)[]): Fields {
    const present = all.map((one) => one ?? new Fields());
    const names = [...new Set(present.flatMap((one) => one.names))];
    const list = names.flatMap((name): Field[] => {
      const each = present.map((one) => one.get(name));
      const comment = present.flatMap((one) => one.list).find((field) => field.name === name)?.comment;
      const own = [...path.filter((part) => part !== "route"), name];
      const value = this.member(own, each);
      return value === undefined ? [] : [{ name, value, ...(comment === undefined ? {} : { comment }) }];
    });
    return new Fields(list);
  }

  private member(path: readonly string[], each: readonly (Node | undefined)[]): Node | undefined {
    const [first] = each;
    if (each.every((one) => same(one, first))) return first;
    const name = path.at(-1);
    if (name === "env" || name === "labels") return this.record(path, each);
    if (name === "secrets") return this.secrets(path, each);
    return this.node(path, each);
  }

  node(path: readonly string[], each: readonly (Node | undefined)[]): Node | undefined {
    const [first] = each;
    const some = each.filter((one) => one !== undefined);
    const [one] = some;
    if (one === undefined || each.every((other) => same(other, first))) return first;
    if (some.length === each.length && some.every((other) => other instanceof Fields))
      return this.fields(path, some as Fields[]);
    const type = typeOf(one);
    if (type !== undefined && some.every((other) => typeOf(other) === type)) {
      const name = this.named(path);
      each.forEach((other, at) => {
        const value = other === undefined ? undefined : valueOf(other);
        if (value !== undefined) this.set(this.stacks[at] ?? "", { [name]: value });
      });
      return { is: "config", name, type, ...(some.length < each.length ? { optional: true } : {}) };
    }
    if (some.every((other) => same(other, one))) {
      const name = this.named(path);
      each.forEach((other, at) => {
        this.set(this.stacks[at] ?? "", { [name]: other !== undefined });
      });
      return { is: "when", name, value: one };
    }
    this.decide(
      path.join("."),
      "it is written in another way in each, and the program has that of the first",
    );
    return one;
  }

  /** Texts by their names: those that all stacks have alike are in the program, the others in the configuration. */
  private record(path: readonly string[], each: readonly (Node | undefined)[]): Fields {
    const all = each.map((one) => (one instanceof Fields ? one : new Fields()));
    const names = [...new Set(all.flatMap((one) => one.names))];
    const alike = names.filter((name) => all.every((one) => same(one.get(name), all[0]?.get(name))));
    const own = names.filter((name) => !alike.includes(name));
    const name = this.named(path);
    all.forEach((one, at) => {
      const texts = own.flatMap((key) => {
        const value = one.get(key);
        if (value !== undefined && typeof value !== "string")
          this.decide(
            [...path, key].join("."),
            "its value is no text in one of them; write it into the program",
          );
        return typeof value === "string" ? [[key, value] as const] : [];
      });
      this.set(this.stacks[at] ?? "", { [name]: Object.fromEntries(texts) });
    });
    const kept = new Fields((all[0] ?? new Fields()).list.filter((field) => alike.includes(field.name)));
    return kept.with("...", { is: "config", name, type: "Record<string, string>" });
  }

  private secrets(path: readonly string[], each: readonly (Node | undefined)[]): Fields {
    const all = each.map((one) => (one instanceof Fields ? one : new Fields()));
    const list = [...new Map(all.flatMap((one) => one.list).map((field) => [field.name, field])).values()];
    for (const { name } of list)
      this.absent(
        [...path, name].join("."),
        all.map((one) => one.get(name)),
      );
    return new Fields(list);
  }

  private absent(what: string, each: readonly unknown[]): void {
    const without = this.stacks.filter((_, at) => each[at] === undefined);
    if (without.length > 0 && without.length < this.stacks.length)
      this.decide(
        what,
        `${without.join(" and ")} has it not, and the program has it in all stacks: give it there, too, or write a condition on pulumi.getStack()`,
      );
  }

  private decide(key: string, what: string): void {
    this.decisions.push({
      key,
      weight: "act",
      sentence: `of the destinations ${this.stacks.join(", ")}: ${what}.`,
    });
  }

  private named(path: readonly string[]): string {
    const words = path
      .join("_")
      .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
      .replaceAll("-", "_");
    return this.names.of(words, `stack ${path.join(".")}`);
  }
}

/** The type of a value that a stack's configuration can have. */
function typeOf(node: Node): string | undefined {
  if (typeof node !== "object") return typeof node;
  if (isSpecial(node)) return node.is === "typed" ? node.type : undefined;
  if (node instanceof Fields) return undefined;
  return node.every((item) => typeof item === "string") ? "string[]" : undefined;
}

function valueOf(node: Node): Value {
  if (typeof node !== "object") return node;
  if (isSpecial(node)) return node.is === "typed" ? node.text : "";
  return node instanceof Fields ? "" : node.map(String);
}
