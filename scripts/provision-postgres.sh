#!/usr/bin/env bash
# Create an Azure Database for PostgreSQL flexible server that is ready for Sqitch, or
# complete an existing one. See docs/guides/azure.md.
#
# Works with bash 3.2, which macOS has. Except for pipefail, `read -s`, `printf %q` and
# local variables, this is POSIX, which `make lint` checks.
#
# shellcheck disable=SC2016 # --dry-run prints variables for another shell to expand
# shellcheck disable=SC2153 # read_arguments assigns the options' variables with eval
set -euo pipefail

ROOT="$(unset CDPATH && cd "$(dirname "$0")/.." && pwd)"
ME=provision-postgres

usage() {
  cat <<'EOF'
Usage: scripts/provision-postgres.sh [MODE] [--deploy] [OPTION VALUE]...

Creates a flexible server with pgvector on Azure, or completes an existing one.
Can be run again at any time: it creates what is missing, changes the settings
that you give, and removes nothing. Needs az 2.87 or later, signed in.

Modes:
  --apply      create it and report every step (the default)
  --what-if    read the current state and report what would change
  --dry-run    read nothing and print the commands for a new server
  --destroy    delete the server and its replica; asks for the server's name
  --deploy     also deploy kodiai with Sqitch, and verify (not with --destroy)

Each option can also be set in the environment: KODIAI_SKU for --sku. On an
existing server, size, storage and other settings change only if you give them.
  --resource-group NAME      (kodiai)
  --location NAME            of a new group or server (the group's, or eastus)
  --server NAME              unique in all of Azure
                        (kodiai- and the first 8 digits of the subscription)
  --database NAME            (kodiai)
  --postgres-version 16|17|18                                   (17)
  --sku NAME                 Standard_B..., D... or E...        (Standard_B1ms;
              Standard_D2ds_v5 with --zone-redundancy, --replica or --nodes)
  --storage GIB              32, 64, 128, ...                   (32)
  --auto-grow Enabled|Disabled        of the storage            (Enabled)
  --backup-days 7...35                                          (14)
  --geo-backup Enabled|Disabled  backups in a second region, too (Disabled);
                             only when the server is created
  --zone NUMBER              availability zone of a new server (Azure chooses)
  --zone-redundancy Enabled|Disabled  a standby in another zone (Disabled)
  --tags 'KEY=VALUE ...'     tags of the server                 (none)
  --replica NAME             a read replica                     (none)
  --nodes NUMBER             make it an elastic cluster         (no cluster)
  --auth entra|password      how to sign in to Postgres         (entra)
  --admin NAME               the Entra administrator, by its Postgres role
                             (the user signed in to az); with passwords, the
                             administrator's login (kodiai_admin)
  --admin-id ID              the Entra administrator's object id
  --admin-type User|Group|ServicePrincipal                      (User)
  --allow-ip ADDRESS|me      the only address that may connect from outside
                             (no public access)
  --subnet ID                a delegated subnet, for a server in a virtual
  --private-dns-zone ID      network, and its DNS zone          (none)

The administrator's password is read from KODIAI_ADMIN_PASSWORD, or prompted
for.
EOF
}

OPTIONS="resource-group location server database postgres-version sku storage auto-grow \
backup-days geo-backup zone zone-redundancy tags replica nodes auth admin admin-id admin-type allow-ip subnet \
private-dns-zone"
AZ_MINOR=87 # az 2.86 has other names for the options of databases and firewall rules
FIREWALL_RULE=kodiai-operator
OCTET='(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])'
ADDRESS="($OCTET\.){3}$OCTET"
TAG='[[:alnum:]_.:@+-]+=[[:alnum:]_.:@+=/-]*'
ADDRESS_SERVICE=https://api.ipify.org # az uses it too

# 1. Arguments ----------------------------------------------------------------------

# die MESSAGE [STATUS]
die() {
  printf '%s: %s\n' "$ME" "$1" >&2
  exit "${2:-1}"
}

misuse() { die "$1" 2; }

# variable_of OPTION: print the name of its variable
variable_of() { printf '%s' "$1" | tr 'a-z-' 'A-Z_'; }

read_arguments() {
  local option variable
  for option in $OPTIONS; do
    variable=$(variable_of "$option")
    eval "$variable=\${KODIAI_$variable:-}"
  done
  mode='' deploys=''
  while [ $# -gt 0 ]; do
    option=${1#--}
    case "$1" in
      --help | -h)
        usage
        exit
        ;;
      --apply | --what-if | --dry-run | --destroy)
        [ -z "$mode" ] || misuse "--$mode and $1: expected one mode"
        mode=$option
        ;;
      --deploy) deploys=yes ;;
      --*)
        case " $OPTIONS " in
          *" $option "*) ;;
          *) misuse "unknown option $1; --help lists them" ;;
        esac
        [ $# -ge 2 ] || misuse "$1: expected a value"
        eval "$(variable_of "$option")=\$2"
        shift
        ;;
      *) misuse "unexpected $1; --help shows the usage" ;;
    esac
    shift
  done
  mode=${mode:-apply}
  [ "$mode$deploys" != destroyyes ] || misuse "--destroy and --deploy: expected one"
}

# expect OPTION PATTERN WORDS: refuse a value that does not match
expect() {
  local value
  eval "value=\$$(variable_of "$1")"
  # Make newlines fail the match.
  if [ -n "$value" ] && ! printf '%s' "$value" | tr '\n' '\t' | matches -E "$2"; then
    misuse "--$1 $value: expected $3"
  fi
}

