import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { beyondKamal, complaint, kamalConfig } from "../../../../bench/diagnosis/kamal-config";
import { type Edit, good } from "../../../lab/faults/edit";
import { fixtures } from "../../../lab/faults/fixtures";

const settings = {
  address: "192.0.2.3",
  registry: { address: "192.0.2.2:5000", username: "lab" },
  keyFile: "/key",
  database: { host: "fault-db", password: "right" },
};

const config = (edit: Partial<Edit>): Record<string, unknown> =>
  parse(kamalConfig({ ...good, ...edit }, settings)) as Record<string, unknown>;

describe("a fixture as Kamal's configuration", () => {
  it("says where, what and with which environment", () => {
    expect(config({ env: { FORCE_SSL: "1" } })).toMatchObject({
      service: "lite",
      image: "lite",
      servers: { web: { hosts: ["192.0.2.3"] } },
      env: { clear: { FORCE_SSL: "1", DATABASE_URL: "postgres://app:right@fault-db:5432/app" } },
      proxy: { hosts: ["shop.fault"], app_port: 3000, healthcheck: { path: "/up" } },
      deploy_timeout: 30,
    });
  });

  it("gives the container's options and its command as Docker's words", () => {
    const edit: Partial<Edit> = {
      command: ["sh", "-c", "bin/server &"],
      memory: "64m",
      readOnly: true,
      publish: 8080,
      volumes: { uploads: "/data" },
    };
    expect(config(edit)).toMatchObject({
      servers: {
        web: {
          cmd: "sh -c 'bin/server &'",
          options: { memory: "64m", "read-only": true, publish: "8080:3000" },
        },
      },
      volumes: ["uploads:/data"],
    });
  });

  it("is there for most fixtures, and says why not for the others", () => {
    const beyond = fixtures.map(beyondKamal).filter((reason) => reason !== undefined);
    expect(beyond.length).toBeLessThan(fixtures.length / 4);
  });
});

describe("what Kamal complains of", () => {
  it("is what Docker said", () => {
    const text =
      "INFO x\n  ERROR (SSHKit::Command::Failed): on host\ndocker stderr: Error: target failed to become healthy\n";
    expect(complaint(text)).toBe("stderr: Error: target failed to become healthy");
  });

  it("is the last error where Docker said nothing, without colours", () => {
    expect(complaint("a\n\u001b[31mERROR (IOError): gone\u001b[0m\nReleasing the deploy lock...\n")).toBe(
      "ERROR (IOError): gone",
    );
  });

  it("is no warning", () => {
    const text =
      "docker stderr: WARNING! Insecure.\nError response from daemon: unauthorized\nERROR (Failed): docker exit status: 1\n";
    expect(complaint(text)).toBe("Error response from daemon: unauthorized");
  });

  it("is never long, and nothing for nothing", () => {
    expect(complaint("x".repeat(999))).toHaveLength(160);
    expect(complaint("")).toBe("");
  });
});
