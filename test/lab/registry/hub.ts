/** Docker Hub as a server of the lab sees it: its names lead to the lab's registry, by TLS that the server trusts. */
import type { RegistryAccess } from "../../../lab/registry/registry";
import { tokenRealm } from "../../../lab/registry/tokens";

/** The registry's own name, and where it sends those who want a token. */
const names = ["registry-1.docker.io", "auth.docker.io"];
const realm = new URL(tokenRealm);

/**
 * Shell lines, run as root on the server, by which names of Docker Hub lead to the server itself, where TLS ends before the registry that
 * wants tokens. It asks for them where Docker Hub does.
 * @param address the server's own, as Docker trusts whoever answers at the loopback address
 */
export function hubAt(address: string, { bearer }: RegistryAccess): string {
  const alternatives = names.map((name) => `DNS:${name}`).join(",");
  return `set -e
    command -v haproxy >/dev/null || { apt-get update -qq && apt-get install -qq -y --no-install-recommends haproxy >/dev/null; }
    mkdir -p /etc/hub && cd /etc/hub
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=${names[0] ?? ""} \
      -addext subjectAltName=${alternatives} -keyout key.pem -out certificate.pem 2>/dev/null
    cat certificate.pem key.pem >both.pem
    cat >haproxy.cfg <<'CFG'
defaults
  mode http
  timeout client 60s
  timeout server 60s
  timeout connect 5s
frontend hub
  bind ${address}:443 ssl crt /etc/hub/both.pem
  use_backend tokens if { hdr(host) -i ${names[1] ?? ""} }
  default_backend registry
backend tokens
  server tokens ${realm.host}
backend registry
  http-response replace-header WWW-Authenticate (.*)${realm.origin.replaceAll(".", "\\.")}(.*) \\1https://${names[1] ?? ""}\\2
  server registry ${bearer}
CFG
    haproxy -D -p /run/hub.pid -f haproxy.cfg
    echo '${address} ${names.join(" ")}' >>/etc/hosts`;
}

/** The same, by which the server trusts it; Docker reads the system's certificates when it starts. */
export const hubTrusted = `set -e
  cp /etc/hub/certificate.pem /usr/local/share/ca-certificates/hub.crt
  update-ca-certificates >/dev/null 2>&1
  systemctl restart docker`;
