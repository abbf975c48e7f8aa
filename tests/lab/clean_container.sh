#!/bin/bash
# clean_container.sh COMMAND [ARGUMENT...]: runs a command on a copy of this tree in a plain `docker run` of a fresh
# debian:bookworm-slim, without any extra privilege. Needs root and a Docker engine that answers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lab/engine.sh

has_base_image || make_base_image
# A copy of what is committed or new, without build folders; the container's name is unique, so several may run at once.
git ls-files -z --cached --others --exclude-standard | tar --null --files-from=- --ignore-failed-read -c |
  docker run --rm -i "$base_image" bash -c 'mkdir /immp && cd /immp && tar x && exec </dev/null && "$@"' container "$@"
