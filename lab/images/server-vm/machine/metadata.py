"""The metadata service of a machine, as cloud-init's Hetzner source asks it: cloudinit/sources/DataSourceHetzner.py."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

seed = Path("/var/lib/cloud/seed/nocloud")
root = "/hetzner/v1/"


def network_config():
    subnets = []
    if os.environ["IPV4"]:
        subnets.append({"ipv4": True, "type": "dhcp"})
    if os.environ["IPV6"]:
        subnets.append(
            {
                "address": os.environ["IPV6"],
                "gateway": os.environ["GATEWAY6"],
                "ipv6": True,
                "type": "static",
                "dns_nameservers": os.environ["NAMESERVERS"].split(","),
            }
        )
    card = {"type": "physical", "name": "eth0", "mac_address": os.environ["MAC"], "subnets": subnets}
    return {"version": 1, "config": [card]}


def metadata():
    given = json.loads((seed / "meta-data").read_text())
    return {
        "instance-id": given["instance-id"],
        "hostname": given["local-hostname"],
        "public-keys": given["public-keys"],
        "public-ipv4": os.environ["IPV4"],
        "network-config": network_config(),
        "vendor_data": (seed / "vendor-data").read_text(),
    }


def answer(path):
    """The body for a path; None for one that there is not. JSON is YAML, too."""
    whole = metadata()
    if path == "metadata":
        return json.dumps(whole)
    if path == "userdata":
        return (seed / "user-data").read_text()
    # Cards of private networks are configured by the image, as by Hetzner's own package hc-utils.
    if path == "metadata/private-networks":
        return "[]"
    value = whole.get(path.removeprefix("metadata/"))
    return None if value is None else value if isinstance(value, str) else json.dumps(value)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = answer(self.path.removeprefix(root).strip("/")) if self.path.startswith(root) else None
        self.send_response(404 if body is None else 200 if body else 204)
        self.end_headers()
        self.wfile.write((body or "").encode())


ThreadingHTTPServer(("169.254.169.254", 80), Handler).serve_forever()
