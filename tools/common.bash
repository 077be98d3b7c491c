# Shared by the scripts beside it, which source it. Standard output belongs to their results: all talk goes to stderr.

project=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
cache=${PODROOT_CACHE:-$project/.cache}

say() { printf 'podroot: %s\n' "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# An ordinary user of Debian lacks these, and runc is there.
PATH=$PATH:/usr/sbin:/sbin

# Makes the cache folder, absolute from here on and invisible to git, and the folder of that name in it.
make_cache() {
  mkdir -p -- "$cache/${1-}" && [[ -w $cache/${1-} ]] || die "cannot write to $cache/${1-}: set PODROOT_CACHE to a folder of your own"
  cache=$(cd -- "$cache" && pwd -P)
  [[ -e $cache/.gitignore ]] || printf '*\n' >"$cache/.gitignore"
}

# Waits for the lock of that path, and holds it to the end.
hold_lock() {
  exec {lock}>"$1"
  flock --nonblock "$lock" && return
  say "waiting for another run that uses $1"
  flock "$lock"
}

# Runs a command as root: as it is for root, by sudo for others.
as_root() {
  if ((EUID == 0)); then
    "$@"
  else
    command -v sudo >/dev/null || die "$1 needs root: run this as root, or install sudo"
    sudo -- "$@"
  fi
}

# The package manager of this machine: apt-get, dnf, or nothing.
package_manager() {
  local name
  for name in apt-get dnf; do
    if command -v "$name" >/dev/null; then
      printf '%s\n' "$name"
      return
    fi
  done
}

apt() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" 2>&1
}

# Reads the package lists again only if the first try fails.
apt_install() {
  local install=(install --yes --no-remove --no-install-recommends "$@")
  apt "${install[@]}" && return
  apt update || true
  apt "${install[@]}"
}

# Installs packages with the manager named first and says so before. The manager's own output is shown only if it fails.
install_packages() {
  local manager=$1 how='by sudo' output
  shift
  ((EUID != 0)) || how='as root'
  say "installing $* with $manager, $how"
  case $manager in
    apt-get) output=$(apt_install "$@") ;;
    dnf) output=$(as_root dnf --assumeyes --quiet install "$@" 2>&1) ;;
  esac || {
    printf '%s\n' "$output" >&2
    die "$manager could not install $*: see its message above"
  }
}

# Installs mmdebstrap, which makes root folders from Debian's packages, if it is not there yet.
require_mmdebstrap() {
  local manager
  ! command -v mmdebstrap >/dev/null || return 0
  manager=$(package_manager)
  case $manager in
    apt-get) install_packages apt-get mmdebstrap debian-archive-keyring ;;
    dnf) install_packages dnf mmdebstrap debian-keyring ;;
    *) die "this machine has neither apt-get nor dnf: install mmdebstrap by hand, then run this again" ;;
  esac
}

# True where cgroups v1 are in use with v2 mounted beside them, which runc runs under and crun refuses.
has_hybrid_cgroups() {
  [[ $(stat --file-system --format=%T /sys/fs/cgroup 2>/dev/null) == tmpfs &&
    $(stat --file-system --format=%T /sys/fs/cgroup/unified 2>/dev/null) == cgroup2fs ]]
}
