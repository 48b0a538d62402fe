/** A row in a database and a file in an app's volume, through every edit that used to lose them: there after each, or refused before it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chance } from "../../lab/chance";
import type { Outcome } from "../../lab/docker/exec";
import { factsOfLab } from "../../lab/facts";
import { labUp } from "../../lab/lab";
import { tryOn } from "../../lab/ssh";
import { type Ran, Workspace } from "../../lab/workspace";
import { plain, type Edit } from "./data/edit";

const prefix = "data-kept";
const kept = [`${prefix}-db-data`, `${prefix}-shop-files`];
const word = chance("data that is kept").text(8, 40, "abcdefghijklmnopqrstuvwxyz0123456789");

let machines: Workspace;
let workspace: Workspace;
let addresses: string[];
let edit: Edit = plain;

async function pulumi(command: string, change: Partial<Edit> = {}, ...flags: string[]): Promise<Ran> {
  const args = command === "preview" ? [command, ...flags] : [command, "--yes", "--skip-preview", ...flags];
  const existing = { addresses, keyFile: machines.keyFile };
  const outcome = await workspace.tryPulumi(args, { DATA: JSON.stringify({ existing, ...edit, ...change }) });
  const { code, seconds } = outcome;
  console.log(`pulumi ${command} ${JSON.stringify(change)}: exit ${code}, ${seconds.toFixed(1)} s`);
  return outcome;
}

/** Deploys an edit; what was edited stays so. */
async function up(change: Partial<Edit> = {}, ...flags: string[]): Promise<Ran> {
  edit = { ...edit, ...change };
  const outcome = await pulumi("up", change, ...flags);
  expect(outcome.code, outcome.text).toBe(0);
  return outcome;
}

function ssh(command: string, input?: string, at = 0): Promise<Outcome> {
  return tryOn({ address: addresses[at] ?? "", keyFile: machines.keyFile }, command, input);
}

async function on(command: string, input?: string, at = 0): Promise<string> {
  const outcome = await ssh(command, input, at);
  expect(outcome, command).toMatchObject({ code: 0 });
  return outcome.stdout.trim();
}

const psql = (db: string): string =>
  `docker exec --interactive ${db} psql -qAtX -v ON_ERROR_STOP=1 -U app app`;
const row = (db = `${prefix}-db`): Promise<string> => on(psql(db), "select word from kept");
const file = (volume = `${prefix}-shop-files`): Promise<string> =>
  on(`cat "$(docker volume inspect --format '{{.Mountpoint}}' ${volume})/word"`);
const volumes = async (at = 0): Promise<string[]> =>
  (await on("docker volume ls --quiet", undefined, at))
    .split("\n")
    .filter((name) => name.startsWith(prefix))
    .sort();
const running = (name: string): Promise<string> => on(`docker inspect --format '{{.Id}}' ${name}`);

/** The URN of a resource in the state. */
async function urnOf(of: Workspace, type: string, name: string): Promise<string> {
  const { deployment } = JSON.parse(await of.pulumi(["stack", "export"])) as {
    deployment: { resources: { urn: string; type: string }[] };
  };
  const found = deployment.resources.find(
    (each) => each.type.endsWith(type) && each.urn.endsWith(`::${name}`),
  );
  return found?.urn ?? expect.fail(`there is no ${type} ${name}`);
}

beforeAll(async () => {
  const docker = await labUp((line) => {
    console.log(line);
  });
  const facts = await factsOfLab(docker);
  machines = await Workspace.make(facts, "test/lab/data/program", "machines");
  await machines.pulumi(["up", "--yes", "--skip-preview"], { DATA: JSON.stringify(plain) });
  ({ addresses } = await machines.outputs<{ addresses: string[] }>());
  workspace = await Workspace.make(facts, "test/lab/data/program", "kept");
  await workspace.setSecret("dbPassword", word);
  await up();
  await on(psql(`${prefix}-db`), `create table kept (word text); insert into kept values ('${word}');`);
  await on(`cat >"$(docker volume inspect --format '{{.Mountpoint}}' ${prefix}-shop-files)/word"`, word);
});

afterAll(async () => {
  await pulumi("destroy");
  await machines.tryPulumi(["destroy", "--yes", "--skip-preview"], { DATA: JSON.stringify(plain) });
  workspace.remove();
  machines.remove();
});

