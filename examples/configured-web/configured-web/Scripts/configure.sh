#!/bin/sh
# The page of this server; run after it was made, and whenever the instance's metadata change.
set -eu
exec 9>/tmp/configure.lock
flock 9                                       # An earlier run may still go on.
sudo cloud-init status --wait >/dev/null || true
page=$(mktemp)
{ echo "<h1>$greeting</h1>"; echo "<p>$motto</p>"; echo "<p>$CARRICK_VNFC of $CARRICK_VNF_INSTANCE</p>"; } >"$page"
sudo install -m 644 "$page" /var/www/html/index.html
rm -f "$page"
sudo systemctl enable --now nginx >/dev/null 2>&1
curl -sf http://127.0.0.1/ >/dev/null || { echo "nginx does not answer" >&2; exit 1; }
echo "serves since $CARRICK_OPERATION"
