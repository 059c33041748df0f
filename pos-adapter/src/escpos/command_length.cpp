#include "command_length.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace tillcue::pos {
namespace {

constexpr std::uint8_t kDle = 0x10, kEsc = 0x1B, kFs = 0x1C, kGs = 0x1D, kUs = 0x1F;

using Kind = CommandLength::Kind;
using Head = std::span<std::byte const>;

constexpr CommandLength known(std::uint64_t bytes) { return {Kind::known, bytes}; }
constexpr CommandLength need(std::uint64_t bytes) { return {Kind::need_more, bytes}; }
constexpr CommandLength kUnknown{};

std::uint8_t at(Head head, std::size_t n) { return std::to_integer<std::uint8_t>(head[n]); }
std::uint32_t u16(Head head, std::size_t n) { return at(head, n) | static_cast<std::uint32_t>(at(head, n + 1)) << 8U; }
std::uint64_t u32(Head head, std::size_t n) {
  return u16(head, n) | static_cast<std::uint64_t>(u16(head, n + 2)) << 16U;
}

/// Commands of one length: their second byte, grouped by the number of parameter bytes.
struct Fixed {
  std::uint8_t introducer;
  std::uint8_t parameters;
  std::string_view codes;
};

using namespace std::string_view_literals;
constexpr Fixed kFixed[] = {
    {kEsc, 0, "\x0C@2LSi0<45mv"sv},
    {kEsc, 1, " !%-3=?EGJKMRTVadertuz{"sv},
    {kEsc, 2, "$\\cB"sv},
    {kEsc, 3, "p"sv},
    {kEsc, 8, "W"sv},
    {kGs, 0, "\x05:c"sv},
    {kGs, 1, "!/BEHITabfhrw"sv},
    {kGs, 2, "$LPW\\gz"sv},
    {kGs, 3, "^"sv},
    {kFs, 0, "&."sv},
    {kFs, 1, "!-CW"sv},
    {kFs, 2, "Sp"sv},
    {kFs, 74, "2"sv},
    {kUs, 0, "\x01\x02\x03@U,.;"sv},
    {kUs, 1, "CBrXE#:"sv},
    {kUs, 2, "$T^"sv},
};

CommandLength fixed(Head head) {
  char const code = static_cast<char>(at(head, 1));
  for (auto const& row : kFixed) {
    if (row.introducer == at(head, 0) && row.codes.find(code) != std::string_view::npos)
      return known(2U + row.parameters);
  }
  return kUnknown;
}

/// Ends at a NUL that comes within `limit` data bytes behind `from`. Is asked byte by byte, so only the last is new.
CommandLength nul_ended(Head head, std::size_t from, std::size_t limit) {
  if (head.size() <= from) return need(from + 1);
  if (head.back() == std::byte{0}) return known(head.size());
  return head.size() - from > limit ? kUnknown : need(head.size() + 1);
}

/// ESC & y c1 c2 [x d1..d(y*x)]...: one record for each character redefined.
CommandLength user_characters(Head head) {
  if (head.size() < 5) return need(5);
  if (at(head, 4) < at(head, 3)) return kUnknown;
  std::uint64_t end = 5;
  for (unsigned left = at(head, 4) - at(head, 3) + 1U; left > 0; --left) {
    if (head.size() <= end) return need(end + 1);
    end += 1U + static_cast<std::uint64_t>(at(head, 2)) * at(head, static_cast<std::size_t>(end));
  }
  return known(end);
}

/// FS q n [xL xH yL yH d1..d(x*y*8)]...: pictures stored in the printer.
CommandLength stored_pictures(Head head) {
  if (head.size() < 3) return need(3);
  std::uint64_t end = 3;
  for (unsigned left = at(head, 2); left > 0; --left) {
    if (head.size() < end + 4) return need(end + 4);
    auto const record = static_cast<std::size_t>(end);
    end += 4 + static_cast<std::uint64_t>(u16(head, record)) * u16(head, record + 2) * 8;
  }
  return known(end);
}

CommandLength barcode(Head head) {
  if (head.size() < 3) return need(3);
  if (at(head, 2) <= 6) return nul_ended(head, 3, 255);
  if (head.size() < 4) return need(4);
  return known(4U + at(head, 3));
}

CommandLength cut(Head head) {
  if (head.size() < 3) return need(3);
  constexpr std::array<std::uint8_t, 6> kWithFeed{65, 66, 97, 98, 103, 104};
  return known(std::find(kWithFeed.begin(), kWithFeed.end(), at(head, 2)) != kWithFeed.end() ? 4 : 3);
}

CommandLength bit_image(Head head) {
  if (head.size() < 5) return need(5);
  bool const high = at(head, 2) == 32 || at(head, 2) == 33;
  return known(5U + static_cast<std::uint64_t>(u16(head, 3)) * (high ? 3U : 1U));
}

CommandLength raster(Head head) {
  if (head.size() < 8) return need(8);
  return known(8U + static_cast<std::uint64_t>(u16(head, 4)) * u16(head, 6));
}

CommandLength long_graphics(Head head) {
  if (head.size() < 3) return need(3);
  if (at(head, 2) != 'L') return kUnknown;
  return head.size() < 7 ? need(7) : known(7 + u32(head, 3));
}

/// XX ( x pL pH ...: the family that says its own length.
CommandLength counted(Head head) { return head.size() < 5 ? need(5) : known(5U + u16(head, 3)); }

CommandLength real_time(Head head) {
  if (at(head, 1) == 0x05) return known(3);
  if (at(head, 1) != 0x04 && at(head, 1) != 0x14) return kUnknown;
  if (head.size() < 3) return need(3);
  if (at(head, 1) == 0x04) return known(at(head, 2) == 7 || at(head, 2) == 8 || at(head, 2) == 18 ? 4 : 3);
  return known(at(head, 2) == 8 ? 10 : 5);
}

CommandLength escape(Head head) {
  switch (at(head, 1)) {
    case '*':
      return bit_image(head);
    case 'D':
      return nul_ended(head, 2, 32);
    case '&':
      return user_characters(head);
    case '(':
      return counted(head);
    default:
      return fixed(head);
  }
}

CommandLength group(Head head) {
  switch (at(head, 1)) {
    case 'k':
      return barcode(head);
    case 'V':
      return cut(head);
    case 'v':
      return raster(head);
    case '(':
      return counted(head);
    case '8':
      return long_graphics(head);
    case '*':
      return head.size() < 4 ? need(4) : known(4U + static_cast<std::uint64_t>(at(head, 2)) * at(head, 3) * 8);
    default:
      return fixed(head);
  }
}

CommandLength file(Head head) {
  if (at(head, 1) == 'q') return stored_pictures(head);
  return at(head, 1) == '(' ? counted(head) : fixed(head);
}

}  // namespace

CommandLength command_length(std::span<std::byte const> head, Dialect dialect) noexcept {
  if (dialect == Dialect::star && at(head, 0) == kEsc) return star_length(head);
  if (dialect == Dialect::bematech) {
    if (at(head, 0) == kGs && at(head, 1) == 0xF9) return known(4);
    constexpr std::string_view kPlain = "EF45GHw\x0F", kWithOne = "Wdv";
    auto const is_one_of = [code = static_cast<char>(at(head, 1))](std::string_view codes) {
      return codes.find(code) != std::string_view::npos;
    };
    if (at(head, 0) == kEsc && is_one_of(kPlain)) return known(2);
    if (at(head, 0) == kEsc && is_one_of(kWithOne)) return known(3);
  }
  switch (at(head, 0)) {
    case kDle:
      return real_time(head);
    case kEsc:
      return escape(head);
    case kFs:
      return file(head);
    case kGs:
      return group(head);
    default:
      return at(head, 1) == '(' ? counted(head) : fixed(head);
  }
}

}  // namespace tillcue::pos