# matches OPTION PATTERN: succeed if a whole line of the input matches. Not with `grep -q`
# or `head`: they exit early, the writer gets SIGPIPE, and pipefail reports that.
matches() { grep -x "$1" -- "$2" >/dev/null; }

check_arguments() {
  local name='[a-z0-9][a-z0-9-]{1,61}[a-z0-9]'
  expect resource-group '[[:alnum:]_().-]{1,90}' "the name of a resource group"
  expect location '[a-z0-9]+' "the name of a location, such as eastus"
  expect server "$name" "3 to 63 of a-z, 0-9 and -"
  expect replica "$name" "3 to 63 of a-z, 0-9 and -"
  [ -z "$REPLICA" ] || [ "$REPLICA" != "$SERVER" ] ||
    misuse "--replica $REPLICA: expected another name"
  expect database '[a-z_][a-z0-9_-]{0,62}' "a name of a-z, 0-9, _ and -"
  expect postgres-version '16|17|18' "16, 17 or 18"
  expect sku 'Standard_[BDE][0-9]+[a-z]*(_v[0-9]+)?' "a size such as Standard_D2ds_v5"
  expect storage '[1-9][0-9]{1,4}' "a number of GiB"
  expect auto-grow 'Enabled|Disabled' "Enabled or Disabled"
  expect backup-days '[7-9]|[12][0-9]|3[0-5]' "7 to 35"
  expect geo-backup 'Enabled|Disabled' "Enabled or Disabled"
  expect zone '[1-9]' "the number of an availability zone"
  expect zone-redundancy 'Enabled|Disabled' "Enabled or Disabled"
  expect tags "$TAG( $TAG)*" "KEY=VALUE ..., without spaces or quotes in them"
  expect nodes '[1-9][0-9]?' "a number of nodes"
  [ -z "$NODES" ] || check_cluster
  check_size "$SKU"
  expect auth 'entra|password' "entra or password"
  expect admin-type 'User|Group|ServicePrincipal' "User, Group or ServicePrincipal"
  expect allow-ip "me|$ADDRESS" "an IPv4 address, or me"
  [ "$ALLOW_IP" != 0.0.0.0 ] ||
    misuse "--allow-ip 0.0.0.0: expected one address; this one admits all of Azure"
  [ -z "$SUBNET$PRIVATE_DNS_ZONE" ] || { [ -n "$SUBNET" ] && [ -n "$PRIVATE_DNS_ZONE" ]; } ||
    misuse "--subnet and --private-dns-zone: expected both"
  [ -z "$SUBNET" ] || [ -z "$ALLOW_IP" ] ||
    misuse "--allow-ip: a server in a subnet has no public access"
  if [ "$AUTH" = password ]; then
    [ -z "$ADMIN_ID$ADMIN_TYPE" ] ||
      misuse "--admin-id and --admin-type: only with --auth entra"
    expect admin '[a-z_][a-z0-9_]{0,62}' "a login of a-z, 0-9 and _"
  else
    { [ -n "$ADMIN" ] && [ -n "$ADMIN_ID" ]; } || [ -z "$ADMIN$ADMIN_ID$ADMIN_TYPE" ] ||
      misuse "--admin and --admin-id: expected both; az ad user|group|sp show has the id"
  fi
}

# Refuse options that elastic clusters do not support.
check_cluster() {
  [ -z "$REPLICA" ] || misuse "--replica: az creates no replica of an elastic cluster"
  [ -z "$SUBNET" ] || misuse "--subnet: an elastic cluster cannot be in a subnet"
  [ "$AUTO_GROW" != Enabled ] ||
    misuse "--auto-grow: the storage of an elastic cluster does not grow"
}

# check_size SKU: refuse options that the size does not support
check_size() {
  case "$1" in
    Standard_B*)
      [ -z "$REPLICA" ] ||
        misuse "--replica: the tier Burstable supports no replica; use a larger --sku"
      [ "$ZONE_REDUNDANCY" != Enabled ] ||
        misuse "--zone-redundancy: the tier Burstable supports no standby; use a larger
  --sku"
      ;;
  esac
}

# Print the size of a new server: the cheapest that supports the options.
default_size() {
  if [ -n "$REPLICA$NODES" ] || [ "$ZONE_REDUNDANCY" = Enabled ]; then
    say Standard_D2ds_v5
  else
    say Standard_B1ms
  fi
}

# is_larger SKU OTHER
is_larger() (
  set_size "$2"
  its_cores=$cores its_memory=$memory
  set_size "$1"
  [ "$cores" -gt "$its_cores" ] || [ "$memory" -gt "$its_memory" ]
)

# set_size SKU: set tier, cores and memory (GiB), which Azure encodes in the name
# (learn.microsoft.com/azure/postgresql/compute-storage/concepts-compute)
set_size() {
  cores=$(printf '%s' "$1" | sed -E 's/^Standard_[A-Z]+([0-9]+).*/\1/')
  case "$1" in
    Standard_B1ms) tier=Burstable memory=2 ;;
    Standard_B2s) tier=Burstable memory=4 ;;
    Standard_B*) tier=Burstable memory=$((cores * 4)) ;;
    Standard_E*) tier=MemoryOptimized memory=$((cores * 8)) ;;
    *) tier=GeneralPurpose memory=$((cores * 4)) ;;
  esac
}

# 2. Output and commands ------------------------------------------------------------

