/** A container that is brought into further networks. */
import { beforeEach, describe, expect, it } from "vitest";
import { containerProvider } from "../../../../provider/docker/container";
import { here, type Here } from "./here";

const inputs = {
  shell: { name: "web-1", destination: "root@192.0.2.1", port: 22 },
  name: "shop-web-1",
  image: "r.test/shop:v1",
  network: { name: "sextant", id: "n1", also: ["kamal"] },
};
const current = here();
let docker: Here["docker"];

beforeEach(() => {
  ({ docker } = current());
  docker.images.add(inputs.image);
});

const changes = (): string[] => docker.requests.filter((request) => !request.startsWith("GET"));

describe("a container of several networks", () => {
  it("is in all of them before it starts", async () => {
    await containerProvider.create(inputs);
    expect(changes()).toEqual([
      "POST /containers/create",
      "POST /networks/kamal/connect",
      "POST /containers/c1/start",
    ]);
  });

  it("may be in one of them already, as after a run that was cut off", async () => {
    docker.networks.set("kamal", "endpoint with name shop-web-1 already exists in network kamal");
    await containerProvider.create(inputs);
    expect(changes().at(-1)).toBe("POST /containers/c1/start");
  });

  it("is not left behind where one of them is not there, which is said", async () => {
    docker.networks.set("kamal", "network kamal not found");
    await expect(containerProvider.create(inputs)).rejects.toThrow(
      "web-1: c1 does not come into the Docker network kamal: network kamal not found",
    );
    expect(changes()).toContain("DELETE /containers/c1");
  });
});
