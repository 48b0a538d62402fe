/** Certificates by which a registry on a server and the hosts that use it know each other: nobody else's are needed, nor a password. */
import "reflect-metadata";
import * as x509 from "@peculiar/x509";

/** What both ends have. Certificates and keys are in PEM. */
export interface RegistryCertificates {
  /** By which each end checks the other one. Its key is kept by nobody, so that it signs nothing more. */
  authority: string;
  /** The registry's. */
  server: Pair;
  /** That of the hosts, all of which have the same one. */
  client: Pair;
  /** Until when they are valid, in ISO 8601. */
  until: string;
}

interface Pair {
  certificate: string;
  /** A secret. */
  key: string;
}

/** Years for which they are valid. They are made anew in time by a `pulumi up`. */
const years = 10;

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/**
 * Makes an authority, and of it a certificate for the registry of this host name and one for its clients.
 * @param now in milliseconds; a host's clock may be an hour behind
 */
export async function makeCertificates(host: string, now: number): Promise<RegistryCertificates> {
  const notBefore = new Date(now - 3_600_000);
  const notAfter = new Date(now);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + years);
  const generate = () => crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const authorityKeys = await generate();
  const name = "CN=registry authority";
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    ...{
      serialNumber: serial(),
      name,
      notBefore,
      notAfter,
      keys: authorityKeys,
      signingAlgorithm: algorithm,
    },
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });
  const pair = async (subject: string, extensions: x509.Extension[]): Promise<Pair> => {
    const keys = await generate();
    const certificate = await x509.X509CertificateGenerator.create({
      ...{ serialNumber: serial(), subject, issuer: name, notBefore, notAfter },
      ...{ publicKey: keys.publicKey, signingKey: authorityKeys.privateKey, signingAlgorithm: algorithm },
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        // By it those of another authority are told from these: both have the same name.
        await x509.AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey),
        ...extensions,
      ],
    });
    const key = x509.PemConverter.encode(
      await crypto.subtle.exportKey("pkcs8", keys.privateKey),
      "PRIVATE KEY",
    );
    return { certificate: `${certificate.toString("pem")}\n`, key: `${key}\n` };
  };
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
  return {
    authority: `${authority.toString("pem")}\n`,
    server: await pair("CN=registry", [
      new x509.ExtendedKeyUsageExtension([serverAuth]),
      new x509.SubjectAlternativeNameExtension([{ type: "dns", value: host }]),
    ]),
    client: await pair("CN=registry client", [new x509.ExtendedKeyUsageExtension([clientAuth])]),
    until: notAfter.toISOString(),
  };
}

/** A positive number of 16 bytes in hexadecimal, as RFC 5280 (4.1.2.2) wants it. */
function serial(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.from(bytes).toString("hex");
}
