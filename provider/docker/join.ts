/** Puts a container that has not started yet into further networks: before version 25, Docker makes a container in one alone. */
import type { SshAddress } from "../ssh/address";
import { messageOf, send } from "./api";

/** @throws Error where one of them is not there */
export async function join(
  shell: SshAddress,
  container: string,
  networks: readonly string[] = [],
): Promise<void> {
  for (const network of networks) {
    const path = `/networks/${encodeURIComponent(network)}/connect`;
    const answer = await send(shell, { method: "POST", path, body: { Container: container } });
    if (answer.status < 300 || isIn(messageOf(answer))) continue;
    throw new Error(
      `${shell.name}: ${container} does not come into the Docker network ${network}: ${messageOf(answer)}`,
    );
  }
}

/** Whether it is in there already (moby libnetwork/network.go; one that does not run is not refused at all). */
function isIn(message: string): boolean {
  return message.includes("already exists in network");
}
