"""Hetzner's own Python client against the lab's API: makes, reads, changes, acts on and deletes every kind.

Called with the endpoint, the token, a PEM certificate and its key. Prints one line for each check and the count.
"""

import sys

from hcloud import APIException, Client
from hcloud.actions import ActionFailedException
from hcloud.firewalls import FirewallResource, FirewallResourceLabelSelector, FirewallRule
from hcloud.images import Image
from hcloud.load_balancer_types import LoadBalancerType
from hcloud.load_balancers import (
    LoadBalancerAlgorithm,
    LoadBalancerHealthCheck,
    LoadBalancerService,
    LoadBalancerTarget,
    LoadBalancerTargetLabelSelector,
)
from hcloud.locations import Location
from hcloud.networks import NetworkRoute, NetworkSubnet
from hcloud.server_types import ServerType
from hcloud.servers import ServerCreatePublicNetwork

endpoint, token, certificate_file, key_file = sys.argv[1:5]
client = Client(token=token, api_endpoint=endpoint, poll_interval=0.1)
fsn1 = Location(name="fsn1")
checks = 0


def check(what, fact):
    global checks
    if not fact:
        sys.exit(f"not ok: {what}")
    checks += 1
    print(f"ok {checks} {what}")


def same(what, found, wanted):
    if found != wanted:
        print(f"found {found!r}, wanted {wanted!r}")
    check(what, found == wanted)


def refused(what, code, call):
    try:
        call()
    except APIException as error:
        same(f"{what}: {code}", error.code, code)
        return error
    sys.exit(f"not ok: {what} was not refused")


def done(*actions):
    for action in actions:
        action.wait_until_finished()


def fresh(bound):
    bound.reload()
    return bound


# What is on offer.
check("server types are listed", {"cx23", "cax11", "ccx63"} <= {t.name for t in client.server_types.get_all()})
cx23 = client.server_types.get_by_name("cx23")
same("cx23 has its cores, memory, disk", (cx23.cores, cx23.memory, cx23.disk), (2, 4, 40))
same("cax11 is Arm", client.server_types.get_by_name("cax11").architecture, "arm")
same("cx22 is known no more", client.server_types.get_by_name("cx22"), None)
for architecture in ("x86", "arm"):
    image = client.images.get_by_name_and_architecture("debian-12", architecture)
    same(f"debian-12 for {architecture}", image.architecture, architecture)
check("docker-ce is an app", any(i.name == "docker-ce" for i in client.images.get_all(type=["app"])))
same("locations", [x.name for x in client.locations.get_all()], ["fsn1", "nbg1", "hel1", "ash", "hil", "sin"])
same("load balancer types", [x.name for x in client.load_balancer_types.get_all()], ["lb11", "lb21", "lb31"])
same("no ISOs", client.isos.get_all(), [])
refused("an unknown server", "not_found", lambda: client.servers.get_by_id(999999))
refused("a wrong token", "unauthorized", lambda: Client(token="x" * 64, api_endpoint=endpoint).locations.get_all())

# SSH keys.
public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGbM7yM1f0m5c1x2N5n3m0cWn1d6vVbFq7Q5Jk0m1b2c lab"
ssh_key = client.ssh_keys.create(name="key", public_key=public_key, labels={"a": "b"})
same("an SSH key is found by its fingerprint", client.ssh_keys.get_by_fingerprint(ssh_key.fingerprint).id, ssh_key.id)
refused("the same key again", "uniqueness_error", lambda: client.ssh_keys.create(name="key2", public_key=public_key))
error = refused("a wrong key", "invalid_input", lambda: client.ssh_keys.create(name="bad", public_key="no key"))
same("details name the field", error.details["fields"][0]["name"], "public_key")
same("an SSH key is renamed", ssh_key.update(name="key-2").name, "key-2")

# Networks.
network = client.networks.create(
    name="net", ip_range="10.90.0.0/16", subnets=[NetworkSubnet("10.90.1.0/24", "cloud", "eu-central")]
)
same("a network has its subnet and gateway", (network.subnets[0].ip_range, network.subnets[0].gateway), ("10.90.1.0/24", "10.90.0.1"))
done(network.add_subnet(NetworkSubnet("10.90.2.0/24", "cloud", "eu-central")))
same("a subnet is added", len(fresh(network).subnets), 2)
refused("a subnet outside", "invalid_input", lambda: network.add_subnet(NetworkSubnet("10.91.0.0/24", "cloud", "eu-central")))
done(network.delete_subnet(NetworkSubnet("10.90.2.0/24", "cloud", "eu-central")))
done(network.add_route(NetworkRoute(destination="10.100.1.0/24", gateway="10.90.1.1")))
same("a route is added", fresh(network).routes[0].destination, "10.100.1.0/24")
done(network.delete_route(NetworkRoute(destination="10.100.1.0/24", gateway="10.90.1.1")))
done(network.change_protection(delete=True))
refused("a protected network", "protected", network.delete)
done(network.change_protection(delete=False))
same("a network is labelled", network.update(labels={"env": "lab"}).labels, {"env": "lab"})