describe.sequential("data", () => {
  test("is there again when its component is, and when its volume is", async () => {
    const shown = await pulumi("preview", { db: "other", files: false });
    for (const volume of kept)
      expect(shown.text).toContain(`host-0: the volume ${volume} is kept, with its data`);
    const away = await up({ db: "other", files: false });
    expect(away.text).toContain(`host-0: the volume ${prefix}-db-data is kept, with its data`);
    expect(away.text).toContain(`host-0: the volume ${prefix}-shop-files is kept, with its data`);
    expect(await volumes()).toEqual([kept[0], `${prefix}-other-data`, kept[1]]);
    expect((await ssh(psql(`${prefix}-other`), "select word from kept")).stderr).toContain("does not exist");
    const other = await pulumi("preview", { db: "db", files: true, dbVersion: "16" });
    expect(other.code).not.toBe(0);
    expect(other.text).toContain(
      `Postgres "db": version asks for PostgreSQL 16, but the volume ${prefix}-db-data holds data of PostgreSQL 15`,
    );
    await up({ db: "db", files: true });
    expect([await row(), await file()]).toEqual([word, word]);
    await on(`docker volume rm ${prefix}-other-data`);
  });

  test("stays when its volume is edited, and when it is replaced", async () => {
    const id = await running(`${prefix}-db`);
    const labelled = await up({ labels: { team: "shop" } });
    expect(labelled.text).toContain(`the volume ${prefix}-db-data stays as it is, with its data`);
    for (const [type, name] of [
      ["Volume", "db-data"],
      ["Volume", "shop-host-0-files"],
    ] as const) {
      await up({}, "--replace", await urnOf(workspace, `:${type}`, name));
    }
    expect(await running(`${prefix}-db`)).toBe(id);
    expect(await pulumi("preview", {}, "--expect-no-changes")).toMatchObject({ code: 0 });
    expect([await row(), await file(), await volumes()]).toEqual([word, word, kept]);
  });

  test("goes by the name that it was made with when component and stack are renamed", async () => {
    await up({ db: "main", dbBefore: "db", app: "store", appBefore: "shop" });
    expect([await row(), await file(), await volumes()]).toEqual([word, word, kept]);
    edit = { ...edit, dbBefore: undefined, appBefore: undefined };
    expect(await pulumi("preview", {}, "--expect-no-changes")).toMatchObject({ code: 0 });
    await workspace.pulumi(["stack", "rename", "renamed"]);
    await up();
    expect([await row(), await file(), await volumes()]).toEqual([word, word, kept]);
    const format = `{{index .Config.Labels "sextant.owner"}}`;
    expect(await on(`docker inspect --format '${format}' ${prefix}-db`)).toBe("data/renamed/accessory/main");
    const mounts = `docker inspect --format '{{range .Mounts}}{{.Name}}{{end}}' $(docker ps --quiet --filter label=sextant.app=store)`;
    expect(await on(mounts)).toBe(kept[1]);
    expect(await pulumi("preview", {}, "--expect-no-changes")).toMatchObject({ code: 0 });
  });

  test("is not left behind on another host, and goes along, or stays there, where the program says so", async () => {
    const id = await running(`${prefix}-db`);
    const refused = await pulumi("preview", { dbOn: 1 });
    expect(refused.code).not.toBe(0);
    expect(refused.text).toContain(
      `Postgres "main": server leaves host-0, but the volume ${prefix}-db-data would stay there`,
    );
    const off = await pulumi("preview", { appOn: [1] });
    expect(off.code).not.toBe(0);
    expect(off.text).toContain(
      `App "store": roles leaves host-0, but the volume ${prefix}-shop-files would stay there`,
    );
    expect((await pulumi("up", { dbOn: 1, appOn: [1] })).code).not.toBe(0);
    expect(await running(`${prefix}-db`)).toBe(id);

    // An image that the registry has: what is refused is not its pull.
    const newer = { dbOn: 1, dbData: "move", dbVersion: "18" } as const;
    for (const command of ["preview", "up"]) {
      const ran = await pulumi(command, newer);
      expect(ran.code).not.toBe(0);
      expect(ran.text).toContain(`Postgres "main": version asks for PostgreSQL 18, but the volume`);
    }
    expect(await running(`${prefix}-db`)).toBe(id);
    expect(await on(`docker inspect --format '{{.State.Running}}' ${prefix}-db`)).toBe("true");

    const moved = await up({ dbOn: 1, appOn: [1], dbData: "move", appData: "leave" });
    expect(moved.text).toContain(`host-1: the volume ${prefix}-db-data has the data of host-0, `);
    expect(moved.text).toContain(`host-0: the volume ${prefix}-shop-files is kept, with its data`);
    expect(await on(psql(`${prefix}-db`), "select word from kept", 1)).toBe(word);
    expect([await volumes(0), await volumes(1), await file()]).toEqual([kept, kept, word]);
    expect(await on(`docker ps --all --quiet --filter name=${prefix}`)).toBe("");
    expect(await pulumi("preview", {}, "--expect-no-changes")).toMatchObject({ code: 0 });

    const back = await up({ dbOn: 0, appOn: [0], dbData: "leave" });
    for (const volume of kept)
      expect(back.text).toContain(`host-1: the volume ${volume} is kept, with its data`);
    expect([await row(), await file()]).toEqual([word, word]);
    await up({ dbData: "keep", appData: "keep" });
  });

  test("does not go with a server that is to be replaced", async () => {
    const urn = await urnOf(machines, "hcloud:index/server:Server", "test-kept-1");
    const env = { DATA: JSON.stringify(plain) };
    const replaced = await machines.tryPulumi(["preview", "--replace", urn], env);
    expect(replaced.code).not.toBe(0);
    expect(replaced.text).toContain(
      'Redis "own": test-kept-1 is to be replaced by another machine, but the volume data-machines-own-data would go with the old one',
    );
  });

  test("goes where that was deployed as the program's word, and is named where it is left", async () => {
    const said = await up({ appData: "discard" });
    expect(said.text).toContain(
      'App "store": data is "discard", but the volume files is deleted with all data',
    );
    await up({ files: false });
    expect(await volumes()).toEqual([kept[0]]);
    await up({ files: true, appData: "keep" });
    const destroyed = await pulumi("destroy");
    expect(destroyed.code, destroyed.text).toBe(0);
    for (const volume of kept)
      expect(destroyed.text).toContain(`host-0: the volume ${volume} is kept, with its data`);
    expect(await volumes()).toEqual(kept);
    expect(await on(`docker ps --all --quiet --filter name=${prefix}`)).toBe("");
    const place = `$(docker volume inspect --format '{{.Mountpoint}}' ${prefix}-db-data)`;
    expect(await on(`cat "${place}/PG_VERSION"`)).toBe("15");
  });
});
