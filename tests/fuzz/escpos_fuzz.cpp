#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "tillcue/pos/escpos.hpp"
#include "tillcue/pos/printed_text.hpp"

using namespace tillcue::pos;

namespace {

struct Seen {
  TokenKind kind;
  std::uint64_t offset, length;
  std::vector<std::byte> bytes;
  friend bool operator==(Seen const&, Seen const&) = default;
};

std::vector<Seen> tokens(std::span<std::byte const> stream, std::size_t first, std::size_t step) {
  std::vector<Seen> out;
  auto const sink = [&](Token const& token) {
    out.push_back({token.kind, token.offset, token.length, {token.bytes.begin(), token.bytes.end()}});
  };
  Tokenizer tokenizer;
  tokenizer.feed(stream.first(first), sink);
  for (stream = stream.subspan(first); !stream.empty(); stream = stream.subspan(std::min(step, stream.size()))) {
    tokenizer.feed(stream.first(std::min(step, stream.size())), sink);
  }
  tokenizer.finish(sink);
  return out;
}

/// Every byte belongs to exactly one token, in order.
void covers_all(std::vector<Seen> const& seen, std::size_t size) {
  std::uint64_t at = 0;
  for (auto const& token : seen) {
    if (token.offset != at || token.length == 0 || token.bytes.size() > token.length) std::abort();
    at += token.length;
  }
  if (at != size) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const stream = std::as_bytes(std::span(data, size));
  auto const whole = tokens(stream, 0, size + 1);
  covers_all(whole, size);
  if (size > 0 && tokens(stream, data[0] % size, 1) != whole) std::abort();

  auto const profile = find_profile("epson-tm-t20");
  if (!profile) std::abort();
  auto const printed = read_printed(stream, *profile, size % 2 == 0 ? Letters::plain : Letters::to_scale);
  for (auto const at : printed.cuts) {
    if (at >= size) std::abort();
  }
  return 0;
}
