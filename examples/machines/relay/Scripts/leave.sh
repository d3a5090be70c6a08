#!/bin/sh
# Told before the machine goes.
set -eu
echo "$(hostname) goes after $(cut -d. -f1 /proc/uptime) s" | tee /www/index.html