changed=0
existing='' # what exists so far, one per line
step=''     # what is being done

say() { printf '%s\n' "$*"; }

# line SIGN WHAT
line() { [ "$mode" = dry-run ] || say "  $1 $2"; }

# remember WHAT: it exists now
remember() {
  existing="$existing    $1
"
}

# found WHAT: report that it needs no change
found() {
  remember "$1"
  line '=' "$1"
}

# ask ARGUMENT...: print what az returns, one value or row per line
ask() { answer 0 "$@"; }

# look_up ARGUMENT...: the same, or print nothing if it does not exist
look_up() { answer 3 "$@"; } # the exit status of az for "not found"

# answer MISSING ARGUMENT...: fail unless az exits with 0 or MISSING
answer() {
  local missing="$1" error status=0
  shift
  { error=$(az "$@" --only-show-errors --output tsv </dev/null 2>&1 >&3) || status=$?; } 3>&1
  if [ $status != 0 ] && [ $status != "$missing" ]; then
    step="az $1 $2 $3"
    fail "$error"
  fi
}

# ensure WHAT ARGUMENT...: run az; the argument @- stands for the password
ensure() {
  local what="$1" error start status=0
  shift
  changed=$((changed + 1))
  case "$mode" in
    dry-run)
      print_command az "$@" --output none
      return
      ;;
    what-if)
      line + "$what"
      return
      ;;
  esac
  step="$what"
  printf '  + %s ... ' "$what"
  start=$(date +%s)
  start_ticker
  # Through a pipe, because ps shows arguments. No output: that of a new server contains
  # its password.
  error=$(input_for "$@" | az "$@" --only-show-errors --output none 2>&1) || status=$?
  stop_ticker
  if [ $status != 0 ]; then
    say failed
    fail "$error"
  fi
  say "$(($(date +%s) - start)) s"
  step=''
  remember "$what"
}

# input_for ARGUMENT...: print what az should read
input_for() {
  case " $* " in
    *' @- '*) printf '%s' "$password" ;;
  esac
}

ticker=''

# Print a dot every ten seconds if on a terminal.
start_ticker() {
  [ -t 1 ] || return 0
  while sleep 10; do printf '.'; done &
  ticker=$!
}

stop_ticker() {
  # The redirection hides what bash 3.2 prints about killed jobs.
  [ -z "$ticker" ] || { kill "$ticker" && wait "$ticker"; } 2>/dev/null || :
  ticker=''
}

# fail ERROR: report what failed, what exists so far, and how to continue
fail() {
  {
    printf '\n%s\n' "$1"
    report stopped
    case "$1" in
      *'az login'* | *AADSTS*) say "  Sign in again first: az login" ;;
      *Authorization_RequestDenied*)
        say "  You may not look yourself up: name the administrator with --admin and"
        say "  --admin-id."
        ;;
      *'unrecognized arguments'*) say "  This az is too old, or too new: az upgrade" ;;
      *AuthorizationFailed*)
        say "  You need the role Contributor on the subscription, or on an existing"
        say "  resource group (--resource-group). An owner can assign it:"
        say "    az role assignment create --role Contributor \\"
        say "      --assignee ... --scope /subscriptions/.../resourceGroups/..."
        ;;
      *[Qq]uota*)
        say "  Choose another --sku or --location, or request more vCores under Quotas"
        say "  in the portal. To list the sizes in a location:"
        say "    az postgres flexible-server list-skus --location ... --output table"
        ;;
      *restricted* | *'No available SKUs'*)
        say "  This subscription may not create servers there: choose another --location."
        ;;
      *'already used'* | *AlreadyExists*)
        say "  Server names are unique in all of Azure: choose another --server."
        ;;
      *MissingSubscriptionRegistration*)
        say "  Run this once per subscription:"
        say "    az provider register --namespace Microsoft.DBforPostgreSQL --wait"
        ;;
    esac
    say "  Run the same command again to continue: it keeps what exists."
  } >&2
  # In a command substitution this exits only the subshell; set -e ends the script.
  exit 1
}

# report HOW: print how and at which step it ended, and what exists so far
report() {
  printf '\n%s: %s at: %s\n' "$ME" "$1" "${step:-reading the current state}"
  case "$mode:$existing" in
    destroy:) printf '  Nothing was deleted.\n' ;;
    destroy:*) printf '  Done so far:\n%s' "$existing" ;;
    *:) printf '  Nothing was created.\n' ;;
    *) printf '  Exists so far:\n%s' "$existing" ;;
  esac
}

interrupted() {
  trap - INT TERM
  stop_ticker
  {
    report interrupted
    say "  Azure may still be working on it. Run the same command again to continue:"
    say "  it waits for a server that is being created, and keeps what exists."
  } >&2
  exit 130
}

# print_command WORD...: print a command to paste, one option per line
print_command() {
  local word text='' separator=''
  for word in "$@"; do
    case "$word" in
      --*) separator=' \
  ' ;;
    esac
    text="$text$separator$(quoted "$word")"
    separator=' '
  done
  case "$text" in
    *' @-'*) text="printf '%s' \"\$KODIAI_ADMIN_PASSWORD\" | $text" ;;
  esac
  say "$text"
}

# quoted WORD: quote for a shell, except the variables that --dry-run prints
quoted() {
  case "$1" in
    *'$server'* | '$ip' | '$extensions' | '$admin' | '$admin_id') printf '"%s"' "$1" ;;
    @-) printf '%s' "$1" ;;
    *) printf '%q' "$1" ;;
  esac
}

