/** Accessories that everybody can reach. */
import { isIPv4 } from "node:net";
import { contains } from "../../components/network/args";
import { isContainer, known, labelsOf } from "./resource";

const inside = ["127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/** By the component's own argument; and by the ports of its container, which a transform may have changed. */
export function publicAccessory(type: string, name: string, props: Record<string, unknown>): string[] {
  if (type === "sextant:index:Accessory") {
    return known(() => props["publish"]) === "public"
      ? [`accessory ${name} is published to everybody; publish it to "private" or "loopback".`]
      : [];
  }
  if (!isContainer(type) || !labelsOf(props).has("sextant.accessory")) return [];
  const ports = known(() => props["ports"]);
  return (Array.isArray(ports) ? (ports as unknown[]) : []).flatMap((port) => {
    const { ip, external } = (known(() => ({ ...(port as object) })) ?? { ip: "10.0.0.0" }) as {
      ip?: string;
      external?: number;
    };
    const shut = ip !== undefined && isIPv4(ip) && inside.some((network) => contains(network, ip));
    return shut || ip === "::1"
      ? []
      : [
          `port ${external ?? "?"} of accessory ${name} is published on ${ip ?? "every address"}; publish it to "private" or "loopback".`,
        ];
  });
}
