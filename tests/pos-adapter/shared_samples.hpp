#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "job_bytes.hpp"

namespace tillcue::pos {

/// Samples that are too large or not ours to keep in the tree; tests skip with a line where they are absent.
inline std::filesystem::path shared_folder() {
  if (char const* set = std::getenv("TILLCUE_SHARED")) return set;
  return std::filesystem::path(TILLCUE_SOURCE_DIR) / ".." / "shared";
}

inline bool skip_without(std::filesystem::path const& needed, char const* test) {
  if (std::filesystem::exists(needed)) return false;
  std::printf("skipped: %s (no %s; set TILLCUE_SHARED)\n", test, needed.filename().c_str());
  return true;
}

inline std::string read_file(std::filesystem::path const& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::vector<std::filesystem::path> files_in(std::filesystem::path const& folder, std::string const& extension) {
  std::vector<std::filesystem::path> out;
  for (auto const& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == extension) out.push_back(entry.path());
  }
  return out;
}

}  // namespace tillcue::pos