# 3. Current state ------------------------------------------------------------------

# Set server, group and database; read the group and the server if they exist.
read_state() {
  local subscription name id
  server=$SERVER
  group=${RESOURCE_GROUP:-kodiai}
  database=${DATABASE:-kodiai}
  group_location='' has_server=''
  now_version='' now_sku='' now_entra='' now_public='' now_nodes='' now_login=''
  now_host=''
  if [ "$mode" = dry-run ]; then
    say "# For a new server. Run for real, the script keeps what exists."
    if [ -z "$server" ]; then
      say 'server=kodiai-$(az account show --query id --output tsv | cut -c 1-8)'
      server='$server'
    fi
    return
  fi
  command -v az >/dev/null ||
    die "az, the Azure CLI, is not installed: https://aka.ms/azure-cli"
  check_az
  subscription=$(ask account show --query '[name, id]')
  {
    read -r name
    read -r id
  } <<EOF
$subscription
EOF
  server=${server:-kodiai-$(printf '%s' "$id" | cut -c 1-8)}
  say "Server $server, resource group $group,"
  say "subscription $name ($id)"
  group_location=$(look_up group show --name "$group" --query location)
  [ -z "$group_location" ] || read_server
}

# Before anything else, because an older az fails halfway, after creating the server.
check_az() {
  local version
  version=$(ask version --query '"azure-cli"')
  printf '%s' "$version" |
    awk -F . -v minor="$AZ_MINOR" '{ exit !($1 > 2 || $1 == 2 && $2 + 0 >= minor) }' ||
    die "az $version is too old: expected 2.$AZ_MINOR.0 or later; run az upgrade"
}

read_server() {
  local state
  state=$(look_up postgres flexible-server show \
    --resource-group "$group" --name "$server" \
    --query "[version, sku.name, storage.storageSizeGb, storage.autoGrow,
      backup.backupRetentionDays, highAvailability.mode || '', authConfig.activeDirectoryAuth,
      authConfig.passwordAuth, network.publicNetworkAccess,
      network.delegatedSubnetResourceId || '', network.privateDnsZoneArmResourceId || '',
      cluster.clusterSize || '', cluster.defaultDatabaseName || '',
      administratorLogin || '', fullyQualifiedDomainName || '', replicationRole || '',
      backup.geoRedundantBackup || '', availabilityZone || '', to_string(tags), id,
      location, state]")
  [ -n "$state" ] || return 0
  has_server=yes
  {
    read -r now_version
    read -r now_sku
    read -r now_storage
    read -r now_auto_grow
    read -r now_backup_days
    read -r now_standby
    read -r now_entra
    read -r now_password
    read -r now_public
    read -r now_subnet
    read -r now_dns_zone
    read -r now_nodes
    read -r now_cluster_database
    read -r now_login
    read -r now_host
    read -r now_role
    read -r now_geo_backup
    read -r now_zone
    read -r now_tags
    read -r now_id
    read -r now_location
    read -r now_state
  } <<EOF
$state
EOF
  now_location=$(lower "$now_location" | tr -d ' ') # from "East US"
  case "$now_standby" in
    ZoneRedundant) now_standby=Enabled ;;
    SameZone) ;;
    *) now_standby=Disabled ;;
  esac
}

lower() { printf '%s' "$1" | tr '[:upper:]' '[:lower:]'; }

# Refuse options that the existing server cannot fulfil.
check_server() {
  case "$now_state" in
    Ready) ;;
    Stopped | Disabled)
      die "the server is ${now_state}: az postgres flexible-server start \\
  --resource-group $group --name $server"
      ;;
    Inaccessible | Dropping | Stopping) die "the server is $now_state" ;;
    *)
      line '~' "server $server is ${now_state}: waiting until it is ready"
      ask postgres flexible-server wait --resource-group "$group" --name "$server" \
        --custom "state=='Ready'" --interval 10 --timeout 3600
      read_server # its settings were not visible before
      ;;
  esac
  case "$now_role" in
    *Replica) die "--server $server: this is a replica; name its source server" ;;
  esac
  [ "${POSTGRES_VERSION:-$now_version}" = "$now_version" ] ||
    die "--postgres-version $POSTGRES_VERSION: the server has PostgreSQL $now_version;
  docs/guides/azure.md says how to upgrade"
  case "$now_version" in
    16 | 17 | 18) ;;
    *) die "the server has PostgreSQL $now_version; kodiai needs 16, 17 or 18" ;;
  esac
  [ "$now_storage" -le "${STORAGE:-$now_storage}" ] ||
    die "--storage $STORAGE: the server has $now_storage GiB, and storage never shrinks"
  [ "${LOCATION:-$now_location}" = "$now_location" ] ||
    die "--location $LOCATION: the server is in $now_location and cannot move"
  [ "${GEO_BACKUP:-$now_geo_backup}" = "$now_geo_backup" ] ||
    die "--geo-backup $GEO_BACKUP: the server was created with $now_geo_backup, which
  cannot change"
  # A failover to the standby changes the zone.
  [ "${ZONE:-$now_zone}" = "$now_zone" ] || [ "$now_standby" = Enabled ] ||
    die "--zone $ZONE: the server is in zone $now_zone and cannot move"
  [ -z "$SUBNET" ] || [ "$(lower "$SUBNET")" = "$(lower "$now_subnet")" ] ||
    die "--subnet: the server was created elsewhere and cannot move"
  [ -z "$SUBNET" ] || [ "$(lower "$PRIVATE_DNS_ZONE")" = "$(lower "$now_dns_zone")" ] ||
    die "--private-dns-zone: the server has another zone, which cannot change"
  [ "$ZONE_REDUNDANCY $now_standby" != 'Enabled SameZone' ] ||
    die "--zone-redundancy Enabled: the server has a standby in its own zone; remove it
  first with --zone-redundancy Disabled"
  check_size "${SKU:-$now_sku}"
  [ -z "$ALLOW_IP" ] || [ -z "$now_subnet" ] ||
    die "--allow-ip: the server is in a subnet and has no public access"
  [ -z "$NODES" ] || [ -n "$now_nodes" ] ||
    die "--nodes: the server is not an elastic cluster and cannot become one"
  [ -z "$now_nodes" ] || check_cluster
  [ -z "$now_nodes" ] || [ "$database" = "$now_cluster_database" ] ||
    die "--database $database: this cluster's only database is $now_cluster_database"
  [ "$AUTH" != password ] || [ "$now_password" = Enabled ] ||
    die "--auth password: the server accepts no passwords, and this script keeps that"
  [ "$AUTH" != password ] || [ "${ADMIN:-$now_login}" = "$now_login" ] ||
    die "--admin $ADMIN: the administrator of this server is $now_login"
}

