/** Why an aim is not met, for those that are not: what takes the time, and why it cannot go. */

const comparing = `Each of a server's resources is registered, checked and compared in a call of its own between program, engine and plugin.`;

/** By the aim's name. Figures are in the tables; here are only the causes. */
export const reasons: Readonly<Record<string, string>> = {
  "deploy, 2 servers, against Kamal's fastest way": `Three processes load before the first server is asked: the engine, the program with Pulumi's SDK, and the
plugin; Kamal loads one. Then come the turns that the rollout guarantees: the image on all hosts before a container, all gates before a switch.`,
  "deploy, 8 servers, 8 s boot, against one by one": `The boots go side by side; what is left is the client's own time, which grows with each server: see "seconds per server".`,
  "deploy, 8 servers, 8 s boot, against all at once": `The boots take both tools as long, and what each server adds comes on top. The switches go one host after the
other: all at once, all users may be on a release that none has tried.`,
  "failed health check, 2 servers": `A container that ends while it boots gets a second start, as what it missed may be there by then.`,
  "rollback, 2 servers, against Kamal's fastest way": `Kamal neither asks the registry nor cleans up in a rollback, and refuses one whose container is gone.
Here it is a release like any other, to any version.`,
  "no change, 2 servers": `All of it is loading the engine, the SDK and the plugin one after the other, and comparing resource by resource.`,
  "preview, 2 servers, against an empty program": `An empty program starts no plugin and has no resource; here the plugin starts when the first resource is
asked for, and each is compared.`,
  "seconds per server: deploy": `The servers share the cores with the client here, which is why Kamal's line rises, too. What the client adds are a server's
resources, and the engine's writing of the state before and after each step, which grows with the square of the servers.`,
  "seconds per server: no change": comparing,
  "seconds per server: preview": comparing,
  "memory of the client per server at 8 servers, MB": `The engine, the program and the plugins are there once, and with them nearly all of the memory.`,
  "p99 during the switch against p99 at rest, worst size": `The containers that boot, the client and the servers that answer share the machine's cores, with both tools. A container
that boots has a fifth of a serving one's share until its gate has passed.`,
};

/** What gives out first with more servers than the comparison has, and what to do. */
export const limit = `What gives out first is time: the engine writes the whole state before and after each step, so that a deploy grows with the
square of the servers (Pulumi Cloud takes each step by itself). Beyond the twenty servers that this library is made for, give each part of
them (a region, or an app) a stack of its own.`;
