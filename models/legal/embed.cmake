# Writes text files into a C++ source:
#   cmake -DFILES="a.json;b.json" -DOUT=file.cpp -P embed.cmake
set(arrays "")
set(rows "")
foreach(path IN LISTS FILES)
  get_filename_component(name "${path}" NAME_WLE)
  file(READ "${path}" hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${hex}")
  string(MAKE_C_IDENTIFIER "text_${name}" array)
  string(APPEND arrays "constexpr char ${array}[] = {${bytes}};\n")
  string(APPEND rows "      {\"${name}\", {${array}, ${size}}},\n")
endforeach()
file(WRITE "${OUT}" "// Made from models/legal and the schema by embed.cmake.
#include \"shipped_text.hpp\"

namespace tillcue::models {
namespace {

${arrays}
constexpr ShippedText kTexts[] = {
${rows}};

}  // namespace

std::span<ShippedText const> shipped_texts() noexcept { return kTexts; }

}  // namespace tillcue::models
")