# Set auth and, with passwords, login and password; otherwise the administrator: admin,
# admin_id and admin_type. Sqitch signs in the same way.
choose_sign_in() {
  auth=$AUTH admins=''
  if [ -z "$auth" ]; then
    auth=entra
    [ -z "$has_server" ] || [ "$now_entra" = Enabled ] || auth=password
  fi
  if [ "$auth" = password ]; then
    login=${ADMIN:-${now_login:-kodiai_admin}}
    [ -n "$has_server" ] && [ -z "$deploys" ] || read_password
    return
  fi
  admin=$ADMIN admin_id=$ADMIN_ID admin_type=${ADMIN_TYPE:-User}
  [ "$now_entra" != Enabled ] ||
    admins=$(parts microsoft-entra-admin '[].[principalName, name, principalType]')
  if [ -n "$ADMIN" ]; then
    [ "$deploys$admin_type" != yesUser ] || check_deployer
  elif [ -z "$admins" ]; then
    read_me
  else
    # If administrators exist, add only one that was named.
    choose_admin
  fi
}

# Choose one of the existing administrators.
choose_admin() {
  local chosen="$admins"
  if [ -n "$deploys" ]; then
    read_me
    chosen=$(printf '%s\n' "$admins" | awk -F '\t' -v me="$(lower "$admin_id")" \
      'tolower($2) == me')
    # Members of a group sign in with its name.
    chosen=${chosen:-$(printf '%s\n' "$admins" | awk -F '\t' '$3 == "Group"')}
    [ -n "$chosen" ] ||
      die "--deploy: $admin is not an administrator of the server; --admin and --admin-id
  add one, or a group that you are in"
  fi
  IFS=$(printf '\t') read -r admin admin_id admin_type <<EOF
$chosen
EOF
}

# Only the user signed in to az gets a token for Postgres. Skip the check if az may not
# look the user up.
check_deployer() {
  local me
  [ "$mode" != dry-run ] || return 0
  me=$(az ad signed-in-user show --query id --output tsv 2>/dev/null </dev/null) ||
    me=$admin_id
  [ "$(lower "$me")" = "$(lower "$admin_id")" ] ||
    die "--deploy: $admin is not the user signed in to az"
}

# Make the user signed in to az the administrator.
read_me() {
  local kind me
  if [ "$mode" = dry-run ]; then
    say 'admin=$(az ad signed-in-user show --query userPrincipalName --output tsv)'
    say 'admin_id=$(az ad signed-in-user show --query id --output tsv)'
    admin='$admin' admin_id='$admin_id'
    return
  fi
  kind=$(ask account show --query user.type)
  if [ "$kind" != user ]; then
    die "--admin and --admin-id are missing: expected both, because az is signed in as a
  $kind; az ad sp show --id APP has displayName and id"
  fi
  me=$(ask ad signed-in-user show --query '[userPrincipalName, id]')
  {
    read -r admin
    read -r admin_id
  } <<EOF
$me
EOF
}

read_password() {
  [ -z "$password" ] && [ "$mode" = apply ] || return 0
  [ -t 0 ] || die "KODIAI_ADMIN_PASSWORD is missing: expected the administrator's password"
  printf 'Password of the administrator %s: ' "$login" >&2
  IFS= read -rs password || password=''
  printf '\n' >&2
  [ -n "$password" ] || die "password is missing: expected the administrator's password"
}

read_address() {
  ip=$ALLOW_IP
  [ "$ip" = me ] || return 0
  if [ "$mode" = dry-run ]; then
    say "ip=\$(curl --fail --silent --show-error $ADDRESS_SERVICE)"
    ip='$ip'
  else
    ip=$(curl --fail --silent --show-error --max-time 20 "$ADDRESS_SERVICE") ||
      die "--allow-ip me: $ADDRESS_SERVICE did not answer; give the address itself"
    ALLOW_IP=$ip
    expect allow-ip "$ADDRESS" "an IPv4 address from $ADDRESS_SERVICE"
  fi
}

# 4. Provisioning -------------------------------------------------------------------

# parts KIND QUERY: list the parts of the server of this kind, one row per line
parts() {
  [ -z "$has_server" ] || ask postgres flexible-server "$1" list \
    --resource-group "$group" --server-name "$server" --query "$2"
}

