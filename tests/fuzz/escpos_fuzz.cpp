#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "tillcue/pos/coupon.hpp"
#include "tillcue/pos/escpos.hpp"
#include "tillcue/pos/printed_text.hpp"
#include "tillcue/pos/printer_state.hpp"

using namespace tillcue::pos;

namespace {

struct Seen {
  TokenKind kind;
  std::uint64_t offset, length;
  std::vector<std::byte> bytes;
  friend bool operator==(Seen const&, Seen const&) = default;
};

std::vector<Seen> tokens(std::span<std::byte const> stream, std::size_t first, std::size_t step, Dialect language) {
  std::vector<Seen> out;
  auto const sink = [&](Token const& token) {
    out.push_back({token.kind, token.offset, token.length, {token.bytes.begin(), token.bytes.end()}});
  };
  Tokenizer tokenizer(language);
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

std::vector<std::byte> slip_for(char const* profile) {
  CouponSlip slip;
  slip.headline = "-20 %";
  slip.product = "Хлебцы";
  slip.serial = "7KQ2M9XR4T";
  slip.barcode = Barcode{BarcodeKind::code128, slip.serial};
  return encode_coupon(slip, find_profile(profile).value());
}

/// Whatever a POS said before: behind a slip the printer is as it was.
void restores(std::span<std::byte const> stream, Dialect language, std::vector<std::byte> const& slip) {
  PrinterState state(language);
  Tokenizer tokenizer(language);
  auto const sink = [&](Token const& token) { state.take(token); };
  tokenizer.feed(stream, sink);
  if (!tokenizer.between_tokens() || !state.may_print_between()) return;
  auto after = state;
  Tokenizer again(language);
  again.feed(wrapped(slip, state, 0), [&](Token const& token) { after.take(token); });
  if (!after.to(state, 0).empty() || !after.may_print_between()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const stream = std::as_bytes(std::span(data, size));
  static auto const kSlips = std::array{slip_for("generic-80"), slip_for("star-prnt"), slip_for("bematech")};
  for (auto const language : {Dialect::escpos, Dialect::star, Dialect::bematech}) {
    auto const whole = tokens(stream, 0, size + 1, language);
    covers_all(whole, size);
    if (size > 0 && tokens(stream, data[0] % size, 1, language) != whole) std::abort();
    restores(stream, language, kSlips.at(static_cast<std::size_t>(language)));
  }
  (void)read_printed(stream, find_profile("star-line").value(), Letters::plain, Dialect::star);

  auto const profile = find_profile("epson-tm-t20");
  if (!profile) std::abort();
  auto const printed = read_printed(stream, *profile, size % 2 == 0 ? Letters::plain : Letters::to_scale);
  for (auto const at : printed.cuts) {
    if (at >= size) std::abort();
  }
  return 0;
}
