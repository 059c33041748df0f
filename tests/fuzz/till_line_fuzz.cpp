#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

extern "C" {
#include "till_json.h"
}

/// The C client's reader on any line: values stay inside it, and a text taken is never longer than where it stood.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::vector<char> line(data, data + size);
  line.push_back('\0');
  till_value const whole{line.data(), line.data() + size};
  std::vector<till_value> found;
  for (auto const* field : {"type", "sale", "stage", "text", "message", "serial", "fate", "cards"}) {
    found.push_back(till_json_field(whole, field));
  }
  for (std::size_t n = 0; n < 4; ++n) {
    auto const card = till_json_element(found.back(), n);
    (void)till_json_take_number(till_json_field(card, "offer"));
    found.push_back(till_json_field(card, "script"));
  }
  for (auto const& value : found) {
    if (value.from == nullptr) continue;
    if (value.from < whole.from || value.to > whole.to || value.from > value.to) std::abort();
  }
  for (auto const& value : found) {
    auto const* const text = till_json_take_string(value);
    if (value.from != nullptr && std::strlen(text) > static_cast<std::size_t>(value.to - value.from)) std::abort();
  }
  return 0;
}
