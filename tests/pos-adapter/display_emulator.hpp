#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/pos/code_table.hpp"

namespace tillcue::pos::testing {

/// A 2×20 customer display, from its manuals and not from our encoder. What it does not know it notes.
/// Epson mode: HOM CLR US C, US MD1, US $ x y, ESC @, ESC t n, characters at the cursor. CD5220 mode: ESC Q A/B text
/// CR, in which nothing else counts until then; ESC c n, ESC _ n. UTC enhanced: ESC u A/B text CR, US clears.
class DisplayEmulator {
 public:
  enum class Mode : std::uint8_t { epson, cd5220, utc };
  explicit DisplayEmulator(Mode mode) : mode_(mode) { clear(); }

  void feed(std::string_view bytes) {
    held_ += bytes;
    while (std::size_t const used = take(held_)) held_.erase(0, used);
  }
  [[nodiscard]] std::string line(std::size_t n) const {
    std::u32string text;
    for (auto const byte : cells_.at(n)) text += byte < 0x80 ? static_cast<char32_t>(byte) : decode(table_, byte);
    return to_utf8(text);
  }
  [[nodiscard]] std::string both() const { return line(0) + "|" + line(1); }

  std::vector<std::string> unknown;
  bool pending() const { return !held_.empty(); }

 private:
  static constexpr std::size_t kColumns = 20;

  void clear() {
    for (auto& row : cells_) row.fill(' ');
    at_ = 0;
  }
  void put(char c) {
    cells_[at_ / kColumns][at_ % kColumns] = static_cast<std::uint8_t>(c);
    at_ = (at_ + 1) % (2 * kColumns);  // overwrite mode: behind the last comes the first
  }
  std::size_t odd(std::string_view bytes, std::size_t length) {
    unknown.emplace_back(bytes.substr(0, length));
    return length;
  }

  /// Bytes of the next command or character, 0 while it is not whole.
  std::size_t take(std::string_view in) {
    if (in.empty()) return 0;
    switch (in[0]) {
      case 0x0C:
        clear();
        return 1;
      case 0x0B:
        at_ = 0;
        return 1;
      case 0x1F:
        return mode_ == Mode::utc ? (clear(), 1U) : take_us(in);
      case 0x1B:
        return take_esc(in);
      default:
        if (static_cast<unsigned char>(in[0]) < 0x20) return odd(in, 1);
        put(in[0]);
        return 1;
    }
  }

  std::size_t take_us(std::string_view in) {
    if (in.size() < 2) return 0;
    if (in[1] == 0x01) return 2;  // overwrite, as after power-on
    if (in[1] == 'C') return in.size() < 3 ? 0 : 3;
    if (in[1] != '$') return odd(in, 2);
    if (in.size() < 4) return 0;
    at_ = static_cast<std::size_t>(in[3] - 1) * kColumns + static_cast<std::size_t>(in[2] - 1);
    return 4;
  }

  std::size_t take_esc(std::string_view in) {
    if (in.size() < 2) return 0;
    if (in[1] == '@') {
      clear();
      table_ = CodeTable::cp437;
      return 2;
    }
    if (in.size() < 3) return 0;
    if (in[1] == 't' && mode_ == Mode::epson) return select(in[2]), 3;
    if (in[1] == '_' && mode_ == Mode::cd5220) return 3;
    if (in[1] == 'c' && mode_ == Mode::cd5220) {
      if (in[2] == 'R') table_ = CodeTable::cp866;
      return 3;
    }
    char const writes = mode_ == Mode::cd5220 ? 'Q' : mode_ == Mode::utc ? 'u' : '\0';
    if (in[1] != writes || (in[2] != 'A' && in[2] != 'B')) return odd(in, 3);
    auto const end = in.find('\r', 3);
    if (end == std::string_view::npos) return 0;
    auto const text = in.substr(3, end - 3);
    if (text.size() > kColumns) unknown.emplace_back("more than 20 characters in a line");
    auto& row = cells_[in[2] - 'A'];
    row.fill(' ');
    for (std::size_t n = 0; n < text.size() && n < kColumns; ++n) row[n] = static_cast<std::uint8_t>(text[n]);
    return end + 1;
  }

  void select(char n) {
    if (n == 0) table_ = CodeTable::cp437;
    if (n == 16) table_ = CodeTable::cp1252;
    if (n == 17) table_ = CodeTable::cp866;
    if (n == 19) table_ = CodeTable::cp858;
  }

  Mode mode_;
  CodeTable table_ = CodeTable::cp437;
  std::array<std::array<std::uint8_t, kColumns>, 2> cells_{};
  std::size_t at_ = 0;
  std::string held_;
};

}  // namespace tillcue::pos::testing
