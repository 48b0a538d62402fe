/** All data volumes of a program, as one resource of its stack, by which a preview says what becomes of those that the program has no more. */
import * as pulumi from "@pulumi/pulumi";
import { afterProgram } from "../core/after-program";
import { PluginResource, type InputsOf } from "../core/resource";
import type { ListedVolume, VolumeListInputs } from "../../provider/data/no-more";
import type { Place, Way } from "../../provider/data/place";
import type { SshAddress } from "../../provider/ssh/address";

/** Its type is `sextant:index:Volumes`. Nothing waits for it. */
class VolumeList extends PluginResource {
  constructor(inputs: InputsOf<VolumeListInputs>) {
    super("Volumes", "volumes", inputs, {});
  }
}

/** What a run of a program has so far; a process may run several programs. */
const runs = new WeakMap<object, { hosts: InputsOf<Place>[]; volumes: InputsOf<ListedVolume>[] }>();

/** Pulumi asks nobody about a resource that goes: what is said of it in a preview has to be said by one that stays. */
export function listHost(host: InputsOf<Place>): void {
  listOfRun()?.hosts.push(placeAlone(host));
}

/** Notes a volume that the program has. */
export function listVolume({ name, owner, data, ...place }: InputsOf<ListedVolume>): void {
  listOfRun()?.volumes.push({
    ...placeAlone(place),
    name,
    ...(owner === undefined ? {} : { owner }),
    ...(data === undefined ? {} : { data }),
  });
}

/** The list of this run, which becomes a resource once it is whole. Without a stack, as in a user's unit tests, there is none. */
function listOfRun(): { hosts: InputsOf<Place>[]; volumes: InputsOf<ListedVolume>[] } | undefined {
  const run = pulumi.runtime.getStackResource();
  if (run === undefined) return undefined;
  const known = runs.get(run);
  if (known !== undefined) return known;
  const made = { hosts: [], volumes: [] };
  runs.set(run, made);
  afterProgram(() => {
    new VolumeList(made);
  });
  return made;
}

/** A place without what opens it: no connection is made for the list, and it is the same on every machine. */
function placeAlone({ host, machine, shell, way }: InputsOf<Place>): InputsOf<Place> {
  const reached = pulumi.output(shell as pulumi.Input<SshAddress>);
  // Host and shell have one name, of which the host's is always known.
  const name = host === undefined ? reached.name : pulumi.output(host as pulumi.Input<string>);
  const known = pulumi.output((way as pulumi.Input<Way> | undefined) ?? reached);
  const alone = pulumi.all([name, known]).apply(([is, { destination, port }]) => ({
    name: is,
    destination,
    port,
  }));
  return { host, shell: alone, ...(machine === undefined ? {} : { machine }) };
}
