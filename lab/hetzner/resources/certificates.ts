/** TLS certificates for load balancers: uploaded ones, and managed ones that the lab signs itself. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Cloud } from "../cloud";
import { collection, command, rename } from "../collection";
import { failure, invalidField } from "../errors";
import { idOf, noContent, ok, type Router } from "../http";
import { Input } from "../input";
import type { CertificateRecord } from "../records";

const run = promisify(execFile);
const managedDays = 90;

function usersOf(cloud: Cloud, certificate: CertificateRecord): { id: number; type: string }[] {
  return cloud.store
    .all("load_balancers")
    .filter((balancer) =>
      balancer.services.some((service) => service.http?.certificates.includes(certificate.id)),
    )
    .map((balancer) => ({ id: balancer.id, type: "load_balancer" }));
}

function view(cloud: Cloud, record: CertificateRecord): object {
  const { private_key: _secret, issuance, ...shown } = record;
  const renewal = issuance === "completed" ? "scheduled" : "unavailable";
  const status = issuance === null ? null : { issuance, renewal, error: null };
  return { ...shown, status, used_by: usersOf(cloud, record) };
}

/** What the API reads out of a certificate. */
function describe(
  pem: string,
): Pick<CertificateRecord, "domain_names" | "fingerprint" | "not_valid_before" | "not_valid_after"> {
  const x509 = new X509Certificate(pem);
  const names = (x509.subjectAltName ?? "")
    .split(", ")
    .filter((name) => name.startsWith("DNS:"))
    .map((name) => name.slice("DNS:".length));
  const common = /^CN=(.+)$/m.exec(x509.subject)?.[1];
  return {
    domain_names: names.length > 0 || common === undefined ? names : [common],
    fingerprint: x509.fingerprint256,
    not_valid_before: new Date(x509.validFrom).toISOString(),
    not_valid_after: new Date(x509.validTo).toISOString(),
  };
}

function checkUpload(pem: string, key: string): void {
  let x509: X509Certificate;
  try {
    x509 = new X509Certificate(pem);
  } catch {
    throw invalidField("certificate", "Not a valid certificate in PEM format.");
  }
  try {
    if (x509.checkPrivateKey(createPrivateKey(key))) return;
  } catch {
    throw invalidField("private_key", "Not a valid private key in PEM format.");
  }
  throw invalidField("private_key", "The private key does not belong to the certificate.");
}

/** Signs a certificate for the names; the lab is its own authority. */
async function issue(names: string[]): Promise<{ certificate: string; private_key: string }> {
  const folder = await mkdtemp(join(tmpdir(), "sextant-certificate-"));
  try {
    const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
    const subject = [
      "-subj",
      `/CN=${names[0] ?? ""}`,
      "-addext",
      `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`,
    ];
    const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key];
    await run("openssl", [
      "req",
      "-x509",
      ...newKey,
      "-out",
      certificate,
      "-days",
      String(managedDays),
      ...subject,
    ]);
    return { certificate: await readFile(certificate, "utf8"), private_key: await readFile(key, "utf8") };
  } finally {
    await rm(folder, { recursive: true });
  }
}

export function certificateRoutes(router: Router, cloud: Cloud): void {
  const { store, actions } = cloud;
  collection(router, cloud, "certificates", {
    view: (record) => view(cloud, record),
    filters: { type: (record, value) => record.type === value },
  });
  const issuing = (record: CertificateRecord, verb: string): ReturnType<typeof actions.start> =>
    actions.start({
      command: verb,
      resources: [{ type: "certificate", id: record.id }],
      work: async () => {
        Object.assign(record, await issue(record.domain_names));
        Object.assign(record, describe(record.certificate ?? ""), { domain_names: record.domain_names });
        record.issuance = "completed";
      },
      settled: (error) => {
        if (error) record.issuance = "failed";
      },
    });

  router.on("POST", "/certificates", (call) => {
    const input = new Input(call.body);
    const name = input.needText("name");
    const type = input.oneOf("type", ["uploaded", "managed"]) ?? "uploaded";
    const labels = input.labels() ?? {};
    const managed = type === "managed";
    const pem = managed ? "" : input.needText("certificate");
    const key = managed ? "" : input.needText("private_key");
    const names = input.texts("domain_names") ?? [];
    if (managed && names.length === 0) input.wrong("domain_names", "Missing data for required field.");
    if (!names.every((each) => /^(\*\.)?[a-z0-9.-]+$/i.test(each)))
      input.wrong("domain_names", "Not a valid domain name.");
    input.done();
    if (!managed) checkUpload(pem, key);
    store.needFreeName("certificates", name);
    const record = store.add("certificates", {
      id: store.newId(),
      name,
      labels,
      created: new Date().toISOString(),
      type,
      certificate: managed ? null : pem,
      private_key: managed ? null : key,
      ...(managed
        ? { domain_names: names, fingerprint: null, not_valid_before: null, not_valid_after: null }
        : describe(pem)),
      issuance: managed ? "pending" : null,
    });
    const action = managed ? issuing(record, "create_certificate") : null;
    return ok({ certificate: view(cloud, record), action }, 201);
  });
  router.on("PUT", "/certificates/:id", (call) => {
    const record = store.get("certificates", idOf(call));
    rename(cloud, "certificates", record, new Input(call.body));
    return ok({ certificate: view(cloud, record) });
  });
  router.on("DELETE", "/certificates/:id", (call) => {
    const record = store.get("certificates", idOf(call));
    if (usersOf(cloud, record).length > 0) {
      throw failure("resource_in_use", `certificate with ID '${String(record.id)}' is still in use`);
    }
    store.remove("certificates", record.id);
    return noContent;
  });
  command(router, cloud, "certificates", "retry", (record) => {
    if (record.type !== "managed")
      throw failure("unsupported_error", "only managed certificates can be issued again");
    record.issuance = "pending";
    return issuing(record, "issue_certificate");
  });
}
