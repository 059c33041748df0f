#include <algorithm>
#include <string_view>

#include "command_length.hpp"

namespace tillcue::pos {
namespace {

using Kind = CommandLength::Kind;
using Head = std::span<std::byte const>;
using namespace std::string_view_literals;

constexpr CommandLength known(std::uint64_t bytes) { return {Kind::known, bytes}; }
constexpr CommandLength need(std::uint64_t bytes) { return {Kind::need_more, bytes}; }
constexpr CommandLength kUnknown{};

std::uint8_t at(Head head, std::size_t n) { return std::to_integer<std::uint8_t>(head[n]); }
unsigned u16(Head head, std::size_t n) { return at(head, n) | static_cast<unsigned>(at(head, n + 1)) << 8U; }

/// Codes behind ESC by the number of parameter bytes.
struct Fixed {
  std::uint8_t parameters;
  std::string_view codes;
};
constexpr Fixed kFixed[] = {
    {0, "@EFGH045MPgoU1?L3:q"sv}, {1, " -/lQWhwdaJIzCNRTcymA_rB\x06\x0C"sv}, {2, "is\x07"sv}, {3, "$p"sv}};

/// Up to a byte `last` within 512 bytes.
CommandLength up_to(Head head, std::size_t from, std::uint8_t last) {
  if (head.size() <= from) return need(from + 1);
  if (at(head, head.size() - 1) == last) return known(head.size());
  return head.size() > 512 ? kUnknown : need(head.size() + 1);
}

/// ESC GS: positions, pages, symbols, and what says its own length.
CommandLength group(Head head) {
  if (head.size() < 3) return need(3);
  switch (at(head, 2)) {
    case 'A':
    case 'R':
      return known(5);
    case 0x03:
    case 'P':
      return known(6);
    case ')':
    case '(':
      return head.size() < 6 ? need(6) : known(6U + u16(head, 4));
    case 'S':  // raster graphics: m xL xH yL yH n, then the picture
      return head.size() < 9 ? need(9) : known(9U + static_cast<std::uint64_t>(u16(head, 4)) * u16(head, 6));
    case 'y':
    case 'x':
      if (head.size() < 5) return need(5);
      if (at(head, 3) == 'P' || at(head, 3) == 'I') return known(4);
      if (at(head, 3) == 'S') return known(at(head, 2) == 'x' && at(head, 4) == '0' ? 8 : 6);
      if (at(head, 3) != 'D') return kUnknown;
      if (at(head, 2) == 'x') return head.size() < 6 ? need(6) : known(6U + u16(head, 4));
      return head.size() < 8 ? need(8) : known(8U + u16(head, 6));
    default:
      return known(4);
  }
}

CommandLength raster(Head head) {
  if (head.size() < 4) return need(4);
  if (at(head, 2) != 'r') return kUnknown;
  bool const plain = at(head, 3) == 'A' || at(head, 3) == 'B' || at(head, 3) == 'C' || at(head, 3) == 'R';
  return plain ? known(4) : up_to(head, 4, 0);
}

/// ESC K, ESC k, ESC X: columns of dots.
CommandLength columns(Head head) {
  if (head.size() < 4) return need(4);
  if (at(head, 1) == 'k') return known(4U + at(head, 2) * 24U);
  if (at(head, 1) == 'X') return known(4U + u16(head, 2) * 3U);
  return known(4U + u16(head, 2));
}

}  // namespace

CommandLength star_length(Head head) noexcept {
  auto const code = at(head, 1);
  switch (code) {
    case 0x1D:
      return group(head);
    case 0x1E:
      return known(4);
    case 0x1C:
      return known(5);
    case '*':
      return raster(head);
    case 'K':
    case 'k':
    case 'X':
      return columns(head);
    case 'b':
      return up_to(head, 6, 0x1E);
    case 'D':
      return up_to(head, 2, 0);
    default:
      for (auto const& row : kFixed) {
        if (row.codes.find(static_cast<char>(code)) != std::string_view::npos) return known(2U + row.parameters);
      }
      return kUnknown;
  }
}

CommandLength raster_row_length(Head head) noexcept { return known(3U + u16(head, 1)); }

Dialect dialect_of(Head job) noexcept {
  for (std::size_t n = 0; n + 2 < job.size(); ++n) {
    auto const first = at(job, n), second = at(job, n + 1), third = at(job, n + 2);
    if (first == 0x1D && second == 0xF9) return Dialect::bematech;
    bool const group = second == 0x1D && (third == 'a' || third == 't' || third == 'y' || third == 'A');
    bool const record = second == 0x1E && (third == 'a' || third == 'F' || third == 'A');
    bool const raster_mode = second == '*' && third == 'r';  // no mode of ESC/POS's ESC *
    if (first == 0x1B && (group || record || raster_mode)) return Dialect::star;
    if (first == 0x1D || first == 0x1C) return Dialect::escpos;  // Star knows neither
  }
  return Dialect::escpos;
}

}  // namespace tillcue::pos
