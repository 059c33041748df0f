#include "symbol_size.hpp"

#include <algorithm>
#include <array>

namespace tillcue::pos {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

bool all_digits(std::string_view text) { return std::all_of(text.begin(), text.end(), digit); }

char ean_check_digit(std::string_view twelve) {
  int sum = 0;
  for (std::size_t n = 0; n < 12; ++n) sum += (twelve[n] - '0') * (n % 2 == 0 ? 1 : 3);
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

Result<void> check_ean13(std::string_view data) {
  if (data.size() != 13 || !all_digits(data)) return fail(Code::invalid, "barcode: EAN-13 takes 13 digits");
  char const right = ean_check_digit(data);
  if (data.back() != right) return fail(Code::invalid, std::string("barcode: the EAN-13 check digit must be ") + right);
  return {};
}

/// GS1 elements as people write them. What the identifiers demand is checked by whoever draws it.
Result<void> check_databar(std::string_view data) {
  auto const fits = [](char c) { return c == '(' || c == ')' || (c >= 0x21 && c < 0x7F && c != '[' && c != ']'); };
  if (data.size() < 5 || data.size() > 100 || data.front() != '(' || !std::all_of(data.begin(), data.end(), fits)) {
    return fail(Code::invalid, "barcode: DataBar takes GS1 elements such as (8110)10614141..., at most 100 characters");
  }
  return {};
}

}  // namespace

Result<void> check_barcode(Barcode const& barcode) {
  if (barcode.kind == BarcodeKind::databar_expanded) return check_databar(barcode.data);
  if (barcode.kind == BarcodeKind::ean13) return check_ean13(barcode.data);
  auto const printable = [](char c) { return c >= 0x20 && c < 0x7F; };
  if (barcode.data.empty() || barcode.data.size() > 40)
    return fail(Code::invalid, "barcode: CODE128 takes 1 to 40 characters");
  if (!std::all_of(barcode.data.begin(), barcode.data.end(), printable)) {
    return fail(Code::invalid, "barcode: CODE128 takes printable ASCII only");
  }
  return {};
}

std::string code128_data(std::string_view text) {
  if (text.size() >= 4 && text.size() % 2 == 0 && all_digits(text)) {
    std::string out = "{C";
    for (std::size_t n = 0; n < text.size(); n += 2)
      out += static_cast<char>((text[n] - '0') * 10 + (text[n + 1] - '0'));
    // DLE EOT, DLE ENQ and DLE DC4 are obeyed by printers even inside a barcode's data.
    bool const real_time = out.find("\x10\x04") != std::string::npos || out.find("\x10\x05") != std::string::npos ||
                           out.find("\x10\x14") != std::string::npos;
    if (!real_time) return out;
  }
  std::string out = "{B";
  for (char c : text) out += c == '{' ? std::string("{{") : std::string(1, c);
  return out;
}

std::optional<unsigned> barcode_module(Barcode const& barcode, unsigned dots) {
  bool const pairs = code128_data(barcode.data)[1] == 'C';
  auto const symbols = static_cast<unsigned>(pairs ? barcode.data.size() / 2 : barcode.data.size());
  constexpr unsigned kQuiet = 20;
  unsigned const modules = barcode.kind == BarcodeKind::ean13 ? 95 + 18 : 11 * (symbols + 2) + 13 + kQuiet;
  for (unsigned module : {3U, 2U}) {
    if (modules * module <= dots) return module;
  }
  return std::nullopt;
}

std::optional<unsigned> qr_modules(std::size_t bytes) {
  constexpr std::array<std::size_t, 10> kCapacity{14, 26, 42, 62, 84, 106, 122, 152, 180, 213};
  auto const version = std::lower_bound(kCapacity.begin(), kCapacity.end(), bytes);
  if (version == kCapacity.end()) return std::nullopt;
  return 21 + 4 * static_cast<unsigned>(version - kCapacity.begin());
}

unsigned qr_module_dots(unsigned modules, unsigned dots) { return std::clamp(dots / 3 / modules, 3U, 8U); }

}  // namespace tillcue::pos
