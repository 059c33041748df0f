#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tillcue::pos {

inline std::vector<std::byte> job_of(std::string_view text) {
  std::vector<std::byte> out;
  for (char c : text) out.push_back(static_cast<std::byte>(c));
  return out;
}

inline std::string text_of(std::vector<std::byte> const& bytes) {
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

}  // namespace tillcue::pos