# Firewalls and placement groups.
rule = FirewallRule(direction="in", protocol="tcp", port="22", source_ips=["0.0.0.0/0", "::/0"], destination_ips=[])
created = client.firewalls.create(name="fw", rules=[rule])
done(*created.actions)
firewall = created.firewall
bad = FirewallRule(direction="in", protocol="tcp", port="99999", source_ips=["0.0.0.0/0"], destination_ips=[])
refused("a wrong port", "invalid_input", lambda: firewall.set_rules([bad]))
group = client.placement_groups.create(name="group", type="spread").placement_group

# Servers.
first = client.servers.create(
    name="web-1",
    server_type=ServerType(name="cx23"),
    image=Image(name="debian-12"),
    location=fsn1,
    ssh_keys=[ssh_key],
    firewalls=[firewall],
    networks=[network],
    placement_group=group,
    user_data="#cloud-config\n",
    labels={"role": "web"},
)
same("create_server runs at first", (first.action.command, first.action.status), ("create_server", "running"))
check("a server with keys has no password", first.root_password is None)
refused("an action on a busy server", "locked", first.server.power_off)
done(first.action, *first.next_actions)
web = fresh(first.server)
same("the server runs", web.status, "running")
check("it has both public addresses", web.public_net.ipv4.ip and web.public_net.ipv6.ip.endswith("/80"))
same("it is in the network", web.private_net[0].ip, "10.90.1.1")
same("the firewall applies", web.public_net.firewalls[0].status, "applied")
same("it is in the placement group", fresh(group).servers, [web.id])
refused("the same name again", "uniqueness_error", lambda: client.servers.create(name="web-1", server_type=cx23, image=Image(name="debian-12")))
refused("a type that is known no more", "invalid_input", lambda: client.servers.create(name="old", server_type=ServerType(name="cx22"), image=Image(name="debian-12")))
refused("a wrong host name", "invalid_input", lambda: client.servers.create(name="web_1", server_type=cx23, image=Image(name="debian-12")))
refused("a firewall in use", "resource_in_use", firewall.delete)
refused("a firewall twice", "firewall_already_applied", lambda: firewall.apply_to_resources([FirewallResource(type="server", server=web)]))
refused("a network twice", "server_already_attached", lambda: web.attach_to_network(network))
refused("a placement group in use", "resource_in_use", group.delete)
for _ in range(2):
    done(*firewall.set_rules([rule, FirewallRule(direction="in", protocol="icmp", source_ips=["0.0.0.0/0"], destination_ips=[])]))
same("rules are set", len(fresh(firewall).rules), 2)
done(*firewall.remove_from_resources([FirewallResource(type="server", server=web)]))
same("the firewall is off the server", fresh(web).public_net.firewalls, [])
selector = FirewallResource(type="label_selector", label_selector=FirewallResourceLabelSelector(selector="role=web"))
done(*firewall.apply_to_resources([selector]))
same("a label selector applies it", fresh(web).public_net.firewalls[0].firewall.id, firewall.id)
refused("taking it off one server", "firewall_managed_by_label_selector", lambda: firewall.remove_from_resources([FirewallResource(type="server", server=web)]))
same("a server is renamed", web.update(name="web-one").name, "web-one")
same("servers are found by label", [s.id for s in client.servers.get_all(label_selector="role in (web,db)")], [web.id])
same("servers are found by state", client.servers.get_all(status=["off"]), [])
done(web.change_alias_ips(network, ["10.90.1.77"]))
same("alias addresses", fresh(web).private_net[0].alias_ips, ["10.90.1.77"])
done(web.change_dns_ptr(web.public_net.ipv4.ip, "web.example.com"))
same("reverse DNS", fresh(web).public_net.ipv4.dns_ptr, "web.example.com")
done(web.enable_backup())
check("backups have a window", fresh(web).backup_window)
done(web.disable_backup())
rescue = web.enable_rescue(type="linux64")
done(rescue.action)
check("rescue is enabled", fresh(web).rescue_enabled and rescue.root_password)
done(web.disable_rescue())
reset = web.reset_password()
done(reset.action)
check("a new password", len(reset.root_password) >= 12)
for verb in (web.reboot, web.reset, web.shutdown, web.power_on):
    done(verb())
