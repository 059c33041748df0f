#!/bin/sh
# What a developer has of libtillcue-dev: programs in C and C++ are built with what is installed, by find_package and by pkg-config.
#   installed.sh BUILD SOURCE      SOURCE: the programs
set -eu
build=$1 source=$2
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
for part in library development; do
  cmake --install "$build" --component "$part" --prefix "$place/usr" >/dev/null
done
cmake -G Ninja -S "$source" -B "$place/build" -DCMAKE_PREFIX_PATH="$place/usr" >/dev/null
cmake --build "$place/build" >/dev/null
libraries=$(dirname "$(find "$place/usr" -name libtillcue.so)")
"$place/build/in_c"
"$place/build/in_cpp"
# The files name the folder they were configured for.
PKG_CONFIG_LIBDIR=$libraries/pkgconfig
export PKG_CONFIG_LIBDIR
flags=$(pkg-config --define-variable=prefix="$place/usr" --cflags --libs tillcue)
# shellcheck disable=SC2086
cc "$source/in_c.c" -o "$place/by_pkg_config" $flags
LD_LIBRARY_PATH=$libraries "$place/by_pkg_config"
