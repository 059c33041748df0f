#include "symbol_text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "tillcue/pos/code_table.hpp"

namespace tillcue::pos {
namespace {

constexpr std::size_t kLongestShown = 300;

/// Foreign data for a person to read: UTF-8 where it is, dots for what cannot be shown.
std::string shown(std::string_view data) {
  auto text = from_utf8(data.substr(0, kLongestShown));
  for (auto& c : text) {
    if (c < 0x20 || c == 0x7F || c == U'\uFFFD') c = U'.';
  }
  return to_utf8(text) + (data.size() > kLongestShown ? "..." : "");
}

std::string_view data_of(Token const& token, std::size_t from, std::size_t drop_at_end = 0) {
  if (token.bytes.size() < from + drop_at_end) return {};
  auto const part = token.bytes.subspan(from, token.bytes.size() - from - drop_at_end);
  return {reinterpret_cast<char const*>(part.data()), part.size()};
}

std::string code128_text(std::string_view data) {
  std::string out;
  char set = 'B';
  for (std::size_t n = 0; n < data.size(); ++n) {
    char const c = data[n];
    if (c == '{' && n + 1 < data.size()) {
      char const what = data[++n];
      if (what == '{') out += '{';
      if (what >= 'A' && what <= 'C') set = what;
      continue;  // the others are shifts and function characters
    }
    auto const value = static_cast<unsigned char>(c);
    if (set == 'C' && value < 100) {
      out += static_cast<char>('0' + value / 10);
      out += static_cast<char>('0' + value % 10);
    } else {
      out += c;
    }
  }
  return shown(out);
}

std::string_view barcode_name(unsigned kind) {
  constexpr std::array<std::string_view, 14> kNames{"UPC-A",   "UPC-E",   "EAN13",   "EAN8",    "CODE39",
                                                    "ITF",     "CODABAR", "CODE93",  "CODE128", "GS1-128",
                                                    "DataBar", "DataBar", "DataBar", "DataBar"};
  unsigned const at = kind >= 65 ? kind - 65 : kind;
  return at < kNames.size() ? kNames[at] : "barcode";
}

std::string size_text(std::uint64_t width, std::uint64_t height) {
  return "[image " + std::to_string(width) + "x" + std::to_string(height) + "]";
}

unsigned u16(Token const& token, std::size_t at) {
  return token.byte(at) | static_cast<unsigned>(token.byte(at + 1)) << 8U;
}

}  // namespace

std::string barcode_text(Token const& token) {
  unsigned const kind = token.byte(2);
  auto const data = kind <= 6 ? data_of(token, 3, 1) : data_of(token, 4);
  std::string const text = kind == 73 ? code128_text(data) : shown(data);
  return "[" + std::string(barcode_name(kind)) + " " + text + "]";
}

std::string star_barcode_text(Token const& token) {
  constexpr std::array<std::string_view, 9> kNames{"UPC-E", "UPC-A",   "EAN8",   "EAN13",  "CODE39",
                                                   "ITF",   "CODE128", "CODE93", "CODABAR"};
  unsigned const kind = token.byte(2) & 0x0FU;
  auto const name = kind < kNames.size() ? kNames.at(kind) : "barcode";
  return "[" + std::string(name) + " " + shown(data_of(token, 6, 1)) + "]";
}

std::string image_text(Token const& token) {
  if (token.dialect == Dialect::star) {
    if (token.is('\x1B', 'X')) return size_text(u16(token, 2), 24);
    return size_text(std::uint64_t{u16(token, 4)} * 8, u16(token, 6));
  }
  if (token.is('\x1D', 'v')) return size_text(std::uint64_t{u16(token, 4)} * 8, u16(token, 6));
  if (token.is('\x1B', '*')) return size_text(u16(token, 3), token.byte(2) >= 32 ? 24 : 8);
  return {};
}

std::string StoredSymbols::take(Token const& token) {
  if (token.is('\x1D', '(') && token.byte(2) == 'k') return take_code(token);
  if (token.is('\x1D', '(') && token.byte(2) == 'L') return take_graphics(token, 5);
  if (token.is('\x1D', '8')) return take_graphics(token, 7);
  if (token.dialect == Dialect::star && token.byte(3) == 'D') code_ = shown(data_of(token, 8));
  if (token.dialect == Dialect::star && token.byte(3) == 'P' && !code_.empty()) return "[QR " + code_ + "]";
  return {};
}

std::string StoredSymbols::take_code(Token const& token) {
  constexpr unsigned kStore = 0x50, kPrint = 0x51;
  if (token.byte(6) == kStore) code_ = shown(data_of(token, 8));
  if (token.byte(6) != kPrint || code_.empty()) return {};
  return (token.byte(5) == 49 ? "[QR " : token.byte(5) == 48 ? "[PDF417 " : "[2D code ") + code_ + "]";
}

std::string StoredSymbols::take_graphics(Token const& token, std::size_t body) {
  unsigned const function = token.byte(body + 1);
  if (function == 112) picture_ = size_text(u16(token, body + 6), u16(token, body + 8));
  return function == 2 || function == 50 ? picture_ : std::string{};
}

}  // namespace tillcue::pos
