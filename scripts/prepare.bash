#!/usr/bin/env bash
# Sourced by scripts/up and scripts/test: finds a Node and installs the packages when the lock file changed.

has_node() { command -v node >/dev/null && command -v npm >/dev/null && [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ]; }

if ! has_node; then
  if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    echo 'Installing Node …' >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >&2 && apt-get install -y -qq --no-install-recommends nodejs npm >&2
    hash -r
  fi
  if ! has_node; then
    echo 'needs Node 20 or later with npm. Run: sudo apt-get update && sudo apt-get install -y nodejs npm' >&2
    echo "    (where that gives an older one: https://nodejs.org/en/download)" >&2
    exit 1
  fi
fi

# What is installed is compared with the lock file by content: git changes the times of files at will.
stamp=node_modules/.meridian-lock
installed() {
  [ -x node_modules/.bin/node ] || return 1
  cmp -s package-lock.json "$stamp" && return 0
  node -e '
    const read = (path) => JSON.parse(require("node:fs").readFileSync(path, "utf8")).packages;
    const [want, have] = [read("package-lock.json"), read("node_modules/.package-lock.json")];
    const missing = Object.entries(want).filter(([path, { version, optional }]) =>
      path !== "" && !optional && have[path]?.version !== version);
    process.exit(missing.length === 0 ? 0 : 1);
  ' 2>/dev/null
}
if ! installed; then
  echo 'Installing packages (npm ci) …' >&2
  npm ci --no-fund --no-audit --loglevel=error >&2
fi
cmp -s package-lock.json "$stamp" || cp package-lock.json "$stamp"
