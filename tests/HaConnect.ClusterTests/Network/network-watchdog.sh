# Removes the network namespaces whose names begin with $1, and every process in them, when standard input ends: when the lab is disposed, or
# its test process has died, by whatever cause.
prefix=$1
case $prefix in haconnect-*-) ;; *) exit 2 ;; esac
trap '' HUP INT TERM
cd /

watch() {
  while read -r _; do :; done
  for namespace in $(ip netns list | awk -v p="$prefix" 'index($1, p) == 1 { print $1 }'); do
    turns=0
    while [ $turns -lt 100 ]; do
      pids=$(ip netns pids "$namespace")
      [ -n "$pids" ] || break
      kill -9 $pids 2>/dev/null
      turns=$((turns + 1))
      sleep 0.05
    done
    ip netns del "$namespace"
  done
}

exec 3<&0
( watch <&3 3<&- >/dev/null 2>&1 ) &
