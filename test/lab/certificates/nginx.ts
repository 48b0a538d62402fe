/** A real nginx of Debian's, put on a server of the lab as an administrator would have it there. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../../lab/docker/exec";

/** Runs a command on the server, with standard input. */
export type OnServer = (command: string, input?: Buffer | string) => Promise<string>;

/** Installs it and serves a name over TLS, from the proxy on loopback, with the headers that docs/proxy.md names. */
export async function installNginx(
  onServer: OnServer,
  name: string,
  pair: { certificate: string; key: string },
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "sextant-nginx-"));
  try {
    await run("sh", ["-c", `cd '${folder}' && apt-get download -q nginx nginx-common`]);
    for (const file of readdirSync(folder)) {
      await onServer(
        `base64 -d >/root/${file.replace(/_.*/, "")}.deb`,
        readFileSync(join(folder, file)).toString("base64"),
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  // As where an administrator starts it: not by its installation.
  await onServer(
    "printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d && DEBIAN_FRONTEND=noninteractive dpkg -i /root/nginx-common.deb /root/nginx.deb && rm -f /usr/sbin/policy-rc.d /etc/nginx/sites-enabled/default",
  );
  await onServer("cat >/etc/nginx/front.pem", pair.certificate);
  await onServer("umask 077; cat >/etc/nginx/front.key", pair.key);
  await onServer("cat >/etc/nginx/conf.d/front.conf", configuration(name));
  await onServer("nginx -t 2>&1 && (pgrep -x nginx >/dev/null && nginx -s reload || nginx)");
}

function configuration(name: string): string {
  return `server {
  listen 80;
  server_name ${name};
  return 301 https://$host$request_uri;
}
server {
  listen 443 ssl;
  server_name ${name};
  ssl_certificate /etc/nginx/front.pem;
  ssl_certificate_key /etc/nginx/front.key;
  location / {
    proxy_pass http://127.0.0.1:8080;
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
  }
}
`;
}