# has_line LINES LINE
has_line() { printf '%s\n' "$1" | matches -F "$2"; }

is_cluster() { [ -n "$NODES$now_nodes" ]; }

# on_server WHAT PART VERB OPTION...: create or change a part of the server
on_server() {
  local what="$1" part="$2" verb="$3"
  shift 3
  ensure "$what" postgres flexible-server "$part" "$verb" \
    --resource-group "$group" --server-name "$server" "$@"
}

ensure_group() {
  location=${LOCATION:-${group_location:-eastus}}
  if [ -n "$group_location" ]; then
    found "resource group $group"
  else
    ensure "resource group $group in $location" \
      group create --name "$group" --location "$location"
  fi
}

ensure_server() {
  if [ -z "$has_server" ]; then
    create_server
  else
    found "server $server: PostgreSQL $now_version, $now_sku, $now_storage GiB"
    update_server
  fi
}

create_server() {
  local what
  set -- --resource-group "$group" --name "$server" --location "$location" \
    --version "${POSTGRES_VERSION:-17}" --tier "$tier" --sku-name "$sku" \
    --storage-size "${STORAGE:-32}" --backup-retention "${BACKUP_DAYS:-14}" \
    --geo-redundant-backup "${GEO_BACKUP:-Disabled}" \
    --zonal-resiliency "${ZONE_REDUNDANCY:-Disabled}"
  [ -z "$ZONE" ] || set -- "$@" --zone "$ZONE"
  # shellcheck disable=SC2086 # one word per tag
  [ -z "$TAGS" ] || set -- "$@" --tags $TAGS
  if [ -n "$NODES" ]; then
    # An elastic cluster's storage does not grow. Its only database is created with it.
    set -- "$@" --storage-auto-grow "${AUTO_GROW:-Disabled}" \
      --node-count "$NODES" --database-name "$database"
  else
    set -- "$@" --storage-auto-grow "${AUTO_GROW:-Enabled}"
  fi
  if [ -n "$SUBNET" ]; then
    set -- "$@" --subnet "$SUBNET" --private-dns-zone "$PRIVATE_DNS_ZONE"
  elif [ -n "$ALLOW_IP" ]; then
    set -- "$@" --public-access Enabled
  else
    set -- "$@" --public-access Disabled
  fi
  if [ "$auth" = password ]; then
    set -- "$@" --password-auth Enabled --microsoft-entra-auth Disabled \
      --admin-user "$login" --admin-password @-
  else
    # Otherwise az makes up a login, which cannot change if passwords are enabled later.
    set -- "$@" --password-auth Disabled --microsoft-entra-auth Enabled \
      --admin-user kodiai_admin
  fi
  what="server $server: PostgreSQL ${POSTGRES_VERSION:-17}, $sku, ${STORAGE:-32} GiB"
  [ "$mode" != apply ] || say "    (the next step takes 5 to 10 minutes)"
  ensure "$what" postgres flexible-server create "$@" --yes
}

# update NAME WHAT NOW WANTED OPTION...: update a server unless WANTED is empty or NOW
update() {
  local name="$1" what="$2" now="$3" wanted="$4"
  shift 4
  [ -z "$wanted" ] || [ "$wanted" = "$now" ] ||
    ensure "$what $now -> $wanted" postgres flexible-server update \
      --resource-group "$group" --name "$name" "$@" --yes
}

update_to() { update "$server" "$@"; }

# Replicas first, because none may be smaller than the server:
# learn.microsoft.com/azure/postgresql/read-replica/concepts-read-replicas
grow_replicas() {
  local replicas replica its_sku its_storage its_auto_grow
  [ -n "$SKU$STORAGE$AUTO_GROW" ] || return 0
  replicas=$(list_replicas)
  while read -r replica its_sku its_storage its_auto_grow; do
    [ -n "$replica" ] || continue
    ! is_larger "$sku" "$its_sku" ||
      update "$replica" "size of $replica (restarts it)" "$its_sku" "$sku" \
        --sku-name "$sku" --tier "$tier"
    [ "${STORAGE:-0}" -le "$its_storage" ] ||
      update "$replica" "storage of $replica, GiB" "$its_storage" "$STORAGE" \
        --storage-size "$STORAGE"
    [ "$AUTO_GROW" != Enabled ] ||
      update "$replica" "storage of $replica grows:" "$its_auto_grow" Enabled \
        --storage-auto-grow Enabled
  done <<EOF
$replicas
EOF
}

update_server() {
  grow_replicas
  update_to "size (restarts it)" "$now_sku" "$SKU" --sku-name "$SKU" --tier "$tier"
  update_to "storage, GiB" "$now_storage" "$STORAGE" --storage-size "$STORAGE"
  update_to "storage grows:" "$now_auto_grow" "$AUTO_GROW" --storage-auto-grow "$AUTO_GROW"
  update_to "days of backups:" "$now_backup_days" "$BACKUP_DAYS" \
    --backup-retention "$BACKUP_DAYS"
  update_to "standby in another zone:" "$now_standby" "$ZONE_REDUNDANCY" \
    --zonal-resiliency "$ZONE_REDUNDANCY"
  update_to "public access:" "$now_public" "${ALLOW_IP:+Enabled}" --public-access Enabled
  [ "$auth" = password ] ||
    update_to "signing in with Entra:" "$now_entra" Enabled --microsoft-entra-auth Enabled
  [ -z "$now_nodes" ] ||
    update_to "nodes:" "$now_nodes" "$NODES" --node-count "$NODES"
  add_tags
}

