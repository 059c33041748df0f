#include "format/utf8.hpp"

#include <cstddef>

namespace tillcue::format {
namespace {

struct Lead {
  std::size_t tail = 0;              // bytes that follow; 0: not a lead of several bytes
  unsigned low = 0x80, high = 0xBF;  // of the first of them
};

constexpr Lead lead_of(unsigned byte) noexcept {
  if (byte >= 0xC2 && byte <= 0xDF) return {1, 0x80, 0xBF};
  if (byte == 0xE0) return {2, 0xA0, 0xBF};
  if (byte == 0xED) return {2, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {2, 0x80, 0xBF};
  if (byte == 0xF0) return {3, 0x90, 0xBF};
  if (byte >= 0xF1 && byte <= 0xF3) return {3, 0x80, 0xBF};
  if (byte == 0xF4) return {3, 0x80, 0x8F};
  return {};
}

constexpr unsigned at(std::string_view text, std::size_t n) noexcept { return static_cast<unsigned char>(text[n]); }

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  for (std::size_t n = 0; n < text.size();) {
    if (at(text, n) < 0x80) {
      ++n;
      continue;
    }
    auto const lead = lead_of(at(text, n));
    if (lead.tail == 0 || text.size() - n <= lead.tail) return false;
    if (at(text, n + 1) < lead.low || at(text, n + 1) > lead.high) return false;
    for (std::size_t k = 2; k <= lead.tail; ++k) {
      if ((at(text, n + k) & 0xC0U) != 0x80U) return false;
    }
    n += lead.tail + 1;
  }
  return true;
}

}  // namespace tillcue::format
