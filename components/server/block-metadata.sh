#!/bin/sh
# Shuts the metadata address for containers: it gives out the user data, and with it the host key. Docker keeps its
# DOCKER-USER chain over restarts; a reboot empties it, so this runs at each boot.
set -eu
iptables --wait --new-chain DOCKER-USER 2>/dev/null || :
iptables --wait --check DOCKER-USER --destination 169.254.169.254 --jump DROP 2>/dev/null ||
    iptables --wait --insert DOCKER-USER --destination 169.254.169.254 --jump DROP
