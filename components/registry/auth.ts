/** A login as Docker's API takes it: a pure function, since of a header that it cannot read Docker says nothing and asks without a login. */
import { isDockerHub } from "./args";

/** A login at a registry. */
export interface Credentials {
  username: string;
  password: string;
}

/**
 * The value of `X-Registry-Auth`: JSON in the URL-safe alphabet of base64, with its padding (RFC 4648, section 5). Without padding
 * Docker drops it and pulls as nobody (moby v28.5.2 api/types/registry/authconfig.go, v29.7.2 api/pkg/authconfig/authconfig.go).
 *
 * @param address the registry as it stands in front of an image's name
 */
export function registryAuth({ username, password }: Credentials, address: string): string {
  const json = JSON.stringify({ username, password, serveraddress: serverAddress(address) });
  return Buffer.from(json, "utf8").toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}

/**
 * The registry by which Docker looks whether a login is for the host that it asks. For Docker Hub it is the name of its first index,
 * whatever stands in front of the image: no engine knows another of its names in all versions (moby v24 to v29
 * daemon/containerd/resolver.go).
 */
export function serverAddress(address: string): string {
  return isDockerHub(address) ? "https://index.docker.io/v1/" : address;
}
