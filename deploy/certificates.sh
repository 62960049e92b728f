#!/bin/sh
# Makes an authority of your own and the certificates that it signs, in deploy/secrets. Once, with
# the name by which people reach the proxy:
#     deploy/certificates.sh papers.example.org
# Only renewing needs the authority's key, secrets/ca-key.pem, again: keep it elsewhere.
set -eu
host=${1:-localhost}
umask 077
mkdir -p "$(dirname "$0")/secrets"
cd "$(dirname "$0")/secrets"
if [ -e ca.pem ]; then
    echo "deploy/secrets/ca.pem is there already; remove it to make all certificates anew" >&2
    exit 1
fi

# NAME EXTENSIONS: a key, and a request in NAME.csr
request() {
    printf '[req]\nprompt=no\ndistinguished_name=name\n[name]\nCN=nearpaper-%s\n' "$1" > request.cnf
    printf 'subjectKeyIdentifier=hash\n%s\n' "$2" > extensions.cnf
    openssl req -new -newkey rsa:3072 -nodes -config request.cnf -keyout "$1-key.pem" -out "$1.csr"
}

# NAME USES ADDRESSES
sign() {
    request "$1" "basicConstraints=critical,CA:false
keyUsage=critical,digitalSignature,keyEncipherment
authorityKeyIdentifier=keyid
extendedKeyUsage=$2
subjectAltName=$3"
    openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 800 \
        -extfile extensions.cnf -out "$1.pem"
}

request ca "basicConstraints=critical,CA:true
keyUsage=critical,keyCertSign,cRLSign"
openssl x509 -req -in ca.csr -signkey ca-key.pem -days 3650 -extfile extensions.cnf -out ca.pem

# One certificate for all nodes, by their names in compose.yaml and in kubernetes/.
nodes=DNS:localhost,DNS:opensearch
for number in 0 1 2; do
    nodes=$nodes,DNS:opensearch-$number,DNS:opensearch-$number.opensearch
done
sign node serverAuth,clientAuth "$nodes"
sign admin clientAuth DNS:admin
sign proxy serverAuth "DNS:$host,DNS:localhost"
rm ./*.csr ./*.cnf ./*.srl

chmod 644 ca.pem node.pem admin.pem proxy.pem
touch htpasswd
# The containers that read these run as this user.
set -- node-key.pem admin-key.pem proxy-key.pem htpasswd
if [ "$(id -u)" = 0 ]; then
    chown 1000 "$@"
elif [ "$(id -u)" != 1000 ]; then
    echo "now run: (cd $(pwd) && sudo chown 1000 $*)" >&2
fi
