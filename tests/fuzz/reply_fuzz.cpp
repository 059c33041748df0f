#include <cstdint>
#include <cstdlib>
#include <span>

#include "line/line.hpp"
#include "proxy/reply_splitter.hpp"
#include "proxy/tap_frame.hpp"

using namespace tillcue::pos;

namespace {

/// Questions and answers in turn: the first byte of each piece says who asks, or that the printer speaks.
void splits(std::span<std::byte const> stream) {
  ReplySplitter splitter;
  ReplySplitter::Clock::time_point now{};
  std::size_t asked_by_us = 0, answered_to_us = 0;
  while (stream.size() > 1) {
    auto const what = std::to_integer<unsigned>(stream[0]);
    auto const piece = stream.subspan(1, std::min<std::size_t>(what / 4, stream.size() - 1));
    stream = stream.subspan(1 + piece.size());
    now += std::chrono::milliseconds(what);
    if (what % 4 < 2) {
      auto const who = what % 4 == 0 ? Asker::us : Asker::pos;
      Tokenizer tokenizer;
      tokenizer.feed(piece, [&](Token const& token) {
        if (who == Asker::us) ++asked_by_us;
        splitter.asked(token, who, now);
      });
      continue;
    }
    auto const split = splitter.take(piece, now);
    answered_to_us += split.real_time.size() + split.in_order.size();
    // Every byte goes to exactly one side.
    if (split.to_pos.size() + split.real_time.size() + split.in_order.size() != piece.size()) std::abort();
  }
  if (answered_to_us > asked_by_us) std::abort();
}

void reads_frames(std::span<std::byte const> stream) {
  TapReader reader;
  (void)reader.feed(stream, [](TapFrame const& frame) -> tillcue::Result<void> {
    (void)read_at(frame);
    (void)read_hello(frame);
    (void)read_print(frame);
    (void)read_fate(frame);
    return {};
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const stream = std::as_bytes(std::span(data, size));
  splits(stream);
  reads_frames(stream);
  auto const line = parse_line_address({reinterpret_cast<char const*>(data), size});
  if (line && parse_line_address(line->text())->text() != line->text()) std::abort();
  return 0;
}
