#!/usr/bin/env bash
# Builds the Debian packages, installs assay in a fresh Debian 12 and tries it there: the program, its manual pages and
# its completion.
#
#   tools/packaging/try_deb.sh [--library] [BUILD]
#
# BUILD is a finished release build (build/release). --library also installs libassay-dev with a compiler and builds the
# example of tests/consumer with pkg-config, which takes some minutes. ASSAY_DEBIAN_TAR names an archive of a fresh Debian
# 12, such as debootstrap or docker export made; without it debootstrap makes one, in one to three minutes. Exit status:
# 0 all is well, 1 it is not, 77 skipped, with the reason: this needs root, debootstrap and the Debian archive.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
library=
if [ "${1:-}" = --library ]; then library=1; shift; fi
build=${1:-build/release}

skip() { echo "skipped: $1"; exit 77; }
fail() { echo "try_deb.sh: $1" >&2; exit 1; }
[ "$(id -u)" -eq 0 ] || skip "a fresh system needs root"
[ -n "${ASSAY_DEBIAN_TAR:-}" ] || command -v debootstrap >/dev/null || skip "debootstrap is not installed"

work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
root=$work/root

(cd "$build" && cpack -G DEB -B "$work/packages" >"$work/cpack.log") || { cat "$work/cpack.log" >&2; fail "cpack failed"; }
ls "$work"/packages/assay_*.deb "$work"/packages/libassay-dev_*.deb >/dev/null || fail "a package is missing"
for package in "$work"/packages/*.deb; do
  echo "$(basename "$package"): $(dpkg-deb -f "$package" Depends)"
done

mkdir "$root"
if [ -n "${ASSAY_DEBIAN_TAR:-}" ]; then
  tar -C "$root" -xf "$ASSAY_DEBIAN_TAR"
elif ! timeout 600 debootstrap --variant=minbase bookworm "$root" >"$work/debootstrap.log" 2>&1; then
  tail -n 5 "$work/debootstrap.log"
  skip "debootstrap cannot make a system here"
fi
cp "$work"/packages/assay_*.deb "$root/tmp/assay.deb"
cp "$work"/packages/libassay-dev_*.deb "$root/tmp/libassay-dev.deb"
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp tests/consumer/example.cc "$root/tmp/"
# Documents are left out of slim systems; this one keeps them.
rm -f "$root"/etc/dpkg/dpkg.cfg.d/*docker*
inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
inside apt-get -qq update >/dev/null
inside apt-get -qq install -y --no-install-recommends /tmp/assay.deb man-db >"$work/apt.log" 2>&1 || {
  tail -n 20 "$work/apt.log" >&2
  fail "apt-get cannot install assay"
}

inside assay --version
inside su nobody -s /bin/sh -c '
  set -e
  cd "$(mktemp -d)"
  assay keygen --algorithm ES256 --kid k1 --private key.pem --public pub.pem --jwks jwks.json
  assay mint --key key.pem --algorithm ES256 --kid k1 --count 1000 -o tokens.txt
  assay verify --jwks jwks.json --only rejected tokens.txt
  assay verify --jwks http://127.0.0.1:1/jwks.json tokens.txt 2>&1 | grep -q "127.0.0.1:1" # libcurl is there
'
for page in assay assay-verify assay-audit assay-completion; do
  inside man -w "$page" >/dev/null || fail "there is no manual page $page"
  inside man --warnings -E UTF-8 -P cat "$page" 2>&1 >/dev/null | grep . && fail "the manual page $page is not well formed"
done
inside bash -c 'source /usr/share/bash-completion/completions/assay && complete -p assay' | grep -q -- '-F _assay assay' ||
  fail "the completion of bash does not load"
[ -f "$root/usr/share/zsh/vendor-completions/_assay" ] || fail "the completion of zsh is missing"
[ -f "$root/usr/share/fish/vendor_completions.d/assay.fish" ] || fail "the completion of fish is missing"
if command -v zsh >/dev/null; then zsh -n "$root/usr/share/zsh/vendor-completions/_assay"; fi
if command -v fish >/dev/null; then fish --no-execute "$root/usr/share/fish/vendor_completions.d/assay.fish"; fi

if [ -n "$library" ]; then
  inside apt-get -qq install -y --no-install-recommends /tmp/libassay-dev.deb g++ pkg-config >"$work/apt.log" 2>&1 ||
    { tail -n 20 "$work/apt.log" >&2; fail "apt-get cannot install libassay-dev"; }
  inside bash -c 'g++ -std=c++20 /tmp/example.cc -o /tmp/example $(pkg-config --cflags --libs assay) && /tmp/example'
fi

inside apt-get -qq purge -y assay ${library:+libassay-dev} >/dev/null 2>&1
left=$(cd "$root" && find usr etc var/lib -name '*assay*')
[ -z "$left" ] || fail "left behind after purge: $left"
echo "try_deb.sh: all is well"
