#pragma once

#include <cstdint>
#include <string_view>

namespace tillcue::pos {

/// One file of the cashier page, compiled into the program from pos-adapter/web.
struct PageFile {
  std::string_view path;  ///< as requested: "/", "/cashier.js"
  std::string_view type;  ///< Content-Type
  std::string_view bytes;
};

/// nullptr when there is no such file.
[[nodiscard]] PageFile const* page_file(std::string_view path) noexcept;

/// Changes with every change of a file: an open page learns from it that it is out of date.
[[nodiscard]] std::uint32_t page_version() noexcept;

}  // namespace tillcue::pos
