#include <cstdlib>

#include "printer/printer_status.hpp"
#include "printer/star_status.hpp"
#include "tillcue/pos/printer_profile.hpp"

// Two readers of foreign bytes: what a printer answers (first byte even) and a profile somebody wrote (odd).
// Answers: the same however the bytes are split, and never more kept than promised.
namespace {

using namespace tillcue::pos;

void expect(bool condition) {
  if (!condition) std::abort();
}

void check_answers(std::span<std::byte const> bytes, std::size_t cut) {
  AnswerReader whole, parts;
  AnswerReader::Answers at_once, in_two;
  whole.take(bytes, at_once);
  parts.take(bytes.first(cut), in_two);
  parts.take(bytes.subspan(cut), in_two);
  expect(at_once.real_time == in_two.real_time && at_once.in_order == in_two.in_order);
  expect(at_once.foreign == in_two.foreign && at_once.pushed == in_two.pushed);
  expect(at_once.real_time.size() <= AnswerReader::kMost && at_once.foreign.size() <= AnswerReader::kMost);
  if (at_once.pushed) (void)trouble(*at_once.pushed).size();
  for (auto const byte : at_once.real_time) (void)(trouble(1, byte) + trouble(2, byte) + trouble(4, byte)).size();
}

void check_star(std::span<std::byte const> bytes, std::size_t cut) {
  StarStatusReader whole, parts;
  auto const at_once = whole.take(bytes);
  auto first = parts.take(bytes.first(cut));
  if (auto const second = parts.take(bytes.subspan(cut))) first = second;
  expect(at_once.has_value() == first.has_value());
  if (at_once) expect(at_once->trouble == first->trouble && at_once->printed == first->printed);
}

void check_profile(std::string_view json) {
  auto const profile = parse_profile(json);
  if (!profile) return expect(!profile.error().what.empty());
  expect(profile->columns >= 16 && profile->cell() >= 6 && profile->dots <= 1024 && !profile->code_pages.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  if (size < 2) return 0;
  if (data[0] % 2 != 0) {
    check_profile({reinterpret_cast<char const*>(data + 1), size - 1});
  } else {
    std::span const bytes(reinterpret_cast<std::byte const*>(data + 2), size - 2);
    check_answers(bytes, data[1] % (size - 1));
    check_star(bytes, data[1] % (size - 1));
  }
  return 0;
}
