#!/bin/sh
# engine METHOD PATH [CONTENT-TYPE]
#
# One request to the API of this host's Docker. The body comes on standard input, so that what is secret in it is in no
# argument list. Prints the answer and, on a line of its own, its status; fails where Docker does not answer.
set -u

socket=${DOCKER_HOST:-unix:///var/run/docker.sock}
socket=${socket#unix://}
if [ ! -w "$socket" ]; then
    # Rootless, or somewhere else.
    socket=$(docker context inspect --format '{{.Endpoints.docker.Host}}')
    socket=${socket#unix://}
fi
exec curl --silent --show-error --unix-socket "$socket" --request "$1" --header "Content-Type: ${3:-application/json}" \
    --header 'Expect:' --data-binary @- --write-out '\n%{http_code}\n' "http://docker$2"