refused("a new type while it runs", "server_not_stopped", lambda: web.change_type(ServerType(name="cx33"), upgrade_disk=False))
done(web.power_off())
same("it is off", fresh(web).status, "off")
refused("an Arm type", "invalid_server_type", lambda: web.change_type(ServerType(name="cax11"), upgrade_disk=False))
done(web.change_type(ServerType(name="cx33"), upgrade_disk=False))
same("the type is changed, the disk kept", (fresh(web).server_type.name, web.primary_disk_size), ("cx33", 40))
done(web.remove_from_placement_group())
check("it left the group", fresh(web).placement_group is None)
done(web.add_to_placement_group(group))
done(web.detach_from_network(network))
same("it left the network", fresh(web).private_net, [])
done(web.attach_to_network(network, ip="10.90.1.9"))
same("it is back at its address", fresh(web).private_net[0].ip, "10.90.1.9")
done(web.rebuild(Image(name="debian-13")).action)
same("rebuilt and on", (fresh(web).status, web.image.name), ("running", "debian-13"))
done(web.change_protection(delete=True, rebuild=True))
refused("a protected server", "protected", web.delete)
refused("a protected rebuild", "protected", lambda: web.rebuild(Image(name="debian-12")))
done(web.change_protection(delete=False, rebuild=False))
check("its actions are listed, the newest first", [a.id for a in web.get_actions(sort=["id:desc"])] == sorted((a.id for a in web.get_actions()), reverse=True))
off = client.servers.create(name="bare", server_type=cx23, image=Image(name="ubuntu-24.04"), start_after_create=False)
done(off.action, *off.next_actions)
same("a server may stay off", (fresh(off.server).status, off.next_actions), ("off", []))
check("a server without keys has a password", off.root_password)

# Volumes.
volume = client.volumes.create(name="data", size=10, server=web, format="ext4")
done(volume.action, *volume.next_actions)
data = fresh(volume.volume)
same("a volume is attached and formatted", (data.server.id, data.format, data.status), (web.id, "ext4", "available"))
refused("attaching it twice", "volume_already_attached", lambda: data.attach(off.server))
refused("deleting it attached", "resource_in_use", data.delete)
refused("shrinking it", "invalid_input", lambda: data.resize(5))
done(data.resize(20))
done(data.detach())
same("resized, detached", (fresh(data).size, data.server), (20, None))
done(data.attach(web))
done(data.detach())
done(data.change_protection(delete=True))
refused("a protected volume", "protected", data.delete)
done(data.change_protection(delete=False))
check("a volume is deleted", data.delete())

# Primary and floating IPs.
primary = client.primary_ips.create(type="ipv4", name="ip", location=fsn1).primary_ip
refused("an address for a running server", "server_not_stopped", lambda: primary.assign(web.id, "server"))
refused("a second address", "server_has_ipv4", lambda: primary.assign(off.server.id, "server"))
old = client.primary_ips.get_by_id(off.server.public_net.primary_ipv4.id)
done(old.unassign())
done(primary.assign(off.server.id, "server"))
same("the address is assigned", fresh(off.server).public_net.ipv4.ip, primary.ip)
refused("deleting it assigned", "must_be_unassigned", primary.delete)
done(primary.change_dns_ptr(primary.ip, "ip.example.com"))
same("its reverse DNS", fresh(primary).dns_ptr[0]["dns_ptr"], "ip.example.com")
done(primary.change_protection(delete=True))
done(primary.unassign())
refused("a protected address", "protected", primary.delete)
done(primary.change_protection(delete=False))
check("an address is deleted", primary.delete() and old.delete())
own = client.primary_ips.create(type="ipv6", name="ip6", location=fsn1).primary_ip
given = client.servers.create(
    name="v6",
    server_type=cx23,
    image=Image(name="debian-12"),
    location=fsn1,
    public_net=ServerCreatePublicNetwork(enable_ipv4=False, enable_ipv6=True, ipv6=own),
)
done(given.action, *given.next_actions)
same("a server with a given address and no IPv4", (fresh(given.server).public_net.ipv4, given.server.public_net.ipv6.ip), (None, own.ip))
floating = client.floating_ips.create(type="ipv4", name="float", home_location=fsn1).floating_ip
done(floating.assign(web))
same("a floating IP is on the server", [f.id for f in fresh(web).public_net.floating_ips], [floating.id])
done(floating.unassign())
check("a floating IP is deleted", floating.delete())