# Unlike az postgres flexible-server update, az tag update keeps the other tags.
add_tags() {
  local tag key
  for tag in $TAGS; do
    key=${tag%%=*}
    case "$now_tags" in
      *"\"$key\":\"${tag#*=}\""*) ;;
      *)
        # shellcheck disable=SC2086 # one word per tag
        ensure "tags $TAGS" tag update --resource-id "$now_id" --operation Merge \
          --tags $TAGS
        return
        ;;
    esac
  done
}

# Before the database, because its owner is the administrator at that time.
ensure_admin() {
  local ids
  [ "$auth" = entra ] || return 0
  ids=$(printf '%s\n' "$admins" | cut -f 2)
  if has_line "$(lower "$ids")" "$(lower "$admin_id")"; then
    found "Entra administrator $admin"
  else
    on_server "Entra administrator $admin" microsoft-entra-admin create \
      --display-name "$admin" --object-id "$admin_id" --type "$admin_type"
  fi
}

ensure_address() {
  local rules='' now
  [ -n "$ALLOW_IP" ] || return 0
  # az lists no rules of a server without public access.
  [ "$now_public" != Enabled ] ||
    rules=$(parts firewall-rule '[].[name, startIpAddress, endIpAddress]')
  now=$(printf '%s\n' "$rules" | awk -v n="$FIREWALL_RULE" '$1 == n { print $2 "-" $3 }')
  if [ "$now" = "$ip-$ip" ]; then
    found "firewall rule $FIREWALL_RULE for $ip"
  else
    on_server "firewall rule $FIREWALL_RULE for $ip" firewall-rule create \
      --name "$FIREWALL_RULE" --start-ip-address "$ip" --end-ip-address "$ip"
  fi
}

ensure_parameters() {
  parameters=$(parts parameter "[].[name, source, value || '']")
  allow_vector
  # Passwords, tokens and the team's code travel over these connections.
  set_parameter require_secure_transport always on
  # Building the graph is far slower if it does not fit: 700 bytes per memory with 1024
  # dimensions. A sixteenth of the server's memory, at most 2 GB.
  set_parameter maintenance_work_mem least "$(build_memory "$sku")" \
    "$(build_memory "${now_sku:-$sku}")"
  # Let all processors build the graph; Azure's default is 2.
  [ "$cores" -le 2 ] ||
    set_parameter max_parallel_maintenance_workers least "$(least "$cores" 8)"
  # Otherwise each of three workers uses maintenance_work_mem. 64 MB is enough for the
  # ids of 11 million dead rows.
  set_parameter autovacuum_work_mem unset 65536
  # A forgotten transaction blocks claims and reviews. In ms.
  set_parameter idle_in_transaction_session_timeout unset 60000
  # psycopg prepares up to 100 statements per connection; Azure's default of 0 makes
  # PgBouncer mix them up. Azure lists it only while PgBouncer is on.
  [ "$(lower "$(column 3 pgbouncer.enabled)")" != true ] ||
    set_parameter pgbouncer.max_prepared_statements least 100
  # Metrics of deadlocks, long transactions and dead rows.
  set_parameter metrics.collector_database_activity unset on
  set_parameter metrics.autovacuum_diagnostics unset on
}

# build_memory SKU: in kB
build_memory() {
  set_size "$1"
  least $((memory * 65536)) 2097151
}

least() { if [ "$1" -lt "$2" ]; then say "$1"; else say "$2"; fi; }

# column NUMBER NAME: print a column of a parameter that was read
column() { printf '%s\n' "$parameters" | awk -F '\t' -v n="$2" -v c="$1" '$1 == n { print $c }'; }

# set_parameter NAME WHEN VALUE [FORMER]: set it always; with least, if it is less than
# VALUE or equals FORMER, the value for the former size; with unset, if nobody has set it
set_parameter() {
  local name="$1" when="$2" value="$3" former="${4:-}" source now keep=''
  source=$(column 2 "$name") now=$(column 3 "$name")
  if [ -n "$source" ]; then
    case "$when" in
      least) [ "$now" -lt "$value" ] || [ "$now" = "$former" ] || keep=yes ;;
      unset) [ "$source" = system-default ] || keep=yes ;;
    esac
    [ "$now" != "$value" ] || keep=yes
  fi
  if [ -n "$keep" ]; then
    found "parameter $name $now"
  else
    on_server "parameter $name ${now:+$now -> }$value" parameter set \
      --name "$name" --value "$value"
  fi
}

# Add to the list of allowed extensions, whose names are case-insensitive.
allow_vector() {
  local name=azure.extensions now all
  now=$(column 3 "$name")
  if printf '%s' "$now" | tr ',' '\n' | matches -i ' *vector *'; then
    found "parameter $name $now"
    return
  fi
  all=${now:+$now,}VECTOR
  if [ "$mode" = dry-run ]; then
    say "extensions=\$(az postgres flexible-server parameter show --name $name \\"
    say "  --resource-group $(quoted "$group") --server-name $(quoted "$server") \\"
    say "  --query \"join(',', [value, 'VECTOR'][?@ != '' && @ != null])\" --output tsv)"
    all='$extensions'
  fi
  on_server "parameter $name $all" parameter set --name "$name" --value "$all"
}

