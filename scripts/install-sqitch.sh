#!/bin/sh
# Install Sqitch, its Postgres driver and psql if they are missing: with apt, as root or
# through sudo, or with Homebrew. Otherwise print what to install.
set -eu
exec >&2 # `make up` prints only its result to stdout

is_complete() {
  command -v sqitch >/dev/null && command -v psql >/dev/null &&
    # The system's perl cannot see the driver of Homebrew's Sqitch.
    { [ "$(uname)" = Darwin ] || perl -MDBD::Pg -e 1 2>/dev/null; }
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

if is_complete; then exit 0; fi

if command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || command -v sudo >/dev/null; }; then
  echo "Installing sqitch, libdbd-pg-perl and postgresql-client with apt ..."
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq -y --no-install-recommends \
    sqitch libdbd-pg-perl postgresql-client >/dev/null
elif command -v brew >/dev/null; then
  echo "Installing sqitch and libpq with Homebrew ..."
  brew tap sqitchers/sqitch
  brew install sqitch --with-postgres-support
fi

if ! is_complete; then
  cat <<'EOF'
kodiai needs Sqitch with its Postgres driver, and psql. Install
  Debian, Ubuntu   sqitch libdbd-pg-perl postgresql-client
  Fedora           sqitch-pg postgresql
  macOS            brew tap sqitchers/sqitch
                   brew install sqitch --with-postgres-support
and try again. Elsewhere: https://sqitch.org/download/
EOF
  exit 1
fi
