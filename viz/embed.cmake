# Makes page.css and page.js into C: cmake -DSTYLE=page.css -DSCRIPT=page.js -DOUT=page_parts.c -P embed.cmake
# See page_parts.h.

# lines_of(TEXT VARIABLE): the text as C strings, one for each line.
function(lines_of text variable)
  string(REPLACE "\\" "\\\\" text "${text}")
  string(REPLACE "\"" "\\\"" text "${text}")
  string(REPLACE "??" "?\\?" text "${text}") # no trigraphs
  string(REPLACE "\n" "\\n\",\n    \"" text "${text}")
  set(${variable} "    \"${text}\",\n    NULL,\n" PARENT_SCOPE)
endfunction()

# base64(HEX VARIABLE): three bytes at a time, which are four characters.
function(base64 hex variable)
  set(digits "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  set(text "")
  string(REGEX MATCHALL "......|....|.." groups "${hex}")
  foreach(group IN LISTS groups)
    string(LENGTH "${group}" length)
    string(SUBSTRING "${group}0000" 0 6 padded)
    foreach(shift 18 12 6 0)
      math(EXPR sextet "(0x${padded} >> ${shift}) & 63")
      string(SUBSTRING "${digits}" ${sextet} 1 character)
      string(APPEND text "${character}")
    endforeach()
    if(length EQUAL 4)
      string(REGEX REPLACE ".$" "=" text "${text}")
    elseif(length EQUAL 2)
      string(REGEX REPLACE "..$" "==" text "${text}")
    endif()
  endforeach()
  set(${variable} "${text}" PARENT_SCOPE)
endfunction()

file(READ "${STYLE}" style)
file(READ "${SCRIPT}" script)
# The marks keep the page well-formed XML, whatever the script has in it.
set(script "//<![CDATA[\n${script}//]]>\n")
string(SHA256 hash "${script}")
base64("${hash}" hash)
lines_of("${style}" style)
lines_of("${script}" script)
file(WRITE "${OUT}" "/* Made by embed.cmake: change page.css and page.js. */
#include <stddef.h>

#include \"page_parts.h\"

const char *const page_style[] = {
${style}};
const char *const page_script[] = {
${script}};
const char page_script_hash[] = \"${hash}\";
")
