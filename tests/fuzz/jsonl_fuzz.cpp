#include <cstdint>
#include <cstdlib>
#include <string>

#include "fuzz/rows_said.hpp"

using namespace tillcue::models;

/// Whatever the bytes: no crash, and the same rows however the bytes arrive.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string const text(reinterpret_cast<char const*>(data), size);
  if (rows_said(SalesFormat::jsonl, text, 0) != rows_said(SalesFormat::jsonl, text, 1)) std::abort();
  return 0;
}
