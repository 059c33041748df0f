# Writes the report page and Chart.js into a C++ source:
#   cmake -DPAGE=folder -DCHART=chart.min.js -DOUT=file.cpp -P embed.cmake
set(arrays "")
set(rows "")
function(embed name path)
  file(READ "${path}" hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${hex}")
  string(MAKE_C_IDENTIFIER "part_${name}" array)
  set(arrays "${arrays}constexpr char ${array}[] = {${bytes}};\n" PARENT_SCOPE)
  set(rows "${rows}  if (name == \"${name}\") return {${array}, ${size}};\n" PARENT_SCOPE)
endfunction()
embed(page "${PAGE}/page.html")
embed(evaluation "${PAGE}/evaluation.html")
embed(ageing "${PAGE}/ageing.html")
embed(off_policy "${PAGE}/off_policy.html")
embed(style "${PAGE}/evaluation.css")
embed(script "${PAGE}/evaluation.js")
embed(chart "${CHART}")
file(WRITE "${OUT}" "// Made from models/page and Chart.js by embed.cmake.
#include \"report_page.hpp\"

namespace tillcue::models {
namespace {

${arrays}
}  // namespace

std::string_view page_part(std::string_view name) noexcept {
${rows}  return {};
}

}  // namespace tillcue::models
")
