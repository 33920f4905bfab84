# Cleans up after a cluster of a test, or a restored copy of a drill: started by the process that has it, which holds the write end of our standard input and never writes. Its end, by whatever
# cause (also kill -9), closes the pipe. Then every process that works in the cluster's folder is killed, frozen ones too, and the folder goes.
# Only what works in that folder is touched: a postmaster and all it forks have their data folder as working folder.
root=$1
case $root in */haconnect-pg-* | */haconnect-restore-*) ;; *) exit 2 ;; esac
trap '' HUP INT TERM
cd /

processes() {
  if [ -d /proc/self ]; then
    ls -l /proc/[0-9]*/cwd 2>/dev/null | awk -v r="/cwd -> $root/" '{ i = index($0, r); if (i) { s = substr($0, 1, i - 1); sub(/.*\/proc\//, "", s); print s } }'
  else
    lsof -a -d cwd -t +D "$root" 2>/dev/null
  fi
}

# A killed postmaster leaves its small System V segment, of which there are only 4096: line 7 of postmaster.pid says "key id".
# Removed only if key and id still belong together and nobody is attached.
segments() {
  [ -r /proc/sysvipc/shm ] && command -v ipcrm >/dev/null || return 0
  for file in "$root"/*/postmaster.pid; do
    [ -r "$file" ] || continue
    set -- $(sed -n 7p "$file")
    [ $# -eq 2 ] && awk -v k="$1" -v i="$2" '$1 == k && $2 == i && $7 == 0 { f = 1 } END { exit !f }' /proc/sysvipc/shm && ipcrm -m "$2"
  done
}

watch() {
  while read -r _; do :; done
  turns=0
  while [ $turns -lt 100 ]; do
    pids=$(processes)
    [ -n "$pids" ] || break
    kill -9 $pids 2>/dev/null
    turns=$((turns + 1))
    sleep 0.05
  done
  segments
  rm -rf "$root"
}

# Detached, so that whoever kills the test process with all its children does not kill the cleaner.
exec 3<&0
( watch <&3 3<&- >/dev/null 2>&1 ) &
