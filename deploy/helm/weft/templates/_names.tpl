{{/* The name of whatever there is once per release. */}}
{{- define "weft.name" -}}
{{- if contains "weft" .Release.Name -}}
{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-weft" .Release.Name | trunc 50 | trimSuffix "-" }}
{{- end -}}
{{- end }}

{{/* What tells the nodes of this release from all other pods; it may never change. */}}
{{- define "weft.nodes" -}}
app.kubernetes.io/name: weft
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "weft.labels" -}}
{{ include "weft.nodes" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* Refuses what cannot run, in one line. */}}
{{- define "weft.check" -}}
{{- if not .Values.image.repository -}}
{{- fail "image.repository: \"\" (expected: where the image of deploy/container/Dockerfile was pushed to)" -}}
{{- end -}}
{{- if not .Values.postgres.existingSecret -}}
{{- fail "postgres.existingSecret: \"\" (expected: a secret with the URI of a PostgreSQL; pods do not share the embedded one)" -}}
{{- end -}}
{{- if and (not .Values.tokens.existingSecret) (not .Values.tokens.jwksUrl) -}}
{{- fail "tokens: no keys (expected: tokens.existingSecret or tokens.jwksUrl; each pod would make a key of its own)" -}}
{{- end -}}
{{- if and .Values.tokens.existingSecret .Values.tokens.jwksUrl -}}
{{- fail "tokens: existingSecret and jwksUrl (expected: one of them)" -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (lt (int .Values.autoscaling.max) (int .Values.autoscaling.min)) -}}
{{- fail (printf "autoscaling.max: %d (expected: at least autoscaling.min, %d)" (int .Values.autoscaling.max) (int .Values.autoscaling.min)) -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (not .Values.autoscaling.cpuPercent) (not .Values.autoscaling.inFlight) -}}
{{- fail "autoscaling: neither cpuPercent nor inFlight (expected: one of them at least)" -}}
{{- end -}}
{{- if le (int .Values.stopSeconds) (add .Values.drainSeconds 29 | int) -}}
{{- fail (printf "stopSeconds: %d (expected: at least 30 more than drainSeconds, %d)" (int .Values.stopSeconds) (int .Values.drainSeconds)) -}}
{{- end -}}
{{- end }}
