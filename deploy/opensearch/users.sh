#!/bin/sh
# Makes the two roles beside this file, and a user of the same name for each, through the security
# plugin's REST API. To change roles or passwords, change them and run it again.
set -eu
here=$(dirname "$0")
api=${OPENSEARCH_URL:-https://opensearch:9200}/_plugins/_security/api
certificates=${CERTIFICATES:-/certificates}

# PATH: what comes in becomes what is there
put() {
    curl --silent --show-error --fail --retry 60 --retry-delay 5 --retry-connrefused \
        --cacert "$certificates/ca.pem" \
        --cert "$certificates/admin.pem" --key "$certificates/admin-key.pem" \
        --request PUT --header 'Content-Type: application/json' --data-binary @- "$api/$1"
    echo
}

# NAME PASSWORD
user() {
    case $2 in
    '' | *[!A-Za-z0-9._~-]*)
        echo "the password of $1 must be letters, digits and . _ ~ - alone; see .env.example" >&2
        exit 1
        ;;
    esac
    put "roles/$1" < "$here/$1.json"
    printf '{"password": "%s", "opendistro_security_roles": ["%s"]}' "$2" "$1" |
        put "internalusers/$1"
}

user nearpaper_reader "$NEARPAPER_READER_PASSWORD"
user nearpaper_writer "$NEARPAPER_WRITER_PASSWORD"
