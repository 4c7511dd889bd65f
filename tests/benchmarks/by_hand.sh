#!/bin/sh
# What `cocalc-tui check` asks, asked by hand: the commands of the setup guide and of any administrator, one
# after another. Where one command answers several questions it is run once. It judges nothing.
# Wants: KUBECONFIG, NAMESPACE, CHART, VALUES, CLASS, REGISTRY, REGISTRY_KEY, PGHOST, PGPORT, PGUSER, PGPASSWORD.
set -eu

ask() { "$@" >/dev/null 2>&1 || { echo "failed: $*" >&2; exit 1; }; }
get() { ask kubectl get -n "$NAMESPACE" "$@"; }
sql() { ask psql -d postgres -Atc "$1"; }

# tools
ask helm version --short
ask kubectl version --client
ask git --version
ask ssh -V

# cluster: does it answer, as whom, which version, which platform, what may I do
ask kubectl get --raw /readyz
ask kubectl auth whoami
ask kubectl version
ask kubectl get namespace kube-system -o jsonpath='{.metadata.uid}'
ask kubectl auth can-i '*' '*'
ask kubectl auth can-i --list -n "$NAMESPACE"

# nodes: ready, taints, sizes, architecture, pressure, labels
ask kubectl get nodes
ask kubectl get nodes -o custom-columns='NAME:.metadata.name,TAINTS:.spec.taints'
ask kubectl get nodes -o custom-columns='NAME:.metadata.name,CPU:.status.allocatable.cpu,MEM:.status.allocatable.memory,DISK:.status.allocatable.ephemeral-storage'
ask kubectl get nodes -o custom-columns='NAME:.metadata.name,ARCH:.status.nodeInfo.architecture'
ask kubectl describe nodes
ask kubectl get nodes --show-labels

# chart: is it one, which version, which keys, are its sub-charts there
ask helm show chart "$CHART"
ask helm show values "$CHART"
ask helm dependency list "$CHART"

# namespace: there, pod security, quotas, limits
ask kubectl get namespace "$NAMESPACE"
ask kubectl get namespace "$NAMESPACE" -o jsonpath='{.metadata.labels}'
get resourcequotas
get limitranges

# ingress: class, controller
ask kubectl get ingressclasses
ask kubectl get services -A --field-selector=metadata.namespace!=kube-system

# registry: key well-formed, Secret there and of the right type and content, login
ask grep -q private_key "$REGISTRY_KEY"
get secret regcred -o jsonpath='{.type}'
get secret regcred -o jsonpath='{.data.\.dockerconfigjson}'
ask curl -fsS -u "_json_key:bench" "http://$REGISTRY/v2/"

# storage: class, provisioner and reclaim policy, both claims: bound, modes, class
ask kubectl get storageclasses
ask kubectl get storageclass "$CLASS" -o yaml
get pvc projects-data
get pvc projects-data -o jsonpath='{.spec.accessModes}{.spec.volumeMode}{.spec.storageClassName}'
get pvc projects-software
get pvc projects-software -o jsonpath='{.spec.accessModes}{.spec.volumeMode}{.spec.storageClassName}'
get events

# database: reachable, TLS, version, rights, connections, time zone, encoding, contents; the Secret
sql 'select 1'
sql 'select ssl from pg_stat_ssl where pid = pg_backend_pid()'
sql 'show server_version'
sql 'select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = current_user'
sql 'show max_connections'
sql 'select count(*) from pg_stat_activity'
sql 'show timezone'
sql "select datname, pg_encoding_to_char(encoding) from pg_database where datname = 'cocalc'"
get secret postgresql-password -o jsonpath='{.data}'

# values: types, lint, template, and what the server would say to every object
ask test -s "$VALUES"
ask helm lint "$CHART" --values "$VALUES"
rendered=$(mktemp)
trap 'rm -f "$rendered"' EXIT
helm template cocalc "$CHART" -n "$NAMESPACE" --values "$VALUES" >"$rendered"
ask kubectl apply -n "$NAMESPACE" --server-side --force-conflicts --dry-run=server -f "$rendered"

# release: there, not stuck, what it was given
ask helm list -n "$NAMESPACE"
ask helm status cocalc -n "$NAMESPACE"
ask helm history cocalc -n "$NAMESPACE"
ask helm get values cocalc -n "$NAMESPACE"

# verify: what runs, what does not and why, the Ingress and its address
get deployments
get replicasets
get pods
get pods --field-selector=status.phase!=Running
get ingress
get ingress -o jsonpath='{.items[*].status.loadBalancer}'
