#!/bin/sh
# Installed as /usr/local/bin/hissrv: hissrv plan|apply|validate|export|status FILE
set -eu
# The variables that the site's file refers to; readable by root and the group hissrv.
set -a
. /etc/hissrv/hissrv.env
set +a
exec java -Xmx128m -jar /opt/hissrv/query-service.jar "$@"
