#!/bin/sh
# Shuts the metadata address for containers: it gives out the user data, and with it the host key. It runs before Docker starts,
# which starts containers before it is ready itself, at each boot and each restart of Docker. Docker keeps the chain that it finds.
set -eu
chain=DOCKER-USER
iptables --wait --list "$chain" --numeric >/dev/null 2>&1 || iptables --wait --new-chain "$chain"
iptables --wait --check "$chain" --destination 169.254.169.254 --jump DROP 2>/dev/null ||
    iptables --wait --insert "$chain" --destination 169.254.169.254 --jump DROP
# The way there is Docker's own doing, later, and not at all where it is told to use nftables.
iptables --wait --check FORWARD --jump "$chain" 2>/dev/null || iptables --wait --insert FORWARD --jump "$chain"
