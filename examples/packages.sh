# What the builds of the examples' packages share; they source it.  The same sources and images give
# the same bytes.  Wants: $here (folder of the example), $images (folder of NAME.tar.gz), and the
# caller's "set -euo pipefail".
#
# packages_begin FOLDER        the folder that gets the packages: $out
# vnf_package NAME PRODUCT [IMAGE]  $out/NAME.csar of $here/NAME and the image NAME, or the file IMAGE
# service_package NAME ID      $out/NAME.csar of $here/ns, whose descriptor is NAME with _ for -
export LC_ALL=C TZ=UTC
released=2025-01-01T00:00:00Z
work= beside=

packages_begin()
{
    work=$(mktemp -d "${TMPDIR:-/tmp}/carrick-packages.XXXXXX")
    trap 'rm -rf "$work" ${beside:+"$beside"}' EXIT
    mkdir -p "$1"
    out=$(cd "$1" && pwd)
    beside=$(mktemp -d "$out/.being-made.XXXXXX")
}

# TOSCA.meta and change log of the package in folder $1 with entry $2.
metadata()
{
    mkdir -p "$1/TOSCA-Metadata"
    printf '%s\n' 'TOSCA-Meta-File-Version: 1.1' 'CSAR-Version: 1.1' 'Created-By: Carrick' \
        "Entry-Definitions: Definitions/$2.yaml" "ETSI-Entry-Manifest: $2.mf" \
        'ETSI-Entry-Change-Log: ChangeLog.txt' >"$1/TOSCA-Metadata/TOSCA.meta"
    printf '%s\n' '1.0: first version' >"$1/ChangeLog.txt"
}

# The manifest: metadata lines from stdin, then every file with its digest.
manifest()
{
    local file

    {
        echo 'metadata:'
        sed 's/^/  /'
        (cd "$1" && find . -type f ! -name '*.mf' -printf '%P\n' | sort) | while read -r file; do
            printf '\nSource: %s\nAlgorithm: SHA-256\nHash: %s\n' "$file" \
                "$(sha256sum <"$1/$file" | cut -d' ' -f1)"
        done
    } >"$1/$2.mf"
}

# Written beside and renamed: a reader of the folder never sees half a package.
pack()
{
    local half=$beside/$2.csar

    find "$1" -exec touch -h -d "$released" {} +
    (cd "$1" && find . -type f -printf '%P\n' | sort | zip -q -X -9 -n .gz "$half" -@)
    mv -f "$half" "$out/$2.csar"
}

vnf_package()
{
    local name=$1 product=$2 tree=$work/$1 image=${3:-${images-}/$1.tar.gz}

    mkdir -p "$tree/Definitions" "$tree/Images"
    cp "$image" "$tree/Images/"
    [ ! -d "$here/$name/Scripts" ] || cp -r "$here/$name/Scripts" "$tree/"
    cp "$here/$name/Definitions/${name}_type.yaml" "$tree/Definitions/"
    sed "s/@IMAGE@/$(basename "$image")/; s/@SIZE@/$(stat -c %s "$image")/; s/@SHA256@/$(sha256sum <"$image" | cut -d' ' -f1)/" \
        "$here/$name/Definitions/$name.yaml.in" >"$tree/Definitions/$name.yaml"
    metadata "$tree" "$name"
    printf '%s\n' "vnf_product_name: $product" 'vnf_provider_id: Carrick' \
        'vnf_package_version: 1.0' "vnf_release_date_time: $released" | manifest "$tree" "$name"
    pack "$tree" "$name"
}

service_package()
{
    local name=$1 entry=${1//-/_} tree=$work/ns

    mkdir -p "$tree/Definitions"
    cp "$here"/ns/Definitions/*.yaml "$here"/*/Definitions/*_type.yaml "$tree/Definitions/"
    metadata "$tree" "$entry"
    printf '%s\n' "nsd_name: $name" 'nsd_designer: Carrick' \
        "nsd_invariant_id: $2" 'nsd_file_structure_version: 1.0' \
        "nsd_release_date_time: $released" | manifest "$tree" "$entry"
    pack "$tree" "$name"
}
