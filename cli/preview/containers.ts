/** Which containers a preview makes, replaces, changes and removes, on which hosts. Pure. */
import { compare } from "../../provider/core/compare";
import { accessoryLabel, ownProxy } from "../../provider/docker/container-body";
import { unknownValue } from "../../provider/data/place";
import { containerChanges, type Change } from "./changes";
import { tagOf } from "../reference";
import { fates, hostOf, objectOf, textOf, type Fate, type Step, type Values } from "./digest";

/** An image as a release names it. */
export interface Image {
  /** The full reference. */
  readonly reference: string;
  /** The commit that it was built from, where its tag, its version or a label says one. */
  readonly commit?: string;
}

/** A container of a preview. */
export interface ContainerChange {
  readonly host: string;
  readonly kind: "app" | "accessory" | "proxy" | "container";
  /** The component that it is of. */
  readonly component: string;
  /** The role, of an app. */
  readonly role?: string;
  readonly fate: Fate;
  readonly old?: Image;
  readonly new?: Image;
  readonly changes: readonly Change[];
}

/** Those of a preview, by their hosts. A change of the way to a host alone is none of its containers. */
export function containersOf(steps: readonly Step[]): ContainerChange[] {
  return steps
    .filter(({ type }) => type === "sextant:index:Container")
    .flatMap((step) => containerOf(step) ?? [])
    .sort((a, b) =>
      compare(`${a.component} ${a.role ?? ""} ${a.host}`, `${b.component} ${b.role ?? ""} ${b.host}`),
    );
}

function containerOf(step: Step): ContainerChange | undefined {
  const fate = fates[step.operation];
  const { olds, news } = step;
  const inputs = news ?? olds;
  if (fate === undefined || inputs === undefined) return undefined;
  const changes = containerChanges(step);
  if (fate === "changed" && changes.length === 0) return undefined;
  return {
    host: hostOf(step),
    ...whose(inputs, step),
    fate,
    ...imageOf("old", olds),
    ...imageOf("new", news),
    changes,
  };
}

function whose({ labels }: Values, { name }: Step): Pick<ContainerChange, "kind" | "component" | "role"> {
  const of = objectOf(labels);
  const app = textOf(of["sextant.app"]);
  if (app !== "") return { kind: "app", component: app, role: textOf(of["role"]) };
  const accessory = textOf(of[accessoryLabel]);
  if (accessory !== "") return { kind: "accessory", component: accessory };
  const owner = textOf(of[ownProxy]);
  // Its labels may be known only later.
  if (owner !== "" || /kamal-proxy|^proxy/.test(name))
    return { kind: "proxy", component: owner === "" ? "proxy" : (owner.split("/").at(-1) ?? owner) };
  return { kind: "container", component: name };
}

/** A whole hash, or one that is cut as git and registries cut it. */
const hash = /^[0-9a-f]{7,40}$/;

function imageOf<Name extends string>(name: Name, inputs: Values | undefined): Partial<Record<Name, Image>> {
  const reference = textOf(inputs?.["image"]);
  if (inputs === undefined || reference === "" || reference === unknownValue) return {};
  const commit = [
    textOf(objectOf(inputs["labels"])["org.opencontainers.image.revision"]),
    tagOf(reference) ?? "",
    textOf(objectOf(inputs["env"])["KAMAL_VERSION"]),
  ].find((text) => hash.test(text));
  const image: Image = { reference, ...(commit === undefined ? {} : { commit }) };
  return { [name]: image } as Partial<Record<Name, Image>>;
}
