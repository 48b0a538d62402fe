/** Why an aim is not met, for those that are not: what takes the time, and why it cannot go. */

const comparing = `Each of a server's resources is registered, checked and compared in a call of its own between program, engine and plugin:
some milliseconds of CPU in each of the three, which share the cores here. Pulumi's SDK tells the engine what it does with each of them, too, some
messages a resource in calls of their own, which the engine throws away without \`--debug\`; nothing turns that off.`;

/** By the aim's name. Figures are in the tables; here are only the causes. */
export const reasons: Readonly<Record<string, string>> = {
  "deploy, 2 servers, against Kamal's fastest way": `Three processes of Node and Go load before the first server is asked: the engine, the
program with Pulumi's SDK (which loads TypeScript and npm's own tree even for a compiled program), and the plugin for dynamic resources
("engine start", "SDK load", "program load" and "plugin start" in the profile). Kamal loads one Ruby program. Behind that come the app's own
boot, and the turns that the rollout guarantees and Kamal has not: the image on all hosts before a container, all gates before a switch, one
switch after the other, the clean-up after the last.`,
  "deploy, 8 servers, 8 s boot, against one by one": `The boots go side by side; what is left is the client's own time, which grows with each server: see "seconds per server".`,
  "deploy, 8 servers, 8 s boot, against all at once": `The boots take both tools as long, and what each server adds comes on top: see "seconds per server". All gates run
before any switch, and the switches go one host after the other, which "all at once" does not do: with it, all users may be on a release at once that
none has tried.`,
  "failed health check, 2 servers": `The app of this case ends while it boots, without saying why. Such a container gets a second start, as what it missed may be there by then; to
give up after the first end would fail releases that would have gone well. The rest is what any run takes before the first server is asked.`,
  "rollback, 2 servers, against Kamal's fastest way": `Kamal neither asks the registry nor cleans up in a rollback, and refuses one
whose container is gone. Here it is a release like any other, to any version: image, gates, switches and clean-up, each in its turn. As for a deploy,
three processes load before the first server is asked.`,
  "no change, 2 servers": `Nothing is done on a server; all of it is loading the engine, the SDK and the plugin one after the other, and comparing resource by resource.`,
  "preview, 2 servers, against an empty program": `An empty program starts no plugin and has no resource. Here the program loads the library, the plugin starts when it asks for the first
resource, as the engine starts none before, and one resource after the other is registered, checked and compared ("program load", "plugin start" and
"provider" in the profile); the image is looked up in its registry beside that.`,
  "seconds per server: deploy": `On the machine of this measurement the servers share the cores with the client: what a server does for its deploy (SSH sessions, making, starting and
stopping a container, the app's boot) makes everything else wait, which is why Kamal's line rises, too. The profile with the most servers shows it: of the
processor's time they have as much as the client, and what has nothing to do is less than either. What the client adds for a server are its resources, each a call or more
between engine, program and plugin; the engine's writing of the state, before and after each step, which grows with the square of the servers; and the
switches, which go one host after the other.`,
  "seconds per server: no change": comparing,
  "seconds per server: preview": comparing,
  "memory of the client per server at 8 servers, MB": `The engine, the program, the plugin for dynamic resources and those of the cloud and of commands are there once, and with them nearly all of the memory.`,
  "p99 during the switch against p99 at rest, worst size": `The containers that boot, the client and the servers that answer share the machine's cores: what a request waits for is the CPU, with both
tools. A container that boots has a fifth of a serving one's share until its gate has passed.`,
};

/** What gives out first with more servers than the comparison has, and what to do. */
export const limit = `With none of these numbers of servers anything failed. What gives out first is time: the engine writes the whole state before and
after each step, and the steps grow with the servers as the state does, so that a deploy grows with their square. A state in a file or a bucket
is written in no other way; Pulumi Cloud takes each step by itself. Less of both is the cure, which is why image and clean-up are one
resource for all hosts of an app. Beyond the twenty servers that this library is made for, give each part of them (a region, or an
app) a stack of its own.`;
