#!/bin/sh
# What a program says and a full disk swallows is no success, and is told.
#   lost_output.sh PROGRAM...
set -eu
for program in "$@"; do
  if said=$("$program" --help 2>&1 >/dev/full); then
    echo "$program --help > /dev/full ended with 0"
    exit 1
  fi
  case "$said" in
    *"standard output: cannot be written"*"make room"*) ;;
    *) echo "$program said: $said"; exit 1 ;;
  esac
done
