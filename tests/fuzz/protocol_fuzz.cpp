#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "protocol/line_splitter.hpp"
#include "tillcue/pos/protocol.hpp"

using namespace tillcue::pos;

namespace {

/// What the parser takes, the encoder must write such that it is taken again as the same.
void request_round_trip(std::string_view line) {
  auto const request = parse_request(line);
  (void)id_of(line);
  if (!request) return;
  auto text = encode(*request);
  text.pop_back();
  auto const again = parse_request(text);
  if (!again || !(*again == *request)) std::abort();
}

void terminal_round_trip(std::string_view line) {
  auto const message = parse_from_terminal(line);
  if (!message) return;
  if (auto const* board = std::get_if<HintBoard>(&*message)) {
    auto text = encode(*board);
    text.pop_back();
    auto const again = parse_from_terminal(text);
    if (text.size() <= kMaxTerminalLine && (!again || !(*again == *message))) std::abort();
  }
}

/// The first byte says where the stream is cut in two: the lines must not depend on it.
void split(std::string_view stream) {
  if (stream.empty()) return;
  auto const cut = static_cast<unsigned char>(stream.front()) % stream.size();
  LineSplitter whole(kMaxRequestLine);
  LineSplitter parts(kMaxRequestLine);
  whole.append(stream);
  parts.append(stream.substr(0, cut));
  std::string_view line;
  std::size_t early = 0;
  while (parts.next(line) == LineSplitter::Next::line) ++early;
  parts.append(stream.substr(cut));
  for (std::size_t n = 0; n < early; ++n) {
    if (whole.next(line) != LineSplitter::Next::line) std::abort();
  }
  for (;;) {
    std::string_view other;
    auto const next = whole.next(line);
    if (parts.next(other) != next) std::abort();
    if (next != LineSplitter::Next::line) return;
    if (line != other) std::abort();
    request_round_trip(line);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  void const* const bytes = data;
  std::string_view const text(static_cast<char const*>(bytes), size);
  request_round_trip(text);
  terminal_round_trip(text);
  split(text);
  return 0;
}
