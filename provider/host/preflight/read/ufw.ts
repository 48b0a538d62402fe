/** The rules of UFW, from `ufw status verbose`, and what they say of a port. */

/** A rule that is for everyone. */
export interface Rule {
  /** What it speaks of: `80,443/tcp`, `8000:8010/tcp`, `5432`, `Anywhere`. */
  readonly to: string;
  readonly allows: boolean;
  readonly v6: boolean;
}

/**
 * UFW where it is active: what it does by default with what comes in, and its rules in their order. Those that are for some senders, or for
 * another interface than this one, are left out.
 */
export function readUfw(
  status: string,
  on: string | undefined,
): { incoming: string; rules: Rule[] } | undefined {
  if (!status.includes("Status: active")) return undefined;
  const incoming = /^Default: ([a-z]*) \(incoming\)/m.exec(status)?.[1] ?? "";
  return { incoming, rules: status.split("\n").flatMap((line) => readRule(line, on) ?? []) };
}

/** `8000:8004/tcp (v6) on eth0    ALLOW IN    Anywhere (v6)    # a comment` */
const ruleLine = /^(.*?) (ALLOW|DENY|REJECT|LIMIT)(?: IN)? +(.*)$/;

function readRule(line: string, on: string | undefined): Rule | undefined {
  const [, place = "", verb, from = ""] = ruleLine.exec(line) ?? [];
  if (verb === undefined || !/^Anywhere( \(v6\))? *(#.*)?$/.test(from)) return undefined;
  const [to = "", interfaceOf] = place.replace(" (v6)", "").split(/ on (?!.* on )/);
  if (interfaceOf !== undefined && interfaceOf.trim() !== on) return undefined;
  // Behind a port stands the name of its profile.
  const plain = to.replace(/\(.*\)/, "").trimEnd();
  if (plain.includes(" ")) return undefined;
  return { to: plain, allows: verb === "ALLOW" || verb === "LIMIT", v6: place.includes(" (v6)") };
}

/** Whether a port is open. The first rule counts that speaks of it. */
export function isOpen(
  ufw: { incoming: string; rules: readonly Rule[] },
  port: number,
  protocol: string,
  v6: boolean,
): boolean {
  const rule = ufw.rules.find((each) => each.v6 === v6 && speaks(each.to, port, protocol));
  return rule?.allows ?? ufw.incoming === "allow";
}

function speaks(to: string, port: number, protocol: string): boolean {
  const [ports = "", only] = to.split("/");
  if (only !== undefined && only !== protocol) return false;
  if (ports === "Anywhere") return true;
  return ports.split(",").some((range) => {
    const [first = "", last = first] = range.split(":");
    return Number(first) <= port && port <= Number(last);
  });
}
