# Unmounts the small disk at $1 when standard input ends: when its test has ended or its process has died. The servers on it are ended by
# whoever started them; where that process died, the cluster's own watchdog ends them and leaves what was still mounted.
disk=$1
case $disk in */haconnect-pg-*/*) ;; *) exit 2 ;; esac
trap '' HUP INT TERM
cd /

watch() {
  while read -r _; do :; done
  turns=0
  until umount "$disk" || [ $turns -ge 400 ]; do
    turns=$((turns + 1))
    sleep 0.05
  done
  umount -l "$disk"
  rmdir "$disk" "${disk%/*}"
}

exec 3<&0
( watch <&3 3<&- >/dev/null 2>&1 ) &
