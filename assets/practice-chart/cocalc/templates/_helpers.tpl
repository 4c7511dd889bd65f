{{/* Labels of an object. Takes {root, group, name} */}}
{{- define "cocalc.labels" -}}
group: {{ .group }}
run: {{ .name }}
app.kubernetes.io/part-of: cocalc
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end }}

{{/* Metadata of an object. Takes {root, group, name} */}}
{{- define "cocalc.metadata" -}}
name: {{ .name }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "cocalc.labels" . | nindent 2 }}
{{- end }}

{{/* Any value as text: a string as it is, all else as JSON */}}
{{- define "cocalc.text" -}}
{{- if kindIs "string" . }}{{ . }}{{ else }}{{ toJson . }}{{ end }}
{{- end }}

{{/* A value by its dotted path, as JSON. Takes {values, path} */}}
{{- define "cocalc.lookup" -}}
{{- $found := .values }}
{{- range splitList "." .path }}{{- $found = get $found . }}{{- end }}
{{- toJson $found }}
{{- end }}

{{/* The host of the site without scheme and port */}}
{{- define "cocalc.host" -}}
{{- $dns := .Values.global.settings.dns | default "" | trimPrefix "http://" }}
{{- splitList ":" $dns | first }}
{{- end }}

{{/* Where a volume comes from. Takes {root, name} */}}
{{- define "cocalc.volume" -}}
{{- $storage := .root.Values.global.storage }}
{{- if eq .name "data" }}
persistentVolumeClaim: {claimName: {{ $storage.data.claimName }}}
{{- else if eq .name "software" }}
persistentVolumeClaim: {claimName: {{ $storage.software.claimName }}}
{{- else if eq .name "persist" }}
{{- $persist := .root.Values.persist }}
persistentVolumeClaim: {claimName: {{ eq $persist.backend "disk" | ternary $persist.claimName $storage.data.claimName }}}
{{- else if eq .name "sso" }}
secret: {secretName: cocalc-sso, optional: true}
{{- else }}
configMap: {name: {{ .name }}, optional: true}
{{- end }}
{{- end }}

{{/* One Deployment. Takes {root, values, group, account, row, image}; row is an entry of files/workloads.yaml */}}
{{- define "cocalc.deployment" -}}
{{- $root := .root }}{{- $values := .values }}{{- $row := .row }}{{- $global := .root.Values.global }}
{{- $names := list }}
{{- range $row.mounts }}{{- $names = append $names .name }}{{- end }}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "cocalc.metadata" (dict "root" $root "group" .group "name" $row.name) | nindent 2 }}
spec:
  replicas: {{ if $row.replicas }}{{ include "cocalc.lookup" (dict "values" $values "path" $row.replicas) }}{{ else }}1{{ end }}
  selector:
    matchLabels: {run: {{ $row.name }}}
  template:
    metadata:
      labels:
        {{- include "cocalc.labels" (dict "root" $root "group" .group "name" $row.name) | nindent 8 }}
      annotations:
        # new pods when a setting changes
        checksum/settings: {{ toJson $global.settings | sha256sum }}
    spec:
      serviceAccountName: {{ .account }}
      imagePullSecrets: {{ toJson $global.imagePullSecrets }}
      affinity:
        nodeAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
          - weight: 1
            preference:
              matchExpressions: [{key: cocalc-role, operator: In, values: [services]}]
      containers:
      - name: {{ $row.name }}
        image: {{ .image }}
        args: [{{ $row.name }}]
        {{- with $row.port }}
        ports: [{name: http, containerPort: {{ . }}}]
        readinessProbe:
          tcpSocket: {port: http}
        {{- end }}
        envFrom:
        - configMapRef: {name: cocalc-settings}
        {{- if eq .group "hub" }}
        - secretRef: {name: cocalc-setup, optional: true}
        {{- end }}
        env:
        {{- range $key, $value := dict "PGHOST" $global.database.host "PGPORT" $global.database.port "PGUSER" $global.database.user "PGDATABASE" $global.database.name "PGSSLMODE" $global.database.sslmode }}
        - {name: {{ $key }}, value: {{ include "cocalc.text" $value | quote }}}
        {{- end }}
        - name: PGPASSWORD
          valueFrom:
            secretKeyRef: {name: {{ $global.database.secretName }}, key: postgresql-password}
        - {name: DEBUG, value: {{ $values.debug | default "" | quote }}}
        - {name: COCALC_SHARED_FILES_PATH, value: {{ $global.shared_files_path | default "" | quote }}}
        {{- range $key, $path := $row.env }}
        - {name: {{ $key }}, value: {{ include "cocalc.lookup" (dict "values" $values "path" $path) | trimAll "\"" | quote }}}
        {{- end }}
        resources: {{ if $row.resources }}{{ include "cocalc.lookup" (dict "values" $values "path" $row.resources) }}{{ else }}{{ toJson ($values.resources | default dict) }}{{ end }}
        {{- with $row.mounts }}
        volumeMounts: {{ toJson . }}
        {{- end }}
      {{- with uniq $names }}
      volumes:
      {{- range . }}
      - name: {{ . }}
        {{- include "cocalc.volume" (dict "root" $root "name" .) | nindent 8 }}
      {{- end }}
      {{- end }}
{{- end }}