# Certificates and load balancers.
certificate = client.certificates.create(name="own", certificate=open(certificate_file).read(), private_key=open(key_file).read())
same("an uploaded certificate's names", certificate.domain_names, ["lab.example.com"])
managed = client.certificates.create_managed(name="managed", domain_names=["a.example.com"])
done(managed.action)
same("a managed certificate is issued", fresh(managed.certificate).status.issuance, "completed")
made = client.load_balancers.create(
    name="lb",
    load_balancer_type=LoadBalancerType(name="lb11"),
    location=fsn1,
    services=[LoadBalancerService(protocol="http", listen_port=80, destination_port=80)],
    targets=[LoadBalancerTarget(type="server", server=web)],
)
done(made.action)
balancer = fresh(made.load_balancer)
same("a service has the defaults", (balancer.services[0].health_check.interval, balancer.services[0].http.cookie_name), (15, "HCLBSTICKY"))
check("the target's health is told", balancer.targets[0].health_status[0].status in ("healthy", "unhealthy", "unknown"))
same("the server knows its balancer", fresh(web).id in [t.server.id for t in balancer.targets], True)
refused("a port twice", "source_port_already_used", lambda: balancer.add_service(LoadBalancerService(protocol="tcp", listen_port=80, destination_port=81)))
done(balancer.add_service(LoadBalancerService(protocol="tcp", listen_port=5432, destination_port=5432)))
check_often = LoadBalancerHealthCheck(protocol="tcp", port=5432, interval=5, timeout=2, retries=2)
done(balancer.update_service(LoadBalancerService(listen_port=5432, health_check=check_often)))
same("a service is changed", fresh(balancer).services[1].health_check.interval, 5)
done(balancer.delete_service(LoadBalancerService(listen_port=5432)))
refused("a target twice", "target_already_defined", lambda: balancer.add_target(LoadBalancerTarget(type="server", server=web)))
refused("a private target", "load_balancer_not_attached_to_network", lambda: balancer.add_target(LoadBalancerTarget(type="server", server=off.server, use_private_ip=True)))
done(balancer.attach_to_network(network))
check("the balancer is in the network", fresh(balancer).private_net[0].ip.startswith("10.90.1."))
done(balancer.remove_target(LoadBalancerTarget(type="server", server=web)))
labels = LoadBalancerTarget(type="label_selector", label_selector=LoadBalancerTargetLabelSelector(selector="role=web"), use_private_ip=True)
done(balancer.add_target(labels))
same("a label target's servers", [t.server.id for t in fresh(balancer).targets[0].targets], [web.id])
done(balancer.disable_public_interface(), balancer.enable_public_interface())
done(balancer.change_algorithm(LoadBalancerAlgorithm(type="least_connections")))
done(balancer.change_type(LoadBalancerType(name="lb21")))
same("algorithm and type", (fresh(balancer).algorithm.type, balancer.load_balancer_type.name), ("least_connections", "lb21"))
done(balancer.remove_target(labels))
done(balancer.detach_from_network(network))
done(balancer.change_protection(delete=True))
refused("a protected balancer", "protected", balancer.delete)
done(balancer.change_protection(delete=False))
done(balancer.delete().action)
check("certificates are deleted", certificate.delete() and managed.certificate.delete())

# Faults that a test injects.
session = client._client
lab = endpoint.removesuffix("/v1") + "/_lab/faults"


def inject(**fault):
    session._session.request("POST", lab, json=fault, headers=session._headers).raise_for_status()


inject(kind="request", method="POST", path="/servers", code="resource_unavailable", message="sold out")
refused("an injected fault", "resource_unavailable", lambda: client.servers.create(name="x", server_type=cx23, image=Image(name="debian-12")))
inject(kind="action", command="reboot_server", message="the host is gone")
try:
    done(web.reboot())
    sys.exit("not ok: the injected action did not fail")
except ActionFailedException as failed:
    same("an injected action fails", failed.action.error["message"], "the host is gone")

# Pages.
for number in range(30):
    client.placement_groups.create(name=f"g{number:02}", type="spread")
page = client.placement_groups.get_list(page=2, per_page=10)
same("a page and its meta", ([g.name for g in page.placement_groups][0], page.meta.pagination.total_entries, page.meta.pagination.last_page), ("g09", 31, 4))
for extra in client.placement_groups.get_all(name=None):
    if extra.name.startswith("g") and extra.name != "group":
        extra.delete()

# All away again.
for server in client.servers.get_all():
    done(server.delete())
done(*firewall.remove_from_resources([selector]))
check("kinds are deleted", firewall.delete() and group.delete() and network.delete() and ssh_key.delete())
own.reload()
check("a given address outlives its server", own.assignee_id is None and own.delete())
kinds = (client.servers, client.ssh_keys, client.firewalls, client.networks, client.volumes, client.primary_ips)
kinds += (client.floating_ips, client.placement_groups, client.load_balancers, client.certificates)
same("nothing is left", [len(kind.get_all()) for kind in kinds], [0] * 10)
print(f"{checks} checks")
