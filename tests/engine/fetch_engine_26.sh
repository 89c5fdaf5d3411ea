#!/usr/bin/env bash
# Unpacks Debian trixie's Docker Engine 26.1 into a folder of its own, beside whatever is installed: nothing of this
# machine is upgraded. From the mirror that apt already uses. Usage: fetch_engine_26.sh [FOLDER]
# FOLDER is $NEBTUI_ENGINE_26, else ~/.cache/nebtui-tests/engine-26.
set -euo pipefail

to=${1:-${NEBTUI_ENGINE_26:-${XDG_CACHE_HOME:-$HOME/.cache}/nebtui-tests/engine-26}}
if [ -x "$to/usr/sbin/dockerd" ]; then echo "$to"; exit 0; fi
command -v apt-get >/dev/null || { echo "no apt on this machine" >&2; exit 1; }

mirror=$(apt-get indextargets --format '$(ORIGIN) $(LABEL) $(COMPONENT) $(REPO_URI)' | awk '$1 $2 $3 == "DebianDebianmain" {print $4; exit}')
[ -n "$mirror" ] || { echo "apt here has no Debian mirror" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/unpacked"
touch "$work/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$work/sources.list"
apart=(-qq -o "Dir::State::Lists=$work/lists" -o "Dir::State::status=$work/status" -o "Dir::Cache=$work/cache"
  -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=- -o Acquire::Retries=2 -o Acquire::http::Timeout=20)
apt-get "${apart[@]}" update
cd "$work"
apt-get "${apart[@]}" download docker.io
dpkg -x docker.io_*.deb unpacked
chmod 755 unpacked
unpacked/usr/sbin/dockerd --version >&2
mkdir -p "$(dirname "$to")"
rm -rf "$to"
mv unpacked "$to"
echo "$to"