{{/* The Deployments of files/workloads.yaml, and a Service for each that has a port. Takes {root, values, group, account, image} */}}
{{- define "cocalc.workloads" -}}
{{- $all := . }}
{{- range .root.Files.Get "files/workloads.yaml" | fromYamlArray }}
---
{{ include "cocalc.deployment" (merge (dict "row" .) $all) }}
{{- if .port }}
---
apiVersion: v1
kind: Service
metadata:
  {{- include "cocalc.metadata" (dict "root" $all.root "group" $all.group "name" .name) | nindent 2 }}
spec:
  selector: {run: {{ .name }}}
  ports: [{name: http, port: {{ .port }}, targetPort: http}]
{{- end }}
{{- end }}
{{- end }}

{{/* ServiceAccount, Role and RoleBinding of one name. Takes {root, group, name, rules} */}}
{{- define "cocalc.account" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "cocalc.metadata" . | nindent 2 }}
imagePullSecrets: {{ toJson .root.Values.global.imagePullSecrets }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  {{- include "cocalc.metadata" . | nindent 2 }}
rules: {{ toJson .rules }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  {{- include "cocalc.metadata" . | nindent 2 }}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{ .name }}}
subjects: [{kind: ServiceAccount, name: {{ .name }}, namespace: {{ .root.Release.Namespace }}}]
{{- end }}

{{/* One Ingress. Takes {root, group, name, path, service, port, annotations} */}}
{{- define "cocalc.ingress" -}}
{{- $ingress := .root.Values.global.ingress }}
{{- $host := include "cocalc.host" .root }}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  {{- include "cocalc.metadata" . | nindent 2 }}
  annotations:
    nginx.ingress.kubernetes.io/proxy-body-size: 64m
    {{- with $ingress.tls.issuer }}
    cert-manager.io/cluster-issuer: {{ . | quote }}
    {{- end }}
    {{- with .annotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  {{- with $ingress.className }}
  ingressClassName: {{ . | quote }}
  {{- end }}
  {{- with $ingress.tls.secretName }}
  tls:
  - secretName: {{ . | quote }}
    {{- with $host }}
    hosts: [{{ . | quote }}]
    {{- end }}
  {{- end }}
  rules:
  - http:
      paths:
      - path: {{ .path }}
        pathType: Prefix
        backend: {service: {name: {{ .service }}, port: {name: http}}}
    {{- with $host }}
    host: {{ . | quote }}
    {{- end }}
{{- end }}

{{/* Full name of an image. Takes {root, name, tag} */}}
{{- define "cocalc.image" -}}
{{ .root.Values.global.imageRegistry }}/{{ .name }}:{{ .tag }}
{{- end }}
