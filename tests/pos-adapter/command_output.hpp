#pragma once

#include <array>
#include <cstdio>
#include <optional>
#include <string>

namespace tillcue::pos {

/// Output of a command; nothing when it failed.
inline std::optional<std::string> output_of(std::string const& command) {
  std::FILE* pipe = ::popen((command + " 2>/dev/null").c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  std::string out;
  std::array<char, 4096> block{};
  while (auto const n = std::fread(block.data(), 1, block.size(), pipe)) out.append(block.data(), n);
  return ::pclose(pipe) == 0 ? std::optional{out} : std::nullopt;
}

/// A Python that can paint, or nothing.
inline std::optional<std::string> painting_python() {
  for (std::string python : {"python3", "/usr/bin/python3"}) {
    if (output_of(python + " -c 'import PIL'")) return python;
  }
  return std::nullopt;
}

}  // namespace tillcue::pos
