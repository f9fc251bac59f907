{{- define "learning-loop.name" -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{- define "learning-loop.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .app }}
{{- end }}

{{- define "learning-loop.labels" -}}
{{ include "learning-loop.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "learning-loop.image" -}}
{{ .root.Values.image.registry }}/{{ .app }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{- define "learning-loop.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ .Values.serviceAccount.name | default (include "learning-loop.name" .) }}
{{- else -}}
{{ .Values.serviceAccount.name | default "default" }}
{{- end -}}
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
      - { name: DATABASE_URL_FILE, value: /secrets/postgres/{{ .root.Values.postgres.directUrlKey }} }
    resources:
      requests: { cpu: 100m, memory: 128Mi }
      limits: { memory: 256Mi }
    volumeMounts:
      - { name: postgres, mountPath: /secrets/postgres, readOnly: true }
volumes:
  - name: postgres
    secret: { secretName: {{ .root.Values.postgres.existingSecret }} }
{{- end }}
