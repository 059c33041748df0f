# Writes the cashier page into a C++ source: cmake -DWEB=folder -DOUT=file.cpp -P embed.cmake
set(arrays "")
set(rows "")
function(embed path file type)
  file(READ "${WEB}/${file}" hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${hex}")
  string(MAKE_C_IDENTIFIER "page_${file}" name)
  set(arrays "${arrays}constexpr char ${name}[] = {${bytes}};\n" PARENT_SCOPE)
  set(rows "${rows}    {\"${path}\", \"${type}; charset=utf-8\", {${name}, ${size}}},\n" PARENT_SCOPE)
endfunction()
embed(/ index.html "text/html")
embed(/cashier.css cashier.css "text/css")
embed(/cashier.js cashier.js "text/javascript")
file(WRITE "${OUT}" "// Made from pos-adapter/web by embed.cmake.
#include \"screen/page.hpp\"

namespace tillcue::pos {
namespace {

${arrays}
constexpr PageFile kFiles[] = {
${rows}};

}  // namespace

PageFile const* page_file(std::string_view path) noexcept {
  for (auto const& file : kFiles) {
    if (file.path == path) return &file;
  }
  return nullptr;
}

std::uint32_t page_version() noexcept {
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (auto const& file : kFiles) {
    for (char const c : file.bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  }
  return hash;
}

}  // namespace tillcue::pos
")
