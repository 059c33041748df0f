#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "tillcue/pos/line_display.hpp"

using namespace tillcue::pos;

namespace {

std::vector<DisplayFrame> frames(std::span<std::byte const> stream, std::size_t step) {
  std::vector<DisplayFrame> out;
  DisplayScreen screen(find_profile("epson-tm-t88").value());
  auto const sink = [&](DisplayFrame const& frame) { out.push_back(frame); };
  for (std::size_t at = 0; at < stream.size(); at += step) {
    screen.feed(stream.subspan(at, std::min(step, stream.size() - at)), sink);
  }
  screen.settle(sink);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const stream = std::as_bytes(std::span(data, size));
  auto const whole = frames(stream, size + 1);
  if (frames(stream, 1) != whole) std::abort();
  DisplayReader reader(2);
  long items = 0;
  for (auto const& frame : whole) {
    if (frame[0].size() != DisplayScreen::kColumns || frame[1].size() != DisplayScreen::kColumns) std::abort();
    reader.take(frame, [&](DisplayEvent const& event) {
      if (event.kind == DisplayEvent::Kind::item) {
        ++items;
        if (event.name.empty() || event.quantity.milli <= 0) std::abort();
      } else if (items == 0) {
        std::abort();  // nothing to take back, pay or give up
      }
      if (event.kind == DisplayEvent::Kind::removed) --items;
      if (event.kind == DisplayEvent::Kind::abandoned) items = 0;
    });
  }
  return 0;
}
