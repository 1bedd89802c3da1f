#!/bin/sh
# The loop of a person or an agent in a terminal: six commands, no sleep. Run in a workspace, with `dagdeck` and `dg` on PATH.
# $1 is the file that is broken and mended, $2 its project's folder, $3 the asset that is made.
set -u
dagdeck start --trust || exit 1
printf 'import panda\n' >>"$1"
dagdeck wait && exit 2
sed -i '/^import panda$/d' "$1"
dagdeck wait || exit 3
cd "$2" && dg launch --assets "$3" 2>&1 | grep RUN_SUCCESS
