#!/bin/sh
# The page of this machine says who it is, and by which operation; run whenever servers were made.
set -eu
page=$(mktemp)
echo "$greeting from $CARRICK_VNFC ($CARRICK_OPERATION, new $CARRICK_NEW)" >"$page"
chmod 644 "$page"
mv "$page" /www/index.html
echo "$(hostname) says: $(cat /www/index.html)"
