/** The containers of a stack as Docker has them on its hosts. */
import type { DeployedHost } from "../hosts";
import { sendOk } from "../../provider/docker/api";
import { proxyContainer } from "../../provider/release/proxy-names";
import { versionOf } from "../reference";
import type { Part, Share } from "./parts";

/** A container of a part. */
export interface Running {
  readonly host: DeployedHost;
  /** The part's name: `shop/web`, `db`, `proxy`. */
  readonly part: string;
  readonly kind: Part["kind"];
  /** Seconds that it has to stop, before it is killed. */
  readonly stopSeconds: number;
  /** How many containers the part has on a host. */
  readonly replicas: number;
  /** Docker's name of it, and its id. */
  readonly name: string;
  readonly id: string;
  /** The reference of its image, and the tag or the first digits of the digest that it ends with. */
  readonly image: string;
  readonly version: string;
  /** Docker's word: `running`, `exited`, `created`, ... */
  readonly state: string;
  /** Docker's sentence: `Up 2 hours (healthy)`. */
  readonly status: string;
  /** When it was made, in seconds. */
  readonly created: number;
  /** Of a canary's container: its part of the visitors. */
  readonly share?: Share;
}

/** What is read of each of `GET /containers/json`. */
interface Listed {
  Id?: string;
  Names?: string[];
  Image: string;
  State: string;
  Status: string;
  Created: number;
  Labels?: Record<string, string> | null;
}

/** Asks a host. @throws Error when it cannot be reached, or Docker does not answer. */
export async function runningOn(host: DeployedHost, parts: readonly Part[]): Promise<Running[]> {
  const request = { method: "GET", path: "/containers/json?all=true", timeout: 30 } as const;
  const { body } = await sendOk(host.shell, request, "looking for containers");
  return runningOf(host, parts, body as Listed[]);
}

/** Those of the parts, in their order, the newest of each first. */
export function runningOf(host: DeployedHost, parts: readonly Part[], listed: readonly Listed[]): Running[] {
  return parts.flatMap((part) =>
    listed
      .filter((container) => isOf(part, container))
      .map(({ Id = "", Names = [], Image, State, Status, Created }) => ({
        host,
        part: part.name,
        kind: part.kind,
        stopSeconds: part.stopSeconds,
        replicas: part.replicas,
        name: nameOf(Names),
        id: Id,
        image: Image,
        version: versionOf(Image),
        state: State,
        status: part.kind === "job" && State === "created" ? "waits for its next run" : Status,
        created: Created,
        ...shareOf(host, part, nameOf(Names)),
      }))
      .sort((a, b) => b.created - a.created),
  );
}

/** The part of the visitors that a canary's container has. */
function shareOf({ shell }: DeployedHost, { shares = [] }: Part, name: string): Pick<Running, "share"> {
  const share = shares.find((each) => each.host === shell.name && each.container === name);
  return share === undefined ? {} : { share };
}

/** A proxy goes by its name: a host has one, whosever it is. */
function isOf({ kind, label: [label, value] }: Part, { Labels, Names = [] }: Listed): boolean {
  return kind === "proxy" ? nameOf(Names) === proxyContainer : Labels?.[label] === value;
}

/** A container has other names where it is linked to. */
const nameOf = (names: readonly string[]): string =>
  names.find((name) => name.lastIndexOf("/") === 0)?.slice(1) ?? names[0] ?? "";
