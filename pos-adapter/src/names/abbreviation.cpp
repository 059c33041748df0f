#include "names/abbreviation.hpp"

#include <algorithm>
#include <cstddef>

namespace tillcue::pos {
namespace {

std::string_view next_word(std::string_view& rest) noexcept {
  auto const end = std::min(rest.find(' '), rest.size());
  auto const word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

bool has_digit(std::string_view word) noexcept {
  return std::any_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool shortens(std::string_view heard, std::string_view word, bool last_is_cut) noexcept {
  if (heard.front() != word.front()) return false;
  if (has_digit(word) || has_digit(heard)) {
    return last_is_cut ? word.substr(0, heard.size()) == heard : word == heard;
  }
  std::size_t at = 0;
  for (auto const letter : heard) {
    at = word.find(letter, at);
    if (at == std::string_view::npos) return false;
    ++at;
  }
  return true;
}

}  // namespace

bool abbreviates(std::string_view heard, std::string_view name, bool cut) noexcept {
  std::size_t found = 0;
  std::size_t missing = 0;
  while (!heard.empty()) {
    auto const word = next_word(heard);
    for (;;) {
      if (name.empty()) return false;
      if (shortens(word, next_word(name), cut && heard.empty())) break;
      ++missing;
    }
    ++found;
  }
  // What lies behind the last word heard may have been cut off, if anything may.
  while (!cut && !name.empty()) {
    (void)next_word(name);
    ++missing;
  }
  return found > 0 && missing * (cut ? 1 : 2) <= found;
}

}  // namespace tillcue::pos
