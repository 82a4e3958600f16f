#!/usr/bin/env bash
# Gets what a build for aarch64 needs: the cross compiler and the emulator as packages of this machine, and the libraries
# of tools/packages.txt for arm64 in the folder build/aarch64-sysroot. Then: cmake --preset aarch64
#
# No arm64 package is installed. apt reads an empty status and lists of its own, resolves all dependencies, and
# downloads; dpkg-deb only unpacks. A second run does nothing, and needs neither network nor root, unless
# tools/packages.txt has changed. Exits with 3 if Debian's packages cannot be reached, with another code for any other
# fault.
set -euo pipefail
tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
sysroot=$tools/../build/aarch64-sysroot

# The libraries, and not the compilers and programs, of the list of packages.
mapfile -t libraries < <(sed -e 's/#.*//' -e 's/[[:space:]]*$//' "$tools/packages.txt" | grep -E '^(lib.*|tzdata)$')
wanted=${libraries[*]}
installed() { command -v aarch64-linux-gnu-g++ >/dev/null && command -v qemu-aarch64 >/dev/null; }
unpacked() { [ "$(cat "$sysroot/complete" 2>/dev/null)" = "$wanted" ]; }
if installed && unpacked; then exit 0; fi

apt=$(mktemp -d)
trap 'rm -rf "$apt"' EXIT
mkdir -p "$apt"/state/lists/partial "$apt"/cache/archives/partial
: >"$apt/status"
cat >"$apt/apt.conf" <<END
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Install-Recommends "false";
APT::Sandbox::User "";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Retries "3";
Dir::State "$apt/state";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
END
arm64_apt() { APT_CONFIG=$apt/apt.conf apt-get -qq "$@" </dev/null >&2; }

# If only a source of others has failed, what follows works.
reached=true
arm64_apt update || reached=false
fail() {
  echo "tools/aarch64_sysroot.sh: $1" >&2
  if "$reached"; then exit 1; fi
  exit 3
}

installed || "$tools/setup.sh" "$tools/packages-aarch64.txt" ||
  fail "cannot install the packages of tools/packages-aarch64.txt"
if unpacked; then exit 0; fi

echo "Downloading for arm64: $wanted" >&2
arm64_apt -y --download-only install "${libraries[@]}" || fail "cannot download the packages of tools/packages.txt for arm64"
rm -rf "$sysroot"
mkdir -p "$sysroot"
for package in "$apt"/cache/archives/*.deb; do dpkg-deb --extract "$package" "$sysroot"; done
echo "$wanted" >"$sysroot/complete"
