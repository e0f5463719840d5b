# shellcheck shell=sh
# For scripts that use the library as an installation has it; processes.sh comes first.

# install_library FOLDER: installs the build $build into FOLDER/prefix. Sets $prefix and $libdir, and lets pkg-config
# find the library there.
install_library() {
    prefix=$1/prefix
    # shellcheck disable=SC2154 # of the script that sources this file
    meson install -C "$build" --no-rebuild --destdir "$1/root" >"$work/said" || { cat "$work/said" && return 1; }
    mv "$1/root$(pkg-config --variable=prefix "$build/meson-private/slackapp.pc")" "$prefix"
    libdir=$(dirname "$(find "$prefix" -name pkgconfig)")
    sed -i "s|^prefix=.*|prefix=$prefix|" "$libdir"/pkgconfig/*.pc
    export PKG_CONFIG_PATH="$libdir/pkgconfig"
}
