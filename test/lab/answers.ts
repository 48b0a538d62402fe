/** Connections as strangers make them: whether a port answers, or a packet to it is dropped. */
import { connect } from "node:net";

/**
 * Whether something answers there; a dropped packet shows as no answer in time.
 * @param says a text that the answer has; without it, any answer counts
 * @param wait milliseconds
 */
export function answers(host: string, port: number, says = "", wait = 1500): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (result: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(finish, wait, false);
    socket.on("connect", () => socket.write("GET /up HTTP/1.0\r\nHost: a\r\n\r\n"));
    socket.on("data", (data) => finish(data.toString().includes(says)));
    socket.on("error", () => finish(false));
  });
}
