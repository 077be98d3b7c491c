# Shared by podman5 and rootless, which source it after common.bash: a Podman service in namespaces of its own, beside a command.

# Waits until the service answers at the socket, 60 seconds at most.
await_service() {
  node -e '
    const [socketPath] = process.argv.slice(1), end = Date.now() + 60_000;
    const again = () => (Date.now() < end ? setTimeout(ping, 50) : process.exit(1));
    const ping = () =>
      require("http")
        .get({ socketPath, path: "/_ping", timeout: 5_000 }, (response) => (response.resume().statusCode === 200 ? process.exit(0) : again()))
        .on("error", again);
    ping();' "$1"
}

# Starts the function `serve` of the caller as the first process of namespaces of its own, with the arguments given, its output
# in a log, and an input that ends when this script does, however it ends. `serve` then has to end; the rest ends with it.
start_service() {
  log=$1
  exec {life}> >(exec setsid unshare --mount --pid --fork bash -euc "$(declare -f serve); serve \"\$@\"" serve "${@:2}" >"$log" 2>&1)
  service=$!
  trap stop_service EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  await_service "$sockets/podman.sock" {life}>&- {lock}>&- || die "the Podman service did not answer within a minute: see $log"
}

stop_service() {
  trap '' INT TERM HUP
  exec {life}>&-
  wait "$service" || true
  rm -rf -- "$sockets"
}

# Runs the command with the socket in its environment, and exits as it does. It runs in the background, so that this script
# hears signals, but reads the terminal and hears signals as in the foreground.
run_beside_service() {
  local command status=0
  env --default-signal=INT,QUIT "PODROOT_TEST_SOCKET=unix://$sockets/podman.sock" "$@" <&0 {life}>&- {lock}>&- &
  command=$!
  # shellcheck disable=SC2064 # it is known now
  trap "kill -TERM $command 2>/dev/null || true" TERM HUP
  trap : INT
  wait "$command" || status=$?
  # A signal ends the wait before the command has ended.
  while kill -0 "$command" 2>/dev/null; do
    status=0
    wait "$command" || status=$?
  done
  exit "$status"
}