ensure_database() {
  local databases
  ! is_cluster || return 0
  databases=$(parts db '[].name')
  if has_line "$databases" "$database"; then
    found "database $database"
  else
    on_server "database $database" db create --name "$database"
  fi
}

list_replicas() {
  # az lists none of an elastic cluster.
  [ -z "$has_server" ] || [ -n "$now_nodes" ] || ask postgres flexible-server replica list \
    --resource-group "$group" --name "$server" \
    --query '[].[name, sku.name, storage.storageSizeGb, storage.autoGrow]'
}

ensure_replica() {
  local replicas
  [ -n "$REPLICA" ] || return 0
  replicas=$(list_replicas | cut -f 1)
  if has_line "$replicas" "$REPLICA"; then
    found "replica $REPLICA"
  else
    ensure "replica $REPLICA" postgres flexible-server replica create \
      --resource-group "$group" --name "$REPLICA" --source-server "$server" --yes
  fi
}

provision() {
  [ -z "$has_server" ] || check_server
  [ "$REPLICA" != "$server" ] || die "--replica $REPLICA: expected another name"
  sku=${SKU:-${now_sku:-$(default_size)}}
  set_size "$sku"
  choose_sign_in
  read_address
  ensure_group
  ensure_server
  [ "$mode" != apply ] || [ -n "$has_server" ] || read_server
  host=${now_host:-$server.postgres.database.azure.com}
  ensure_admin
  ensure_address
  ensure_parameters
  ensure_database
  ensure_replica
}

# 5. Sqitch -------------------------------------------------------------------------

# Print the file of the system's root certificates: libpq before 16 has no "system".
root_certificates() {
  local file
  for file in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt \
    /etc/ssl/cert.pem; do
    if [ -r "$file" ]; then
      printf '%s' "$file"
      return
    fi
  done
  printf system
}

deploy() {
  local target="db:pg://$host/$database"
  if [ "$auth" = entra ]; then
    PGUSER=$admin
  else
    PGUSER=$login
  fi
  export PGUSER
  export PGSSLMODE=verify-full
  export PGSSLROOTCERT="${PGSSLROOTCERT:-$(root_certificates)}"
  export PGCONNECT_TIMEOUT="${PGCONNECT_TIMEOUT:-30}"
  # On an elastic cluster the whole schema is on one node: docs/guides/azure.md.
  set -- "$target"
  ! is_cluster || set -- --set schema_sharding=on "$@"
  case "$mode" in
    what-if)
      line '~' "kodiai, with sqitch deploy, unless it is up to date"
      return
      ;;
    dry-run)
      say "export PGUSER=$(quoted "$PGUSER") PGSSLMODE=verify-full"
      say "export PGSSLROOTCERT=$(quoted "$PGSSLROOTCERT")"
      if [ "$auth" = entra ]; then
        say "PGPASSWORD=\$(az account get-access-token --resource-type oss-rdbms \\"
        say '  --query accessToken --output tsv)'
      else
        say 'PGPASSWORD=$KODIAI_ADMIN_PASSWORD'
      fi
      say "export PGPASSWORD"
      print_command sqitch deploy "$@"
      print_command sqitch verify "$@"
      return
      ;;
  esac
  if [ "$auth" = entra ]; then
    PGPASSWORD=$(ask account get-access-token --resource-type oss-rdbms --query accessToken)
  else
    PGPASSWORD=$password
  fi
  export PGPASSWORD
  cd "$ROOT"
  step="sqitch deploy"
  sqitch deploy "$@" || deploy_failed
  step="sqitch verify"
  sqitch verify "$@" || deploy_failed
}

deploy_failed() {
  {
    report stopped
    say "  If it could not connect, see networking in docs/guides/azure.md. Run the same"
    say "  command again to continue."
  } >&2
  exit 1
}

# 6. Deletion -----------------------------------------------------------------------

destroy() {
  local replicas replica answer
  if [ -z "$has_server" ]; then
    say "The server does not exist: nothing to delete."
    return
  fi
  replicas=$(list_replicas | cut -f 1)
  say "This deletes the server $server with all its data${replicas:+, and its replicas:}"
  # shellcheck disable=SC2086 # one per line
  [ -z "$replicas" ] || printf '  %s\n' $replicas
  say "The resource group stays, because it may contain other resources. Azure keeps"
  say "the last backup for five days: az postgres flexible-server revive-dropped."
  printf 'Type the name of the server to delete it: '
  IFS= read -r answer || answer=''
  [ "$answer" = "$server" ] || die "expected $server; nothing was deleted"
  for replica in $replicas; do
    ensure "delete replica $replica" postgres flexible-server delete \
      --resource-group "$group" --name "$replica" --yes
  done
  ensure "delete server $server" postgres flexible-server delete \
    --resource-group "$group" --name "$server" --yes
}

# -----------------------------------------------------------------------------------

# Must not be exported: unset it first, because an inherited variable stays exported.
unset password
password=${KODIAI_ADMIN_PASSWORD:-}
unset KODIAI_ADMIN_PASSWORD

read_arguments "$@"
check_arguments
trap interrupted INT TERM
read_state
if [ "$mode" = destroy ]; then
  destroy
  exit
fi
if [ "$mode$deploys" = applyyes ]; then
  "$ROOT/scripts/install-sqitch.sh" || die "--deploy needs Sqitch; nothing was created"
fi
provision
[ -z "$deploys" ] || deploy
case "$mode" in
  what-if) say "Would create or change: $changed." ;;
  apply)
    say "Created or changed: $changed."
    say "Host: $host"
    ;;
esac
