#!/bin/sh
# Whoever is being served is served to the end; nobody else is.
set -eu
sudo systemctl stop nginx
