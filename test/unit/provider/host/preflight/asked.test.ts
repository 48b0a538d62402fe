import { expect, it } from "vitest";
import { readAsked } from "../../../../../provider/host/preflight/asked";

it("reads what a program asks", () => {
  const words = ["arch=arm64", "ports=80,443", "disk=2048", "memory=3400", "private=10.0.0.7"];
  const docker = ["docker=install", "firewall=on", "insecure=a.test:5000,b.test:5000"];
  expect(readAsked([...words, ...docker, "accept=kubernetes,ufw-bypassed"])).toEqual({
    ...{ architecture: "arm64", ports: [80, 443], disk: 2048, memory: 3400, private: "10.0.0.7" },
    ...{ install: true, firewall: true, insecure: ["a.test:5000", "b.test:5000"] },
    accept: ["kubernetes", "ufw-bypassed"],
  });
});

it.each([
  ["docker=docker.com", { install: true, packages: { from: "docker.com" } }],
  ["docker=docker.com:28.5", { install: true, packages: { from: "docker.com", version: "28.5" } }],
])("reads whose packages Docker is from: %s", (word, docker) => {
  expect(readAsked([word])).toMatchObject(docker);
});

it("asks nothing without a word, and with an empty one", () => {
  const nothing = {
    ports: [],
    disk: 0,
    memory: 0,
    install: false,
    firewall: false,
    insecure: [],
    accept: [],
  };
  expect(readAsked([])).toEqual(nothing);
  expect(readAsked(["ports=", "arch=", "private=", "accept="])).toEqual(nothing);
});

it.each([
  ["port=80", "preflight: unknown word port=80"],
  ["x", "preflight: unknown word x"],
  ["disk=2g", "preflight: disk=2g is no number"],
  ["ports=80,x", "preflight: ports=x is no number"],
])("refuses %s", (word, message) => {
  expect(() => readAsked([word])).toThrow(message);
});
