{{- define "learning-loop.name" -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{- define "learning-loop.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .app }}
{{- end }}

{{- define "learning-loop.labels" -}}
{{ include "learning-loop.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "learning-loop.image" -}}
{{ printf "%s/%s:%s" .root.Values.image.registry .app (.root.Values.image.tag | default .root.Chart.AppVersion) | toJson }}
{{- end }}

{{- define "learning-loop.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ .Values.serviceAccount.name | default (include "learning-loop.name" .) | toJson }}
{{- else -}}
{{ .Values.serviceAccount.name | default "default" | toJson }}
{{- end -}}
{{- end }}

{{- /* A value as it was typed, in quotation marks: a template would print a million as 1e+06. */ -}}
{{- define "learning-loop.text" -}}
{{ kindIs "string" . | ternary . (toJson .) | toJson }}
{{- end }}

{{- /* A map whose values must be strings, such as annotations. */ -}}
{{- define "learning-loop.strings" -}}
{{- range $name, $value := . }}
{{ toJson $name }}: {{ include "learning-loop.text" $value }}
{{- end }}
{{- end }}

{{- /* Where a pod may run. */ -}}
{{- define "learning-loop.scheduling" -}}
{{- with .Values.nodeSelector }}
nodeSelector: {{- include "learning-loop.strings" . | indent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ toJson . }}
{{- end }}
{{- end }}

{{- /* What Node reads before any program: a private certificate authority and a proxy. */ -}}
{{- define "learning-loop.nodeEnv" -}}
{{- if .Values.authority.configMap }}
- { name: NODE_EXTRA_CA_CERTS, value: {{ printf "/certificates/%s" .Values.authority.key | toJson }} }
{{- end }}
{{- with .Values.proxy.https }}
- { name: NODE_USE_ENV_PROXY, value: "1" }
- { name: HTTPS_PROXY, value: {{ toJson . }} }
{{- end }}
{{- with .Values.proxy.except }}
- { name: NO_PROXY, value: {{ toJson . }} }
{{- end }}
{{- end }}

{{- define "learning-loop.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "learning-loop.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{- /* Apps that write or read the training log. */ -}}
{{- define "learning-loop.onTrainingLog" -}}
{{- if has . (list "gateway" "training-log-worker" "trainer") }}yes{{ end -}}
{{- end }}

{{- define "learning-loop.onS3" -}}
{{- if hasPrefix "s3://" .Values.trainingLog.place }}yes{{ end -}}
{{- end }}

{{- define "learning-loop.usesModel" -}}
{{- if has . (list "gateway" "memory-worker" "persona-worker" "trainer") }}yes{{ end -}}
{{- end }}

{{- /* A pod that works on the database and ends: `app` names it, `command` is what it runs. */ -}}
{{- define "learning-loop.task" -}}
restartPolicy: Never
automountServiceAccountToken: false
{{- if not .root.Values.serviceAccount.create }}
serviceAccountName: {{ include "learning-loop.serviceAccount" .root }}
{{- end }}
{{- include "learning-loop.scheduling" .root }}
securityContext: {{- include "learning-loop.podSecurity" . | nindent 2 }}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
containers:
  - name: {{ .app }}
    image: {{ include "learning-loop.image" (dict "root" .root "app" "gateway") }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    command: {{ toJson .command }}
    securityContext: {{- include "learning-loop.containerSecurity" . | nindent 6 }}
    env:
      - { name: DATABASE_URL_FILE, value: {{ printf "/secrets/postgres/%s" .root.Values.postgres.directUrlKey | toJson }} }
      {{- include "learning-loop.nodeEnv" .root | indent 6 }}
    resources:
      requests: { cpu: 100m, memory: 128Mi }
      limits: { memory: 256Mi }
    volumeMounts:
      - { name: postgres, mountPath: /secrets/postgres, readOnly: true }
      {{- if .root.Values.authority.configMap }}
      - { name: certificates, mountPath: /certificates, readOnly: true }
      {{- end }}
volumes:
  - name: postgres
    secret: { secretName: {{ toJson .root.Values.postgres.existingSecret }} }
  {{- with .root.Values.authority.configMap }}
  - name: certificates
    configMap: { name: {{ toJson . }} }
  {{- end }}
{{- end }}
