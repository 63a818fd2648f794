#!/bin/sh
# Installed as /usr/local/bin/hissrv: hissrv plan|apply|validate|export|status FILE
set -eu
# The variables that the site's file refers to; readable by root and the group hissrv. They are read
# as systemd reads them for the units: a shell would replace the $ of a password, and run what stands
# behind a blank or an &.
variables=$(LC_ALL=C awk '
  BEGIN { quote = sprintf("%c", 39) }
  function keep() {
    if (state == "plain") value = substr(value, 1, end)
    sub(/[ \t]+$/, "", name)
    if (name ~ /^[A-Za-z_][A-Za-z0-9_]*$/) {
      gsub(quote, quote "\\" quote quote, value)
      print "export " name "=" quote value quote
    }
    state = "name"; name = ""
  }
  { text = text $0 "\n" }
  END {
    gsub(/\r/, "\n", text)
    state = "name"
    for (i = 1; i <= length(text); i++) {
      c = substr(text, i, 1)
      blank = c == " " || c == "\t"
      if (state == "name") {
        if (c == "\n") name = ""
        else if (name == "" && (c == "#" || c == ";")) state = "comment"
        else if (c == "=") { state = "begin"; value = "" }
        else if (name != "" || !blank) name = name c
      } else if (state == "comment") {
        if (c == "\\") i++
        else if (c == "\n") state = "name"
      } else if (state == "single") {
        if (c == quote) state = "begin"
        else value = value c
      } else if (state == "double") {
        if (c == "\"") state = "begin"
        else if (c != "\\") value = value c
        else {
          c = substr(text, ++i, 1)
          if (index("\"\\`$", c)) value = value c
          else if (c != "\n") value = value "\\" c
        }
      } else if (c == "\n") keep()
      else if (c == "\\") {
        c = substr(text, ++i, 1)
        if (c != "\n") value = value c
        end = length(value)
        state = "plain"
      } else if (state == "begin" && c == quote) state = "single"
      else if (state == "begin" && c == "\"") state = "double"
      else if (state == "plain" || !blank) {
        value = value c
        if (!blank) end = length(value)
        state = "plain"
      }
    }
    # What the end of the file cuts off counts: behind a backslash, or within quotes.
    if (state != "name" && state != "comment") keep()
  }
' /etc/hissrv/hissrv.env)
eval "$variables"
# Without a locale, Java reads no letter beyond ASCII in file names and variables. A terminal with
# other letters, such as GB18030, keeps them, unless the variables have letters, which the units read
# as UTF-8.
case $(locale charmap 2>/dev/null) in
  UTF-8) ;;
  '' | ANSI_X3.4-1968) export LC_ALL=C.UTF-8 ;;
  *)
    if printf '%s' "$variables" | LC_ALL=C grep -q '[^[:print:][:space:]]'; then
      export LC_ALL=C.UTF-8
    fi
    ;;
esac
exec java -Xmx128m -jar /opt/hissrv/query-service.jar "$@"
